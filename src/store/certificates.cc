#include "store/certificates.h"

#include "store/fields.h"
#include "store/hosts.h"
#include "store/rows.h"

#include <algorithm>
#include <tuple>

namespace brink::store {

std::optional<rows::HostCertificateKey> rows::host_certificate_key(std::string_view key) {
  constexpr std::size_t kTail = 1 + kIdBytes;
  if (key.size() <= kTail || key[key.size() - kTail] != kNameEnd) return std::nullopt;
  return HostCertificateKey{.host = key.substr(0, key.size() - kTail),
                            .id = key.substr(key.size() - kIdBytes)};
}

std::optional<Certificate> rows::certificate(std::string_view key, std::string_view value) {
  const auto id = id_of(key);
  Fields fields(value);
  Certificate certificate;
  certificate.zone = fields.id();
  certificate.source = fields.choice(CertificateSource::kLocalCa);
  certificate.hosts = fields.texts();
  certificate.chain = fields.text();
  certificate.key = fields.text();
  certificate.ocsp = fields.text();
  certificate.issuer = fields.text();
  certificate.signature = fields.text();
  certificate.details = fields.text();
  certificate.priority = static_cast<std::int64_t>(fields.number());
  certificate.uploaded = fields.time();
  certificate.modified = fields.time();
  certificate.expires = fields.time();
  if (!id || !fields.good()) return std::nullopt;
  certificate.id = *id;
  return certificate;
}

namespace certificates {
namespace {

constexpr std::string_view kWildcard("*\0", 2);

std::string by_host(std::string_view host_key, const Id& id) {
  return std::string(rows::Key(host_key).add(rows::kNameEnd).add(id.view()).view());
}

std::string by_zone(const Id& zone, const Id& id) {
  return std::string(rows::Key(zone.view()).add(id.view()).view());
}

// What a certificate has in the indexes.
struct IndexKeys {
  Id zone;
  std::vector<std::string> by_host;  // sorted
};

// Nothing where a host is no name.
std::optional<IndexKeys> index_keys(const Certificate& certificate) {
  IndexKeys keys{.zone = certificate.zone};
  for (const std::string_view host : certificate.hosts) {
    const auto key = NameKey::of(host);
    if (!key) return std::nullopt;
    keys.by_host.push_back(by_host(key->view(), certificate.id));
  }
  std::ranges::sort(keys.by_host);
  const auto doubles = std::ranges::unique(keys.by_host);
  keys.by_host.erase(doubles.begin(), doubles.end());
  return keys;
}

Result<> remove_from_indexes(WriteTransaction& transaction, const Id& id, const IndexKeys& old,
                             const IndexKeys& kept) {
  for (const std::string& key : old.by_host) {
    if (!std::ranges::binary_search(kept.by_host, key))
      BRINK_TRY(transaction.remove(Table::kCertificatesByHost, key));
  }
  if (!old.zone.is_nil() && old.zone != kept.zone)
    BRINK_TRY(transaction.remove(Table::kCertificatesByZone, by_zone(old.zone, id)));
  return {};
}

// The zone whose certificates may be shown for a host.
struct HostZones {
  HostZones(const ReadTransaction& transaction, std::string_view host)
      : claimant(hosts::find(transaction, host)) {
    if (const auto zone = zones::find_enclosing(transaction, host)) enclosing = zone->id;
  }
  [[nodiscard]] bool has(const Id& zone) const {
    return zone.is_nil() || zone == enclosing || zone == claimant;
  }

