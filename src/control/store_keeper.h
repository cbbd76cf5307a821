// The store in the control role, its only writer: opened at the start, made at the first one, handed over in
// an upgrade, and kept in order while it runs.
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "store/environment.h"
#include "store/writer.h"

#include <chrono>
#include <memory>
#include <string>

namespace brink::control {

// Belongs to one loop.
class StoreKeeper {
 public:
  explicit StoreKeeper(Loop& loop) : loop_(loop) {}
  StoreKeeper(const StoreKeeper&) = delete;
  StoreKeeper& operator=(const StoreKeeper&) = delete;

  // Opens <data_dir>/store for writing and sees to the operator's user and account. StoreError::kBusy while
  // the process before this one still has it. Blocks for the disk: at a start.
  Result<> open(const config::Config& config);
  [[nodiscard]] bool is_open() const { return writer_ != nullptr; }
  // Whether open() has made the store.
  [[nodiscard]] bool was_made() const { return made_; }
  // Requires is_open().
  [[nodiscard]] store::Environment& environment() { return *environment_; }
  [[nodiscard]] store::Writer& writer() { return *writer_; }

  // What may change at a reload: the operator's e-mail address and how long the audit log is kept.
  Task<void> use(const config::Control& control);
  // Cuts the audit log by age, until it is cancelled.
  Task<void> keep_in_order();
  // Lets go of it, so that the next process can have it. Nobody uses it any more.
  void close();

 private:
  Loop& loop_;
  std::chrono::milliseconds audit_keep_{0};
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<store::Writer> writer_;
  bool made_ = false;
};

}  // namespace brink::control
