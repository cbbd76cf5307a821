#include "store/change_log.h"

#include "store/meta.h"
#include "store/rows.h"

namespace brink::store {
namespace {

enum Kind : std::uint8_t { kPut, kRemove, kRemoveAll };  // as WriteTransaction::Kind

std::optional<Id> leading_id(std::string_view key) {
  if (key.size() < sizeof(Id::bytes)) return std::nullopt;
  return rows::id_of(key.substr(0, sizeof(Id::bytes)));
}

}  // namespace

std::optional<Operation> rows::operation(std::string_view key, std::string_view value) {
  LogHead head;
  if (key.size() != LogKey::kBytes || value.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, value.data(), sizeof head);
  value.remove_prefix(sizeof head);
  if (head.table >= static_cast<std::uint8_t>(Table::kTables) || !is_logged(static_cast<Table>(head.table)) ||
      head.kind > kRemoveAll || head.key_bytes == 0 || head.key_bytes > value.size()) {
    return std::nullopt;
  }
  return Operation{.sequence = LogKey::sequence(key),
                   .table = static_cast<Table>(head.table),
                   .is_removal = head.kind != kPut,
                   .is_prefix = head.kind == kRemoveAll,
                   .key = value.substr(0, head.key_bytes),
                   .value = value.substr(head.key_bytes)};
}

ChangeScan::ChangeScan(const ReadTransaction& transaction, std::uint64_t since)
    : cursor_(transaction, Table::kChanges, "") {
  const std::uint64_t cut = stored_number(transaction.get(Table::kMeta, kLogCutKey));
  // A follower that is ahead of this store has not followed it.
  complete_ = since >= cut && since <= transaction.sequence();
  cursor_.seek(LogKey(std::max(since, cut) + 1, 0).view());
}

std::optional<Operation> ChangeScan::next() {
  while (cursor_.next()) {
    if (auto operation = rows::operation(cursor_.key(), cursor_.value())) return operation;
  }
  return std::nullopt;
}

std::optional<Id> zone_of(const Operation& operation) {
  switch (operation.table) {
    case Table::kZones:
    case Table::kDnsRecords:
    case Table::kDnsRecordsById:
    case Table::kSettings:
    case Table::kCertificatesByZone:
    case Table::kHostsByZone: return leading_id(operation.key);
    case Table::kZonesByName:
    case Table::kHosts:
    case Table::kCertificatesByHost:
      // A removal does not say; its fellows in the same change do.
      if (operation.is_removal) return std::nullopt;
      return leading_id(operation.value);
    case Table::kCertificates: {
      if (operation.is_removal) return std::nullopt;
      const auto certificate = rows::certificate(operation.key, operation.value);
      return certificate ? std::optional(certificate->zone) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

Result<> replay(WriteTransaction& transaction, const Operation& operation) {
  if (operation.sequence != transaction.next_sequence())
    return fail(StoreError::kOutOfOrder, static_cast<std::int64_t>(transaction.next_sequence()));
  if (operation.table >= Table::kTables || !is_logged(operation.table) || operation.key.empty())
    return fail(StoreError::kInvalid);
  if (operation.is_prefix) {
    if (operation.table == Table::kDnsRecords && operation.key.size() < CountKey::kParentBytes)
      return fail(StoreError::kInvalid);
    BRINK_TRY(transaction.remove_all(operation.table, operation.key));
  } else if (operation.is_removal) {
    BRINK_TRY(transaction.remove(operation.table, operation.key));
  } else {
    BRINK_TRY(transaction.put(operation.table, operation.key, operation.value));
  }
  return {};
}

}  // namespace brink::store
