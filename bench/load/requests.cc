// Load of requests: so many connections, kept open, each asks again as soon as it is answered.
//
//   bench_load_requests --port P --path /1k --body-bytes 1024 [--connections 64] [--warmup 1] [--seconds 5]
//   [--tls]
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
constexpr std::chrono::seconds kStalled{5};

template <typename Stream>
class Requests : public Client<Stream>::Observer {
 public:
  Requests(const Target& target, typename Stream::Context context, Measurement& measurement)
      : target_(target), context_(context), measurement_(measurement) {}

  void run(long connections) {
    for (long i = 0; i < connections; ++i) {
      clients_.push_back(std::make_unique<Client<Stream>>(target_, *this));
      clients_.back()->open(context_);
    }
    while (measurement_.goes_on() && measurement_.failures() < kMostFailures) target_.loop.turn(kTurn);
    const Clock::time_point now = Clock::now();
    for (const auto& client : clients_) {
      if (client->is_waiting() && now - client->began() > kStalled) measurement_.failed("no answer for 5 s");
    }
  }

  void answered(Client<Stream>& client) override {
    measurement_.answered(client.began());
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      if (facts_.empty()) facts_ = "\"tls\":\"" + tls_facts(client.stream().ssl()) + "\"";
    }
    client.ask();
  }

  void failed(Client<Stream>& client, const char* why) override {
    measurement_.failed(why);
    client.open(context_);
  }

  [[nodiscard]] const std::string& facts() const { return facts_; }

 private:
  const Target& target_;
  typename Stream::Context context_;
  Measurement& measurement_;
  std::vector<std::unique_ptr<Client<Stream>>> clients_;
  std::string facts_;
};

template <typename Stream>
void load(const Target& target, typename Stream::Context context, Measurement& measurement,
          long connections) {
  Requests<Stream> requests(target, context, measurement);
  requests.run(connections);
  measurement.report(requests.facts());
}

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv, {"tls"});
  EventLoop loop;
  Scratch scratch(512 * 1024);
  const Target target{.loop = loop,
                      .scratch = scratch,
                      .port = arguments.number("port"),
                      .request = get_request(arguments.text("path")),
                      .body_bytes = static_cast<std::size_t>(arguments.number("body-bytes"))};
  const long connections = arguments.number("connections", 64);
  Measurement measurement(arguments.seconds("warmup", 1), arguments.seconds("seconds", 5));
  const bool with_tls = arguments.flag("tls");
  arguments.refuse_unknown();

  if (with_tls) {
    const SslContext tls = client_tls();
    load<TlsStream>(target, {.ssl = tls.get(), .role = TlsRole::kClient}, measurement, connections);
  } else {
    load<PlainStream>(target, {}, measurement, connections);
  }
}
