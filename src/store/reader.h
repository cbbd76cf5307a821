// How a loop reads the store: a snapshot per turn. The transaction is renewed when somebody asks for the
// first time in a turn, and let go at the turn's end, so that no idle or waiting loop keeps old pages alive.
#pragma once

#include "runtime/loop.h"
#include "store/environment.h"

#include <memory>

namespace brink::store {

// Belongs to one loop.
class Reader final : private TurnEndHook {
 public:
  Reader(const Environment& environment, Loop& loop);
  ~Reader();

  // The store as it is in this turn; views that come of it must not outlive the turn (nor a co_await).
  // kTooManyReaders, kIo, kCorrupt.
  [[nodiscard]] Result<const ReadTransaction*> snapshot();

  // Whether anything was committed since the last call that answered true; one load from memory.
  [[nodiscard]] bool has_changed();

 private:
  void on_turn_end() override;

  const Environment& environment_;
  std::unique_ptr<ReadTransaction> transaction_;
  bool held_ = false;
  std::uint64_t seen_ = 0;
};

}  // namespace brink::store
