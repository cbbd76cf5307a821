#include "net/proxy_protocol.h"

#include "base/ascii.h"

#include <array>
#include <optional>
#include <span>

namespace brink::net {
namespace {

class ProxyProtocolDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "proxy-protocol"; }
  std::string message(int code, std::int64_t) const override {
    switch (static_cast<ProxyProtocolError>(code)) {
      case ProxyProtocolError::kMalformed: return "malformed PROXY header";
      case ProxyProtocolError::kTooLarge: return "PROXY header too large";
      case ProxyProtocolError::kTruncated: return "the connection ended within the PROXY header";
    }
    return "unknown";
  }
};

constexpr ProxyProtocolDomain kProxyProtocolDomain;

using Kind = ProxyHeader::Kind;
using Parsed = Result<ProxyParse>;

Parsed malformed() { return fail(ProxyProtocolError::kMalformed); }
Parsed needs_more() { return ProxyParse{}; }

// Whether `bytes` begin with `start`, or, where they are fewer, may become so.
bool may_start_with(std::string_view bytes, std::string_view start) {
  return bytes.substr(0, start.size()) == start.substr(0, bytes.size());
}

// --- version 1: one line of text ---

constexpr std::string_view kV1Start = "PROXY ";
constexpr std::string_view kLineEnd = "\r\n";

std::optional<std::uint16_t> parse_v1_port(std::string_view text) {
  if (text.size() > 5 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return parse_decimal<std::uint16_t>(text);
}

std::optional<IpAddress> parse_v1_address(std::string_view text, bool v6) {
  if ((text.find(':') != text.npos) != v6) return std::nullopt;
  return IpAddress::parse(text);
}

// "192.0.2.1 198.51.100.2 56324 443": four words, one space between them.
bool parse_v1_addresses(std::string_view line, bool v6, ProxyHeader& header) {
  std::array<std::string_view, 4> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t space = line.find(' ');
    if ((space == line.npos) != (i + 1 == words.size())) return false;
    words[i] = line.substr(0, space);
    if (space != line.npos) line.remove_prefix(space + 1);
  }
  const auto source = parse_v1_address(words[0], v6);
  const auto destination = parse_v1_address(words[1], v6);
  const auto source_port = parse_v1_port(words[2]);
  const auto destination_port = parse_v1_port(words[3]);
  if (!source || !destination || !source_port || !destination_port) return false;
  header.source = SocketAddress(*source, *source_port);
  header.destination = SocketAddress(*destination, *destination_port);
  return true;
}

Parsed parse_v1(std::string_view bytes) {
  const auto searched = bytes.substr(0, kMaxProxyV1Bytes);
  const std::size_t end = searched.find_first_of("\r\n");
  if (end == searched.npos) return bytes.size() >= kMaxProxyV1Bytes ? malformed() : needs_more();
  if (!may_start_with(searched.substr(end), kLineEnd)) return malformed();
  if (searched.size() < end + kLineEnd.size())
    return searched.size() < kMaxProxyV1Bytes ? needs_more() : malformed();

  ProxyParse parse{.consumed = end + kLineEnd.size(), .header = {.kind = Kind::kProxied, .version = 1}};
  auto line = bytes.substr(kV1Start.size(), end - kV1Start.size());
  const auto protocol = line.substr(0, line.find(' '));
  if (protocol == "UNKNOWN") {  // whatever follows it is to be ignored
    parse.header.kind = Kind::kUnknown;
    return parse;
  }
  if ((protocol != "TCP4" && protocol != "TCP6") || line.size() == protocol.size()) return malformed();
  line.remove_prefix(protocol.size() + 1);
  if (!parse_v1_addresses(line, protocol == "TCP6", parse.header)) return malformed();
  return parse;
}

// --- version 2: binary ---

constexpr std::string_view kV2Signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kV2FixedBytes = 16;  // signature, version and command, family and protocol, length
constexpr std::uint8_t kVersion2 = 0x20;
constexpr std::uint8_t kCommandLocal = 0;
constexpr std::uint8_t kCommandProxy = 1;
constexpr std::uint8_t kUnspecified = 0x00;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::uint8_t kUnixStream = 0x31;
constexpr std::size_t kV4AddressBytes = 12;
constexpr std::size_t kV6AddressBytes = 36;
constexpr std::size_t kUnixAddressBytes = 216;
constexpr std::size_t kTlvHeadBytes = 3;
constexpr std::uint8_t kTlvCrc32c = 0x03;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }
std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

IpAddress v4_at(std::string_view bytes, std::size_t at) {
  return IpAddress::v4(static_cast<std::uint32_t>(u16_at(bytes, at)) << 16 | u16_at(bytes, at + 2));
}
IpAddress v6_at(std::string_view bytes, std::size_t at) {
  std::array<std::uint8_t, 16> address{};
  for (std::size_t i = 0; i < address.size(); ++i) address[i] = byte_at(bytes, at + i);
  return IpAddress::v6(address);
}

