// DNS records as the API has them (api.md 5.5), with all rules that need no other record; their JSON is
// dns_record_json.h's. Pure functions.
#pragma once

#include "control/api/api_error.h"
#include "control/api/json.h"
#include "store/dns_records.h"
#include "store/id.h"
#include "store/tuple.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::uint32_t kAutomaticTtl = 1;
inline constexpr std::uint32_t kMinRecordTtl = 30;
inline constexpr std::uint32_t kMaxRecordTtl = 86'400;
inline constexpr std::size_t kMaxRecordBytes = 4096;   // of its data, in wire form
inline constexpr std::size_t kMaxTxtBytes = 8192;      // of all TXT records of one name, in wire form
inline constexpr std::size_t kMaxRecordComment = 500;  // characters
inline constexpr std::size_t kMaxRecordTags = 20;
inline constexpr std::size_t kMaxTagName = 32;
inline constexpr std::size_t kMaxTagValue = 100;

// A store::DnsRecord that owns its texts; ids, times and declared_in are the store's.
struct RecordValue {
  store::Id id;
  store::Id zone;
  std::string name;
  std::uint16_t type = 0;
  std::uint32_t ttl = kAutomaticTtl;
  bool proxied = false;
  std::string content;
  std::string rdata;
  std::string data;  // JSON; empty where the type has none
  std::uint16_t priority = 0;
  std::string comment;
  std::vector<std::string> tags;
  std::string settings;  // JSON; empty for none
  store::Time created;
  store::Time modified;
  store::Time comment_modified;
  store::Time tags_modified;
  std::string declared_in;

  [[nodiscard]] static RecordValue of(const store::DnsRecord& record);
  // Views into this.
  [[nodiscard]] store::DnsRecord view() const;
};

// A record of a zone file. `rdata` is data of that type; the rules are those of parse_record
// (dns_record_json.h).
[[nodiscard]] Outcome<RecordValue> record_of_rdata(std::string_view name, std::uint16_t type,
                                                   std::uint32_t ttl, std::string_view rdata,
                                                   std::string_view zone_name);

// What may be set on a record of a type whose content is already there: checks proxied, ttl, comment, tags,
// settings together. 1004.
[[nodiscard]] Outcome<> check_options(RecordValue& record);

// A, AAAA and CNAME.
[[nodiscard]] bool is_proxiable(std::uint16_t type);
// Whether the API has the type at all.
[[nodiscard]] bool is_record_type(std::uint16_t type);
// Whether the DNS answers a CNAME of this kind by addresses, so that it may stand beside other types.
[[nodiscard]] bool is_flattened(const store::DnsRecord& record, std::string_view zone_name,
                                bool flattens_all);

// 1004 with `detail` in its chain.
[[nodiscard]] std::unexpected<ApiError> invalid_record(const ErrorCode& detail, std::string text,
                                                       std::string pointer);

}  // namespace brink::control::api
