// The rules of a record one by one, for those that make records: of JSON (dns_record_json.cc) and of zone
// files (dns_record.cc). Pure functions.
#pragma once

#include "control/api/dns_record.h"

namespace brink::control::api {

// MX and URI: theirs is a member of the record.
[[nodiscard]] bool has_priority(std::uint16_t type);

// "www", "www.zone", "@", "": each is a name of the zone, and any other is below it.
[[nodiscard]] Outcome<std::string> parse_record_name(std::string_view text, std::string_view zone_name);

// Content, data, rdata and priority of the wire form. `given` is the data that the client sent, where it did:
// members that say the same in another way stay as they were.
[[nodiscard]] Outcome<> set_rdata(RecordValue& record, std::string wire, const Json& given);

// What the name and the data must not be to each other. After set_rdata().
[[nodiscard]] Outcome<> check_target(const RecordValue& record, std::string_view zone_name);

// 1004 with the code of the type's content in its chain; with 1001 in it.
[[nodiscard]] const ErrorCode& content_error(std::uint16_t type);
[[nodiscard]] std::unexpected<ApiError> invalid_content(std::uint16_t type, const std::string& why,
                                                        std::string pointer);
[[nodiscard]] std::unexpected<ApiError> invalid_option(std::string text, std::string pointer);

}  // namespace brink::control::api