// CRC-32C (Castagnoli) of `header` with the four bytes from `zeroed` on taken as zeros.
std::uint32_t checksum_without(std::string_view header, std::size_t zeroed) {
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < header.size(); ++i) {
    crc ^= i >= zeroed && i < zeroed + 4 ? 0U : byte_at(header, i);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

// Whether the TLVs from `at` to the end of `header` lie within it, and the checksum among them, if any, is
// right.
bool are_tlvs_sound(std::string_view header, std::size_t at) {
  while (at < header.size()) {
    if (header.size() - at < kTlvHeadBytes) return false;
    const std::uint8_t type = byte_at(header, at);
    const std::size_t length = u16_at(header, at + 1);
    at += kTlvHeadBytes;
    if (header.size() - at < length) return false;
    if (type == kTlvCrc32c) {
      if (length != 4) return false;
      const std::uint32_t stated =
          static_cast<std::uint32_t>(u16_at(header, at)) << 16 | u16_at(header, at + 2);
      if (checksum_without(header, at) != stated) return false;
    }
    at += length;
  }
  return true;
}

// Fills in the addresses of a whole header; the size of the address block, or nothing where it is none that
// may be.
std::optional<std::size_t> read_v2_addresses(std::string_view header, ProxyHeader& into) {
  const std::size_t room = header.size() - kV2FixedBytes;
  constexpr std::size_t at = kV2FixedBytes;
  switch (byte_at(header, 13)) {
    case kTcp4:
      if (room < kV4AddressBytes) return std::nullopt;
      into.source = SocketAddress(v4_at(header, at), u16_at(header, at + 8));
      into.destination = SocketAddress(v4_at(header, at + 4), u16_at(header, at + 10));
      return kV4AddressBytes;
    case kTcp6:
      if (room < kV6AddressBytes) return std::nullopt;
      into.source = SocketAddress(v6_at(header, at), u16_at(header, at + 32));
      into.destination = SocketAddress(v6_at(header, at + 16), u16_at(header, at + 34));
      return kV6AddressBytes;
    case kUnixStream:  // tells nothing that a rule or an origin could use
      if (room < kUnixAddressBytes) return std::nullopt;
      into.kind = Kind::kUnknown;
      return kUnixAddressBytes;
    case kUnspecified: into.kind = Kind::kUnknown; return room;
    default: return std::nullopt;  // datagrams, and what is not assigned
  }
}

Parsed parse_v2(std::string_view bytes) {
  if (bytes.size() > 12 && (byte_at(bytes, 12) & 0xf0) != kVersion2) return malformed();
  if (bytes.size() > 12 && (byte_at(bytes, 12) & 0x0f) > kCommandProxy) return malformed();
  if (bytes.size() < kV2FixedBytes) return needs_more();
  const std::size_t size = kV2FixedBytes + u16_at(bytes, 14);
  if (size > kMaxProxyV2Bytes) return fail(ProxyProtocolError::kTooLarge);
  if (bytes.size() < size) return needs_more();

  ProxyParse parse{.consumed = size, .header = {.kind = Kind::kProxied, .version = 2}};
  if ((byte_at(bytes, 12) & 0x0f) == kCommandLocal) {  // the rest is to be ignored, the family included
    parse.header.kind = Kind::kLocal;
    return parse;
  }
  const auto header = bytes.substr(0, size);
  const auto address_bytes = read_v2_addresses(header, parse.header);
  if (!address_bytes || !are_tlvs_sound(header, kV2FixedBytes + *address_bytes)) return malformed();
  return parse;
}

void append_u16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value));
}

std::string v2_fixed_part(std::uint8_t command, std::uint8_t family, std::size_t length) {
  std::string header(kV2Signature);
  header.push_back(static_cast<char>(kVersion2 | command));
  header.push_back(static_cast<char>(family));
  append_u16(header, length);
  return header;
}

bool are_of_one_ip_family(const SocketAddress& a, const SocketAddress& b) {
  return !a.is_unix() && !b.is_unix() && a.ip().is_v4() == b.ip().is_v4();
}

}  // namespace

const ErrorDomain& error_domain(ProxyProtocolError) { return kProxyProtocolDomain; }

Result<ProxyParse> parse_proxy_header(std::string_view bytes) {
  if (may_start_with(bytes, kV1Start))
    return bytes.size() <= kV1Start.size() ? needs_more() : parse_v1(bytes);
  if (may_start_with(bytes, kV2Signature))
    return bytes.size() <= kV2Signature.size() ? needs_more() : parse_v2(bytes);
  return malformed();
}

std::string proxy_v1_header(const SocketAddress& source, const SocketAddress& destination) {
  if (!are_of_one_ip_family(source, destination)) return "PROXY UNKNOWN\r\n";
  std::string header(source.ip().is_v4() ? "PROXY TCP4 " : "PROXY TCP6 ");
  header.append(source.ip().text()).append(" ").append(destination.ip().text()).append(" ");
  header.append(std::to_string(source.port()))
      .append(" ")
      .append(std::to_string(destination.port()))
      .append("\r\n");
  return header;
}

std::string proxy_v2_header(const SocketAddress& source, const SocketAddress& destination) {
  if (!are_of_one_ip_family(source, destination)) return v2_fixed_part(kCommandProxy, kUnspecified, 0);
  const bool v4 = source.ip().is_v4();
  std::string header =
      v2_fixed_part(kCommandProxy, v4 ? kTcp4 : kTcp6, v4 ? kV4AddressBytes : kV6AddressBytes);
  for (const SocketAddress* address : {&source, &destination}) {
    const std::span<const std::uint8_t> bytes(address->ip().bytes());
    for (std::uint8_t byte : v4 ? bytes.last(4) : bytes) header.push_back(static_cast<char>(byte));
  }
  append_u16(header, source.port());
  append_u16(header, destination.port());
  return header;
}

std::string proxy_v2_local_header() { return v2_fixed_part(kCommandLocal, kUnspecified, 0); }

}  // namespace brink::net
