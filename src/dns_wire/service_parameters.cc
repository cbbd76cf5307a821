#include "dns_wire/service_parameters.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "dns_wire/bytes.h"
#include "dns_wire/character_string.h"
#include "dns_wire/limits.h"
#include "dns_wire/name.h"
#include "net/address.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

enum Key : std::uint16_t {
  kMandatory = 0,
  kAlpn = 1,
  kNoDefaultAlpn = 2,
  kPort = 3,
  kIpv4Hint = 4,
  kEch = 5,
  kIpv6Hint = 6,
  kDohPath = 7,
  kOhttp = 8,
  kInvalidKey = 65'535,
};

// By number, from 0.
constexpr std::string_view kKeyNames[] = {"mandatory", "alpn",     "no-default-alpn", "port", "ipv4hint",
                                          "ech",       "ipv6hint", "dohpath",         "ohttp"};

std::string key_name(std::uint16_t key) {
  return key < std::size(kKeyNames) ? std::string(kKeyNames[key]) : fmt::format("key{}", key);
}

struct ParsedKey {
  std::uint16_t number;
  bool generic;  // keyNNNNN: the value is the wire form
};

std::optional<ParsedKey> parse_key(std::string_view text) {
  for (std::uint16_t i = 0; i < std::size(kKeyNames); ++i) {
    if (equals_ignoring_case(text, kKeyNames[i])) return ParsedKey{i, false};
  }
  if (text.size() < 4 || !equals_ignoring_case(text.substr(0, 3), "key")) return std::nullopt;
  if (text[3] == '0' && text.size() > 4) return std::nullopt;
  const auto number = parse_decimal<std::uint16_t>(text.substr(3));
  if (!number || *number == kInvalidKey) return std::nullopt;
  return ParsedKey{*number, true};
}

// RFC 9460 appendix A.1: commas divide, a backslash takes the meaning of what follows it.
std::optional<std::vector<std::string>> split_list(std::string_view text) {
  std::vector<std::string> items(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ',') {
      items.emplace_back();
      continue;
    }
    if (text[at] == '\\' && ++at == text.size()) return std::nullopt;
    items.back().push_back(text[at]);
  }
  return items;
}

bool needs_value(std::uint16_t key) { return key <= kIpv6Hint && key != kNoDefaultAlpn; }
bool takes_no_value(std::uint16_t key) { return key == kNoDefaultAlpn || key == kOhttp; }

// --- from text ---

using Value = std::optional<std::string>;

Value alpn_value(std::string_view text) {
  const auto ids = split_list(text);
  if (!ids) return std::nullopt;
  std::string value;
  for (const auto& id : *ids) {
    if (id.empty() || id.size() > kMaxStringBytes) return std::nullopt;
    put_u8(value, static_cast<std::uint8_t>(id.size()));
    value += id;
  }
  return value;
}

Value mandatory_value(std::string_view text) {
  const auto names = split_list(text);
  if (!names) return std::nullopt;
  std::vector<std::uint16_t> keys;
  for (const auto& name : *names) {
    const auto key = parse_key(name);
    if (!key) return std::nullopt;
    keys.push_back(key->number);
  }
  std::ranges::sort(keys);
  std::string value;
  for (auto key : keys) put_u16(value, key);
  return value;
}

Value hint_value(std::string_view text, bool v4) {
  const auto addresses = split_list(text);
  if (!addresses) return std::nullopt;
  std::string value;
  for (const auto& written : *addresses) {
    // By its form, not by IpAddress::is_v4: "::ffff:192.0.2.1" is an IPv6 hint.
    const auto address = net::IpAddress::parse(written);
    if (!address || (written.find(':') == written.npos) != v4) return std::nullopt;
    const auto& bytes = address->bytes();
    value.append(reinterpret_cast<const char*>(bytes.data()) + (v4 ? 12 : 0), v4 ? 4 : 16);
  }
  return value;
}

Value port_value(std::string_view text) {
  const auto port = parse_decimal<std::uint16_t>(text);
  if (!port) return std::nullopt;
  std::string value;
  put_u16(value, *port);
  return value;
}

Value value_of(const ParsedKey& key, std::string_view text) {
  if (key.generic) return std::string(text);
  switch (key.number) {
    case kMandatory: return mandatory_value(text);
    case kAlpn: return alpn_value(text);
    case kPort: return port_value(text);
    case kIpv4Hint: return hint_value(text, true);
    case kEch: return base64_decode(text);
    case kIpv6Hint: return hint_value(text, false);
    default: return std::string(text);
  }
}

// --- wire form ---

// Whether the value of a known key is well-formed (RFC 9460 section 7).
bool is_well_formed(std::uint16_t key, std::string_view value) {
  switch (key) {
    case kMandatory: {
      if (value.empty() || value.size() % 2 != 0) return false;
      for (std::size_t at = 0; at < value.size(); at += 2) {
        const std::uint16_t listed = u16_at(value, at);
        if (listed == kMandatory || (at > 0 && listed <= u16_at(value, at - 2))) return false;
      }
      return true;
    }
    case kAlpn: {
      std::size_t at = 0;
      while (at < value.size()) {
        const std::size_t length = u8_at(value, at);
        if (length == 0 || length > value.size() - at - 1) return false;
        at += 1 + length;
      }
      return !value.empty();
    }
    case kNoDefaultAlpn:
    case kOhttp: return value.empty();
    case kPort: return value.size() == 2;
    case kIpv4Hint: return !value.empty() && value.size() % 4 == 0;
    case kEch: return !value.empty();
    case kIpv6Hint: return !value.empty() && value.size() % 16 == 0;
    default: return true;
  }
}

using Visitor = std::function<void(std::uint16_t key, std::string_view value)>;

