#include "store/transaction.h"

#include "store/environment.h"
#include "store/meta.h"
#include "store/open_environment.h"

#include <lmdb.h>

namespace brink::store {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Table::kTables)> kNames = {
    "meta",
    "changes",
    "accounts",
    "zones",
    "zones_by_name",
    "dns_records",
    "dns_records_by_id",
    "settings",
    "certificates",
    "certificates_by_host",
    "tokens",
    "tokens_by_hash",
    "audit",
    "origin_certificates",
    "hosts",
    "users",
    "acme",
    "counts",
    "certificates_by_zone",
    "hosts_by_zone",
    "rulesets",
    "ruleset_versions",
    "older_rules",
    "lists",
    "lists_by_name",
    "list_items",
    "list_operations",
};

MDB_val value_of(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
std::string_view view_of(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// The first key after all that begin with `prefix`; empty where there is none.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace

std::string_view table_name(Table table) { return kNames[static_cast<std::size_t>(table)]; }

bool is_logged(Table table) {
  return table != Table::kMeta && table != Table::kChanges && table != Table::kCounts;
}

ReadTransaction::~ReadTransaction() {
  if (handle_ == nullptr) return;
  if (!pins_) {
    ::mdb_txn_abort(handle_);
  } else {
    environment_.open_->end_read(handle_);
  }
}

std::uint64_t ReadTransaction::sequence() const { return stored_number(get(Table::kMeta, kSequenceKey)); }

std::optional<std::string_view> ReadTransaction::get(Table table, std::string_view key) const {
  MDB_val wanted = value_of(key), found;
  if (::mdb_get(handle_, environment_.table(table), &wanted, &found) != 0) return std::nullopt;
  return view_of(found);
}

std::uint64_t ReadTransaction::count(Table table) const {
  MDB_stat status{};
  if (::mdb_stat(handle_, environment_.table(table), &status) != 0) return 0;
  return status.ms_entries;
}

Cursor::Cursor(const ReadTransaction& transaction, Table table, std::string prefix, bool reverse)
    : prefix_(std::move(prefix)), reverse_(reverse) {
  // Fails only where memory does; the walk is then one over nothing.
  if (::mdb_cursor_open(transaction.handle_, transaction.environment_.table(table), &handle_) != 0)
    handle_ = nullptr;
}

Cursor::~Cursor() {
  if (handle_ != nullptr) ::mdb_cursor_close(handle_);
}

void Cursor::seek(std::string_view key) {
  start_ = key;
  started_ = ended_ = false;
}

bool Cursor::next() {
  if (handle_ == nullptr || ended_) return false;
  MDB_val key, value;
  const auto go = [&](MDB_cursor_op how) { return ::mdb_cursor_get(handle_, &key, &value, how); };
  const auto go_to = [&](std::string_view where) {
    key = value_of(where);
    return ::mdb_cursor_get(handle_, &key, &value, MDB_SET_RANGE);
  };
  int code;
  if (started_) {
    code = go(reverse_ ? MDB_PREV : MDB_NEXT);
  } else if (!reverse_) {
    const std::string_view start = start_.empty() ? std::string_view(prefix_) : std::string_view(start_);
    code = start.empty() ? go(MDB_FIRST) : go_to(start);
  } else if (!start_.empty()) {
    code = go_to(start_);
    if (code == MDB_NOTFOUND) {
      code = go(MDB_LAST);
    } else if (code == 0 && view_of(key) != start_) {
      code = go(MDB_PREV);
    }
  } else {
    const std::string end = after_prefix(prefix_);
    code = end.empty() ? MDB_NOTFOUND : go_to(end);
    code = code == 0 ? go(MDB_PREV) : code == MDB_NOTFOUND ? go(MDB_LAST) : code;
  }
  started_ = true;
  if (code != 0 || !view_of(key).starts_with(prefix_)) {
    ended_ = true;
    return false;
  }
  key_ = view_of(key);
  value_ = view_of(value);
  return true;
}

}  // namespace brink::store
