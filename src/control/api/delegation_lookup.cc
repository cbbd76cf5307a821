#include "control/api/delegation_lookup.h"

#include "base/ascii.h"

#include <array>
#include <cstdint>
#include <span>

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

namespace brink::control::api {
namespace {

constexpr int kTries = 1;
constexpr int kSecondsForEach = 2;
constexpr std::size_t kHeaderBytes = 12;  // RFC 1035 section 4.1.1
constexpr std::size_t kFixedBytes = 10;   // of a record after its name: type, class, TTL, length

// The resolver's state; ends with it.
class ResolverState {
 public:
  ResolverState() : good_(::res_ninit(&state_) == 0) {
    state_.retry = kTries;
    state_.retrans = kSecondsForEach;
  }
  ResolverState(const ResolverState&) = delete;
  ResolverState& operator=(const ResolverState&) = delete;
  ~ResolverState() {
    if (good_) ::res_nclose(&state_);
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] struct __res_state* get() { return &state_; }

 private:
  struct __res_state state_{};
  bool good_;
};

std::uint16_t number_at(std::span<const unsigned char> message, std::size_t place) {
  return static_cast<std::uint16_t>(message[place] << 8 | message[place + 1]);
}

// The name at `place`, and how many bytes it takes there; nothing where there is none.
std::optional<std::pair<std::string, std::size_t>> name_at(std::span<const unsigned char> message,
                                                           std::size_t place) {
  std::array<char, NS_MAXDNAME> text{};
  if (place >= message.size()) return std::nullopt;
  const int size = ::dn_expand(message.data(), message.data() + message.size(), message.data() + place,
                               text.data(), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  return std::pair(to_lower(text.data()), static_cast<std::size_t>(size));
}

// The NS records among the answers. Stops where the message does not hold what it says.
std::vector<std::string> name_servers_in(std::span<const unsigned char> message) {
  std::vector<std::string> servers;
  if (message.size() < kHeaderBytes) return servers;
  const std::uint16_t questions = number_at(message, 4);
  const std::uint16_t answers = number_at(message, 6);
  std::size_t place = kHeaderBytes;
  for (int i = 0; i < questions; ++i) {
    const auto name = name_at(message, place);
    if (!name) return servers;
    place += name->second + 4;
  }
  for (int i = 0; i < answers; ++i) {
    const auto owner = name_at(message, place);
    if (!owner || place + owner->second + kFixedBytes > message.size()) return servers;
    place += owner->second;
    const std::uint16_t type = number_at(message, place);
    const std::uint16_t length = number_at(message, place + 8);
    place += kFixedBytes;
    if (place + length > message.size()) return servers;
    if (type == ns_t_ns) {
      if (auto server = name_at(message, place)) servers.push_back(std::move(server->first));
    }
    place += length;
  }
  return servers;
}

}  // namespace

std::optional<std::vector<std::string>> look_up_name_servers(const std::string& zone) {
  ResolverState resolver;
  if (!resolver.good()) return std::nullopt;
  std::array<unsigned char, NS_MAXMSG> message{};
  const int size = ::res_nquery(resolver.get(), zone.c_str(), ns_c_in, ns_t_ns, message.data(),
                                static_cast<int>(message.size()));
  if (size < 0) {
    const int why = resolver.get()->res_h_errno;
    if (why == HOST_NOT_FOUND || why == NO_DATA) return std::vector<std::string>();
    return std::nullopt;
  }
  return name_servers_in(std::span(message).first(std::min(static_cast<std::size_t>(size), message.size())));
}

}  // namespace brink::control::api
