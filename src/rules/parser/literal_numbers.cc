#include "base/ascii.h"
#include "base/error.h"
#include "rules/parser/literals.h"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::string_view kBadAddress = "couldn't parse address in network: invalid IP address syntax";
constexpr std::string_view kBadRange = "incompatible range bounds";
constexpr std::string_view kHostBits = "host part of address was not zero";

bool is_hex(char c) {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

bool is_address_character(char c) { return is_hex(c) || c == ':' || c == '.'; }

using Bytes = std::array<std::uint8_t, 16>;

struct Address {
  net::IpAddress ip;
  bool written_as_ipv6 = false;
};

Parsed<Address> address_of(std::string_view text, std::size_t start) {
  const auto ip = net::IpAddress::parse(text);
  if (!ip)
    return Cursor::fail(std::string(kBadAddress),
                        {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(text.size())});
  return Address{*ip, text.find(':') != std::string_view::npos};
}

// The last address of the network of `bits`; nothing where host bits are set in `first`.
std::optional<net::IpAddress> last_of_network(const net::IpAddress& first, unsigned bits) {
  Bytes last = first.bytes();
  for (unsigned bit = bits; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if ((last[bit / 8] & mask) != 0) return std::nullopt;
    last[bit / 8] |= mask;
  }
  return net::IpAddress::v6(last);
}

// The address before the first, and that behind the last, of the IPv4-mapped ones.
net::IpAddress before_mapped() {
  Bytes bytes{};
  std::memset(bytes.data() + 10, 0xff, 6);
  bytes[11] = 0xfe;
  return net::IpAddress::v6(bytes);
}
// All bits set: a multicast address, which no visitor and no server has.
net::IpAddress nobodys_address() {
  Bytes bytes;
  bytes.fill(0xff);
  return net::IpAddress::v6(bytes);
}

net::IpAddress behind_mapped() {
  Bytes bytes{};
  bytes[9] = 1;
  return net::IpAddress::v6(bytes);
}

}  // namespace

Parsed<std::int64_t> read_integer(Cursor& cursor) {
  const std::size_t start = cursor.position();
  const bool negative = cursor.take("-");
  int radix = 10;
  if (!negative && cursor.take("0x")) radix = 16;
  const std::string_view digits = cursor.run(is_hex);
  if (digits.empty()) return cursor.fail_here("expected digit");
  if (radix == 10 && !negative && digits.size() > 1 && digits.front() == '0') radix = 8;
  cursor.advance(digits.size());

  const std::string text = (negative ? "-" : "") + std::string(digits);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (end != text.data() + text.size())
    return cursor.fail_from(start,
                            fmt::format("invalid digit found in string while parsing with radix {}", radix));
  if (error == std::errc::result_out_of_range)
    return cursor.fail_from(start,
                            fmt::format("number too {} to fit in target type while parsing with radix {}",
                                        negative ? "small" : "large", radix));
  return value;
}

Parsed<IntRange> read_integer_range(Cursor& cursor) {
  const std::size_t start = cursor.position();
  const std::int64_t first = BRINK_TRY(read_integer(cursor));
  if (!cursor.take("..")) return IntRange{first, first};
  const std::int64_t last = BRINK_TRY(read_integer(cursor));
  if (first > last) return cursor.fail_from(start, std::string(kBadRange));
  return IntRange{first, last};
}

bool looks_like_address(const Cursor& cursor) {
  const std::string_view text = cursor.run(is_address_character);
  return is_digit(cursor.peek()) || text.find(':') != std::string_view::npos;
}

Parsed<net::IpAddress> read_address(Cursor& cursor) {
  const std::string_view text = cursor.run(is_address_character);
  if (text.empty()) return cursor.fail_here("expected IP address character");
  const Address address = BRINK_TRY(address_of(text, cursor.position()));
  cursor.advance(text.size());
  return address.written_as_ipv6 && address.ip.is_v4() ? nobodys_address() : address.ip;
}

Parsed<WrittenRange> read_address_range(Cursor& cursor) {
  const std::size_t start = cursor.position();
  const std::string_view text = cursor.run(is_address_character);
  if (text.empty()) return cursor.fail_here("expected IP address character");
  cursor.advance(text.size());

  if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    const Address first = BRINK_TRY(address_of(text.substr(0, dots), start));
    const Address last = BRINK_TRY(address_of(text.substr(dots + 2), start + dots + 2));
    if (first.written_as_ipv6 != last.written_as_ipv6 || first.ip > last.ip)
      return cursor.fail_from(start, std::string(kBadRange));
    return WrittenRange{{first.ip, last.ip}, first.written_as_ipv6};
  }

  const Address address = BRINK_TRY(address_of(text, start));
  if (!cursor.take("/")) return WrittenRange{{address.ip, address.ip}, address.written_as_ipv6};
  const std::string_view digits = cursor.run(is_digit);
  if (digits.empty()) return cursor.fail_here("expected digit");
  cursor.advance(digits.size());
  const auto length = parse_decimal<unsigned>(digits);
  const unsigned most = address.written_as_ipv6 ? 128 : 32;
  if (!length || *length > most)
    return cursor.fail_from(start, "couldn't parse network prefix: network length is too long");
  const auto last = last_of_network(address.ip, *length + 128 - most);
  if (!last) return cursor.fail_from(start, std::string(kHostBits));
  return WrittenRange{{address.ip, *last}, address.written_as_ipv6};
}

void add_range(const WrittenRange& written, std::vector<IpRange>& ranges) {
  const IpRange& range = written.range;
  if (!written.as_ipv6 || range.last <= before_mapped() || range.first >= behind_mapped()) {
    ranges.push_back(range);
    return;
  }
  if (range.first <= before_mapped()) ranges.push_back({range.first, before_mapped()});
  if (range.last >= behind_mapped()) ranges.push_back({behind_mapped(), range.last});
}

}  // namespace brink::rules
