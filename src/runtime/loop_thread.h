// A thread that runs a loop.
#pragma once

#include "runtime/loop.h"

#include <optional>
#include <string>
#include <thread>

namespace brink {

// The loop exists from construction to destruction; its thread runs from start() to stop(). What other
// threads do with it meanwhile is loop().post(...). What is made on the loop dies on the loop: before stop(),
// by a post.
class LoopThread {
 public:
  // `name` is what ps and perf show: at most 15 bytes count. With `cpu`, the thread keeps to that one.
  explicit LoopThread(std::string name, std::optional<unsigned> cpu = std::nullopt);
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  // Stops and joins.
  ~LoopThread();

  // All signals are blocked in the thread, so that they go to whoever watches them (runtime/signals.h). An
  // error where there is no such thread to be had, or no such CPU for us.
  Result<> start();
  // Asks the loop to end after its present turn. From any thread.
  void stop() { loop_.stop(); }
  // Waits for the thread's end; nothing where it does not run.
  void join();

  [[nodiscard]] Loop& loop() { return loop_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::optional<unsigned> cpu_;
  Loop loop_;
  std::thread thread_;
};

}  // namespace brink
