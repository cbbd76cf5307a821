// Accepts connections on one listening socket and hands them over.
#pragma once

#include "base/error.h"
#include "net/address.h"
#include "net/fd.h"
#include "runtime/fd_watch.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

#include <chrono>
#include <cstdint>
#include <functional>

namespace brink::net {

struct ListenerLimits {
  std::uint32_t accepts_per_turn = 64;  // then the connections that are there have their turn
  std::chrono::milliseconds exhausted_pause{
      100};  // after the process or the machine ran out of descriptors or memory
};

struct ListenerCounts {
  std::uint64_t accepted = 0;
  std::uint64_t aborted = 0;    // gone before they were accepted
  std::uint64_t exhausted = 0;  // pauses because descriptors or memory ran out
};

// Belongs to one loop. A machine that has run out of descriptors does not stop it: it waits and tries again,
// and the connections wait in the kernel's queue.
class Listener {
 public:
  // Runs on the loop; what it starts, it starts in a task group of its own. The socket is non-blocking; its
  // peer has no path where it is an unnamed Unix socket.
  using OnConnection = std::move_only_function<void(Fd socket, const SocketAddress& peer)>;

  Listener(Loop& loop, Fd listening, OnConnection on_connection, const ListenerLimits& limits = {});
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Begins to accept.
  Result<> start();
  // Accepts nothing until resume(): the connections wait in the kernel's queue.
  void pause() { paused_ = true; }
  void resume();
  // Ends for good and closes the socket (other processes' duplicates go on). Required before the listener
  // dies, if it was started.
  Task<void> stop();

  [[nodiscard]] const ListenerCounts& counts() const { return counts_; }
  [[nodiscard]] int fd() const { return listening_.get(); }

 private:
  Task<void> accept_connections();
  enum class Outcome { kAccepted, kNothingThere, kPeerGone, kExhausted, kBroken };
  Outcome accept_one();

  Loop& loop_;
  Fd listening_;
  OnConnection on_connection_;
  ListenerLimits limits_;
  ListenerCounts counts_;
  bool paused_ = false;
  Event resumed_;
  FdWatch watch_;
  TaskGroup tasks_;
};

}  // namespace brink::net
