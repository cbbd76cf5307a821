// The floor of a proxy that takes HTTP/2 over TLS and asks the origin over HTTP/1.1: frames are cut apart,
// but no field is read; every HEADERS frame becomes the same request, and every answer the same head with the
// origin's body. What a turn of the loop makes for one client leaves in one send.
//
//   bench_floor_h2_proxy --port P --origin P --path /1k --bytes 1024 --certificate cert.pem --key key.pem
//
// An answer must arrive in one recv, a request has no body, and the client's flow-control windows are taken
// for endless (h2load makes them so).
#include "floor/listener.h"
#include "support/arguments.h"
#include "support/event_loop.h"
#include "support/plain_stream.h"
#include "support/scratch.h"
#include "support/tls_context.h"
#include "support/tls_stream.h"

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace brink::bench {
namespace {

// RFC 9113 sections 3.4, 4.1 and 6.
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kFrameHead = 9;
enum FrameType : unsigned char { kData = 0, kHeaders = 1, kSettings = 4, kPing = 6 };
constexpr unsigned char kEndStream = 1;
constexpr unsigned char kAck = 1;
constexpr unsigned char kEndHeaders = 4;

struct Frame {
  std::uint32_t length;
  unsigned char type;
  unsigned char flags;
  std::uint32_t stream;
};

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

Frame frame_at(std::string_view bytes) {
  const auto number = [bytes](std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(bytes, at + i);
    return value;
  };
  return {number(0, 3), byte_at(bytes, 3), byte_at(bytes, 4), number(5, 4) & 0x7fffffff};
}

void append_frame(std::string& to, const Frame& frame, std::string_view payload) {
  const std::array<unsigned char, kFrameHead> head{static_cast<unsigned char>(frame.length >> 16),
                                                   static_cast<unsigned char>(frame.length >> 8),
                                                   static_cast<unsigned char>(frame.length),
                                                   frame.type,
                                                   frame.flags,
                                                   static_cast<unsigned char>(frame.stream >> 24),
                                                   static_cast<unsigned char>(frame.stream >> 16),
                                                   static_cast<unsigned char>(frame.stream >> 8),
                                                   static_cast<unsigned char>(frame.stream)};
  to.append(reinterpret_cast<const char*>(head.data()), head.size());
  to.append(payload);
}

class Client;
class Upstream;

struct Setting {
  EventLoop& loop;
  Scratch& client_scratch;
  Scratch& upstream_scratch;
  TlsStream::Context context;
  long origin_port;
  std::size_t body_bytes;
  std::string request;
  std::string answer_fields;  // HPACK: `:status 200` and `content-length`, neither entered into a table
  std::vector<Upstream*> idle_upstreams = {};
  std::unordered_set<Client*> to_flush = {};  // clients that have something to send at the end of the turn
};

// A connection to the origin. Lives as long as the process; between two requests it waits in
// `idle_upstreams`.
class Upstream : public Watched {
 public:
  explicit Upstream(Setting& setting)
      : setting_(setting), stream_(connect_to_loopback(setting.origin_port), setting.upstream_scratch, {}) {
    setting_.loop.watch(stream_.fd(), EPOLLIN, this);
  }

  void ask(Client* client, std::uint32_t stream) {
    client_ = client;
    stream_id_ = stream;
    const Io sent = stream_.send(setting_.request);
    if (sent == Io::kClosed) die("the origin closed a connection");
    if (sent == Io::kBlocked) setting_.loop.rewatch(stream_.fd(), EPOLLOUT, this);
  }

  // Whoever asked is gone; the answer will be thrown away.
  void forget_client() { client_ = nullptr; }

  void ready(std::uint32_t events) override;

 private:
  Setting& setting_;
  PlainStream stream_;
  Client* client_ = nullptr;
  std::uint32_t stream_id_ = 0;
};

class Client : public Watched {
 public:
  Client(Setting& setting, Socket socket)
      : setting_(setting), stream_(std::move(socket), setting.client_scratch, setting.context) {
    append_frame(outgoing_, {0, kSettings, 0, 0}, "");
    setting_.loop.watch(stream_.fd(), EPOLLIN, this);
  }

  void ready(std::uint32_t events) override {
    if (is_over_) return;
    if ((events & EPOLLOUT) != 0) {
      const Io sent = stream_.flush();
      if (sent == Io::kDone) setting_.loop.rewatch(stream_.fd(), EPOLLIN, this);
      return sent == Io::kClosed ? close() : void();
    }
    const auto [state, bytes] = stream_.receive();
    if (state == Io::kClosed) return close();
    if (stream_.is_established()) setting_.to_flush.insert(this);
    if (stream_.flush() == Io::kClosed) return close();  // the records of the handshake
    take(bytes);
  }

  void answer(Upstream* upstream, std::uint32_t stream, std::string_view body) {
    asked_.erase(upstream);
    const auto length = static_cast<std::uint32_t>(setting_.answer_fields.size());
    append_frame(outgoing_, {length, kHeaders, kEndHeaders, stream}, setting_.answer_fields);
    append_frame(outgoing_, {static_cast<std::uint32_t>(body.size()), kData, kEndStream, stream}, body);
    setting_.to_flush.insert(this);
  }

  void flush() {
    if (is_over_ || outgoing_.empty()) return;
    const Io sent = stream_.send(outgoing_);
    outgoing_.clear();
    if (sent == Io::kClosed) return close();
    if (sent == Io::kBlocked) setting_.loop.rewatch(stream_.fd(), EPOLLOUT, this);
  }

 private:
  void take(std::string_view bytes) {
    incoming_.append(bytes);
    std::string_view rest = incoming_;
    if (!has_preface_) {
      if (rest.size() < kPreface.size()) return;
      if (!rest.starts_with(kPreface)) return close();
      rest.remove_prefix(kPreface.size());
      has_preface_ = true;
    }
    while (rest.size() >= kFrameHead) {
      const Frame frame = frame_at(rest);
      if (rest.size() < kFrameHead + frame.length) break;
      handle(frame, rest.substr(kFrameHead, frame.length));
      rest.remove_prefix(kFrameHead + frame.length);
    }
    incoming_.erase(0, incoming_.size() - rest.size());
  }

  void handle(const Frame& frame, std::string_view payload) {
    const bool is_ack = (frame.flags & kAck) != 0;
    if (frame.type == kHeaders) {
      Upstream* upstream = take_upstream();
      asked_.insert(upstream);
      upstream->ask(this, frame.stream);
    } else if (frame.type == kSettings && !is_ack) {
      append_frame(outgoing_, {0, kSettings, kAck, 0}, "");
    } else if (frame.type == kPing && !is_ack) {
      append_frame(outgoing_, {frame.length, kPing, kAck, 0}, payload);
    }
  }

  Upstream* take_upstream() {
    if (setting_.idle_upstreams.empty()) return new Upstream(setting_);
    Upstream* upstream = setting_.idle_upstreams.back();
    setting_.idle_upstreams.pop_back();
    return upstream;
  }

  void close() {
    is_over_ = true;
    for (Upstream* upstream : asked_) upstream->forget_client();
    setting_.to_flush.erase(this);
    setting_.loop.forget(stream_.fd());
    setting_.loop.retire(std::unique_ptr<Watched>(this));
  }

  Setting& setting_;
  TlsStream stream_;
  std::string incoming_;
  std::string outgoing_;
  std::unordered_set<Upstream*> asked_;
  bool has_preface_ = false;
  bool is_over_ = false;
};

void Upstream::ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    if (stream_.flush() == Io::kDone) setting_.loop.rewatch(stream_.fd(), EPOLLIN, this);
    return;
  }
  const auto [state, bytes] = stream_.receive();
  if (state == Io::kBlocked) return;
  if (state == Io::kClosed || bytes.size() < setting_.body_bytes)
    die("the origin did not answer in one piece");
  if (client_ != nullptr) client_->answer(this, stream_id_, bytes.substr(bytes.size() - setting_.body_bytes));
  client_ = nullptr;
  setting_.idle_upstreams.push_back(this);
}

