#include "support/event_loop.h"

#include "support/sockets.h"

#include <cerrno>

#include <unistd.h>

namespace brink::bench {

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(kEventsPerTurn) {
  if (epoll_ < 0) die("epoll_create1");
}

EventLoop::~EventLoop() { ::close(epoll_); }

void EventLoop::watch(int fd, std::uint32_t events, Watched* watched) {
  epoll_event event{.events = events, .data = {.ptr = watched}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl add");
}

void EventLoop::rewatch(int fd, std::uint32_t events, Watched* watched) {
  epoll_event event{.events = events, .data = {.ptr = watched}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) die("epoll_ctl modify");
}

void EventLoop::forget(int fd) {
  if (::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr) != 0) die("epoll_ctl delete");
}

void EventLoop::retire(std::unique_ptr<Watched> gone) { retired_.push_back(std::move(gone)); }

void EventLoop::turn(std::chrono::milliseconds patience) {
  const int count = ::epoll_wait(epoll_, events_.data(), kEventsPerTurn, static_cast<int>(patience.count()));
  if (count < 0 && errno != EINTR) die("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    static_cast<Watched*>(event.data.ptr)->ready(event.events);
  }
  retired_.clear();
}

void EventLoop::run() {
  for (;;) turn(std::chrono::milliseconds(-1));
}

}  // namespace brink::bench
