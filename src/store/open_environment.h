// An LMDB environment as a process has it open: once per store, however many ask, because LMDB frees the
// reader slots of the whole process and drops its locks when one of two handles on the same file is closed.
// From any thread.
#pragma once

#include "store/limits.h"
#include "store/map_gate.h"
#include "store/store_error.h"
#include "store/transaction.h"

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct MDB_env;
struct MDB_txn;

namespace brink::store {

class OpenEnvironment {
 public:
  // To write, makes what is missing: files and tables. kNotThere where a reader misses any.
  static Result<std::shared_ptr<OpenEnvironment>> open(const std::string& directory, bool write,
                                                       std::size_t map_bytes);
  ~OpenEnvironment();
  OpenEnvironment(const OpenEnvironment&) = delete;
  OpenEnvironment& operator=(const OpenEnvironment&) = delete;

  // A transaction that reads, with a slot in the table of readers; ended by end_read().
  Result<MDB_txn*> begin_read();
  void end_read(MDB_txn* transaction);
  // The same without giving the slot back: a transaction between release() and renew() pins nothing.
  Result<> renew(MDB_txn* transaction);
  void release(MDB_txn* transaction);
  // Within `parent` where there is one.
  Result<MDB_txn*> begin_write(MDB_txn* parent);
  // Ends a transaction of begin_write, whatever the answer.
  Result<> commit(MDB_txn* transaction, bool nested);
  void abort(MDB_txn* transaction, bool nested);

  // What LMDB's answer means here: it says EIO where a write was cut short, which is what a disk does that
  // becomes full.
  [[nodiscard]] Error error_of(int code) const;

  [[nodiscard]] MDB_env* handle() const { return handle_; }
  [[nodiscard]] unsigned table(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  [[nodiscard]] std::atomic<std::uint64_t>& published() const { return *published_; }

  // Of a directory, as a process sees it: a fork does not inherit what is open.
  struct Identity {
    std::uint64_t device;
    std::uint64_t inode;
    int process;
    friend auto operator<=>(const Identity&, const Identity&) = default;
  };

 private:
  OpenEnvironment() = default;
  static Result<> reserve_lock_file(const std::string& directory);
  Result<> open_files(const std::string& directory, bool write, std::size_t map_bytes);
  Result<> open_tables(bool write);
  Result<> map_sequence(const std::string& directory, bool write);
  // Calls `begin` and repairs what it complains of: a map that another process has grown, slots of dead
  // readers.
  template <class Begin>
  Result<> begin_with(Begin begin);

  MDB_env* handle_ = nullptr;
  bool writes_ = false;
  std::optional<Identity> identity_;  // in the list of what the process has open
  std::array<unsigned, static_cast<std::size_t>(Table::kTables)> tables_{};
  std::atomic<std::uint64_t>* published_ = nullptr;  // a page of <directory>/sequence
  MapGate gate_;
};

}  // namespace brink::store
