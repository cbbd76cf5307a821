#include "net/address.h"

#include "base/ascii.h"
#include "base/assert.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace brink::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr std::string_view kUnixScheme = "unix:";
constexpr std::size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;

template <class Int>
char* write_number(char* out, Int value, int base) {
  return std::to_chars(out, out + 8, value, base).ptr;
}

char* write_v4(char* out, const std::uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *out++ = '.';
    out = write_number(out, bytes[i], 10);
  }
  return out;
}

// RFC 5952 section 4: lower case, no leading zeros, "::" for the longest run of two or more zero groups, the
// first of them where there are several.
char* write_v6(char* out, const std::array<std::uint8_t, 16>& bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  std::size_t run = 0;
  std::size_t run_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > run_length) {
      run = i;
      run_length = length;
    }
  }
  for (std::size_t i = 0; i < 8;) {
    if (run_length > 1 && i == run) {
      *out++ = ':';
      *out++ = ':';
      i += run_length;
      continue;
    }
    if (i > 0 && out[-1] != ':') *out++ = ':';
    out = write_number(out, groups[i], 16);
    ++i;
  }
  return out;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  return parse_decimal<std::uint16_t>(text);
}

bool has_zeros_after(const std::array<std::uint8_t, 16>& bytes, int bits) {
  for (int i = bits; i < 128; ++i) {
    if ((bytes[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace

// --- IpAddress ---

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  for (std::size_t i = 0; i < 4; ++i)
    address.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() >= kMaxText || text.find('\0') != text.npos) return std::nullopt;
  char terminated[kMaxText] = {};
  std::memcpy(terminated, text.data(), text.size());
  if (in_addr v4_address{}; ::inet_pton(AF_INET, terminated, &v4_address) == 1)
    return v4(ntohl(v4_address.s_addr));
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated, address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::next() const {
  IpAddress after = *this;
  for (auto byte = after.bytes_.rbegin(); byte != after.bytes_.rend(); ++byte) {
    if (++*byte != 0) return after;
  }
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  return bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

std::uint32_t IpAddress::v4_host_order() const {
  BRINK_ASSERT(is_v4());
  return static_cast<std::uint32_t>(bytes_[12]) << 24 | static_cast<std::uint32_t>(bytes_[13]) << 16 |
         static_cast<std::uint32_t>(bytes_[14]) << 8 | bytes_[15];
}

std::string IpAddress::text() const {
  char text[kMaxText];
  return {text, write_text(text)};
}

std::size_t IpAddress::write_text(char* out) const {
  return static_cast<std::size_t>((is_v4() ? write_v4(out, bytes_.data() + 12) : write_v6(out, bytes_)) -
                                  out);
}

// --- IpNetwork ---

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address_text = text.substr(0, slash);
  const auto base = IpAddress::parse(address_text);
  if (!base) return std::nullopt;

  IpNetwork network;
  network.base_ = *base;
  if (slash != text.npos) {
    const int offset = address_text.find(':') == address_text.npos ? kMappedBits : 0;
    const auto digits = text.substr(slash + 1);
    const auto bits = parse_decimal<std::uint8_t>(digits);
    if (!bits || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0') || offset + *bits > 128)
      return std::nullopt;
    network.prefix_bits_ = offset + *bits;
  }
  if (!has_zeros_after(base->bytes(), network.prefix_bits_)) return std::nullopt;
  network.v4_ = base->is_v4() && network.prefix_bits_ >= kMappedBits;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != v4_) return false;  // ::/0 is every IPv6 address, and no IPv4 one
  const auto whole = static_cast<std::size_t>(prefix_bits_ / 8);
  const auto& ours = base_.bytes();
  const auto& theirs = address.bytes();
  if (!std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(whole), theirs.begin()))
    return false;
  if (prefix_bits_ % 8 == 0) return true;
  return ((ours[whole] ^ theirs[whole]) >> (8 - prefix_bits_ % 8)) == 0;
}

std::string IpNetwork::text() const {
  return base_.text() + "/" + std::to_string(v4_ ? prefix_bits_ - kMappedBits : prefix_bits_);
}

// --- SocketAddress ---

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
  if (text.starts_with(kUnixScheme)) {
    const auto path = text.substr(kUnixScheme.size());
    if (path.empty() || path.size() > kMaxUnixPath || path.find('\0') != path.npos) return std::nullopt;
    return unix_path(std::string(path));
  }
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;

  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != host.npos;
  if (bracketed != has_colon) return std::nullopt;  // brackets are for IPv6, and IPv6 needs them
  const auto ip = IpAddress::parse(host);
  if (!ip) return std::nullopt;
  return SocketAddress(*ip, *port);
}

std::optional<SocketAddress> SocketAddress::from_native(const sockaddr* address, socklen_t size) {
  if (size < sizeof(sa_family_t)) return std::nullopt;
  switch (address->sa_family) {
    case AF_INET: {
      if (size < sizeof(sockaddr_in)) return std::nullopt;
      sockaddr_in v4{};
      std::memcpy(&v4, address, sizeof v4);
      return SocketAddress(IpAddress::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port));
    }
    case AF_INET6: {
      if (size < sizeof(sockaddr_in6)) return std::nullopt;
      sockaddr_in6 v6{};
      std::memcpy(&v6, address, sizeof v6);
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      return SocketAddress(IpAddress::v6(bytes), ntohs(v6.sin6_port));
    }
    case AF_UNIX: {
      sockaddr_un named{};
      std::memcpy(&named, address, std::min<std::size_t>(size, sizeof named));
      const std::size_t room = std::min<std::size_t>(size, sizeof named) - offsetof(sockaddr_un, sun_path);
      return unix_path(
          std::string(named.sun_path, ::strnlen(named.sun_path, room)));  // unnamed and abstract: no path
    }
    default: return std::nullopt;
  }
}

SocketAddress SocketAddress::unix_path(std::string path) {
  SocketAddress address;
  address.path_ = std::move(path);
  return address;
}

int SocketAddress::family() const {
  if (is_unix()) return AF_UNIX;
  return ip_.is_v4() ? AF_INET : AF_INET6;
}

socklen_t SocketAddress::to_native(sockaddr_storage& storage) const {
  storage = {};
  if (is_unix()) {
    sockaddr_un named{};
    named.sun_family = AF_UNIX;
    BRINK_ASSERT(path_.size() <= kMaxUnixPath);
    std::memcpy(named.sun_path, path_.data(), path_.size());
    std::memcpy(&storage, &named, sizeof named);
    return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
  }
  if (ip_.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    v4.sin_addr.s_addr = htonl(ip_.v4_host_order());
    std::memcpy(&storage, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port_);
  std::memcpy(&v6.sin6_addr, ip_.bytes().data(), ip_.bytes().size());
  std::memcpy(&storage, &v6, sizeof v6);
  return sizeof v6;
}

std::string SocketAddress::text() const {
  if (is_unix()) return std::string(kUnixScheme) + path_;
  const std::string port = std::to_string(port_);
  return ip_.is_v4() ? ip_.text() + ":" + port : "[" + ip_.text() + "]:" + port;
}

}  // namespace brink::net
