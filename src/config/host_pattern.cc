#include "config/host_pattern.h"

#include "base/ascii.h"
#include "net/address.h"

#include <algorithm>
#include <utility>

namespace brink::config {
namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035 section 2.3.4, without the length bytes
constexpr std::size_t kMaxLabel = 63;

std::unexpected<std::string> wrong(std::string what) { return std::unexpected(std::move(what)); }

std::expected<std::string, std::string> parse_bracketed(std::string_view text) {
  if (text.ends_with(']')) {
    const auto address = net::IpAddress::parse(text.substr(1, text.size() - 2));
    if (address && !address->is_v4()) return "[" + address->text() + "]";
  }
  return wrong("is not an IPv6 address");
}

}  // namespace

std::expected<std::string, std::string> parse_host_name(std::string_view text) {
  if (text.starts_with('[')) return parse_bracketed(text);
  std::string name = to_lower(text);
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return wrong("is empty");
  if (name.size() > kMaxName) return wrong("is longer than 253 letters");
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return wrong("has letters beyond ASCII: give it as A-labels (xn--...)");
  }
  std::size_t label = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && name[i] != '.') {
      const char c = name[i];
      if (c == '*') return wrong("has a * that is not a whole first label");
      if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
        return wrong("has a letter that no host name has");
      continue;
    }
    const std::string_view text_of_label = std::string_view(name).substr(label, i - label);
    if (text_of_label.empty()) return wrong("has an empty label");
    if (text_of_label.size() > kMaxLabel) return wrong("has a label longer than 63 letters");
    if (text_of_label.starts_with('-') || text_of_label.ends_with('-')) {
      return wrong("has a label that begins or ends with -");
    }
    label = i + 1;
  }
  return name;
}

std::expected<std::string, std::string> parse_host_pattern(std::string_view text) {
  if (text == "*") return "*";
  if (!text.starts_with("*.")) return parse_host_name(text);
  auto below = parse_host_name(text.substr(2));
  if (!below) return below;
  if (is_address(*below)) return wrong("has nothing below an address");
  return "*." + *below;
}

bool is_address(std::string_view name) {
  return name.starts_with('[') || net::IpAddress::parse(name).has_value();
}

}  // namespace brink::config
