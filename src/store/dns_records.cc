#include "store/dns_records.h"

#include "store/fields.h"
#include "store/meta.h"
#include "store/rows.h"

#include <algorithm>

namespace brink::store {

std::optional<rows::DnsRecordKey> rows::dns_record_key(std::string_view key) {
  constexpr std::size_t kTypeBytes = 2;
  constexpr std::size_t kTail = 1 + kTypeBytes + kIdBytes;
  if (key.size() <= kIdBytes + kTail || key[key.size() - kTail] != kNameEnd) return std::nullopt;
  const std::string_view rest = key.substr(kIdBytes);
  const std::string_view type = rest.substr(rest.size() - kTypeBytes - kIdBytes, kTypeBytes);
  return DnsRecordKey{.zone = key.substr(0, kIdBytes),
                      .name = rest.substr(0, rest.size() - kTail),
                      .type = static_cast<std::uint16_t>(static_cast<unsigned char>(type[0]) << 8 |
                                                         static_cast<unsigned char>(type[1])),
                      .id = rest.substr(rest.size() - kIdBytes),
                      .place = rest.substr(0, rest.size() - kIdBytes)};
}

std::optional<DnsRecord> rows::dns_record(std::string_view key, std::string_view value) {
  const auto parts = dns_record_key(key);
  if (!parts) return std::nullopt;
  Fields fields(value);
  DnsRecord record;
  record.name = fields.text();
  record.ttl = fields.small<std::uint32_t>();
  record.proxied = fields.flag();
  record.content = fields.text();
  record.rdata = fields.text();
  record.data = fields.text();
  record.priority = fields.small<std::uint16_t>();
  record.comment = fields.text();
  record.tags = fields.texts();
  record.settings = fields.text();
  record.created = fields.time();
  record.modified = fields.time();
  record.comment_modified = fields.time();
  record.tags_modified = fields.time();
  record.declared_in = fields.text();
  if (!fields.good()) return std::nullopt;
  record.zone = *id_of(parts->zone);
  record.id = *id_of(parts->id);
  record.type = parts->type;
  return record;
}

namespace dns_records {
namespace {

rows::Key rrset_key(const Id& zone, std::string_view name, std::uint16_t type) {
  return rows::Key(zone.view()).add(name).add(rows::kNameEnd).add_number(type, sizeof type);
}

// The key of a record, from the index by id.
std::optional<rows::Key> key_of(const ReadTransaction& transaction, const Id& zone, const Id& id) {
  const auto place = transaction.get(Table::kDnsRecordsById, rows::Key(zone.view()).add(id.view()).view());
  if (!place) return std::nullopt;
  return rows::Key(zone.view()).add(*place).add(id.view());
}

// What a scan's keys begin with. A name that is none has no records: its prefix, a nil byte after the zone,
// begins no key.
std::string prefix_of(const Id& zone, std::string_view name, std::optional<std::uint16_t> type) {
  const auto name_key = NameKey::of(name);
  rows::Key prefix =
      rows::Key(zone.view()).add(name_key ? name_key->view() : std::string_view()).add(rows::kNameEnd);
  if (type) prefix.add_number(*type, sizeof *type);
  return std::string(prefix.view());
}

}  // namespace

std::optional<DnsRecord> get(const ReadTransaction& transaction, const Id& zone, const Id& id) {
  const auto key = key_of(transaction, zone, id);
  if (!key) return std::nullopt;
  const auto value = transaction.get(Table::kDnsRecords, key->view());
  return value ? rows::dns_record(key->view(), *value) : std::nullopt;
}

Result<> put(WriteTransaction& transaction, const DnsRecord& record) {
  const auto name = NameKey::of(record.name);
  if (!name || record.id.is_nil() || !zones::exists(transaction, record.zone))
    return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(record.name)
      .number(record.ttl)
      .flag(record.proxied)
      .text(record.content)
      .text(record.rdata)
      .text(record.data)
      .number(record.priority)
      .text(record.comment)
      .texts(record.tags)
      .text(record.settings)
      .time(record.created)
      .time(record.modified)
      .time(record.comment_modified)
      .time(record.tags_modified)
      .text(record.declared_in);
  if (!row.fits()) return fail(StoreError::kTooLarge);

  const rows::Key key = rrset_key(record.zone, name->view(), record.type).add(record.id.view());
  if (key.view().empty()) return fail(StoreError::kTooLarge);
  const auto old_key = key_of(transaction, record.zone, record.id);
  if (old_key && old_key->view() != key.view())
    BRINK_TRY(transaction.remove(Table::kDnsRecords, old_key->view()));
  BRINK_TRY(transaction.put(Table::kDnsRecords, key.view(), row.finish()));
  if (old_key && old_key->view() == key.view()) return {};
  return transaction.put(Table::kDnsRecordsById, rows::Key(record.zone.view()).add(record.id.view()).view(),
                         rows::dns_record_key(key.view())->place);
}

Result<bool> remove(WriteTransaction& transaction, const Id& zone, const Id& id) {
  const auto key = key_of(transaction, zone, id);
  if (!key) return false;
  BRINK_TRY(transaction.remove(Table::kDnsRecordsById, rows::Key(zone.view()).add(id.view()).view()));
  return transaction.remove(Table::kDnsRecords, key->view());
}

std::uint64_t count(const ReadTransaction& transaction, const Id& zone) {
  return stored_number(transaction.get(Table::kCounts, CountKey(Table::kDnsRecords, zone.view()).view()));
}

bool has_name(const ReadTransaction& transaction, const Id& zone, std::string_view name) {
  const auto key = NameKey::of(name);
  if (!key) return false;
  return Cursor(transaction, Table::kDnsRecords, std::string(rows::Key(zone.view()).add(key->view()).view()))
      .next();
}

Scan::Scan(const ReadTransaction& transaction, const Id& zone)
    : cursor_(transaction, Table::kDnsRecords, std::string(zone.view())) {}
Scan::Scan(const ReadTransaction& transaction, const Id& zone, std::string_view name)
    : cursor_(transaction, Table::kDnsRecords, prefix_of(zone, name, std::nullopt)) {}
Scan::Scan(const ReadTransaction& transaction, const Id& zone, std::string_view name, std::uint16_t type)
    : cursor_(transaction, Table::kDnsRecords, prefix_of(zone, name, type)) {}

std::optional<DnsRecord> Scan::next() {
  while (cursor_.next()) {
    if (auto record = rows::dns_record(cursor_.key(), cursor_.value())) return record;
  }
  return std::nullopt;
}

}  // namespace dns_records
}  // namespace brink::store
