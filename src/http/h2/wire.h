// The outgoing side of a connection: takes frames from the codec and gives them to the transport, as many in
// one write as there are. Whoever makes the codec want to send calls wake(); the writing itself happens once
// everything else that is ready in this turn of the loop has run, so that the streams of one turn share a
// write.
//
// Holds a buffer only while bytes wait. Belongs to its session, on one loop.
#pragma once

#include "base/slice.h"
#include "http/h2/codec.h"
#include "net/transport.h"
#include "runtime/loop.h"
#include "runtime/task.h"

#include <chrono>
#include <cstdint>

namespace brink::http::h2 {

class Wire {
 public:
  class Owner {
   public:
    // The transport has taken what it would for now: bytes_given() says how far that was.
    virtual void on_written() = 0;
    // Nothing can be sent any more: the transport failed, or took nothing for the time allowed (error_number
    // 0).
    virtual void on_write_failed(int error_number) = 0;

   protected:
    ~Owner() = default;
  };

  Wire(net::Transport& transport, Codec& codec, Loop& loop, std::chrono::milliseconds timeout, Owner& owner)
      : transport_(transport), codec_(codec), loop_(loop), timeout_(timeout), owner_(owner) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { drop(); }

  // The writer: to be spawned once; ends when it is cancelled or nothing can be sent any more.
  Task<void> run();
  // There is something to send.
  void wake() { wanted_.notify(); }
  // Waits until nothing is left to be sent, or the deadline. An error too where the writer has ended.
  Task<Result<>> drained(Deadline deadline);

  // Bytes taken from the codec, and how many of them the transport has taken, since the beginning.
  [[nodiscard]] std::uint64_t bytes_produced() const { return produced_; }
  [[nodiscard]] std::uint64_t bytes_given() const { return given_; }
  // Whether bytes wait for the peer to take some.
  [[nodiscard]] bool is_blocked() const { return blocked_; }
  [[nodiscard]] TimePoint last_progress() const { return last_progress_; }
  [[nodiscard]] bool has_failed() const { return failed_; }

 private:
  enum class Flushed : unsigned char { kAll, kBlocked, kEnough, kFailed };

  Flushed flush();
  void drop();
  [[nodiscard]] bool is_drained() const;

  net::Transport& transport_;
  Codec& codec_;
  Loop& loop_;
  std::chrono::milliseconds timeout_;
  Owner& owner_;
  Event wanted_;
  Event drained_;
  Buffer* buffer_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t produced_ = 0;
  std::uint64_t given_ = 0;
  TimePoint last_progress_;
  bool blocked_ = false;
  bool failed_ = false;
  int error_number_ = 0;
};

}  // namespace brink::http::h2
