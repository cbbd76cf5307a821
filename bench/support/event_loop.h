// A level-triggered epoll loop with nothing on top: one thread, one pointer a descriptor.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <sys/epoll.h>

namespace brink::bench {

// Something that owns a descriptor and is told when it is ready. Destroyed by `EventLoop::retire`, never
// while an event of the same turn may still point at it.
class Watched {
 public:
  virtual ~Watched() = default;
  virtual void ready(std::uint32_t events) = 0;
};

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void watch(int fd, std::uint32_t events, Watched* watched);
  void rewatch(int fd, std::uint32_t events, Watched* watched);
  void forget(int fd);

  // Keeps `gone` until the turn is over. The caller has already closed or forgotten its descriptors.
  void retire(std::unique_ptr<Watched> gone);

  // One epoll_wait and what it brought; waits at most `patience`.
  void turn(std::chrono::milliseconds patience);

  [[noreturn]] void run();

 private:
  static constexpr int kEventsPerTurn = 256;

  int epoll_;
  std::vector<epoll_event> events_;
  std::vector<std::unique_ptr<Watched>> retired_;
};

}  // namespace brink::bench
