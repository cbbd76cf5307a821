// The writing half of transaction.h: rows, what of them is logged, and what is counted.
#include "base/assert.h"
#include "store/environment.h"
#include "store/meta.h"
#include "store/open_environment.h"
#include "store/transaction.h"

#include <lmdb.h>

namespace brink::store {
namespace {

MDB_val value_of(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

}  // namespace

std::unexpected<Error> WriteTransaction::failed(Error error) {
  if (!error_) error_ = error;
  return std::unexpected(error);
}

Result<> WriteTransaction::write(Table table, std::string_view key, std::string_view value, unsigned flags) {
  MDB_val where = value_of(key), what = value_of(value);
  if (const int code = ::mdb_put(handle_, environment_.table(table), &where, &what, flags))
    return failed(environment_.open_->error_of(code));
  wrote_ = true;
  return {};
}

Result<> WriteTransaction::put(Table table, std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > kMaxKeyBytes || value.size() > kMaxValueBytes)
    return failed(StoreError::kTooLarge);
  MDB_val where = value_of(key), old;
  const int found = ::mdb_get(handle_, environment_.table(table), &where, &old);
  if (found != 0 && found != MDB_NOTFOUND) return failed(environment_.open_->error_of(found));
  if (found == 0 && std::string_view(static_cast<const char*>(old.mv_data), old.mv_size) == value) return {};
  BRINK_TRY(write(table, key, value, 0));
  if (found == MDB_NOTFOUND) BRINK_TRY(add_to_count(table, key, 1));
  return log(Kind::kPut, table, key, value);
}

Result<bool> WriteTransaction::remove(Table table, std::string_view key) {
  MDB_val where = value_of(key);
  const int code = ::mdb_del(handle_, environment_.table(table), &where, nullptr);
  if (code == MDB_NOTFOUND || code == MDB_BAD_VALSIZE) return false;
  if (code != 0) return failed(environment_.open_->error_of(code));
  wrote_ = true;
  BRINK_TRY(add_to_count(table, key, -1));
  BRINK_TRY(log(Kind::kRemove, table, key, {}));
  return true;
}

Result<std::uint64_t> WriteTransaction::remove_all(Table table, std::string_view prefix) {
  // The rows that are counted have one parent.
  BRINK_ASSERT(!prefix.empty() && (!is_counted(table) || prefix.size() >= CountKey::kParentBytes));
  MDB_cursor* cursor = nullptr;
  if (const int code = ::mdb_cursor_open(handle_, environment_.table(table), &cursor))
    return failed(environment_.open_->error_of(code));
  std::uint64_t removed = 0;
  int code;
  for (;;) {
    // Seeks anew for each: after a deletion at the end of a page a cursor stands on nothing.
    MDB_val key = value_of(prefix), value;
    code = ::mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code != 0 ||
        !std::string_view(static_cast<const char*>(key.mv_data), key.mv_size).starts_with(prefix))
      break;
    code = ::mdb_cursor_del(cursor, 0);
    if (code != 0) break;
    ++removed;
  }
  ::mdb_cursor_close(cursor);
  if (code != 0 && code != MDB_NOTFOUND) return failed(environment_.open_->error_of(code));
  if (removed == 0) return removed;
  wrote_ = true;
  BRINK_TRY(add_to_count(table, prefix, -static_cast<std::int64_t>(removed)));
  BRINK_TRY(log(Kind::kRemoveAll, table, prefix, {}));
  return removed;
}

Result<> WriteTransaction::log(Kind kind, Table table, std::string_view key, std::string_view value) {
  if (!logs_ || !is_logged(table)) return {};
  const LogHead head{.table = static_cast<std::uint8_t>(table),
                     .kind = static_cast<std::uint8_t>(kind),
                     .key_bytes = static_cast<std::uint16_t>(key.size())};
  const LogKey log_key(next_sequence_, operations_);
  MDB_val where = value_of(log_key.view());
  MDB_val what{sizeof head + key.size() + value.size(), nullptr};
  // The newest comes last, so that pages fill up whole.
  if (const int code =
          ::mdb_put(handle_, environment_.table(Table::kChanges), &where, &what, MDB_RESERVE | MDB_APPEND))
    return failed(environment_.open_->error_of(code));
  char* to = static_cast<char*>(what.mv_data);
  std::memcpy(to, &head, sizeof head);
  std::memcpy(to + sizeof head, key.data(), key.size());
  if (!value.empty()) std::memcpy(to + sizeof head + key.size(), value.data(), value.size());
  ++operations_;
  return {};
}

Result<> WriteTransaction::add_to_count(Table table, std::string_view key, std::int64_t change) {
  if (!is_counted(table) || key.size() < CountKey::kParentBytes) return {};
  const CountKey count_key(table, key);
  const std::uint64_t count =
      stored_number(get(Table::kCounts, count_key.view())) + static_cast<std::uint64_t>(change);
  if (count != 0) return write(Table::kCounts, count_key.view(), StoredNumber(count).view(), 0);
  MDB_val where = value_of(count_key.view());
  const int code = ::mdb_del(handle_, environment_.table(Table::kCounts), &where, nullptr);
  if (code != 0 && code != MDB_NOTFOUND) return failed(environment_.open_->error_of(code));
  return {};
}

Result<> WriteTransaction::finish() {
  if (error_) return std::unexpected(*error_);
  if (operations_ == 0) return {};
  return write(Table::kMeta, kSequenceKey, StoredNumber(next_sequence_).view(), 0);
}

Result<> WriteTransaction::cut_log(std::uint64_t kept, std::uint64_t most) {
  const std::uint64_t rows = count(Table::kChanges);
  if (rows <= kept) return {};
  MDB_cursor* cursor = nullptr;
  if (const int code = ::mdb_cursor_open(handle_, environment_.table(Table::kChanges), &cursor))
    return failed(environment_.open_->error_of(code));
  std::uint64_t cut = 0;
  int code = 0;
  for (std::uint64_t left = std::min(rows - kept, most); left > 0 && code == 0; --left) {
    MDB_val key, value;
    code = ::mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    if (code != 0) break;
    const std::string_view log_key(static_cast<const char*>(key.mv_data), key.mv_size);
    if (log_key.size() == LogKey::kBytes) cut = LogKey::sequence(log_key);
    code = ::mdb_cursor_del(cursor, 0);
  }
  ::mdb_cursor_close(cursor);
  if (code != 0) return failed(environment_.open_->error_of(code));
  return write(Table::kMeta, kLogCutKey, StoredNumber(cut).view(), 0);
}

}  // namespace brink::store
