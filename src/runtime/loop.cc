#include "runtime/loop.h"

#include "runtime/fd_watch.h"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace brink {
namespace {

constexpr int kEventsPerPoll = 256;
// Coroutines resumed before the loop looks at its descriptors again, so that a pair of tasks that wake each
// other cannot starve the rest.
constexpr std::size_t kResumesPerTurn = 4096;

thread_local Loop* running_loop = nullptr;

}  // namespace

Loop::Loop(const TimeSource& time)
    : time_(time), now_(time.now()), wall_now_(time.wall_now()), timers_(now_) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  BRINK_ASSERT(epoll_ >= 0);
  wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  BRINK_ASSERT(wake_fd_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;  // the loop's own descriptor is the one without a watch
  BRINK_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_fd_, &event) == 0);
}

Loop::~Loop() {
  ::close(wake_fd_);
  ::close(epoll_);
}

void Loop::run() {
  while (!stopped_) run_once(Deadline::never());
  stopped_ = false;
}

void Loop::run_once(Deadline deadline) {
  running_loop = this;
  ready_.splice_back(ready_next_turn_);
  int timeout_ms = -1;
  if (!ready_.empty()) {
    timeout_ms = 0;
  } else {
    const TimePoint until = std::min(deadline.when(), timers_.next_expiry());
    if (until != TimePoint::max()) {
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - time_.now()).count();
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(wait, 0, 3'600'000));
    }
  }
  poll(timeout_ms);
  update_now();
  timers_.advance(now_);
  run_posted();
  resume_ready();
  turn_end_hooks_.for_each([](TurnEndHook& hook) { hook.on_turn_end(); });
}

void Loop::stop() {
  post([this] { stopped_ = true; });
}

void Loop::post(std::move_only_function<void()> work) {
  bool must_wake = false;
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
    must_wake = !wake_pending_.exchange(true, std::memory_order_release);
  }
  if (must_wake) {
    const std::uint64_t one = 1;
    (void)!::write(wake_fd_, &one, sizeof one);
  }
}

bool Loop::is_in_loop_thread() const { return running_loop == this; }

void Loop::update_now() {
  now_ = time_.now();
  wall_now_ = time_.wall_now();
}

void Loop::poll(int timeout_ms) {
  epoll_event events[kEventsPerPoll];
  const int count = ::epoll_wait(epoll_, events, kEventsPerPoll, timeout_ms);
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr == nullptr) continue;  // edge-triggered: the counter needs no reading
    static_cast<FdWatch*>(events[i].data.ptr)->on_events(events[i].events);
  }
}

void Loop::run_posted() {
  if (!wake_pending_.load(std::memory_order_acquire)) return;
  std::vector<std::move_only_function<void()>> work;
  {
    std::lock_guard lock(posted_mutex_);
    wake_pending_.store(false, std::memory_order_relaxed);
    work.swap(posted_);
  }
  for (auto& each : work) each();
}

void Loop::resume_ready() {
  for (std::size_t i = 0; i < kResumesPerTurn; ++i) {
    Waiter* waiter = ready_.pop_front();
    if (waiter == nullptr) return;
    waiter->resume();
  }
}

}  // namespace brink
