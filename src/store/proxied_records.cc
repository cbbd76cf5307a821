// Which records of a zone HTTP for a host goes to: dns_records::proxied.
#include "store/dns_records.h"
#include "store/rows.h"

#include <algorithm>

namespace brink::store::dns_records {
namespace {

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kAaaa = 28;
constexpr std::string_view kWildcard("*\0", 2);

// The part of a row's key that is its name; empty where the key is none.
std::string_view name_of(const Cursor& cursor) {
  const auto key = rows::dns_record_key(cursor.key());
  return key ? key->name : std::string_view();
}

// How many bytes of whole labels two name keys share.
std::size_t shared_labels(std::string_view a, std::string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t shared = 0;
  for (std::size_t i = 0; i < most && a[i] == b[i]; ++i) {
    if (a[i] == rows::kNameEnd) shared = i + 1;
  }
  return shared;
}

// Walks the records of exactly one name.
std::vector<DnsRecord> proxied_of_name(const ReadTransaction& transaction, const Id& zone,
                                       std::string_view name) {
  std::vector<DnsRecord> records;
  Cursor cursor(transaction, Table::kDnsRecords,
                std::string(rows::Key(zone.view()).add(name).add(rows::kNameEnd).view()));
  while (cursor.next()) {
    auto record = rows::dns_record(cursor.key(), cursor.value());
    if (!record || !record->proxied) continue;
    if (record->type == kA || record->type == kAaaa || record->type == kCname)
      records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace

std::vector<DnsRecord> proxied(const ReadTransaction& transaction, const Id& zone, std::string_view host) {
  const auto apex_zone = zones::get(transaction, zone);
  const auto apex = apex_zone ? NameKey::of(apex_zone->name) : std::nullopt;
  const auto wanted = NameKey::of(host);
  if (!apex || !wanted || !wanted->view().starts_with(apex->view())) return {};
  const std::string_view name = wanted->view();

  // The names of a zone lie in canonical order, so that the closest encloser of a name that is not there is
  // shared with one of its two neighbours, as in a proof by NSEC (RFC 4035 section 5.4).
  const rows::Key place = rows::Key(zone.view()).add(name);
  std::size_t enclosing = apex->view().size();
  Cursor after(transaction, Table::kDnsRecords, std::string(zone.view()));
  after.seek(place.view());
  if (after.next()) {
    // The name has records, or one below it has: either way it exists (RFC 4592 section 2.2.2), and no
    // wildcard is asked.
    if (after.key().starts_with(place.view())) return proxied_of_name(transaction, zone, name);
    enclosing = std::max(enclosing, shared_labels(name, name_of(after)));
  }
  Cursor before(transaction, Table::kDnsRecords, std::string(zone.view()), /*reverse=*/true);
  before.seek(place.view());
  if (before.next()) enclosing = std::max(enclosing, shared_labels(name, name_of(before)));
  if (enclosing >= name.size()) return {};

  rows::Key source;  // of synthesis: the wildcard right below the closest encloser, and no other
  source.add(name.substr(0, enclosing)).add(kWildcard);
  return proxied_of_name(transaction, zone, source.view());
}

}  // namespace brink::store::dns_records
