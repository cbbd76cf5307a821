#include "net/cares_resolver.h"

#include "runtime/loop.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <mutex>
#include <optional>

#include <ares.h>
#include <sys/epoll.h>
#include <sys/time.h>

namespace brink::net {
namespace {

constexpr int kEventsPerPoll = 16;
constexpr int kPollsPerTurn = 16;

Error as_resolve_error(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA: return {ResolveError::kNoSuchName, status};
    case ARES_EBADNAME:
    case ARES_EBADQUERY: return {ResolveError::kBadName, status};
    default: return {ResolveError::kServerFailure, status};
  }
}

// The addresses of an answer, and the shortest of its TTLs: that of a CNAME on the way counts as well.
Resolution to_resolution(const ares_addrinfo& answer, TimePoint now) {
  Resolution resolution;
  int ttl = INT_MAX;
  for (const auto* cname = answer.cnames; cname != nullptr; cname = cname->next)
    ttl = std::min(ttl, cname->ttl);
  for (const auto* node = answer.nodes; node != nullptr; node = node->ai_next) {
    ttl = std::min(ttl, node->ai_ttl);
    const auto address = SocketAddress::from_native(node->ai_addr, node->ai_addrlen);
    if (!address || address->is_unix() || resolution.addresses.size() == kMaxResolvedAddresses) continue;
    if (std::ranges::find(resolution.addresses, address->ip()) == resolution.addresses.end()) {
      resolution.addresses.push_back(address->ip());
    }
  }
  resolution.expires = now + std::chrono::seconds(std::max(ttl, 0));
  return resolution;
}

}  // namespace

// What a call asked for. c-ares cannot forget one question: where the caller has gone, the answer is thrown
// away.
struct CaresResolver::Query {
  CaresResolver& resolver;
  Event answered;
  std::optional<Result<Resolution>> outcome;
};

// A call that waits for its answer.
struct CaresResolver::Waiting : ListHook<> {
  Waiting(CaresResolver& r, Query& q) : resolver(r), query(q) { resolver.waiting_.push_back(*this); }
  ~Waiting() {
    unlink();
    // Where this call drove c-ares, another one has to.
    if (!resolver.driven_ && !resolver.waiting_.empty()) resolver.waiting_.front().query.answered.notify();
  }
  CaresResolver& resolver;
  Query& query;
};

Result<std::unique_ptr<CaresResolver>> CaresResolver::make(Loop& loop, const CaresOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { ::ares_library_init(ARES_LIB_INIT_ALL); });
  std::unique_ptr<CaresResolver> resolver(new CaresResolver(loop));
  BRINK_TRY(resolver->open(options));
  return resolver;
}

CaresResolver::CaresResolver(Loop& loop) : loop_(loop) {}

Result<> CaresResolver::open(const CaresOptions& options) {
  sockets_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!sockets_) return fail_errno(errno);
  BRINK_TRY(watch_.attach(loop_, sockets_.get()));

  char lookups[] = "fb";  // the hosts file, then the servers
  ares_options native{};
  native.timeout = static_cast<int>(options.attempt_timeout.count());
  native.tries = options.tries;
  native.lookups = lookups;
  native.sock_state_cb = on_socket_state;
  native.sock_state_cb_data = this;
  const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
  if (const int status = ::ares_init_options(&channel_, &native, mask); status != ARES_SUCCESS) {
    channel_ = nullptr;
    return fail(ResolveError::kServerFailure, status);
  }
  if (options.servers.empty()) return {};
  if (const int status = ::ares_set_servers_ports_csv(channel_, options.servers.c_str());
      status != ARES_SUCCESS) {
    return fail(ResolveError::kServerFailure, status);
  }
  return {};
}

CaresResolver::~CaresResolver() {
  BRINK_ASSERT(waiting_.empty());
  if (channel_ != nullptr) ::ares_destroy(channel_);  // answers what is left with "destroyed"
}

