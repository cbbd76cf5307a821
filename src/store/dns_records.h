// DNS records, one row each; the rows of an RRset lie side by side, and the names of a zone in canonical
// order.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::store {

struct DnsRecord {
  Id id;
  Id zone;
  std::string_view name;   // absolute, lower case, A-labels, without the root's dot
  std::uint16_t type = 0;  // the number of RFC 1035 and its successors
  std::uint32_t ttl = 1;   // 1: automatic
  bool proxied = false;
  std::string_view content;    // as the API shows it
  std::string_view rdata;      // in wire format, names uncompressed; what the DNS serves
  std::string_view data;       // the API's `data` member as JSON; empty where the type has none
  std::uint16_t priority = 0;  // of MX and URI
  std::string_view comment;
  std::vector<std::string_view> tags;  // "name:value"
  std::string_view settings;           // JSON: ipv4_only, ipv6_only, flatten_cname
  Time created;
  Time modified;
  Time comment_modified;
  Time tags_modified;
  std::string_view declared_in;  // as Zone::declared_in
};

namespace dns_records {

[[nodiscard]] std::optional<DnsRecord> get(const ReadTransaction& transaction, const Id& zone, const Id& id);
// Inserts, or replaces the record of that id whatever its name and type were. kInvalid for a name that is
// none, a nil id, and where there is no such zone; whether the name is the zone's is the caller's affair.
Result<> put(WriteTransaction& transaction, const DnsRecord& record);
Result<bool> remove(WriteTransaction& transaction, const Id& zone, const Id& id);
// Of one zone; kept, not counted.
[[nodiscard]] std::uint64_t count(const ReadTransaction& transaction, const Id& zone);
// Whether the zone has the name, or one below it (an empty non-terminal).
[[nodiscard]] bool has_name(const ReadTransaction& transaction, const Id& zone, std::string_view name);

// The records of a zone in the order of names and types; with a name, those of that name; with a type too,
// its RRset.
class Scan {
 public:
  Scan(const ReadTransaction& transaction, const Id& zone);
  Scan(const ReadTransaction& transaction, const Id& zone, std::string_view name);
  Scan(const ReadTransaction& transaction, const Id& zone, std::string_view name, std::uint16_t type);
  [[nodiscard]] std::optional<DnsRecord> next();

 private:
  Cursor cursor_;
};

// Where HTTP for `host` goes: the proxied A, AAAA or CNAME records of the name, or of the wildcard that
// covers it (RFC 4592: the closest encloser's). Empty where the zone does not proxy the name.
[[nodiscard]] std::vector<DnsRecord> proxied(const ReadTransaction& transaction, const Id& zone,
                                             std::string_view host);

}  // namespace dns_records
}  // namespace brink::store
