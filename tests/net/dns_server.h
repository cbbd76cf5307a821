// A name server for tests: UDP on loopback, on the test's own loop, answering from a table. Enough of RFC
// 1035 for a stub resolver: one question, A and AAAA records, a CNAME before them, and the ways in which
// servers fail.
#pragma once

#include "net/address.h"
#include "net/fd.h"
#include "net/socket.h"
#include "runtime/fd_watch.h"
#include "tests/runtime/run_task.h"

#include <cerrno>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace brink::net {

struct DnsZone {
  enum class Behaviour { kAnswers, kServerFailure, kSilent, kGarbage };
  Behaviour behaviour = Behaviour::kAnswers;
  std::vector<IpAddress> addresses;
  std::uint32_t ttl = 300;
  std::string cname;  // the addresses are under this name
  std::uint32_t cname_ttl = 300;
};

class DnsServer {
 public:
  explicit DnsServer(Loop& loop, const SocketAddress& where = {IpAddress::v4(0x7f000001), 0})
      : loop_(loop),
        socket_(::socket(where.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        tasks_("name server", loop) {
    sockaddr_storage storage;
    const socklen_t size = where.to_native(storage);
    BRINK_ASSERT(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
    BRINK_ASSERT(watch_.attach(loop, socket_.get()));
    tasks_.spawn(serve());
  }
  ~DnsServer() { run_task(loop_, tasks_.finish()); }

  [[nodiscard]] std::string address() const { return local_address(socket_.get()).value().text(); }
  [[nodiscard]] int questions(const std::string& name) const {
    const auto found = questions_.find(name);
    return found == questions_.end() ? 0 : found->second;
  }

  std::map<std::string, DnsZone> zones;  // by name; another one does not exist

 private:
  static constexpr std::uint16_t kA = 1;
  static constexpr std::uint16_t kCname = 5;
  static constexpr std::uint16_t kAaaa = 28;

  Task<void> serve() {
    for (;;) {
      char question[512];
      sockaddr_storage from{};
      socklen_t size = sizeof from;
      const ssize_t got =
          ::recvfrom(socket_.get(), question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) {
        watch_.clear_readable_after_would_block();
        if (!co_await watch_.readable(Deadline::never())) co_return;
        continue;
      }
      const std::string answer = answer_to({question, static_cast<std::size_t>(got)});
      if (!answer.empty())
        ::sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  static void put_u16(std::string& out, std::uint32_t value) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value));
  }
  static std::string encoded(const std::string& name) {
    std::string out;
    for (std::size_t start = 0; start < name.size();) {
      const std::size_t end = std::min(name.find('.', start), name.size());
      out.push_back(static_cast<char>(end - start));
      out.append(name, start, end - start);
      start = end + 1;
    }
    return out + '\0';
  }
  static void put_record(std::string& out, const std::string& owner, std::uint16_t type, std::uint32_t ttl,
                         const std::string& data) {
    out += encoded(owner);
    put_u16(out, type);
    put_u16(out, 1);
    put_u16(out, ttl >> 16);
    put_u16(out, ttl);
    put_u16(out, static_cast<std::uint32_t>(data.size()));
    out += data;
  }

  std::string answer_to(const std::string& question) {
    if (question.size() < 17) return {};
    std::string name;
    std::size_t at = 12;
    while (question[at] != 0) {
      const auto length = static_cast<std::size_t>(question[at]);
      if (!name.empty()) name += '.';
      name.append(question, at + 1, length);
      at += length + 1;
    }
    const std::size_t question_end = at + 5;
    const auto type = static_cast<std::uint16_t>(question[at + 2]);
    ++questions_[name];

    const auto found = zones.find(name);
    const DnsZone zone = found == zones.end() ? DnsZone{} : found->second;
    if (zone.behaviour == DnsZone::Behaviour::kSilent) return {};
    if (zone.behaviour == DnsZone::Behaviour::kGarbage)
      return question.substr(0, 4) + std::string(20, '\xff');
    const std::uint32_t code = zone.behaviour == DnsZone::Behaviour::kServerFailure ? 2
                               : found == zones.end()                               ? 3
                                                                                    : 0;

    std::string records;
    std::uint32_t count = 0;
    if (code == 0) {
      const std::string owner = zone.cname.empty() ? name : zone.cname;
      if (!zone.cname.empty()) {
        put_record(records, name, kCname, zone.cname_ttl, encoded(zone.cname));
        ++count;
      }
      for (const IpAddress& address : zone.addresses) {
        if (address.is_v4() != (type == kA) || (type != kA && type != kAaaa)) continue;
        const auto& bytes = address.bytes();
        const std::string data(bytes.begin() + (address.is_v4() ? 12 : 0), bytes.end());
        put_record(records, owner, type, zone.ttl, data);
        ++count;
      }
    }
    std::string answer = question.substr(0, 2);  // id
    put_u16(answer, 0x8180 | code);
    put_u16(answer, 1);
    put_u16(answer, count);
    put_u16(answer, 0);
    put_u16(answer, 0);
    answer.append(question, 12, question_end - 12);
    return answer + records;
  }

  Loop& loop_;
  Fd socket_;
  FdWatch watch_;
  std::map<std::string, int> questions_;
  TaskGroup tasks_;
};

}  // namespace brink::net
