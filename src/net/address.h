// IP addresses, networks and socket addresses (IPv4, IPv6, Unix), and their text forms.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace brink::net {

// An IPv4 or IPv6 address. IPv4 is kept as its IPv4-mapped IPv6 form, so that one comparison and one
// longest-prefix lookup serve both; text and family are the IPv4 ones again.
class IpAddress {
 public:
  IpAddress() = default;  // ::
  [[nodiscard]] static IpAddress v4(std::uint32_t host_order);
  [[nodiscard]] static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);
  // "192.0.2.1", "2001:db8::1"; no brackets, no zone.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] std::uint32_t v4_host_order() const;  // requires is_v4()
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  [[nodiscard]] std::string text() const;
  // Writes the text to `out` (room for kMaxText bytes) and answers its length; allocates nothing.
  static constexpr std::size_t kMaxText = 46;
  std::size_t write_text(char* out) const;
  // The address after this one; nothing after the last of all.
  [[nodiscard]] std::optional<IpAddress> next() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A network in CIDR notation; a lone address is a network of one.
class IpNetwork {
 public:
  // "10.0.0.0/8", "2001:db8::/32", "192.0.2.1". Bits after the prefix must be zero.
  [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  IpAddress base_;
  int prefix_bits_ = 128;  // of the 128-bit form
  bool v4_ = false;
};

// Where a socket listens or connects: IP and port, or a Unix path.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const IpAddress& ip, std::uint16_t port) : ip_(ip), port_(port) {}
  // "0.0.0.0:80", "[::1]:443", "unix:/run/brink.sock"
  [[nodiscard]] static std::optional<SocketAddress> parse(std::string_view text);
  [[nodiscard]] static std::optional<SocketAddress> from_native(const sockaddr* address, socklen_t size);
  [[nodiscard]] static SocketAddress unix_path(std::string path);

  [[nodiscard]] bool is_unix() const { return !path_.empty(); }
  [[nodiscard]] const IpAddress& ip() const { return ip_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int family() const;
  // Fills `storage` and answers its size.
  socklen_t to_native(sockaddr_storage& storage) const;
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;

 private:
  IpAddress ip_;
  std::uint16_t port_ = 0;
  std::string path_;
};

}  // namespace brink::net