// RFC 7541 appendix A: index 8 is `:status 200`, 28 is `content-length`.
std::string answer_fields(std::size_t body_bytes) {
  const std::string digits = std::to_string(body_bytes);
  return "\x88\x0f\x0d" + std::string(1, static_cast<char>(digits.size())) + digits;
}

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv);
  const long port = arguments.number("port");
  const long origin = arguments.number("origin");
  const std::string path = arguments.text("path");
  const auto bytes = static_cast<std::size_t>(arguments.number("bytes"));
  const SslContext tls = server_tls(arguments.text("certificate"), arguments.text("key"), "h2");
  arguments.refuse_unknown();

  EventLoop loop;
  Scratch client_scratch(64 * 1024);
  Scratch upstream_scratch(64 * 1024);
  Setting setting{.loop = loop,
                  .client_scratch = client_scratch,
                  .upstream_scratch = upstream_scratch,
                  .context = {.ssl = tls.get(), .role = TlsRole::kServer},
                  .origin_port = origin,
                  .body_bytes = bytes,
                  .request = "GET " + path + " HTTP/1.1\r\nHost: bench.test\r\n\r\n",
                  .answer_fields = answer_fields(bytes)};
  Listener<Client, Setting> listener(setting, port);
  for (;;) {
    loop.turn(std::chrono::milliseconds(-1));
    const std::unordered_set<Client*> due = std::exchange(setting.to_flush, {});
    for (Client* client : due) client->flush();
  }
}
