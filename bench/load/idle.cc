// Idle connections: opens so many over TLS, a few at a time, each with one request, then keeps them open and
// silent.
//
//   bench_load_idle --port P --path /hello --body-bytes 5 --connections 2000
//
// Prints `idle {json}` when all are open and answered. Ends when its standard input says anything or closes,
// after `end {json}` with the number that are still open.
#include "load/client.h"
#include "load/tls_facts.h"
#include "support/arguments.h"
#include "support/tls_context.h"
#include "support/tls_stream.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace brink::bench {
namespace {

constexpr long kAtATime = 16;
constexpr std::chrono::milliseconds kTurn{10};
constexpr std::chrono::seconds kPatience{30};

class IdleConnections : public Client<TlsStream>::Observer {
 public:
  IdleConnections(const Target& target, SSL_CTX* tls, long wanted)
      : target_(target), context_{.ssl = tls, .role = TlsRole::kClient}, wanted_(wanted) {}

  // False if not all were answered in time.
  bool open_all() {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (answered_ < wanted_ && failed_ == 0 && Clock::now() < deadline) {
      const auto opened = static_cast<long>(clients_.size());
      if (opened < std::min(wanted_, answered_ + kAtATime)) {
        clients_.push_back(std::make_unique<Client<TlsStream>>(target_, *this));
        clients_.back()->open(context_);
      } else {
        target_.loop.turn(kTurn);
      }
    }
    return answered_ == wanted_;
  }

  void answered(Client<TlsStream>& client) override {
    ++answered_;
    if (facts_.empty()) facts_ = tls_facts(client.stream().ssl());
  }

  void failed(Client<TlsStream>&, const char* why) override {
    ++failed_;
    std::fprintf(stderr, "after %ld connections: %s\n", answered_, why);
  }

  [[nodiscard]] long still_open() const { return answered_ - failed_; }
  [[nodiscard]] const std::string& facts() const { return facts_; }

 private:
  const Target& target_;
  TlsStream::Context context_;
  long wanted_;
  long answered_ = 0;
  long failed_ = 0;
  std::vector<std::unique_ptr<Client<TlsStream>>> clients_;
  std::string facts_;
};

void wait_for_input(EventLoop& loop) {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  while (::poll(&input, 1, 0) == 0) loop.turn(kTurn);
}

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv);
  EventLoop loop;
  Scratch scratch(64 * 1024);
  const Target target{.loop = loop,
                      .scratch = scratch,
                      .port = arguments.number("port"),
                      .request = get_request(arguments.text("path")),
                      .body_bytes = static_cast<std::size_t>(arguments.number("body-bytes"))};
  const long connections = arguments.number("connections");
  arguments.refuse_unknown();

  const SslContext tls = client_tls();
  IdleConnections idle(target, tls.get(), connections);
  if (!idle.open_all()) return 1;
  std::printf("idle {\"open\":%ld,\"tls\":\"%s\"}\n", idle.still_open(), idle.facts().c_str());
  std::fflush(stdout);
  wait_for_input(loop);
  loop.turn(std::chrono::milliseconds(0));
  std::printf("end {\"open\":%ld}\n", idle.still_open());
}
