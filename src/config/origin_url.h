// The URL of an origin: where Brink connects for a zone.
#pragma once

#include "config/config.h"

#include <expected>
#include <string>
#include <string_view>

namespace brink::config {

// "http://127.0.0.1:3000", "https://origin.example", "http://[::1]:80", "unix:/run/app.sock",
// "http+unix:/run/app.sock". No user, path, query or fragment: requests bring their own. The error says what
// is wrong.
[[nodiscard]] std::expected<OriginUrl, std::string> parse_origin_url(std::string_view text);

}  // namespace brink::config
