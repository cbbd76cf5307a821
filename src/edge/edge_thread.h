// What one thread of the edge owns: its loop, its listeners, its clients' connections, its pool of origin
// connections. One EdgeThread per loop; everything in it is touched by that loop alone. What the threads
// share is in EdgeShared.
#pragma once

#include "base/intrusive_list.h"
#include "base/random.h"
#include "edge/access_log.h"
#include "edge/client_counts.h"
#include "edge/request_metrics.h"
#include "edge/rules/routed_origins.h"
#include "edge/snapshot.h"
#include "http/date.h"
#include "http/exchange.h"
#include "http/server.h"
#include "net/caching_resolver.h"
#include "net/cares_resolver.h"
#include "net/listener.h"
#include "origin/pool.h"
#include "rules/rate_limit.h"
#include "runtime/loop_thread.h"
#include "runtime/task_group.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace brink::edge {

// What all threads of the edge share: each part says how it may be.
struct EdgeShared {
  EdgeShared(telemetry::Registry& registry, int channel, StoredZones& stored, std::size_t rate_limit_keys);

  ClientCounts clients;          // locks inside
  origin::PoolDirectory pools;   // constant once the threads run
  telemetry::Registry& metrics;  // locks inside
  int log_channel = -1;          // where access log lines go; -1: nowhere
  StoredZones& stored_zones;     // locks inside
  std::string node_name;         // constant once the threads run
  RoutedOrigins routed_origins{
      [this](bool verify) { return stored_zones.tls_to_origins(verify); }};  // locks inside
  rules::RateLimitTable rate_limits;                                         // locks inside
  std::uint64_t rate_limit_seed = 0;             // a secret of this process; constant
  std::atomic<std::uint64_t> told_forgotten{0};  // of rate_limits, in the metrics already
};

// A connection that can be told to end as soon as it is polite. Leaves its thread's list when it dies.
class LiveConnection : public ListHook<LiveConnection> {
 public:
  virtual void drain() = 0;

 protected:
  ~LiveConnection() = default;
};

enum class ListenerKind : unsigned char { kHttp, kHttps };

class EdgeThread final : public http::Service {
 public:
  EdgeThread(EdgeShared& shared, std::size_t index, Loop& loop, std::unique_ptr<net::CaresResolver> resolver);
  ~EdgeThread() override;

  // --- called on the loop ---
  // The configuration for connections and requests that begin from now on.
  void use(std::shared_ptr<const Snapshot> snapshot);
  // Accepts on `socket`; closes it where this thread listens on that address already.
  void listen(net::Fd socket, const net::SocketAddress& address, ListenerKind kind);
  // Stops accepting on every address but these.
  void stop_listening_except(const std::vector<net::SocketAddress>& addresses);
  // Accepts nothing more, lets requests finish, and has ended all connections by the deadline; then calls
  // `done`.
  void drain_then(Deadline deadline, std::move_only_function<void()> done);
  // `connection` is told to drain when the thread is; at once where that has begun.
  void add_live(LiveConnection& connection);

  [[nodiscard]] Loop& loop() { return loop_; }
  [[nodiscard]] const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] origin::Pool& origins() { return origins_; }
  [[nodiscard]] AccessLog& access_log() { return access_log_; }
  [[nodiscard]] RequestMetrics& metrics() { return metrics_; }
  // Open connections of this thread: to http listeners, to https listeners.
  [[nodiscard]] std::array<std::int64_t, 2>& open_connections() { return open_connections_; }
  [[nodiscard]] EdgeShared& shared() { return shared_; }
  [[nodiscard]] http::RayId next_ray();
  [[nodiscard]] Random& random() { return random_; }
  // The present time as the Date field writes it.
  [[nodiscard]] std::string_view date() { return date_.text(loop_.wall_now()); }
  [[nodiscard]] std::uint64_t next_connection_id() { return ++last_connection_; }

  // --- http::Service ---
  Task<void> serve(http::ServerStream& stream) override;
  std::unique_ptr<http::Body> on_unreadable_request(const http::UnreadableRequest& request,
                                                    http::ResponseHead* answer) override;
  void on_limit(http::Limit limit) override;

 private:
  struct Listening {
    net::SocketAddress address;
    ListenerKind kind;
    std::unique_ptr<net::Listener> listener;
  };

  Task<void> keep_house();
  Task<void> stop_listener(Listening listening);
  Task<void> drain(Deadline deadline, std::move_only_function<void()> done);

  EdgeShared& shared_;
  Loop& loop_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::unique_ptr<net::CaresResolver> system_resolver_;
  net::CachingResolver resolver_;
  origin::Pool origins_;
  RequestMetrics metrics_;
  AccessLog access_log_;
  FastRandom random_;
  std::uint64_t last_connection_;
  std::vector<Listening> listeners_;
  IntrusiveList<LiveConnection, LiveConnection> live_;
  std::array<std::int64_t, 2> open_connections_{};
  bool draining_ = false;
  http::HttpDate date_;
  TaskGroup house_;
  TaskGroup connections_;
  TaskGroup drainer_;  // waits for the other groups, so it is in none of them
};

}  // namespace brink::edge
