// The one writer of a node. Changes come from the control role's loop as functions, and are run in their order on the
// writer's own thread, where a commit may wait for the disk. All that wait are committed together ("group commit"): each
// is a transaction inside the commit's, so that one that fails takes back its own part and no other's. A change is
// answered when it is on the disk.
#pragma once

#include "runtime/loop.h"
#include "runtime/task.h"
#include "store/environment.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace brink::store {

// What a change did and when: the sequence number under which it can be read.
struct Committed {
  std::uint64_t sequence = 0;
};

class Writer {
 public:
  // Runs in the writer's thread; what it reads are the changes before it too. An error takes the change back and is the
  // answer. Must not keep views.
  using Change = std::move_only_function<Result<>(WriteTransaction&)>;

  // The environment was opened with kWrite and outlives the writer.
  Writer(Environment& environment, Loop& loop);
  // Commits what waits, then ends the thread.
  ~Writer();

  // Answers on the loop once the change is durable. kBusy where too many wait, kFull where the disk is.
  Task<Result<Committed>> apply(Change change);

  // The same for whoever has no loop (the command line, tests).
  Result<Committed> apply_now(Change change);

  // Called on the loop after every commit, with its sequence number.
  void on_commit(std::function<void(std::uint64_t)> listener);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brink::store
