// The items of lists as people write them, in the API and in files. The errors are sentences about the item.
#pragma once

#include "rules/list.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace brink::rules {

// "192.0.2.7", "192.0.2.0/24", "2001:db8::/32". Bits behind the prefix are cleared.
struct IpItem {
  std::string text;  // as it is kept: in lower case, without host bits; a lone address without prefix
  IpRange range;
};
[[nodiscard]] std::expected<IpItem, std::string> parse_ip_item(std::string_view text);

// 0 to 2^32 - 1.
[[nodiscard]] std::expected<std::uint32_t, std::string> check_asn_item(std::int64_t number);

// "example.com" or "*.example.com": in ASCII, without scheme, port or path. The name comes in lower case.
[[nodiscard]] std::expected<HostnameSet::Item, std::string> parse_hostname_item(std::string_view name,
                                                                                bool excludes_apex);

}  // namespace brink::rules
