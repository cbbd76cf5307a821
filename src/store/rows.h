// The rows of the tables as they lie in LMDB: what keys are made of, and what rows mean. A row that is not as
// it should be is nothing; no bytes make these functions read beyond them. For this room, its check and its
// fuzz target.
#pragma once

#include "store/accounts.h"
#include "store/audit_log.h"
#include "store/certificates.h"
#include "store/change_log.h"
#include "store/dns_records.h"
#include "store/id.h"
#include "store/limits.h"
#include "store/lists.h"
#include "store/name_key.h"
#include "store/rulesets.h"
#include "store/tokens.h"
#include "store/zones.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace brink::store::rows {

inline constexpr std::size_t kIdBytes = sizeof(Id::bytes);

// 16 bytes.
[[nodiscard]] inline std::optional<Id> id_of(std::string_view bytes) {
  Id id;
  if (bytes.size() != kIdBytes) return std::nullopt;
  std::memcpy(id.bytes.data(), bytes.data(), kIdBytes);
  return id;
}

// A key on the stack. One that grows too long is empty, which is no key: LMDB finds nothing by it and refuses
// to put it.
class Key {
 public:
  explicit Key(std::string_view first = {}) { add(first); }
  Key& add(std::string_view bytes) {
    if (size_ + bytes.size() > bytes_.size()) overflowed_ = true;
    if (overflowed_ || bytes.empty()) return *this;
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return *this;
  }
  Key& add(char byte) { return add({&byte, 1}); }
  // Most significant byte first, so that keys sort as numbers.
  Key& add_number(std::uint64_t number, std::size_t bytes = sizeof(std::uint64_t)) {
    for (std::size_t i = bytes; i-- > 0;) add(static_cast<char>(number >> (8 * i)));
    return *this;
  }
  [[nodiscard]] std::string_view view() const {
    return overflowed_ ? std::string_view() : std::string_view(bytes_.data(), size_);
  }

 private:
  std::array<char, kMaxKeyBytes> bytes_;
  std::size_t size_ = 0;
  bool overflowed_ = false;
};

// Stands after a name in a key, where what follows belongs to that name: a label below it would begin with
// another byte.
inline constexpr char kNameEnd = 0;

// --- dns_records: zone, name, kNameEnd, type, record ---
struct DnsRecordKey {
  std::string_view zone;
  std::string_view name;  // a name key
  std::uint16_t type;
  std::string_view id;
  std::string_view place;  // name, kNameEnd and type: what the index by id leads to
};
[[nodiscard]] std::optional<DnsRecordKey> dns_record_key(std::string_view key);
// Part of a key of certificates_by_host (host, kNameEnd, certificate).
struct HostCertificateKey {
  std::string_view host;
  std::string_view id;
};
[[nodiscard]] std::optional<HostCertificateKey> host_certificate_key(std::string_view key);

[[nodiscard]] std::optional<Account> account(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<User> user(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<Zone> zone(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<settings::Setting> setting(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<DnsRecord> dns_record(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<Certificate> certificate(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<OriginCertificate> origin_certificate(std::string_view key,
                                                                  std::string_view value);
[[nodiscard]] std::optional<Token> token(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<AuditEntry> audit_entry(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<Ruleset> ruleset(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<rulesets::Version> ruleset_version(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<OlderRule> older_rule(std::string_view key, std::string_view value);
[[nodiscard]] std::optional<List> list(std::string_view key, std::string_view value);
// The items of a chunk, in bytes; at least one.
[[nodiscard]] std::optional<std::vector<std::string_view>> list_chunk(std::string_view key,
                                                                      std::string_view value);
[[nodiscard]] std::optional<ListItem> list_item(std::string_view bytes);
[[nodiscard]] std::optional<Operation> operation(std::string_view key, std::string_view value);

// Puts a tuple; kTooLarge where it does not fit.
inline Result<> put(WriteTransaction& transaction, Table table, std::string_view key,
                    const TupleWriter& tuple) {
  if (!tuple.fits()) return fail(StoreError::kTooLarge);
  return transaction.put(table, key, tuple.finish());
}

}  // namespace brink::store::rows
