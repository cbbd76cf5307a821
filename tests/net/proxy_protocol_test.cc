#include "net/proxy_protocol.h"

#include "base/random.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using namespace std::string_view_literals;
using Kind = ProxyHeader::Kind;

constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;

std::string v2(std::uint8_t version_and_command, std::uint8_t family, std::string_view rest) {
  std::string header(kSignature);
  header.push_back(static_cast<char>(version_and_command));
  header.push_back(static_cast<char>(family));
  header.push_back(static_cast<char>(rest.size() >> 8));
  header.push_back(static_cast<char>(rest.size()));
  return header.append(rest);
}

std::string tlv(std::uint8_t type, std::string_view value) {
  std::string bytes{static_cast<char>(type), static_cast<char>(value.size() >> 8),
                    static_cast<char>(value.size())};
  return bytes.append(value);
}

// 192.0.2.1:56324 to 198.51.100.2:443
constexpr std::string_view kV4Addresses = "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"sv;
const std::string kV6Addresses = std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16) +
                                 std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16) +
                                 "\xdc\x04\x01\xbb";

std::string describe(std::string_view bytes) {
  const auto parse = parse_proxy_header(bytes);
  if (!parse) return parse.error().is(ProxyProtocolError::kTooLarge) ? "too large" : "malformed";
  if (parse->needs_more()) return "needs more";
  const ProxyHeader& header = parse->header;
  std::string text = "v" + std::to_string(header.version) + " ";
  switch (header.kind) {
    case Kind::kLocal: text += "local"; break;
    case Kind::kUnknown: text += "unknown"; break;
    case Kind::kProxied: text += header.source.text() + " to " + header.destination.text(); break;
  }
  if (parse->consumed != bytes.size()) text += ", then " + std::string(bytes.substr(parse->consumed));
  return text;
}

