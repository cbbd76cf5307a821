#include "net/listener.h"

#include <cerrno>

#include <sys/socket.h>

namespace brink::net {

Listener::Listener(Loop& loop, Fd listening, OnConnection on_connection, const ListenerLimits& limits)
    : loop_(loop),
      listening_(std::move(listening)),
      on_connection_(std::move(on_connection)),
      limits_(limits),
      tasks_("listener", loop) {}

Result<> Listener::start() {
  BRINK_TRY(watch_.attach(loop_, listening_.get()));
  tasks_.spawn(accept_connections());
  return {};
}

void Listener::resume() {
  if (std::exchange(paused_, false)) resumed_.notify();
}

Task<void> Listener::stop() {
  co_await tasks_.finish();
  watch_.detach();
  listening_.reset();
}

Task<void> Listener::accept_connections() {
  for (;;) {
    while (paused_) {
      if (!co_await resumed_.wait(Deadline::never())) co_return;
    }
    if (!co_await watch_.readable(Deadline::never())) co_return;
    Outcome outcome = Outcome::kAccepted;
    for (std::uint32_t i = 0; i < limits_.accepts_per_turn && !paused_; ++i) {
      outcome = accept_one();
      if (outcome != Outcome::kAccepted && outcome != Outcome::kPeerGone) break;
    }
    if (outcome == Outcome::kNothingThere) continue;
    if (outcome == Outcome::kBroken) co_return;
    if (outcome == Outcome::kExhausted) {
      ++counts_.exhausted;
      if (!co_await sleep_until(loop_.after(limits_.exhausted_pause))) co_return;
    } else if (!co_await next_turn()) {
      co_return;
    }
  }
}

Listener::Outcome Listener::accept_one() {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Fd socket(::accept4(listening_.get(), reinterpret_cast<sockaddr*>(&storage), &size,
                      SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    ++counts_.accepted;
    const auto peer = SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&storage), size);
    on_connection_(std::move(socket), peer.value_or(SocketAddress()));
    return Outcome::kAccepted;
  }
  switch (errno) {
    case EAGAIN: watch_.clear_readable_after_would_block(); return Outcome::kNothingThere;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Outcome::kExhausted;
    case EBADF:
    case EINVAL:
    case ENOTSOCK: return Outcome::kBroken;                 // it no longer listens, and will not again
    default: ++counts_.aborted; return Outcome::kPeerGone;  // accept(2): an error of the new connection
  }
}

}  // namespace brink::net
