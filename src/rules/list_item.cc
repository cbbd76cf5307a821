#include "rules/list_item.h"

#include "base/ascii.h"

#include <algorithm>
#include <limits>

namespace brink::rules {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kV4Bits = 32;
constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

using Bytes = std::array<std::uint8_t, 16>;

// The address with the bits behind the first `kept` ones cleared or set.
net::IpAddress with_host_bits(const net::IpAddress& address, unsigned kept, bool set) {
  Bytes bytes = address.bytes();
  for (unsigned n = 0; n < bytes.size(); ++n) {
    const unsigned network_bits = kept > n * 8 ? std::min(kept - n * 8, 8U) : 0;
    const auto host_mask = static_cast<std::uint8_t>(0xFFU >> network_bits);
    bytes[n] = static_cast<std::uint8_t>(set ? bytes[n] | host_mask : bytes[n] & ~host_mask);
  }
  return net::IpAddress::v6(bytes);
}

// A network in the mapped block is written as the IPv6 it is, not as the IPv4 that IpAddress takes it for.
std::string text_of(const net::IpAddress& address, bool v6) {
  return v6 && address.is_v4() ? "::ffff:" + address.text() : address.text();
}

}  // namespace

std::expected<IpItem, std::string> parse_ip_item(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const auto address = net::IpAddress::parse(address_text);
  if (!address) return std::unexpected("is no IP address and no network in CIDR notation");
  const bool v6 = address_text.contains(':');
  const unsigned most = v6 ? kBits : kV4Bits;
  unsigned prefix = most;
  if (slash != text.npos) {
    const auto digits = text.substr(slash + 1);
    const auto number = parse_decimal<unsigned>(digits);
    if (!number || (digits.size() > 1 && digits.front() == '0'))
      return std::unexpected("has a prefix length that is no number");
    if (*number > most) return std::unexpected("has a prefix length above " + std::to_string(most));
    prefix = *number;
  }
  const unsigned kept = kBits - most + prefix;
  IpRange range{.first = with_host_bits(*address, kept, false), .last = with_host_bits(*address, kept, true)};
  range.mapped = v6 && range.first.is_v4() && range.last.is_v4();
  IpItem item{.text = text_of(range.first, v6), .range = range};
  if (prefix < most) item.text += "/" + std::to_string(prefix);
  return item;
}

std::expected<std::uint32_t, std::string> check_asn_item(std::int64_t number) {
  if (number < 0 || number > std::numeric_limits<std::uint32_t>::max())
    return std::unexpected("is no AS number: those are 0 to 4294967295");
  return static_cast<std::uint32_t>(number);
}

std::expected<HostnameSet::Item, std::string> parse_hostname_item(std::string_view name, bool excludes_apex) {
  const bool wildcard = name.starts_with("*.");
  std::string_view rest = wildcard ? name.substr(2) : name;
  if (name.contains("://")) return std::unexpected("has a scheme");
  if (rest.contains('/')) return std::unexpected("has a path");
  if (rest.contains(':')) return std::unexpected("has a port");
  if (rest.contains('*')) return std::unexpected("has a * elsewhere than at its start, as *.");
  if (rest.empty() || rest.size() > kMaxName)
    return std::unexpected("is no host name of 1 to 253 characters");
  while (true) {
    const std::string_view label = rest.substr(0, rest.find('.'));
    const auto may_stand = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; };
    if (label.empty() || label.size() > kMaxLabel || label.starts_with('-') || label.ends_with('-') ||
        !std::ranges::all_of(label, may_stand))
      return std::unexpected("is no host name in ASCII");
    if (label.size() == rest.size()) break;
    rest.remove_prefix(label.size() + 1);
  }
  return HostnameSet::Item{.name = to_lower(name), .excludes_apex = excludes_apex};
}

}  // namespace brink::rules
