// Reading and writing the store, for the tables of this room alone: keys and values are bytes here, and typed
// everywhere else (zones.h, dns_records.h, ...).
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
  kMeta = 0,                 // schema version, sequence; not logged
  kChanges = 1,              // the change log; not logged
  kAccounts = 2,             // account
  kZones = 3,                // zone
  kZonesByName = 4,          // reversed name -> zone
  kDnsRecords = 5,           // zone, reversed name, type, record
  kDnsRecordsById = 6,       // zone, record -> key in kDnsRecords
  kSettings = 7,             // zone, name of the setting
  kCertificates = 8,         // certificate
  kCertificatesByHost = 9,   // reversed host, certificate
  kTokens = 10,              // token
  kTokensByHash = 11,        // SHA-256 of the secret -> token
  kAudit = 12,               // account, time, entry
  kOriginCertificates = 13,  // serial number, of the origin CA
  kHosts = 14,               // reversed host pattern -> zone and what the zone's file says of it
  kUsers = 15,               // user
  kAcme = 16,                // account keys, orders and challenges of ACME, by name
  kCounts = 17,              // numbers of rows by parent, kept with the rows; not logged
  kCertificatesByZone = 18,  // zone, certificate
  kHostsByZone = 19,         // zone, reversed host pattern
  kRulesets = 20,            // account or zone, ruleset
  kRulesetVersions = 21,     // ruleset, version
  kOlderRules = 22,          // user, account or zone, kind, rule
  kLists = 23,               // account, list
  kListsByName = 24,         // account, name -> list
  kListItems = 25,           // list, order of the first of a chunk of items
  kListOperations = 26,      // account, operation
  kTables
};
[[nodiscard]] std::string_view table_name(Table table);
// Whether its puts and removes go into the change log.
[[nodiscard]] bool is_logged(Table table);

// What a read sees: the store as it was at one moment. Owned by whoever began it; views that it gave live as
// long as it (in a writing transaction: until the next put or remove). Not thread-safe.
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
  ReadTransaction(const Environment& environment, MDB_txn* handle)
      : environment_(environment), handle_(handle) {}

  const Environment& environment_;
  MDB_txn* handle_;
  bool pins_ = true;  // a snapshot; a reader lets go of it between turns
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
  bool ended_ = false;
  std::string_view key_;
  std::string_view value_;
};

// One change of the store: all of it happens or nothing. Made by the Writer (writer.h) alone. Every put and
// remove of a logged table also goes into the change log.
class WriteTransaction : public ReadTransaction {
 public:
  // --- for the tables of this room ---
  // Insert or replace; a row that is there already as it is makes no operation. Neither key nor value may be
  // a view that this transaction gave. kFull, kTooLarge.
  Result<> put(Table table, std::string_view key, std::string_view value);
  // Whether there was such a row.
  Result<bool> remove(Table table, std::string_view key);
  // All rows whose keys begin with `prefix`, as one operation; how many.
  Result<std::uint64_t> remove_all(Table table, std::string_view prefix);

  // The present time as the writer's clock says, the same in the whole change.
  [[nodiscard]] std::chrono::sys_time<std::chrono::microseconds> now() const { return now_; }
  // The sequence number that this change will have (a change without an operation takes none).
  [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }
  [[nodiscard]] std::uint32_t operations() const { return operations_; }  // so far

 private:
  friend class Writer;
  friend class Environment;
  using ReadTransaction::ReadTransaction;
  enum class Kind : std::uint8_t { kPut, kRemove, kRemoveAll };

  Result<> write(Table table, std::string_view key, std::string_view value, unsigned flags);
  Result<> log(Kind kind, Table table, std::string_view key, std::string_view value);
  Result<> add_to_count(Table table, std::string_view key, std::int64_t change);
  // Keeps an error, so that a change that forgot it fails all the same.
  std::unexpected<Error> failed(Error error);
  // Ends the change: its sequence number into the meta table. The first error of any put or remove, where
  // there was one.
  Result<> finish();
  // Removes up to `most` of the oldest rows of the change log, where it has more than `kept`.
  Result<> cut_log(std::uint64_t kept, std::uint64_t most);

  std::chrono::sys_time<std::chrono::microseconds> now_;
  std::uint64_t next_sequence_ = 0;
  std::uint32_t operations_ = 0;
  bool wrote_ = false;  // whether anything was put or removed, logged or not
  bool logs_ = true;    // the steps of a schema upgrade are not for followers
  std::optional<Error> error_;
};

}  // namespace brink::store
