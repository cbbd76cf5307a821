// Certificates that the edge shows for a zone's hosts: customers' own, those that ACME got, those of declared
// zones and of the local CA. With their private keys: what reads this may read the keys.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <optional>
#include <string_view>
#include <vector>

namespace brink::store {

enum class CertificateSource : std::uint8_t { kCustom, kAcme, kDeclared, kLocalCa };

struct Certificate {
  Id id;
  Id zone;
  CertificateSource source = CertificateSource::kCustom;
  std::vector<std::string_view> hosts;  // lower case; "*.example.com" covers one label
  std::string_view chain;               // PEM, the leaf first
  std::string_view key;                 // PEM
  std::string_view ocsp;                // DER; empty for none
  std::string_view issuer;
  std::string_view signature;  // "ECDSAWithSHA256"
  std::string_view
      details;  // JSON of what the API keeps for clients: bundle_method, geo_restrictions, policy, type
  std::int64_t priority = 0;  // higher wins among those good for a host
  Time uploaded;
  Time modified;
  Time expires;  // the epoch: nobody knows

  [[nodiscard]] bool has_ended(Time now) const { return expires != Time{} && expires <= now; }
};

namespace certificates {

[[nodiscard]] std::optional<Certificate> get(const ReadTransaction& transaction, const Id& id);
// kInvalid for a nil id, a host that is no name, a zone that is not there (a nil one is none).
Result<> put(WriteTransaction& transaction, const Certificate& certificate);
Result<bool> remove(WriteTransaction& transaction, const Id& id);
Result<std::uint64_t> remove_all_of(WriteTransaction& transaction, const Id& zone);
// Of a zone, the highest priority first, then the newest.
[[nodiscard]] std::vector<Certificate> of_zone(const ReadTransaction& transaction, const Id& zone);
// Those that are good for what a client asked for by SNI: of the exact name, else of the wildcard above it.
// The best first: priority, then the longest time to live. Only those of the host's zone (the one with the
// longest name that encloses it, or the one that claims it, hosts.h) and of no zone: what was uploaded for a
// zone above shows nothing of one that has come since. Those that have ended by `now` only where every one
// has: a certificate that browsers complain of is better than none, but not than one of lower priority.
[[nodiscard]] std::vector<Certificate> for_host(const ReadTransaction& transaction, std::string_view host,
                                                Time now);

// All, in the order of ids; for renewal.
class Scan {
 public:
  explicit Scan(const ReadTransaction& transaction) : cursor_(transaction, Table::kCertificates, "") {}
  [[nodiscard]] std::optional<Certificate> next();

 private:
  Cursor cursor_;
};

}  // namespace certificates

// Certificates that the origin CA has signed for customers' origins. Their keys were never here.
struct OriginCertificate {
  std::string_view serial;  // decimal, up to 48 digits, without leading zeros
  Id zone;                  // that of the first host name
  Id account;
  std::vector<std::string_view> hosts;
  std::string_view certificate;  // PEM
  std::string_view csr;          // PEM
  std::string_view request_type;
  std::uint32_t validity_days = 0;
  Time created;
  Time expires;
  Time revoked;
};

namespace origin_certificates {
[[nodiscard]] std::optional<OriginCertificate> get(const ReadTransaction& transaction,
                                                   std::string_view serial);
Result<> put(WriteTransaction& transaction, const OriginCertificate& certificate);

class Scan {  // in the order of serial numbers
 public:
  explicit Scan(const ReadTransaction& transaction) : cursor_(transaction, Table::kOriginCertificates, "") {}
  [[nodiscard]] std::optional<OriginCertificate> next();

 private:
  Cursor cursor_;
};
}  // namespace origin_certificates

}  // namespace brink::store
