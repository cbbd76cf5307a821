// Load of TLS 1.3 handshakes: each connection shakes hands, sends one request in the same flight as its
// Finished, checks the answer, closes, and a new one takes its place.
//
//   bench_load_handshakes --port P --path /hello --body-bytes 5 [--connections 64] [--warmup 1] [--seconds 5]
//   [--resume]
//
// With --resume every connection offers the newest ticket that the one before it got, and a handshake that is
// not a resumption is a failure. Without, nothing is offered.
#include "load/client.h"
#include "load/measurement.h"
#include "load/tls_facts.h"
#include "support/arguments.h"
#include "support/tls_context.h"
#include "support/tls_stream.h"

#include <memory>
#include <string>
#include <vector>

namespace brink::bench {
namespace {

constexpr std::size_t kMostFailures = 1000;
constexpr std::chrono::milliseconds kTurn{10};

struct FreeSession {
  void operator()(SSL_SESSION* session) const { ::SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, FreeSession>;

class Handshakes : public Client<TlsStream>::Observer {
 public:
  Handshakes(const Target& target, SSL_CTX* tls, bool resume, Measurement& measurement)
      : target_(target), tls_(tls), resume_(resume), measurement_(measurement) {}

  void run(long connections) {
    for (long i = 0; i < connections; ++i) {
      slots_.push_back(std::make_unique<Slot>(target_, *this));
      open(*slots_.back());
    }
    while (measurement_.goes_on() && measurement_.failures() < kMostFailures) {
      target_.loop.turn(kTurn);
      for (Slot* slot : to_reopen_) open(*slot);
      to_reopen_.clear();
    }
  }

  void answered(Client<TlsStream>& client) override {
    Slot& slot = static_cast<Slot&>(client);
    SSL* ssl = client.stream().ssl();
    const bool resumed = ::SSL_session_reused(ssl) == 1;
    if (resumed != (slot.ticket != nullptr)) measurement_.failed(resumed ? "resumed unasked" : "not resumed");
    if (facts_.empty()) facts_ = "\"tls\":\"" + tls_facts(ssl) + "\"";
    if (slot.is_counted) measurement_.answered(client.began());
    if (resume_) {
      Session session(::SSL_get1_session(ssl));
      if (::SSL_SESSION_is_resumable(session.get()) == 1) {
        slot.ticket = std::move(session);
      } else {
        measurement_.failed("no ticket");
      }
    }
    client.close();
    to_reopen_.push_back(&slot);
  }

  void failed(Client<TlsStream>& client, const char* why) override {
    measurement_.failed(why);
    to_reopen_.push_back(&static_cast<Slot&>(client));
  }

  [[nodiscard]] const std::string& facts() const { return facts_; }

 private:
  struct Slot : Client<TlsStream> {
    using Client<TlsStream>::Client;
    Session ticket;
    bool is_counted = false;  // not the full handshake that gets the first ticket
  };

  void open(Slot& slot) {
    slot.is_counted = !resume_ || slot.ticket != nullptr;
    slot.open({.ssl = tls_, .role = TlsRole::kClient, .resume = slot.ticket.get()});
  }

  const Target& target_;
  SSL_CTX* tls_;
  bool resume_;
  Measurement& measurement_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> to_reopen_;
  std::string facts_;
};

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv, {"resume"});
  EventLoop loop;
  Scratch scratch(64 * 1024);
  const Target target{.loop = loop,
                      .scratch = scratch,
                      .port = arguments.number("port"),
                      .request = get_request(arguments.text("path")),
                      .body_bytes = static_cast<std::size_t>(arguments.number("body-bytes"))};
  const long connections = arguments.number("connections", 64);
  Measurement measurement(arguments.seconds("warmup", 1), arguments.seconds("seconds", 5));
  const bool resume = arguments.flag("resume");
  arguments.refuse_unknown();

  const SslContext tls = client_tls();
  Handshakes handshakes(target, tls.get(), resume, measurement);
  handshakes.run(connections);
  measurement.report(handshakes.facts());
}
