#include "net/connect.h"

#include "runtime/fd_watch.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

#include <cerrno>
#include <optional>
#include <vector>

namespace brink::net {
namespace {

class ConnectDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "connect"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<ConnectError>(code)) {
      case ConnectError::kNoAddress: return "there is no address to connect to";
      case ConnectError::kRefused: return "connection refused";
      case ConnectError::kUnreachable: return "no route to the host";
      case ConnectError::kTimeout: return "the host does not answer";
      case ConnectError::kFailed: return "cannot connect: " + Error(SystemError::kSystem, detail).text();
    }
    return "unknown";
  }
};

constexpr ConnectDomain kConnectDomain;

// The families take turns, in the order of their first address (RFC 8305 section 4).
std::vector<SocketAddress> interleave_families(std::span<const SocketAddress> addresses) {
  std::vector<SocketAddress> first, other;
  for (const SocketAddress& address : addresses) {
    (address.family() == addresses.front().family() ? first : other).push_back(address);
  }
  std::vector<SocketAddress> order;
  for (std::size_t i = 0; i < addresses.size() && order.size() < kMaxConnectAddresses; ++i) {
    if (i < first.size()) order.push_back(std::move(first[i]));
    if (i < other.size()) order.push_back(std::move(other[i]));
  }
  if (order.size() > kMaxConnectAddresses) order.pop_back();
  return order;
}

Error as_connect_error(const Error& error) {
  if (error.is(WaitError::kTimeout)) return {ConnectError::kTimeout, ETIMEDOUT};
  return error.is(SystemError::kSystem) ? connect_failure(static_cast<int>(error.detail())) : error;
}

Task<Result<Fd>> connect_one(const SocketAddress& address, Deadline deadline, const ConnectOptions& options) {
  auto socket = start_connect(address, options);
  if (!socket) co_return std::unexpected(as_connect_error(socket.error()));
  FdWatch watch;
  if (auto attached = watch.attach((co_await current_scope()).loop(), socket->get()); !attached) {
    co_return std::unexpected(as_connect_error(attached.error()));
  }
  watch.clear_writable();
  if (auto waited = co_await watch.writable(deadline); !waited)
    co_return std::unexpected(as_connect_error(waited.error()));
  if (const int error_number = connect_error(socket->get()); error_number != 0) {
    co_return std::unexpected(connect_failure(error_number));
  }
  watch.detach();
  co_return std::move(*socket);
}

// What the attempts of one call have come to.
struct Race {
  Event changed;
  std::size_t running = 0;
  std::optional<ConnectedSocket> winner;
  std::optional<Error> failure;

  void note(const Error& error) {
    // An answer of the far side says more than silence; otherwise the first failure stands.
    const bool tells_more =
        failure && failure->is(ConnectError::kTimeout) && !error.is(ConnectError::kTimeout);
    if (!failure || tells_more) failure = error;
  }
};

Task<void> attempt(Race& race, const SocketAddress& address, Deadline deadline,
                   const ConnectOptions& options) {
  ++race.running;
  auto socket = co_await connect_one(address, deadline, options);
  --race.running;
  if (!socket) {
    race.note(socket.error());
  } else if (!race.winner) {
    race.winner = ConnectedSocket{std::move(*socket), address};
  }
  race.changed.notify();
}

}  // namespace

const ErrorDomain& error_domain(ConnectError) { return kConnectDomain; }

Error connect_failure(int error_number) {
  switch (error_number) {
    case ECONNREFUSED:
    case ENOENT: return {ConnectError::kRefused, error_number};  // the latter: no such Unix socket
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EAFNOSUPPORT: return {ConnectError::kUnreachable, error_number};
    case ETIMEDOUT: return {ConnectError::kTimeout, error_number};
    default: return {ConnectError::kFailed, error_number};
  }
}

Task<Result<ConnectedSocket>> connect_any(std::span<const SocketAddress> addresses, Deadline deadline,
                                          ConnectOptions options) {
  if (addresses.empty()) co_return fail(ConnectError::kNoAddress);
  if (addresses.size() == 1) {
    Fd socket = BRINK_CO_TRY(co_await connect_one(addresses.front(), deadline, options));
    co_return ConnectedSocket{std::move(socket), addresses.front()};
  }

  CancelScope& scope = co_await current_scope();
  const std::vector<SocketAddress> order = interleave_families(addresses);
  Race race;
  TaskGroup attempts("connection attempts", scope);
  for (std::size_t next = 0; !race.winner && !scope.is_cancelled();) {
    const bool all_begun = next == order.size() || (next > 0 && deadline.has_passed(scope.loop().now()));
    if (all_begun && race.running == 0) break;
    if (!all_begun) attempts.spawn(attempt(race, order[next++], deadline, options));
    // The next one begins when any has failed, or when the delay is over.
    const Deadline delay =
        next == order.size() ? Deadline::never() : scope.loop().after(kConnectionAttemptDelay);
    (void)co_await race.changed.wait(delay);
  }
  co_await attempts.finish();
  if (race.winner) co_return std::move(*race.winner);
  if (scope.is_cancelled()) co_return fail(WaitError::kCancelled);
  co_return std::unexpected(*race.failure);
}

}  // namespace brink::net
