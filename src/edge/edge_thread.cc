#include "edge/edge_thread.h"

#include "edge/connection.h"
#include "edge/stages.h"
#include "edge/unreadable.h"
#include "telemetry/log.h"

namespace brink::edge {
namespace {

constexpr auto kHousekeeping = std::chrono::seconds(1);

}  // namespace

EdgeShared::EdgeShared(telemetry::Registry& registry, int channel, StoredZones& stored,
                       std::size_t rate_limit_keys)
    : metrics(registry), log_channel(channel), stored_zones(stored), rate_limits(rate_limit_keys) {
  unsigned char seed[sizeof rate_limit_seed];
  fill_secret(seed);
  std::memcpy(&rate_limit_seed, seed, sizeof seed);
}

EdgeThread::EdgeThread(EdgeShared& shared, std::size_t index, Loop& loop,
                       std::unique_ptr<net::CaresResolver> resolver)
    : shared_(shared),
      loop_(loop),
      system_resolver_(std::move(resolver)),
      resolver_(loop, *system_resolver_),
      origins_(loop, index, shared.pools, resolver_),
      metrics_(shared.metrics),
      access_log_(loop, shared.log_channel, shared.metrics),
      last_connection_(static_cast<std::uint64_t>(index) << 48),
      house_("edge house", loop),
      connections_("edge connections", loop),
      drainer_("edge drainer", loop) {}

EdgeThread::~EdgeThread() = default;

void EdgeThread::use(std::shared_ptr<const Snapshot> snapshot) {
  const bool first = snapshot_ == nullptr;
  snapshot_ = std::move(snapshot);
  metrics_.use(*snapshot_);
  access_log_.use(snapshot_->config.log);
  if (first) house_.spawn(keep_house());
}

void EdgeThread::listen(net::Fd socket, const net::SocketAddress& address, ListenerKind kind) {
  const auto same = [&](const Listening& each) { return each.address == address && each.kind == kind; };
  if (std::ranges::any_of(listeners_, same)) return;
  auto listener = std::make_unique<net::Listener>(
      loop_, std::move(socket), [this, kind](net::Fd client, const net::SocketAddress& peer) {
        connections_.spawn(serve_connection(*this, std::move(client), peer, kind));
      });
  if (auto started = listener->start(); !started) {
    telemetry::log_error("cannot accept connections",
                         {{"address", address.text()}, {"why", started.error().text()}});
    return;
  }
  listeners_.push_back({address, kind, std::move(listener)});
}

void EdgeThread::stop_listening_except(const std::vector<net::SocketAddress>& addresses) {
  for (auto each = listeners_.begin(); each != listeners_.end();) {
    if (std::ranges::find(addresses, each->address) != addresses.end()) {
      ++each;
      continue;
    }
    house_.spawn(stop_listener(std::move(*each)));
    each = listeners_.erase(each);
  }
}

void EdgeThread::add_live(LiveConnection& connection) {
  live_.push_back(connection);
  if (draining_) connection.drain();
}

Task<void> EdgeThread::stop_listener(Listening listening) { co_await listening.listener->stop(); }

void EdgeThread::drain_then(Deadline deadline, std::move_only_function<void()> done) {
  drainer_.spawn(drain(deadline, std::move(done)));
}

Task<void> EdgeThread::drain(Deadline deadline, std::move_only_function<void()> done) {
  draining_ = true;
  for (Listening& each : listeners_) co_await each.listener->stop();
  listeners_.clear();
  live_.for_each([](LiveConnection& connection) { connection.drain(); });
  (void)co_await connections_.join(deadline);
  co_await connections_.finish();
  co_await house_.finish();
  co_await origins_.close();
  access_log_.flush();
  done();
}

Task<void> EdgeThread::keep_house() {
  while (co_await sleep_until(loop_.after(kHousekeeping))) {
    origins_.close_stale();
    metrics_.set_origin_connections(origins_.counts());
    // Whichever thread comes first tells what is new for all.
    const std::uint64_t forgotten = shared_.rate_limits.forgotten();
    metrics_.count_forgotten_rates(forgotten - shared_.told_forgotten.exchange(forgotten));
  }
}

http::RayId EdgeThread::next_ray() {
  constexpr char kDigits[] = "0123456789abcdef";
  http::RayId ray;
  std::uint64_t number = random_.next();
  for (char& digit : ray) {
    digit = kDigits[number & 15];
    number >>= 4;
  }
  return ray;
}

Task<void> EdgeThread::serve(http::ServerStream& stream) { return edge::serve(*this, stream); }

std::unique_ptr<http::Body> EdgeThread::on_unreadable_request(const http::UnreadableRequest& request,
                                                              http::ResponseHead* answer) {
  return refuse_unreadable(*this, request, answer);
}

void EdgeThread::on_limit(http::Limit limit) { metrics_.count_limit(limit); }

}  // namespace brink::edge
