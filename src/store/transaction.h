// Reading and writing the store, for the tables of this room alone: keys and values are bytes here, and typed everywhere
// else (zones.h, dns_records.h, ...).
#pragma once

#include "store/store_error.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct MDB_txn;
struct MDB_cursor;

namespace brink::store {

class Environment;

// The tables. Their numbers stand in the change log: never reuse one.
enum class Table : std::uint8_t {
  kMeta = 0,               // schema version, sequence; not logged
  kChanges = 1,            // the change log; not logged
  kAccounts = 2,           // account
  kZones = 3,              // zone
  kZonesByName = 4,        // reversed name -> zone
  kDnsRecords = 5,         // zone, reversed name, type, record
  kDnsRecordsById = 6,     // zone, record -> key in kDnsRecords
  kSettings = 7,           // zone, name of the setting
  kCertificates = 8,       // certificate
  kCertificatesByHost = 9, // reversed host, certificate
  kTokens = 10,            // token
  kTokensByHash = 11,      // SHA-256 of the secret -> token
  kAudit = 12,             // account, time, entry
  kOriginCertificates = 13,// serial number, of the origin CA
  kHosts = 14,             // reversed host pattern -> zone and what the zone's file says of it
  kUsers = 15,             // user
  kAcme = 16,              // account keys, orders and challenges of ACME, by name
  kCounts = 17,            // numbers of rows by parent, kept with the rows; not logged
  kTables
};
[[nodiscard]] std::string_view table_name(Table table);

// What a read sees: the store as it was at one moment. Owned by whoever began it; views that it gave live as long as it
// (in a writing transaction: until the next change). Not thread-safe.
class ReadTransaction {
 public:
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  virtual ~ReadTransaction();

  // The number of the last change that is in it.
  [[nodiscard]] std::uint64_t sequence() const;

  // --- for the tables of this room ---
  [[nodiscard]] std::optional<std::string_view> get(Table table, std::string_view key) const;
  [[nodiscard]] std::uint64_t count(Table table) const;  // rows

 protected:
  friend class Environment;
  friend class Reader;
  friend class Cursor;
  ReadTransaction(const Environment& environment, MDB_txn* handle) : environment_(environment), handle_(handle) {}

  const Environment& environment_;
  MDB_txn* handle_;
};

// Walks the rows of a table whose keys begin with a prefix, in the order of the keys.
class Cursor {
 public:
  // Before the first row with the prefix; `reverse`: after the last.
  Cursor(const ReadTransaction& transaction, Table table, std::string prefix, bool reverse = false);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();

  // Goes to the next row (the one before, in reverse); false at the end.
  bool next();
  // The next row is the first with a key not below (in reverse: not above) `key`, which has the prefix.
  void seek(std::string_view key);

  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] std::string_view value() const { return value_; }

 private:
  MDB_cursor* handle_ = nullptr;
  std::string prefix_;
  std::string start_;  // where next() begins; used once
  bool reverse_;
  bool started_ = false;
  std::string_view key_;
  std::string_view value_;
};

// One change of the store: all of it happens or nothing. Made by the Writer (writer.h) alone. Every put and remove of a
// logged table also goes into the change log.
class WriteTransaction : public ReadTransaction {
 public:
  // --- for the tables of this room ---
  // Insert or replace. kFull, kTooLarge.
  Result<> put(Table table, std::string_view key, std::string_view value);
  // Whether there was such a row.
  Result<bool> remove(Table table, std::string_view key);
  // All rows whose keys begin with `prefix`; how many.
  Result<std::uint64_t> remove_all(Table table, std::string_view prefix);

  // The present time as the writer's clock says, the same in the whole change.
  [[nodiscard]] std::chrono::sys_time<std::chrono::microseconds> now() const { return now_; }
  // The sequence number that this change will have.
  [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }

 private:
  friend class Writer;
  friend class Environment;
  using ReadTransaction::ReadTransaction;
  std::chrono::sys_time<std::chrono::microseconds> now_;
  std::uint64_t next_sequence_ = 0;
  std::uint32_t operations_ = 0;  // logged so far
};

}  // namespace brink::store