TEST(ProxyProtocolV1, ReadsTheExamplesOfTheSpecification) {
  EXPECT_EQ(
      describe(
          "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n"),
      "v1 192.168.0.1:56324 to 192.168.0.11:443, then GET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n");
  EXPECT_EQ(describe("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
            "v1 255.255.255.255:65535 to 255.255.255.255:65535");
  EXPECT_EQ(describe("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
            "v1 [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 to "
            "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
  EXPECT_EQ(describe("PROXY UNKNOWN\r\n"), "v1 unknown");
  const auto longest =
      "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"sv;
  ASSERT_EQ(longest.size(), kMaxProxyV1Bytes);
  EXPECT_EQ(describe(longest), "v1 unknown");
}

TEST(ProxyProtocolV1, RefusesWhatIsNotExactlyAHeader) {
  for (std::string_view bytes : {
           "GET / HTTP/1.1\r\n"sv,
           "proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n"sv,
           "PROXY\tTCP4 1.2.3.4 1.2.3.4 1 1\r\n"sv,
           "PROXY \r\n"sv,
           "PROXY TCP4\r\n"sv,
           "PROXY TCP4 \r\n"sv,
           "PROXY TCP5 1.2.3.4 1.2.3.4 1 1\r\n"sv,
           "PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n"sv,
           "PROXY UNKNOWNX\r\n"sv,
           "PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n"sv,   // two spaces
           "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n"sv,   // a space at the end
           "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"sv,      // a port missing
           "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n"sv,  // a word too many
           "PROXY TCP4 1.2.3 1.2.3.4 1 1\r\n"sv,
           "PROXY TCP4 1.2.3.04 1.2.3.4 1 1\r\n"sv,
           "PROXY TCP4 ::1 ::1 1 1\r\n"sv,
           "PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n"sv,
           "PROXY TCP6 ::1%lo ::1 1 1\r\n"sv,
           "PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n"sv,
           "PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n"sv,
           "PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n"sv,
           "PROXY TCP4 1.2.3.4 1.2.3.4 +1 1\r\n"sv,
           "PROXY TCP4 1.2.3.4 1.2.3.4 1 0x1\r\n"sv,
           "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n"sv,   // a bare LF
           "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\rx"sv,  // a bare CR
           "PROXY TCP4 1.2.3.4\0 1.2.3.4 1 1\r\n"sv,
       }) {
    EXPECT_EQ(describe(bytes), "malformed") << bytes;
  }
  EXPECT_EQ(describe("PROXY UNKNOWN " + std::string(kMaxProxyV1Bytes - 14, 'x')), "malformed") << "too long";
  EXPECT_EQ(describe("PROXY UNKNOWN " + std::string(kMaxProxyV1Bytes - 15, 'x') + "\r\n"), "malformed")
      << "one byte too long";
}

TEST(ProxyProtocolV2, ReadsEachKindOfHeader) {
  EXPECT_EQ(describe(v2(0x21, 0x11, kV4Addresses) + "rest"),
            "v2 192.0.2.1:56324 to 198.51.100.2:443, then rest");
  EXPECT_EQ(describe(v2(0x21, 0x21, kV6Addresses)), "v2 [2001:db8::1]:56324 to [2001:db8::2]:443");
  EXPECT_EQ(describe(v2(0x21, 0x31, std::string(216, 'x'))), "v2 unknown");
  EXPECT_EQ(describe(v2(0x21, 0x00, "")), "v2 unknown");
  EXPECT_EQ(describe(v2(0x21, 0x00, "whatever")), "v2 unknown");
  EXPECT_EQ(describe(v2(0x20, 0x00, "")), "v2 local");
  EXPECT_EQ(describe(v2(0x20, 0x99, "whatever, the family included")), "v2 local");
}

TEST(ProxyProtocolV2, SkipsTlvsWithinTheHeader) {
  const std::string addresses(kV4Addresses);
  EXPECT_EQ(
      describe(v2(0x21, 0x11, addresses + tlv(0x04, "padding") + tlv(0x01, "h2") + tlv(0xee, "")) + "rest"),
      "v2 192.0.2.1:56324 to 198.51.100.2:443, then rest");
  for (const std::string& broken :
       {std::string("\x04"), std::string("\x04\x00", 2), std::string("\x04\x00\x01", 3),
        std::string("\x04\xff\xff", 3), tlv(0x04, "fits") + "\x04"}) {
    EXPECT_EQ(describe(v2(0x21, 0x11, addresses + broken)), "malformed");
  }
}

TEST(ProxyProtocolV2, ChecksTheChecksumWhereThereIsOne) {
  std::string header = v2(0x21, 0x11, std::string(kV4Addresses) + tlv(0x03, std::string(4, '\0')));
  EXPECT_EQ(describe(header), "malformed") << "zero is not its checksum";
  header.replace(header.size() - 4, 4, "\x20\xec\x95\x49"sv);  // computed apart from this code
  EXPECT_EQ(describe(header), "v2 192.0.2.1:56324 to 198.51.100.2:443");
  header[16] ^= 1;
  EXPECT_EQ(describe(header), "malformed") << "another address";
  EXPECT_EQ(describe(v2(0x21, 0x11, std::string(kV4Addresses) + tlv(0x03, "abc"))), "malformed");
}

TEST(ProxyProtocolV2, RefusesWhatIsNotAssigned) {
  const std::string addresses(kV4Addresses);
  EXPECT_EQ(describe(v2(0x11, 0x11, addresses)), "malformed") << "version 1 in binary";
  EXPECT_EQ(describe(v2(0x31, 0x11, addresses)), "malformed") << "version 3";
  EXPECT_EQ(describe(v2(0x22, 0x11, addresses)), "malformed") << "command 2";
  for (int family : {0x01, 0x02, 0x10, 0x12, 0x13, 0x22, 0x32, 0x41, 0xff}) {
    EXPECT_EQ(describe(v2(0x21, static_cast<std::uint8_t>(family), std::string(216, 'x'))), "malformed")
        << family;
  }
  EXPECT_EQ(describe(v2(0x21, 0x11, addresses.substr(1))), "malformed") << "no room for the addresses";
  EXPECT_EQ(describe(v2(0x21, 0x21, kV6Addresses.substr(1))), "malformed");
  EXPECT_EQ(describe(v2(0x21, 0x31, std::string(215, 'x'))), "malformed");
}

TEST(ProxyProtocolV2, RefusesAHeaderLargerThanItsLimitAsSoonAsItsLengthIsThere) {
  const std::string fits = v2(0x20, 0x00, std::string(kMaxProxyV2Bytes - 16, 'x'));
  EXPECT_EQ(describe(fits), "v2 local");
  const std::string large = v2(0x20, 0x00, std::string(kMaxProxyV2Bytes - 15, 'x'));
  EXPECT_EQ(describe(large), "too large");
  EXPECT_EQ(describe(std::string_view(large).substr(0, 16)), "too large");
}

TEST(ProxyProtocol, NeedsMoreAtEveryByteBeforeTheEndAndNeverAfter) {
  for (const std::string& header :
       {std::string("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"), std::string("PROXY UNKNOWN x y\r\n"),
        v2(0x21, 0x11, std::string(kV4Addresses) + tlv(0x04, "padding")), v2(0x21, 0x21, kV6Addresses),
        v2(0x20, 0x00, "")}) {
    const std::string whole = describe(header);
    for (std::size_t size = 0; size < header.size(); ++size) {
      EXPECT_EQ(describe(std::string_view(header).substr(0, size)), "needs more") << size;
    }
    const auto parse = parse_proxy_header(header + "more");
    ASSERT_TRUE(parse);
    EXPECT_EQ(parse->consumed, header.size());
    EXPECT_EQ(describe(header + "more"), whole + ", then more");
  }
}

TEST(ProxyProtocol, RefusesAtTheFirstByteThatCannotBe) {
  EXPECT_EQ(describe("G"), "malformed");
  EXPECT_EQ(describe("PROXX"), "malformed");
  EXPECT_EQ(describe("\r\n\r\n\r"), "malformed");
  EXPECT_EQ(describe("\x16\x03\x01"), "malformed") << "TLS";
  EXPECT_EQ(describe(kSignature.substr(0, 11)), "needs more");
}

TEST(ProxyProtocol, ReadsWhatItWrites) {
  const auto v4_source = SocketAddress::parse("192.0.2.1:56324").value();
  const auto v4_destination = SocketAddress::parse("198.51.100.2:443").value();
  const auto v6_source = SocketAddress::parse("[2001:db8::1]:56324").value();
  const auto v6_destination = SocketAddress::parse("[2001:db8::2]:443").value();
  const auto named = SocketAddress::unix_path("/run/x");
  EXPECT_EQ(proxy_v1_header(v4_source, v4_destination), "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n");
  EXPECT_EQ(proxy_v1_header(v6_source, v6_destination), "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n");
  EXPECT_EQ(proxy_v2_header(v4_source, v4_destination), v2(0x21, 0x11, kV4Addresses));
  EXPECT_EQ(proxy_v2_header(v6_source, v6_destination), v2(0x21, 0x21, kV6Addresses));
  for (const auto& [source, destination] :
       std::vector<std::pair<SocketAddress, SocketAddress>>{{v4_source, v6_destination},
                                                            {v6_source, v4_destination},
                                                            {named, v4_destination},
                                                            {v4_source, named}}) {
    EXPECT_EQ(describe(proxy_v1_header(source, destination)), "v1 unknown");
    EXPECT_EQ(describe(proxy_v2_header(source, destination)), "v2 unknown");
  }
  EXPECT_EQ(describe(proxy_v2_local_header()), "v2 local");
}

TEST(ProxyProtocol, StandsRandomChangesOfGoodHeaders) {
  FastRandom random(11);
  const std::vector<std::string> good = {"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n",
                                         v2(0x21, 0x11, std::string(kV4Addresses) + tlv(0x04, "padding")),
                                         v2(0x21, 0x21, kV6Addresses)};
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes = good[random.below(good.size())];
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.next());
    }
    bytes.resize(random.below(bytes.size() + 1));
    const auto parse = parse_proxy_header(bytes);
    if (parse) ASSERT_LE(parse->consumed, bytes.size());
  }
}

}  // namespace
}  // namespace brink::net
