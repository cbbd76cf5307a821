// From a method and a path to the endpoint, by the table of endpoint.h.
#pragma once

#include "control/api/endpoint.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::string_view kPrefix = "/client/v4";

struct RouteParameter {
  std::string_view name;  // of the pattern
  std::string_view text;  // of the path
  std::optional<store::Id> id;
};

struct Route {
  const Endpoint* endpoint = nullptr;  // nullptr: refused by `refusal`
  std::vector<RouteParameter> parameters;
  std::optional<Answer> refusal;  // 404 or 405 (with Allow)
};

// `path` is without the query and with kPrefix. Where several patterns fit, the one with the earlier literal
// segment wins: /user/tokens/verify is not the token "verify". HEAD finds GET. Views into `path`.
[[nodiscard]] Route find_route(std::string_view method, std::string_view path);

// What to do instead of something that Cloudflare has and Brink has not; empty where nothing is known of the
// path.
[[nodiscard]] std::string_view hint_for(std::string_view path_below_prefix);

}  // namespace brink::control::api
