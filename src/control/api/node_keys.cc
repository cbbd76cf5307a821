#include "control/api/node_keys.h"

#include "base/ascii.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

std::string_view first_line(std::string_view content) {
  return trim_ows(content.substr(0, content.find_first_of("\r\n")));
}

}  // namespace

bool looks_like_key(std::string_view text) {
  return text.size() >= kLeastKeyBytes && text.size() <= kMostKeyBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool looks_like_origin_ca_key(std::string_view text) {
  return looks_like_key(text) && text.starts_with(kOriginCaKeyPrefix);
}

std::expected<std::string_view, std::string> check_global_key(std::string_view content) {
  const std::string_view key = first_line(content);
  if (looks_like_key(key)) return key;
  return std::unexpected(
      fmt::format("[control] global_key: the file's first line must have {} to {} characters, without spaces",
                  kLeastKeyBytes, kMostKeyBytes));
}

std::expected<std::string_view, std::string> check_origin_ca_key(std::string_view content) {
  const std::string_view key = first_line(content);
  if (looks_like_origin_ca_key(key)) return key;
  return std::unexpected(
      fmt::format("[control] origin_ca_key: the file's first line must begin with {} and have {} to {} "
                  "characters, without "
                  "spaces",
                  kOriginCaKeyPrefix, kLeastKeyBytes, kMostKeyBytes));
}

}  // namespace brink::control::api
