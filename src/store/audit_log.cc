#include "store/audit_log.h"

#include "store/fields.h"
#include "store/rows.h"

#include <limits>

namespace brink::store {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::uint64_t kSignBit = std::uint64_t{1}
                                   << 63;  // turned over, so that times before 1970 come first

// Key: account, time, entry.
rows::Key key_of(const Id& account, Time time) {
  const auto count = static_cast<std::uint64_t>(time.time_since_epoch().count());
  return rows::Key(account.view()).add_number(count ^ kSignBit);
}

Time time_of(std::string_view key) {
  std::uint64_t count = 0;
  for (const char byte : key.substr(rows::kIdBytes, kTimeBytes))
    count = count << 8 | static_cast<unsigned char>(byte);
  return Time(std::chrono::microseconds(static_cast<std::int64_t>(count ^ kSignBit)));
}

bool is_key(std::string_view key) { return key.size() == 2 * rows::kIdBytes + kTimeBytes; }

}  // namespace

std::optional<AuditEntry> rows::audit_entry(std::string_view key, std::string_view value) {
  if (!is_key(key)) return std::nullopt;
  Fields fields(value);
  AuditEntry entry;
  entry.action = fields.text();
  entry.succeeded = fields.flag();
  entry.actor = fields.id();
  entry.actor_email = fields.text();
  entry.actor_address = fields.text();
  entry.actor_context = fields.text();
  entry.token = fields.id();
  entry.token_name = fields.text();
  entry.ray = fields.text();
  entry.method = fields.text();
  entry.uri = fields.text();
  entry.user_agent = fields.text();
  entry.status = fields.small<std::uint16_t>();
  entry.zone = fields.id();
  entry.zone_name = fields.text();
  entry.resource_type = fields.text();
  entry.resource = fields.text();
  entry.before = fields.text();
  entry.after = fields.text();
  if (!fields.good()) return std::nullopt;
  entry.account = *id_of(key.substr(0, kIdBytes));
  entry.when = time_of(key);
  entry.id = *id_of(key.substr(kIdBytes + kTimeBytes));
  return entry;
}

namespace audit_log {

Result<> add(WriteTransaction& transaction, const AuditEntry& entry) {
  if (entry.id.is_nil()) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(entry.action)
      .flag(entry.succeeded)
      .text(id_field(entry.actor))
      .text(entry.actor_email)
      .text(entry.actor_address)
      .text(entry.actor_context)
      .text(id_field(entry.token))
      .text(entry.token_name)
      .text(entry.ray)
      .text(entry.method)
      .text(entry.uri)
      .text(entry.user_agent)
      .number(entry.status)
      .text(id_field(entry.zone))
      .text(entry.zone_name)
      .text(entry.resource_type)
      .text(entry.resource)
      .text(entry.before)
      .text(entry.after);
  return rows::put(transaction, Table::kAudit, key_of(entry.account, entry.when).add(entry.id.view()).view(),
                   row);
}

Result<std::uint64_t> cut(WriteTransaction& transaction, Time before, std::uint64_t most) {
  std::vector<std::string> old;
  {
    Cursor cursor(transaction, Table::kAudit, "");
    while (old.size() < most && cursor.next()) {
      if (!is_key(cursor.key())) continue;
      if (time_of(cursor.key()) < before) {
        old.emplace_back(cursor.key());
        continue;
      }
      // The rest of this account is newer; on to the next one.
      std::string next(cursor.key().substr(0, rows::kIdBytes));
      next.append(kTimeBytes + rows::kIdBytes, '\xff');
      cursor.seek(next);
    }
  }
  for (const std::string& key : old) BRINK_TRY(transaction.remove(Table::kAudit, key));
  return old.size();
}

Scan::Scan(const ReadTransaction& transaction, const Id& account, Time since, Time before, bool newest_first)
    : cursor_(transaction, Table::kAudit, std::string(account.view()), newest_first),
      since_(since),
      before_(before),
      newest_first_(newest_first) {
  cursor_.seek(key_of(account, newest_first ? before : since).view());
}

std::optional<AuditEntry> Scan::next() {
  while (cursor_.next()) {
    if (!is_key(cursor_.key())) continue;
    const Time when = time_of(cursor_.key());
    if (when < since_ || when >= before_) {
      // Past the far end nothing follows; before the near end (an entry of that very moment) the next may be
      // good.
      if (newest_first_ ? when < since_ : when >= before_) return std::nullopt;
      continue;
    }
    if (auto entry = rows::audit_entry(cursor_.key(), cursor_.value())) return entry;
  }
  return std::nullopt;
}

}  // namespace audit_log
}  // namespace brink::store
