// What changed since N: every put and remove, in order, whole, so that a follower that replays them has the
// same store.
//
// A row of the log: key u64 sequence, u32 operation (big-endian); value u8 table, u8 kind, u16 length of the
// key (little-endian), the key, the value.
#pragma once

#include "store/id.h"
#include "store/transaction.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::store {

struct Operation {
  std::uint64_t sequence = 0;  // of its change
  Table table{};
  bool is_removal = false;
  bool is_prefix = false;  // a removal of all rows whose keys begin with `key`
  std::string_view key;
  std::string_view value;
};

// Walks the operations after the change `since`, oldest first. Views live as long as the transaction.
class ChangeScan {
 public:
  ChangeScan(const ReadTransaction& transaction, std::uint64_t since);
  // False where changes after `since` are no longer kept (limits.h): the follower needs a snapshot.
  [[nodiscard]] bool is_complete() const { return complete_; }
  [[nodiscard]] std::optional<Operation> next();

 private:
  Cursor cursor_;
  bool complete_;
};

// The zone that an operation belongs to; nothing for what belongs to none.
[[nodiscard]] std::optional<Id> zone_of(const Operation& operation);

// Does again what another node did; all operations of one change in one change, in their order, so that the
// change keeps its own sequence number. For followers. kOutOfOrder where it is not the operation that is due.
Result<> replay(WriteTransaction& transaction, const Operation& operation);

}  // namespace brink::store
