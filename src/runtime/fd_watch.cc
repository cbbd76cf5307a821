#include "runtime/fd_watch.h"

#include "runtime/loop.h"

#include <cerrno>

#include <sys/epoll.h>

namespace brink {

Result<> FdWatch::attach(Loop& loop, int fd) {
  BRINK_ASSERT(loop_ == nullptr);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  if (::epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return fail_errno(errno);
  loop_ = &loop;
  fd_ = fd;
  readable_ = false;
  writable_ = true;
  hangup_ = false;
  broken_ = false;
  return {};
}

void FdWatch::detach() {
  if (loop_ == nullptr) return;
  BRINK_ASSERT(read_place_.is_empty() && write_place_.is_empty());
  ::epoll_ctl(loop_->epoll_, EPOLL_CTL_DEL, fd_, nullptr);
  loop_ = nullptr;
  fd_ = -1;
  cancelled_by_break_ = nullptr;
}

void FdWatch::on_events(unsigned events) {
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) hangup_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    readable_ = true;
    read_place_.wake();
  }
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    writable_ = true;
    write_place_.wake();
  }
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
    broken_ = true;
    if (cancelled_by_break_ != nullptr)
      cancelled_by_break_->cancel();  // only marks waiters; no code runs here
  }
}

}  // namespace brink
