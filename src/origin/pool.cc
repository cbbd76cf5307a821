#include "origin/pool.h"

#include "base/intrusive_list.h"
#include "runtime/loop.h"

namespace brink::origin {
namespace {

// How long a request waits for another loop to hand a connection over, before it opens one itself.
constexpr auto kHandoverPatience = std::chrono::milliseconds(5);

// How long a request waits for its turn before it looks for itself: between loops a turn can come to one who
// has just left the queue, and then nobody else is told.
constexpr auto kLookAgain = std::chrono::milliseconds(250);

// A request that waits for a connection to become free.
struct Waiting : ListHook<> {
  Event woken;
  std::optional<Http1Connection> given;
};

// Takes one of the origin's places for a connection, where one is left.
bool count_connection(const Origin& origin) {
  std::uint32_t open = origin.connections.load(std::memory_order_relaxed);
  while (open < origin.settings.max_connections) {
    if (origin.connections.compare_exchange_weak(open, open + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

// Whether a request that is about to wait may find a connection after all.
bool has_something_free(const Origin& origin) {
  if (origin.connections.load() < origin.settings.max_connections) return true;
  return std::ranges::any_of(origin.idle, [](const auto& count) { return count.load() > 0; });
}

}  // namespace

struct Http2Connection {
  OriginPtr origin;
  std::unique_ptr<http::h2::ClientSession> session;
  net::SocketAddress address;
  std::string sni;
  bool used = false;
  TimePoint last_used;
};

struct Pool::PerOrigin {
  OriginPtr origin;
  std::deque<Http1Connection> at_rest;  // the newest at the back
  std::vector<std::shared_ptr<Http2Connection>> http2;
  IntrusiveList<Waiting> waiting;
  std::uint32_t opening = 0;
  std::uint32_t in_use = 0;  // acquire() calls under way
  std::uint32_t leased = 0;  // HTTP/1.1 connections with requests

  void rested(std::size_t index) { origin->idle[index].store(static_cast<std::uint32_t>(at_rest.size())); }
};

// A connection on its way from another loop to a request of this one. Touched by this loop alone but for the
// posts.
struct Pool::Handover {
  Event arrived;
  std::optional<Http1Connection> connection;
  bool answered = false;
  bool given_up = false;
};

Pool::Pool(Loop& loop, std::size_t index, PoolDirectory& directory, net::Resolver& resolver)
    : loop_(loop),
      index_(index),
      directory_(directory),
      connector_(loop, resolver),
      sessions_("http2 to origins", loop) {
  BRINK_ASSERT(index < kMaxLoops);
}

Pool::~Pool() = default;

Task<Result<Lease>> Pool::acquire(const OriginPtr& origin, const Need& need, http::OriginFacts& facts) {
  PerOrigin& own = per_origin(origin);
  struct InUse {
    PerOrigin& own;
    explicit InUse(PerOrigin& counted) : own(counted) { ++own.in_use; }
    ~InUse() { --own.in_use; }
  } in_use(own);

  const TimePoint began = loop_.now();
  const Deadline queue_deadline = loop_.after(origin->settings.queue_timeout);
  const bool fresh = need.fresh || origin->settings.proxy_header != ProxyHeader::kOff;
  for (bool look_again = true;; look_again = false) {
    facts.wait = loop_.now() - began;
    if (!fresh) {
      if (auto lease = take_http2(own, need)) co_return std::move(*lease);
      if (auto lease = take_at_rest(own, need)) co_return std::move(*lease);
      if (auto lease = co_await ask_another_loop(own, need)) co_return std::move(*lease);
    }
    // Where the origin is known to speak HTTP/2 and a connection is being opened, it will carry this request
    // too.
    const bool join_opening =
        !fresh && !need.http1 && own.opening > 0 && origin->speaks_http2.load(std::memory_order_relaxed);
    if (!join_opening && count_connection(*origin)) co_return co_await open(own, need, facts);
    auto given = BRINK_CO_TRY(co_await wait_in_queue(own, queue_deadline, look_again && !join_opening));
    if (given) {
      facts.wait = loop_.now() - began;
      co_return std::move(*given);
    }
  }
}

void Pool::release(Lease lease) {
  PerOrigin& own = per_origin(lease.origin_);
  if (lease.http2_ != nullptr) {
    lease.http2_stream_.reset();
    lease.http2_->last_used = loop_.now();
    if (!own.waiting.empty()) wake_first_waiting(lease.origin_);
    return;
  }
  --own.leased;
  if (lease.http1_.connection->is_reusable() && lease.origin_->settings.proxy_header == ProxyHeader::kOff) {
    offer(own, std::move(lease.http1_));
    return;
  }
  lease.http1_.connection.reset();
  connection_ended(lease.origin_);
}

Pool::Counts Pool::counts() const {
  Counts counts;
  for (const auto& [key, own] : origins_) {
    counts.idle += own->at_rest.size();
    counts.active += own->leased;
    for (const auto& connection : own->http2)
      ++(connection->session->streams_in_use() == 0 ? counts.idle : counts.active);
  }
  return counts;
}

void Pool::close_stale() {
  const TimePoint now = loop_.now();
  for (auto entry = origins_.begin(); entry != origins_.end();) {
    PerOrigin& own = *entry->second;
    const auto limit = now - own.origin->settings.idle_timeout;
    const std::size_t closed = std::erase_if(own.at_rest, [&](const Http1Connection& kept) {
      return kept.at_rest_since <= limit || !kept.connection->is_reusable();
    });
    own.rested(index_);
    for (std::size_t i = 0; i < closed; ++i) connection_ended(own.origin);
    for (auto& connection : own.http2) {
      if (connection->session->streams_in_use() == 0 && connection->last_used <= limit)
        connection->session->close();
    }
    // An origin that no configuration knows any more and that nobody uses here.
    const bool abandoned = own.origin.use_count() == 1 && own.in_use == 0 && own.leased == 0 &&
                           own.at_rest.empty() && own.http2.empty() && own.waiting.empty() &&
                           own.opening == 0;
    entry = abandoned ? origins_.erase(entry) : std::next(entry);
  }
}

Task<void> Pool::close() {
  for (auto& [key, own] : origins_) {
    own->at_rest.clear();
    own->rested(index_);
  }
  co_await sessions_.finish();
}

Pool::PerOrigin& Pool::per_origin(const OriginPtr& origin) {
  auto& own = origins_[origin.get()];
  if (own == nullptr) {
    own = std::make_unique<PerOrigin>();
    own->origin = origin;
  }
  return *own;
}

std::optional<Lease> Pool::take_http2(PerOrigin& own, const Need& need) {
  if (need.http1) return std::nullopt;
  for (auto& connection : own.http2) {
    if (connection->sni == need.sni && connection->session->can_take_request()) {
      return lease_http2(own.origin, connection, std::exchange(connection->used, true));
    }
  }
  return std::nullopt;
}

std::optional<Lease> Pool::take_at_rest(PerOrigin& own, const Need& need) {
  const bool any_sni = !own.origin->settings.https;
  for (std::size_t i = own.at_rest.size(); i-- > 0;) {
    if (!any_sni && own.at_rest[i].sni != need.sni) continue;
    Http1Connection connection = std::move(own.at_rest[i]);
    own.at_rest.erase(own.at_rest.begin() + static_cast<std::ptrdiff_t>(i));
    own.rested(index_);
    if (connection.connection->is_reusable()) return lease_http1(own.origin, std::move(connection), true);
    connection.connection.reset();
    connection_ended(own.origin);
    i = std::min(i, own.at_rest.size());
  }
  return std::nullopt;
}

Task<std::optional<Lease>> Pool::ask_another_loop(PerOrigin& own, const Need& need) {
  for (std::size_t i = 1; i < directory_.pools.size(); ++i) {
    Pool* other = directory_.pools[(index_ + i) % directory_.pools.size()];
    if (own.origin->idle[other->index_].load(std::memory_order_relaxed) == 0) continue;

    auto handover = std::make_shared<Handover>();
    other->loop_.post([this, other, handover, origin = own.origin, sni = std::string(need.sni)] {
      auto connection = other->give_away(origin, sni);
      loop_.post([this, handover, origin, connection = std::move(connection)]() mutable {
        if (handover->given_up) {
          if (connection) receive(origin, std::move(*connection));
          return;
        }
        handover->connection = std::move(connection);
        handover->answered = true;
        handover->arrived.notify();
      });
    });
    const auto waited = co_await handover->arrived.wait(loop_.after(kHandoverPatience));
    if (!handover->answered) handover->given_up = true;
    if (!handover->connection) co_return std::nullopt;
    if (!waited) {  // cancelled as it came
      receive(own.origin, std::move(*handover->connection));
      co_return std::nullopt;
    }
    Http1Connection connection = std::move(*handover->connection);
    if (connection.connection->attach(loop_) && connection.connection->is_reusable()) {
      co_return lease_http1(own.origin, std::move(connection), true);
    }
    connection.connection.reset();
    connection_ended(own.origin);
    co_return std::nullopt;
  }
  co_return std::nullopt;
}

Task<Result<Lease>> Pool::open(PerOrigin& own, const Need& need, http::OriginFacts& facts) {
  const OriginPtr origin = own.origin;
  ++own.opening;
  auto connected = co_await connector_.connect(*origin, need, facts);
  --own.opening;
  if (!connected) {
    connection_ended(origin);
    co_return std::unexpected(connected.error());
  }
  if (!connected->speaks_http2) {
    if (!need.http1) origin->speaks_http2.store(false, std::memory_order_relaxed);
    co_return lease_http1(
        origin,
        {.connection = std::make_unique<http::h1::ClientConnection>(std::move(connected->transport)),
         .address = connected->address,
         .sni = std::string(need.sni),
         .at_rest_since = {}},
        false);
  }
  origin->speaks_http2.store(true, std::memory_order_relaxed);
  auto connection = std::make_shared<Http2Connection>();
  connection->origin = origin;
  connection->session = std::make_unique<http::h2::ClientSession>(std::move(connected->transport));
  connection->address = connected->address;
  connection->sni = need.sni;
  connection->used = true;
  connection->last_used = loop_.now();
  own.http2.push_back(connection);
  sessions_.spawn(run_http2(connection));
  own.waiting.for_each([](Waiting& waiting) { waiting.woken.notify(); });
  co_return lease_http2(origin, std::move(connection), false);
}

Task<Result<std::optional<Lease>>> Pool::wait_in_queue(PerOrigin& own, Deadline deadline, bool look_again) {
  const Origin& origin = *own.origin;
  if (origin.queued.fetch_add(1) >= origin.settings.max_queue) {
    origin.queued.fetch_sub(1);
    co_return fail(OriginError::kQueueFull);
  }
  origin.queued_at[index_].fetch_add(1);
  Waiting waiting;
  own.waiting.push_back(waiting);
  // Another loop may have freed a connection just before it could see this request in the queue. Looked at
  // once: what is free may be of no use to this request.
  if (look_again && has_something_free(origin)) waiting.woken.notify();
  const auto waited = co_await waiting.woken.wait(earlier(deadline, loop_.after(kLookAgain)));
  const bool had_its_turn = !waiting.is_linked();
  waiting.unlink();
  origin.queued_at[index_].fetch_sub(1);
  origin.queued.fetch_sub(1);
  if (waiting.given) {
    if (waited) co_return lease_http1(own.origin, std::move(*waiting.given), true);
    offer(own, std::move(*waiting.given));
  } else if (!waited && had_its_turn) {
    wake_first_waiting(own.origin);  // its turn came as it gave up: the place is the next one's
  }
  const bool timed_out = !waited && waited.error().is(WaitError::kTimeout);
  if (waited || (timed_out && !deadline.has_passed(loop_.now()))) co_return std::optional<Lease>();
  if (timed_out) co_return fail(OriginError::kQueueTimeout);
  co_return std::unexpected(waited.error());
}

Task<void> Pool::run_http2(std::shared_ptr<Http2Connection> connection) {
  co_await connection->session->run();
  std::erase(per_origin(connection->origin).http2, connection);
  connection_ended(connection->origin);
}

Lease Pool::lease_http1(const OriginPtr& origin, Http1Connection connection, bool reused) {
  ++per_origin(origin).leased;
  Lease lease;
  lease.origin_ = origin;
  lease.address_ = connection.address;
  lease.stream_ = connection.connection.get();
  lease.http1_ = std::move(connection);
  lease.reused_ = reused;
  return lease;
}

Lease Pool::lease_http2(const OriginPtr& origin, std::shared_ptr<Http2Connection> connection, bool reused) {
  Lease lease;
  lease.origin_ = origin;
  lease.address_ = connection->address;
  lease.http2_stream_ = connection->session->new_stream();
  lease.stream_ = lease.http2_stream_.get();
  lease.http2_ = std::move(connection);
  lease.reused_ = reused;
  return lease;
}

void Pool::offer(PerOrigin& own, Http1Connection connection) {
  if (Waiting* first = own.waiting.pop_front()) {
    first->given = std::move(connection);
    first->woken.notify();
    return;
  }
  connection.at_rest_since = loop_.now();
  own.at_rest.push_back(std::move(connection));
  own.rested(index_);
  // Only after the connection can be seen at rest may the queue be looked at: see wait_in_queue().
  if (own.origin->queued.load() == 0) return;
  if (Pool* other = pool_with_queue(*own.origin)) {
    Http1Connection given = std::move(own.at_rest.back());
    own.at_rest.pop_back();
    own.rested(index_);
    given.connection->detach();
    other->loop_.post([other, origin = own.origin, given = std::move(given)]() mutable {
      other->receive(origin, std::move(given));
    });
  }
}

std::optional<Http1Connection> Pool::give_away(const OriginPtr& origin, std::string_view sni) {
  PerOrigin& own = per_origin(origin);
  for (std::size_t i = own.at_rest.size(); i-- > 0;) {
    Http1Connection& kept = own.at_rest[i];
    if ((origin->settings.https && kept.sni != sni) || !kept.connection->is_reusable()) continue;
    Http1Connection connection = std::move(kept);
    own.at_rest.erase(own.at_rest.begin() + static_cast<std::ptrdiff_t>(i));
    own.rested(index_);
    connection.connection->detach();
    return connection;
  }
  return std::nullopt;
}

void Pool::receive(const OriginPtr& origin, Http1Connection connection) {
  if (connection.connection->attach(loop_) && connection.connection->is_reusable()) {
    offer(per_origin(origin), std::move(connection));
    return;
  }
  connection.connection.reset();
  connection_ended(origin);
}

void Pool::connection_ended(const OriginPtr& origin) {
  origin->connections.fetch_sub(1);
  if (origin->queued.load() == 0) return;
  wake_first_waiting(origin);
}

void Pool::wake_first_waiting(const OriginPtr& origin) {
  PerOrigin& own = per_origin(origin);
  if (Waiting* first = own.waiting.pop_front()) {
    first->woken.notify();
    return;
  }
  if (Pool* other = pool_with_queue(*origin)) {
    other->loop_.post([other, origin] {
      if (Waiting* first = other->per_origin(origin).waiting.pop_front()) {
        first->woken.notify();
      } else if (origin->queued.load() > 0) {
        other->wake_first_waiting(origin);
      }
    });
  }
}

Pool* Pool::pool_with_queue(const Origin& origin) const {
  for (std::size_t i = 1; i < directory_.pools.size(); ++i) {
    Pool* other = directory_.pools[(index_ + i) % directory_.pools.size()];
    if (origin.queued_at[other->index_].load(std::memory_order_relaxed) > 0) return other;
  }
  return nullptr;
}

}  // namespace brink::origin
