// The floor of a server: whatever arrives is taken for one request and gets one prepared answer. One recv and
// one send a request, no parsing, no origin.
//
//   bench_floor_hello --port P --bytes N [--certificate cert.pem --key key.pem]
#include "floor/listener.h"
#include "support/arguments.h"
#include "support/event_loop.h"
#include "support/plain_stream.h"
#include "support/scratch.h"
#include "support/tls_context.h"
#include "support/tls_stream.h"

#include <memory>
#include <string>

namespace brink::bench {
namespace {

template <typename Stream>
struct Setting {
  EventLoop& loop;
  Scratch& scratch;
  typename Stream::Context context;
  std::string answer;
};

template <typename Stream>
class Hello : public Watched {
 public:
  Hello(Setting<Stream>& setting, Socket socket)
      : setting_(setting), stream_(std::move(socket), setting.scratch, setting.context) {
    setting_.loop.watch(stream_.fd(), EPOLLIN, this);
  }

  void ready(std::uint32_t events) override {
    if ((events & EPOLLOUT) != 0) return finish_sending();
    const auto [state, bytes] = stream_.receive();
    if (state == Io::kClosed) return close();
    const Io sent = bytes.empty() ? stream_.flush() : stream_.send(setting_.answer);
    if (sent == Io::kClosed) return close();
    if (sent == Io::kBlocked) setting_.loop.rewatch(stream_.fd(), EPOLLOUT, this);
  }

 private:
  void finish_sending() {
    const Io sent = stream_.flush();
    if (sent == Io::kClosed) return close();
    if (sent == Io::kDone) setting_.loop.rewatch(stream_.fd(), EPOLLIN, this);
  }

  void close() {
    setting_.loop.forget(stream_.fd());
    setting_.loop.retire(std::unique_ptr<Watched>(this));
  }

  Setting<Stream>& setting_;
  Stream stream_;
};

template <typename Stream>
[[noreturn]] void serve(typename Stream::Context context, long port, std::size_t bytes) {
  EventLoop loop;
  Scratch scratch(64 * 1024);
  std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  for (std::size_t i = 0; i < bytes; ++i) answer.push_back(static_cast<char>('a' + i % 26));
  Setting<Stream> setting{loop, scratch, context, std::move(answer)};
  Listener<Hello<Stream>, Setting<Stream>> listener(setting, port);
  loop.run();
}

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv);
  const long port = arguments.number("port");
  const auto bytes = static_cast<std::size_t>(arguments.number("bytes"));
  const std::string certificate = arguments.text("certificate", "");
  const std::string key = arguments.text("key", "");
  arguments.refuse_unknown();

  if (certificate.empty()) serve<PlainStream>({}, port, bytes);
  const SslContext tls = server_tls(certificate, key);
  serve<TlsStream>({.ssl = tls.get(), .role = TlsRole::kServer}, port, bytes);
}