  std::optional<Id> claimant;
  std::optional<Id> enclosing;
};

std::vector<Certificate> of_host_key(const ReadTransaction& transaction, std::string_view host_key,
                                     const HostZones& zones) {
  std::vector<Certificate> found;
  Cursor cursor(transaction, Table::kCertificatesByHost,
                std::string(rows::Key(host_key).add(rows::kNameEnd).view()));
  while (cursor.next()) {
    const auto key = rows::host_certificate_key(cursor.key());
    const auto id = key ? rows::id_of(key->id) : std::nullopt;
    auto certificate = id ? get(transaction, *id) : std::nullopt;
    if (certificate && zones.has(certificate->zone)) found.push_back(*std::move(certificate));
  }
  std::ranges::sort(found, std::greater(),
                    [](const Certificate& each) { return std::tuple(each.priority, each.expires, each.id); });
  return found;
}

}  // namespace

std::optional<Certificate> get(const ReadTransaction& transaction, const Id& id) {
  const auto value = transaction.get(Table::kCertificates, id.view());
  return value ? rows::certificate(id.view(), *value) : std::nullopt;
}

Result<> put(WriteTransaction& transaction, const Certificate& certificate) {
  const Id id = certificate.id;
  const auto keys = index_keys(certificate);
  if (!keys || id.is_nil()) return fail(StoreError::kInvalid);
  if (!keys->zone.is_nil() && !zones::exists(transaction, keys->zone)) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(id_field(certificate.zone))
      .number(static_cast<std::uint64_t>(certificate.source))
      .texts(certificate.hosts)
      .text(certificate.chain)
      .text(certificate.key)
      .text(certificate.ocsp)
      .text(certificate.issuer)
      .text(certificate.signature)
      .text(certificate.details)
      .number(static_cast<std::uint64_t>(certificate.priority))
      .time(certificate.uploaded)
      .time(certificate.modified)
      .time(certificate.expires);
  const auto old = get(transaction, id);
  const auto old_keys = old ? index_keys(*old) : std::nullopt;

  BRINK_TRY(rows::put(transaction, Table::kCertificates, id.view(), row));
  if (old_keys) BRINK_TRY(remove_from_indexes(transaction, id, *old_keys, *keys));
  for (const std::string& key : keys->by_host)
    BRINK_TRY(transaction.put(Table::kCertificatesByHost, key, keys->zone.view()));
  if (keys->zone.is_nil()) return {};
  return transaction.put(Table::kCertificatesByZone, by_zone(keys->zone, id), {});
}

Result<bool> remove(WriteTransaction& transaction, const Id& id) {
  const auto old = get(transaction, id);
  const auto old_keys = old ? index_keys(*old) : std::nullopt;
  if (!BRINK_TRY(transaction.remove(Table::kCertificates, id.view()))) return false;
  if (old_keys) BRINK_TRY(remove_from_indexes(transaction, id, *old_keys, {}));
  return true;
}

Result<std::uint64_t> remove_all_of(WriteTransaction& transaction, const Id& zone) {
  std::vector<Id> ids;
  {
    Cursor cursor(transaction, Table::kCertificatesByZone, std::string(zone.view()));
    while (cursor.next()) {
      if (const auto id = rows::id_of(cursor.key().substr(rows::kIdBytes))) ids.push_back(*id);
    }
  }
  std::uint64_t removed = 0;
  for (const Id& id : ids) removed += BRINK_TRY(remove(transaction, id)) ? 1 : 0;
  return removed;
}

std::vector<Certificate> of_zone(const ReadTransaction& transaction, const Id& zone) {
  std::vector<Certificate> found;
  Cursor cursor(transaction, Table::kCertificatesByZone, std::string(zone.view()));
  while (cursor.next()) {
    const auto id = rows::id_of(cursor.key().substr(rows::kIdBytes));
    auto certificate = id ? get(transaction, *id) : std::nullopt;
    if (certificate) found.push_back(*std::move(certificate));
  }
  std::ranges::sort(found, std::greater(), [](const Certificate& each) {
    return std::tuple(each.priority, each.uploaded, each.id);
  });
  return found;
}

std::vector<Certificate> for_host(const ReadTransaction& transaction, std::string_view host, Time now) {
  const auto key = NameKey::of(host);
  if (!key) return {};
  const HostZones zones(transaction, host);
  const auto has_ended = [&](const Certificate& each) { return each.has_ended(now); };
  auto exact = of_host_key(transaction, key->view(), zones);
  auto ended = exact;
  if (std::erase_if(exact, has_ended); !exact.empty()) return exact;
  auto wildcard = of_host_key(transaction, rows::Key(parent_key(key->view())).add(kWildcard).view(), zones);
  if (ended.empty()) ended = wildcard;
  if (std::erase_if(wildcard, has_ended); !wildcard.empty()) return wildcard;
  return ended;
}

std::optional<Certificate> Scan::next() {
  while (cursor_.next()) {
    if (auto certificate = rows::certificate(cursor_.key(), cursor_.value())) return certificate;
  }
  return std::nullopt;
}

}  // namespace certificates
}  // namespace brink::store