Task<Result<Resolution>> CaresResolver::resolve(std::string_view host, Deadline deadline) {
  if (const auto literal = IpAddress::parse(host)) co_return Resolution{.addresses = {*literal}};
  if (!is_host_name(host)) co_return fail(ResolveError::kBadName);
  if (is_localhost(host)) co_return localhost_resolution();
  if (queries_ >= kMaxQueries) (void)take_events();  // what nobody waits for any more may have been answered
  if (queries_ >= kMaxQueries) co_return fail(ResolveError::kTooMany);

  const auto query = std::make_shared<Query>(*this);
  start(host, query);
  const Waiting waiting(*this, *query);
  while (!query->outcome) {
    Result<> waited;
    if (driven_) {
      waited = co_await query->answered.wait(deadline);
    } else {
      waited = co_await drive(deadline);
    }
    if (query->outcome) break;
    if (!waited && waited.error().is(WaitError::kTimeout)) co_return fail(ResolveError::kTimeout);
    if (!waited) co_return std::unexpected(waited.error());
  }
  co_return *std::move(query->outcome);
}

void CaresResolver::start(std::string_view host, const std::shared_ptr<Query>& query) {
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  ++queries_;
  const std::string name(host);
  ::ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, on_answer, new std::shared_ptr<Query>(query));
}

void CaresResolver::on_answer(void* query_pointer, int status, int, ares_addrinfo* answer) {
  const std::unique_ptr<std::shared_ptr<Query>> owner(static_cast<std::shared_ptr<Query>*>(query_pointer));
  Query& query = **owner;
  --query.resolver.queries_;
  if (status == ARES_SUCCESS) {
    query.outcome = to_resolution(*answer, query.resolver.loop_.now());
    if ((*query.outcome)->addresses.empty()) query.outcome = fail(ResolveError::kNoSuchName);
  } else {
    query.outcome = std::unexpected(as_resolve_error(status));
  }
  if (answer != nullptr) ::ares_freeaddrinfo(answer);
  query.answered.notify();
}

Task<Result<>> CaresResolver::drive(Deadline deadline) {
  struct Driving {
    explicit Driving(bool& flag) : driven(flag) { driven = true; }
    ~Driving() { driven = false; }
    bool& driven;
  };
  Result<> waited;
  {
    const Driving driving(driven_);
    waited = co_await watch_.readable(earlier(deadline, next_timeout()));
    if (!take_events()) (void)co_await next_turn();
  }
  ::ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its time-outs
  const bool was_its_own_timeout =
      !waited && waited.error().is(WaitError::kTimeout) && !deadline.has_passed(loop_.now());
  if (was_its_own_timeout) co_return {};
  co_return waited;
}

bool CaresResolver::take_events() {
  for (int i = 0; i < kPollsPerTurn; ++i) {
    epoll_event events[kEventsPerPoll];
    const int count = ::epoll_wait(sockets_.get(), events, kEventsPerPoll, 0);
    if (count <= 0) {
      watch_.clear_readable_after_would_block();
      return true;
    }
    for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(count))) {
      const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
      ::ares_process_fd(channel_, broken || (event.events & EPOLLIN) != 0 ? event.data.fd : ARES_SOCKET_BAD,
                        broken || (event.events & EPOLLOUT) != 0 ? event.data.fd : ARES_SOCKET_BAD);
    }
  }
  return false;
}

Deadline CaresResolver::next_timeout() const {
  timeval left{};
  if (::ares_timeout(channel_, nullptr, &left) == nullptr) return Deadline::never();
  return loop_.after(std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec));
}

void CaresResolver::on_socket_state(void* self, int socket, int wants_read, int wants_write) {
  const int sockets = static_cast<CaresResolver*>(self)->sockets_.get();
  epoll_event event{};
  event.events = (wants_read != 0 ? EPOLLIN : 0U) | (wants_write != 0 ? EPOLLOUT : 0U);
  event.data.fd = socket;
  if (event.events == 0) {  // it is about to be closed
    ::epoll_ctl(sockets, EPOLL_CTL_DEL, socket, nullptr);
  } else if (::epoll_ctl(sockets, EPOLL_CTL_MOD, socket, &event) != 0 && errno == ENOENT) {
    // Where this fails, the question runs into its time-out.
    ::epoll_ctl(sockets, EPOLL_CTL_ADD, socket, &event);
  }
}

}  // namespace brink::net
