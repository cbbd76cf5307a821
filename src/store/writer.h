// The one writer of a node. Changes come from the control role's loop as functions, and are run in their
// order on the writer's own thread, where a commit may wait for the disk. All that wait are committed
// together ("group commit"): each is a transaction inside the commit's, so that one that fails takes back its
// own part and no other's. A change is answered when it is on the disk.
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
  // Runs in the writer's thread; what it reads are the changes before it too. An error takes the change back
  // and is the answer. Must not keep views.
  using Change = std::move_only_function<Result<>(WriteTransaction&)>;

  struct Options {
    const TimeSource* time = &system_time();  // asked in the writer's thread
    std::uint64_t kept_changes = kKeptChanges;
  };

  // The environment was opened with kWrite; it and the loop outlive the writer.
  Writer(Environment& environment, Loop& loop) : Writer(environment, loop, Options()) {}
  Writer(Environment& environment, Loop& loop, Options options);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  // Commits what waits, then ends the thread. On the loop's thread, or when the loop does not run.
  ~Writer();

  // Answers on the loop once the change is durable. kBusy where too many wait, kFull where the disk is. When
  // its scope is cancelled it answers at once; the change may be made all the same. A change that does
  // nothing answers with the number of the change before.
  Task<Result<Committed>> apply(Change change);

  // The same for whoever has no loop (the command line, tests). From any thread but the writer's own.
  Result<Committed> apply_now(Change change);

  // Called on the loop after every commit that changed something, with its sequence number, before the
  // changes are answered. Not after the writer has gone. From the loop's thread.
  void on_commit(std::function<void(std::uint64_t)> listener);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brink::store
