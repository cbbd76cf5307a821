// DNS records in the API's JSON, and back. Pure functions.
#pragma once

#include "control/api/dns_record.h"
#include "control/api/json.h"

namespace brink::control::api {

// A whole record, as POST and PUT send it; what is not given has its default. 1004 with what is wrong in its
// chain, and the pointer to the member; 9015. `zone_name` is as the store has it.
[[nodiscard]] Outcome<RecordValue> parse_record(const Json& body, std::string_view zone_name);

// `record` as a body for parse_record, with the members of `changes` instead of its own: what PATCH means. A
// content replaces the data and the other way round, and a new type leaves neither.
[[nodiscard]] Json patched_body(const store::DnsRecord& record, const Json& changes);

// As the API answers it.
[[nodiscard]] Json record_json(const store::DnsRecord& record, std::string_view zone_name);

}  // namespace brink::control::api
