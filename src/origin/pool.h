// The kept connections to origins. Each loop has a pool; a pool that has no connection at rest asks another
// loop's before it opens one, so that all threads share what is open. An HTTP/2 connection carries many
// requests of its own loop. The limit of connections per origin counts all loops; requests beyond it wait in
// a bounded queue.
//
// A connection belongs to one loop at a time. What crosses loops: the counters in Origin, and connections at
// rest that are handed over by Loop::post.
#pragma once

#include "http/client.h"
#include "http/h1/client_connection.h"
#include "http/h2/client_session.h"
#include "origin/connector.h"
#include "origin/origin.h"
#include "runtime/task_group.h"

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace brink::origin {

class Pool;
struct Http2Connection;

// All pools of a process, so that each finds the others. Built before the loops run, constant then.
struct PoolDirectory {
  std::vector<Pool*> pools;  // by loop index
};

// One HTTP/1.1 connection and what must be known of it.
struct Http1Connection {
  std::unique_ptr<http::h1::ClientConnection> connection;
  net::SocketAddress address;
  std::string sni;
  TimePoint at_rest_since;
};

// A place on a connection for one request: all of an HTTP/1.1 connection, or a stream of an HTTP/2 one.
class Lease {
 public:
  [[nodiscard]] http::ClientStream& stream() const { return *stream_; }
  [[nodiscard]] const net::SocketAddress& address() const { return address_; }
  [[nodiscard]] bool is_reused() const { return reused_; }

 private:
  friend class Pool;
  OriginPtr origin_;
  // Either an HTTP/1.1 connection, which is its own stream, or an HTTP/2 connection and a stream of it.
  Http1Connection http1_;
  std::shared_ptr<Http2Connection> http2_;
  std::unique_ptr<http::ClientStream> http2_stream_;
  http::ClientStream* stream_ = nullptr;
  net::SocketAddress address_;
  bool reused_ = false;
};

class Pool {
 public:
  // `index` is the loop's place in `directory`.
  Pool(Loop& loop, std::size_t index, PoolDirectory& directory, net::Resolver& resolver);
  ~Pool();

  // Waits for a connection. Errors are OriginError, or WaitError::kCancelled.
  Task<Result<Lease>> acquire(const OriginPtr& origin, const Need& need, http::OriginFacts& facts);
  // Takes back what acquire() gave, once its stream has finished.
  void release(Lease lease);

  [[nodiscard]] Loop& loop() { return loop_; }
  // Open connections of this loop.
  struct Counts {
    std::size_t idle = 0;
    std::size_t active = 0;
  };
  [[nodiscard]] Counts counts() const;
  // Closes connections that have been at rest too long, or that the origin has closed. Called every second.
  void close_stale();
  // Closes all connections at rest and waits for the HTTP/2 sessions' end. Required before the pool dies.
  Task<void> close();

 private:
  struct PerOrigin;
  struct Handover;

  PerOrigin& per_origin(const OriginPtr& origin);
  std::optional<Lease> take_http2(PerOrigin& own, const Need& need);
  std::optional<Lease> take_at_rest(PerOrigin& own, const Need& need);
  Task<std::optional<Lease>> ask_another_loop(PerOrigin& own, const Need& need);
  Task<Result<Lease>> open(PerOrigin& own, const Need& need, http::OriginFacts& facts);
  Task<Result<std::optional<Lease>>> wait_in_queue(PerOrigin& own, Deadline deadline, bool look_again);
  Task<void> run_http2(std::shared_ptr<Http2Connection> connection);

  Lease lease_http1(const OriginPtr& origin, Http1Connection connection, bool reused);
  Lease lease_http2(const OriginPtr& origin, std::shared_ptr<Http2Connection> connection, bool reused);
  // A connection that can be used again: to a request that waits, here or on another loop, or to rest.
  void offer(PerOrigin& own, Http1Connection connection);
  // Called on this loop by another's: the newest connection at rest, no longer attached.
  std::optional<Http1Connection> give_away(const OriginPtr& origin, std::string_view sni);
  void receive(const OriginPtr& origin, Http1Connection connection);
  // A connection has ended: one more may be opened by whoever waits for that.
  void connection_ended(const OriginPtr& origin);
  void wake_first_waiting(const OriginPtr& origin);
  [[nodiscard]] Pool* pool_with_queue(const Origin& origin) const;

  Loop& loop_;
  const std::size_t index_;
  PoolDirectory& directory_;
  Connector connector_;
  TaskGroup sessions_;
  std::unordered_map<const Origin*, std::unique_ptr<PerOrigin>> origins_;
};

}  // namespace brink::origin