// Calls for each parameter of a list that is sound.
Result<> for_each_service(std::string_view wire, const Visitor& visit) {
  std::int32_t last = -1;
  for (std::size_t at = 0; at < wire.size();) {
    const auto position = static_cast<std::int64_t>(at);
    if (wire.size() - at < 4) return fail(WireError::kTruncated, position);
    const std::uint16_t key = u16_at(wire, at);
    const std::size_t length = u16_at(wire, at + 2);
    at += 4;
    if (length > wire.size() - at) return fail(WireError::kTruncated, position);
    if (key == last) return fail(WireError::kDuplicateServiceKey, position);
    if (key < last) return fail(WireError::kKeysOutOfOrder, position);
    if (key == kInvalidKey) return fail(WireError::kBadServiceKey, position);
    last = key;
    const auto value = wire.substr(at, length);
    if (!is_well_formed(key, value)) return fail(WireError::kBadServiceValue, position);
    visit(key, value);
    at += length;
  }
  return {};
}

// --- to text ---

std::string alpn_text(std::string_view value) {
  std::string list;
  for (std::size_t at = 0; at < value.size(); at += 1 + u8_at(value, at)) {
    if (at > 0) list += ',';
    for (char c : value.substr(at + 1, u8_at(value, at))) {
      if (c == ',' || c == '\\') list += '\\';
      list += c;
    }
  }
  return list;
}

std::string mandatory_text(std::string_view value) {
  std::string list;
  for (std::size_t at = 0; at < value.size(); at += 2) {
    if (at > 0) list += ',';
    list += key_name(u16_at(value, at));
  }
  return list;
}

std::string ipv6_hints_text(std::string_view value) {
  std::string list;
  for (std::size_t at = 0; at < value.size(); at += 16) {
    std::array<std::uint8_t, 16> bytes;
    std::ranges::copy(value.substr(at, 16), reinterpret_cast<char*>(bytes.data()));
    if (at > 0) list += ',';
    const auto address = net::IpAddress::v6(bytes);
    list += address.is_v4() ? "::ffff:" + address.text() : address.text();
  }
  return list;
}

std::string ipv4_hints_text(std::string_view value) {
  std::string list;
  for (std::size_t at = 0; at < value.size(); at += 4) {
    if (at > 0) list += ',';
    list += net::IpAddress::v4(u32_at(value, at)).text();
  }
  return list;
}

std::string value_text(std::uint16_t key, std::string_view value) {
  switch (key) {
    case kMandatory: return mandatory_text(value);
    case kAlpn: return alpn_text(value);
    case kPort: return fmt::format("{}", u16_at(value, 0));
    case kIpv4Hint: return ipv4_hints_text(value);
    case kEch: return base64_encode(value);
    case kIpv6Hint: return ipv6_hints_text(value);
    default: return std::string(value);
  }
}

}  // namespace

Result<> parse_services(std::span<const Token> tokens, std::string& wire) {
  std::map<std::uint16_t, std::string> parameters;
  for (const Token& token : tokens) {
    const auto fail_here = [&](WireError error) {
      return fail(error, static_cast<std::int64_t>(token.position));
    };
    const std::size_t equals = token.text.find('=');
    const auto key = parse_key(token.text.substr(0, equals));
    if (!key || token.quoted) return fail_here(WireError::kBadServiceKey);
    auto text = equals == token.text.npos ? std::string_view() : token.text.substr(equals + 1);
    if (text.starts_with('"')) {
      if (text.size() < 2 || !text.ends_with('"')) return fail_here(WireError::kBadServiceValue);
      text = text.substr(1, text.size() - 2);
    }
    if (text.empty() && !key->generic && needs_value(key->number))
      return fail_here(WireError::kServiceValueMissing);
    if (!text.empty() && takes_no_value(key->number)) return fail_here(WireError::kServiceValueUnwanted);
    const auto bytes = unescape(text);
    if (!bytes) return fail_here(WireError::kBadEscape);
    auto value = value_of(*key, *bytes);
    if (!value || value->size() > kMaxRdataBytes || !is_well_formed(key->number, *value))
      return fail_here(WireError::kBadServiceValue);
    if (!parameters.emplace(key->number, std::move(*value)).second)
      return fail_here(WireError::kDuplicateServiceKey);
  }
  for (const auto& [key, value] : parameters) {
    put_u16(wire, key);
    put_u16(wire, static_cast<std::uint16_t>(value.size()));
    wire += value;
  }
  return {};
}

Result<> print_services(std::string_view wire, std::string& text) {
  return for_each_service(wire, [&](std::uint16_t key, std::string_view value) {
    text += ' ';
    text += key_name(key);
    if (value.empty()) return;
    text += '=';
    append_quoted(text, value_text(key, value));
  });
}

Result<> check_services(std::string_view rdata) {
  const auto target = BRINK_TRY(Name::read(rdata.substr(2)));
  const auto wire = rdata.substr(2 + target.wire().size());
  std::string_view mandatory;
  std::vector<std::uint16_t> keys;
  BRINK_TRY(for_each_service(wire, [&](std::uint16_t key, std::string_view value) {
    keys.push_back(key);
    if (key == kMandatory) mandatory = value;
  }));
  for (std::size_t at = 0; at < mandatory.size(); at += 2) {
    if (!std::ranges::binary_search(keys, u16_at(mandatory, at)))
      return fail(WireError::kMandatoryKeyMissing, kNowhere);
  }
  const bool without_default = std::ranges::binary_search(keys, std::uint16_t{kNoDefaultAlpn});
  if (without_default && !std::ranges::binary_search(keys, std::uint16_t{kAlpn}))
    return fail(WireError::kAlpnMissing, kNowhere);
  return {};
}

}  // namespace brink::dns_wire
