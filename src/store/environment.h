// The LMDB environment of a node: <data_dir>/store. One process writes it (control), any number read it where it lies.
// Never MDB_WRITEMAP: a wild pointer of the writer must not become data.
#pragma once

#include "store/limits.h"
#include "store/store_error.h"
#include "store/transaction.h"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

struct MDB_env;

namespace brink::store {

inline constexpr std::uint32_t kSchemaVersion = 1;

class Environment {
 public:
  enum class Mode { kRead, kWrite };

  // Opens the store in `directory`. kWrite makes it where it is missing (0700, files 0600), takes the writer's lock
  // (kBusy where another process has it) and brings an older schema up to date; kRead answers kNotThere where it has
  // not been made. Blocks for the disk, but not for the size of what is in it.
  [[nodiscard]] static Result<std::unique_ptr<Environment>> open(const std::string& directory, Mode mode);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The number of the last committed change: one load from shared memory, from any thread of any process.
  [[nodiscard]] std::uint64_t sequence() const { return published_->load(std::memory_order_acquire); }

  // A transaction to read in, for as long as it is held. It keeps old pages from being used again: hold it for a request
  // of the API or a check, not for a loop's life (that is what Reader is for).
  [[nodiscard]] Result<std::unique_ptr<ReadTransaction>> read() const;

  // Frees the slots of readers whose processes have died; how many.
  Result<int> clear_stale_readers();

  // Copies the store as it is now into `directory`, compacted, while it is being used.
  Result<> snapshot_to(const std::string& directory) const;

  struct Usage {
    std::uint64_t bytes = 0;       // of the file
    std::uint64_t free_bytes = 0;  // of these, in pages that can be used again
    unsigned readers = 0;
    std::uint64_t changes = 0;     // rows of the change log
    std::array<std::uint64_t, static_cast<std::size_t>(Table::kTables)> rows{};
  };
  [[nodiscard]] Result<Usage> usage() const;

  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  friend class ReadTransaction;
  friend class WriteTransaction;
  friend class Cursor;
  friend class Reader;
  friend class Writer;
  Environment() = default;

  MDB_env* handle_ = nullptr;
  std::array<unsigned, static_cast<std::size_t>(Table::kTables)> tables_{};
  std::atomic<std::uint64_t>* published_ = nullptr;  // in <directory>/sequence, mapped by all
  std::string directory_;
  int lock_ = -1;  // of the writer
};

}  // namespace brink::store
