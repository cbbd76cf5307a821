// The URLs of redirect lists (Bulk Redirects), and those of requests that are looked up in them.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace brink::rules {

enum class RedirectScheme : std::uint8_t { kAny, kHttp, kHttps };

struct RedirectUrl {
  RedirectScheme scheme = RedirectScheme::kAny;
  std::string_view host;  // as written
  std::string_view path;  // "/" where there is none
};

// A source_url: a scheme (or none, for both), a host, a path. The error goes on a sentence: "has a port".
[[nodiscard]] std::expected<RedirectUrl, std::string> read_redirect_url(std::string_view url);
// What is wrong with a target_url, going on a sentence; nothing where it is good: a scheme, and no control
// characters or spaces.
[[nodiscard]] std::optional<std::string> check_redirect_target(std::string_view url);
// The parts of a request's full URI. Query and fragment are left out, and a port.
[[nodiscard]] std::optional<RedirectUrl> read_request_url(std::string_view url);

}  // namespace brink::rules
