// From where a token may be used: {"request_ip": {"in": [...], "not_in": [...]}} (api.md 3.3).
#pragma once

#include "control/api/json.h"
#include "net/address.h"

#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxConditionNetworks = 1000;  // of each list

class TokenCondition {
 public:
  // null and {} admit everybody. 1001 with the pointer for what is no condition.
  [[nodiscard]] static Outcome<TokenCondition> parse(const Json& json);
  // Whether `address` is in one of `in` (if there are any) and in none of `not_in`.
  [[nodiscard]] bool admits(const net::IpAddress& address) const;

 private:
  std::vector<net::IpNetwork> in_;
  std::vector<net::IpNetwork> not_in_;
};

}  // namespace brink::control::api
