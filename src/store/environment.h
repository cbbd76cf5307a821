// The LMDB environment of a node: <data_dir>/store. One process writes it (control), any number read it where
// it lies. Never MDB_WRITEMAP: a wild pointer of the writer must not become data.
#pragma once

#include "base/fd.h"
#include "store/limits.h"
#include "store/store_error.h"
#include "store/transaction.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace brink::store {

class OpenEnvironment;

inline constexpr std::uint32_t kSchemaVersion = 1;

class Environment {
 public:
  enum class Mode { kRead, kWrite };

  // Opens the store in `directory`. kWrite makes it where it is missing (0700, files 0600), takes the
  // writer's lock (kBusy where another process has it) and brings an older schema up to date; kRead answers
  // kNotThere where it has not been made. Blocks for the disk, but not for the size of what is in it. A store
  // that this process has open already is shared: LMDB must not open one twice. But a reader's does not
  // become a writer's (kBusy). `map_bytes` is for tests.
  [[nodiscard]] static Result<std::unique_ptr<Environment>> open(const std::string& directory, Mode mode,
                                                                 std::size_t map_bytes = kMapBytes);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The number of the last committed change: one load from shared memory, from any thread of any process.
  [[nodiscard]] std::uint64_t sequence() const { return published_->load(std::memory_order_acquire); }

  // A transaction to read in, for as long as it is held. It keeps old pages from being used again: hold it
  // for a request of the API or a check, not for a loop's life (that is what Reader is for).
  [[nodiscard]] Result<std::unique_ptr<ReadTransaction>> read() const;

  // Frees the slots of readers whose processes have died; how many. From any thread. The writer (writer.h)
  // does so every kStaleReaderCheck.
  Result<int> clear_stale_readers() const;

  // Copies the store as it is now into `directory`, compacted, while it is being used. The copy is a store of
  // its own. Makes the directory; one that has a store already stays as it is (kIo, EEXIST).
  Result<> snapshot_to(const std::string& directory) const;

  struct Usage {
    std::uint64_t bytes = 0;       // of the file
    std::uint64_t free_bytes = 0;  // of these, in pages that can be used again
    unsigned readers = 0;          // slots that are taken
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

  [[nodiscard]] unsigned table(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  // Brings an older schema up to date and publishes the sequence.
  Result<> prepare_to_write();

  std::shared_ptr<OpenEnvironment> open_;
  std::array<unsigned, static_cast<std::size_t>(Table::kTables)> tables_{};
  std::atomic<std::uint64_t>* published_ = nullptr;  // in <directory>/sequence, mapped by all
  std::string directory_;
  Fd lock_;  // of the writer
};

}  // namespace brink::store
