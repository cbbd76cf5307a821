// The floor of a proxy: bytes from the client go to an upstream connection of its own, bytes from there go
// back. Two recv and two send a request, no parsing. Over TLS it adds OpenSSL's work and nothing else.
//
//   bench_floor_proxy --port P --origin P [--certificate cert.pem --key key.pem] [--reuse-upstreams]
//
// With --reuse-upstreams a client that goes away leaves its upstream connection to the next one. Only for
// answers that arrive in one recv: nothing here knows where an answer ends.
#include "floor/listener.h"
#include "support/arguments.h"
#include "support/event_loop.h"
#include "support/plain_stream.h"
#include "support/scratch.h"
#include "support/tls_context.h"
#include "support/tls_stream.h"

#include <memory>
#include <string>
#include <vector>

namespace brink::bench {
namespace {

template <typename Stream>
struct Setting {
  EventLoop& loop;
  Scratch& client_scratch;
  Scratch& upstream_scratch;
  typename Stream::Context context;
  long origin_port;
  bool reuse_upstreams;
  std::vector<Socket> idle_upstreams = {};  // left by clients that went away between two requests
};

// A client and its upstream. Each side is watched for what it can do next: while one side has unsent bytes,
// the other is not read.
template <typename Stream>
class Pair {
 public:
  Pair(Setting<Stream>& setting, Socket client)
      : setting_(setting),
        client_(std::move(client), setting.client_scratch, setting.context),
        upstream_(take_upstream(setting), setting.upstream_scratch, {}) {
    setting_.loop.watch(client_.fd(), EPOLLIN, &client_side_);
    setting_.loop.watch(upstream_.fd(), EPOLLIN, &upstream_side_);
  }

 private:
  struct ClientSide : Watched {
    explicit ClientSide(Pair& pair) : pair(pair) {}
    void ready(std::uint32_t events) override { pair.client_ready(events); }
    Pair& pair;
  };
  struct UpstreamSide : Watched {
    explicit UpstreamSide(Pair& pair) : pair(pair) {}
    void ready(std::uint32_t events) override { pair.upstream_ready(events); }
    Pair& pair;
  };
  struct Grave : Watched {
    explicit Grave(Pair* pair) : pair(pair) {}
    void ready(std::uint32_t) override {}
    std::unique_ptr<Pair> pair;
  };

  static Socket take_upstream(Setting<Stream>& setting) {
    if (setting.idle_upstreams.empty()) return connect_to_loopback(setting.origin_port);
    Socket socket = std::move(setting.idle_upstreams.back());
    setting.idle_upstreams.pop_back();
    return socket;
  }

  void client_ready(std::uint32_t events) {
    if (is_over_) return;
    if ((events & EPOLLOUT) != 0)
      return resume_reading(client_.flush(), client_.fd(), &client_side_, upstream_.fd(), &upstream_side_);
    const auto [state, bytes] = client_.receive();
    if (state == Io::kClosed) return close();
    if (bytes.empty()) {
      if (client_.flush() == Io::kClosed) close();
      return;
    }
    is_waiting_ = true;
    const Io flushed = client_.flush();
    if (flushed == Io::kClosed) return close();
    // A new upstream connection is still connecting: the socket takes no bytes yet and `send` keeps them.
    const Io sent = upstream_.send(bytes);
    if (sent == Io::kClosed) return close();
    if (sent == Io::kBlocked) pause_reading(upstream_.fd(), &upstream_side_, client_.fd(), &client_side_);
  }

  void upstream_ready(std::uint32_t events) {
    if (is_over_) return;
    if ((events & EPOLLOUT) != 0)
      return resume_reading(upstream_.flush(), upstream_.fd(), &upstream_side_, client_.fd(), &client_side_);
    const auto [state, bytes] = upstream_.receive();
    if (state != Io::kDone) return state == Io::kClosed ? close() : void();
    is_waiting_ = false;
    const Io sent = client_.send(bytes);
    if (sent == Io::kClosed) return close();
    if (sent == Io::kBlocked) pause_reading(client_.fd(), &client_side_, upstream_.fd(), &upstream_side_);
  }

  void pause_reading(int blocked, Watched* blocked_side, int source, Watched* source_side) {
    setting_.loop.rewatch(blocked, EPOLLOUT, blocked_side);
    setting_.loop.rewatch(source, 0, source_side);
  }

  void resume_reading(Io flushed, int blocked, Watched* blocked_side, int source, Watched* source_side) {
    if (flushed == Io::kClosed) return close();
    if (flushed == Io::kBlocked) return;
    setting_.loop.rewatch(blocked, EPOLLIN, blocked_side);
    setting_.loop.rewatch(source, EPOLLIN, source_side);
  }

  void close() {
    is_over_ = true;
    setting_.loop.forget(client_.fd());
    setting_.loop.forget(upstream_.fd());
    if (setting_.reuse_upstreams && !is_waiting_) setting_.idle_upstreams.push_back(upstream_.release());
    setting_.loop.retire(std::make_unique<Grave>(this));
  }

  Setting<Stream>& setting_;
  Stream client_;
  PlainStream upstream_;
  ClientSide client_side_{*this};
  UpstreamSide upstream_side_{*this};
  bool is_waiting_ = false;  // for the first bytes of an answer
  bool is_over_ = false;
};

template <typename Stream>
[[noreturn]] void serve(typename Stream::Context context, long port, long origin_port, std::size_t chunk,
                        bool reuse_upstreams) {
  EventLoop loop;
  Scratch client_scratch(64 * 1024);
  Scratch upstream_scratch(chunk);
  Setting<Stream> setting{loop, client_scratch, upstream_scratch, context, origin_port, reuse_upstreams};
  Listener<Pair<Stream>, Setting<Stream>> listener(setting, port);
  loop.run();
}

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv, {"reuse-upstreams"});
  const long port = arguments.number("port");
  const long origin = arguments.number("origin");
  const auto chunk = static_cast<std::size_t>(arguments.number("chunk", 128 * 1024));
  const bool reuse = arguments.flag("reuse-upstreams");
  const std::string certificate = arguments.text("certificate", "");
  const std::string key = arguments.text("key", "");
  arguments.refuse_unknown();

  if (certificate.empty()) serve<PlainStream>({}, port, origin, chunk, reuse);
  const SslContext tls = server_tls(certificate, key);
  serve<TlsStream>({.ssl = tls.get(), .role = TlsRole::kServer}, port, origin, chunk, reuse);
}
