// A zone's DNS records as a master file, out and in (api.md 5.5).
#pragma once

#include "control/api/answer.h"
#include "control/api/call.h"
#include "control/api/dns_record.h"
#include "runtime/task.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxZoneFileBytes = 16u << 20;
inline constexpr std::size_t kMaxImportBytes = kMaxZoneFileBytes + 64 * 1024;  // with the form around it
inline constexpr std::size_t kMaxZoneFileErrors = 20;                          // that an answer tells of

// GET .../dns_records/export
Task<Outcome<Answer>> export_zone_file(Call& call);
// POST .../dns_records/import
Task<Outcome<Answer>> import_zone_file(Call& call);

// The records of a file but the SOA and the apex's NS, which are this edge's affair. `proxied` is for those
// that can be and do not say it themselves. 1004 with the lines that are wrong in its chain.
[[nodiscard]] Outcome<std::vector<RecordValue>> read_zone_file(std::string_view text,
                                                               std::string_view zone_name, bool proxied);
// A record as a line of it; an error where the store has what is no record.
[[nodiscard]] Result<> append_zone_file_record(std::string& file, const store::DnsRecord& record);

}  // namespace brink::control::api
