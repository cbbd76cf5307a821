// The rows of the table of endpoints, one function for each file that has some; endpoint.cc puts them
// together.
#pragma once

#include "control/api/endpoint.h"

#include <span>

namespace brink::control::api {

[[nodiscard]] std::span<const Endpoint> user_endpoints();
[[nodiscard]] std::span<const Endpoint> account_endpoints();
[[nodiscard]] std::span<const Endpoint> token_endpoints();
[[nodiscard]] std::span<const Endpoint> zone_endpoints();
[[nodiscard]] std::span<const Endpoint> setting_endpoints();
[[nodiscard]] std::span<const Endpoint> dns_record_endpoints();
[[nodiscard]] std::span<const Endpoint> certificate_endpoints();
[[nodiscard]] std::span<const Endpoint> origin_ca_endpoints();
[[nodiscard]] std::span<const Endpoint> address_endpoints();
[[nodiscard]] std::span<const Endpoint> audit_endpoints();
[[nodiscard]] std::span<const Endpoint> apply_endpoints();
[[nodiscard]] std::span<const Endpoint> legacy_endpoints();
[[nodiscard]] std::span<const Endpoint> ruleset_endpoints();
[[nodiscard]] std::span<const Endpoint> list_endpoints();
[[nodiscard]] std::span<const Endpoint> older_rule_endpoints();
[[nodiscard]] std::span<const Endpoint> url_normalization_endpoints();

}  // namespace brink::control::api
