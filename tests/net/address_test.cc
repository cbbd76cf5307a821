#include "net/address.h"

#include "base/random.h"

#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/un.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(IpAddress, IsFollowedByTheNext) {
  const auto after = [](std::string_view text) { return IpAddress::parse(text)->next()->text(); };
  EXPECT_EQ(after("192.0.2.1"), "192.0.2.2");
  EXPECT_EQ(after("192.0.2.255"), "192.0.3.0");
  EXPECT_EQ(after("2001:db8::ffff"), "2001:db8::1:0");
  EXPECT_EQ(IpAddress::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")->next(), std::nullopt);
}

TEST(IpAddress, WritesIpv6AsRfc5952Says) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:db8::1", "2001:db8::1"},
      {"2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"},  // 4.1
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},              // 4.2.2: a lone zero group stays
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},                       // 4.2.3: the longest run
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},                 // 4.2.3: the first of equal ones
      {"2001:DB8::ABCD", "2001:db8::abcd"},                          // 4.3
      {"::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"0:0:1::", "0:0:1::"},
      {"fe80::1:0:0:1", "fe80::1:0:0:1"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"::102:304", "::102:304"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
  };
  for (const auto& [text, written] : table) EXPECT_EQ(ip(text).text(), written);
}

TEST(IpAddress, WritesWhatItReads) {
  FastRandom random(7);
  for (int i = 0; i < 10'000; ++i) {
    std::array<std::uint8_t, 16> bytes{};
    for (auto& byte : bytes) byte = random.below(3) == 0 ? static_cast<std::uint8_t>(random.next()) : 0;
    const auto address = IpAddress::v6(bytes);
    ASSERT_EQ(IpAddress::parse(address.text()), address) << address.text();
  }
}

TEST(IpAddress, KnowsIpv4AlsoInItsMappedForm) {
  const IpAddress address = ip("192.0.2.1");
  EXPECT_TRUE(address.is_v4());
  EXPECT_EQ(address.v4_host_order(), 0xc0000201U);
  EXPECT_EQ(address, IpAddress::v4(0xc0000201));
  EXPECT_EQ(address, ip("::ffff:192.0.2.1"));
  EXPECT_EQ(address.text(), "192.0.2.1");
  EXPECT_EQ(ip("255.255.255.255").text(), "255.255.255.255");
  EXPECT_EQ(ip("0.0.0.0").text(), "0.0.0.0");
  EXPECT_FALSE(ip("::c000:201").is_v4());
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  using namespace std::string_view_literals;
  for (std::string_view text :
       {""sv,          "1.2.3"sv,         "1.2.3.4.5"sv,
        "1.2.3.256"sv, "01.2.3.4"sv,      "1.2.3.4 "sv,
        " 1.2.3.4"sv,  "0x1.2.3.4"sv,     ":::"sv,
        ":1"sv,        "1:2:3:4:5:6:7"sv, "1:2:3:4:5:6:7:8:9"sv,
        "::1::"sv,     "[::1]"sv,         "fe80::1%lo"sv,
        "12345::"sv,   "g::"sv,           "localhost"sv,
        "1.2.3.4\0"sv, "::1\0x"sv,        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, LongestTextFits) {
  char text[IpAddress::kMaxText];
  EXPECT_EQ(ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").write_text(text), 39U);
  EXPECT_EQ(ip("::ffff:255.255.255.255").write_text(text), 15U);
}

TEST(IpAddress, KnowsLoopback) {
  EXPECT_TRUE(ip("127.0.0.1").is_loopback());
  EXPECT_TRUE(ip("127.255.0.9").is_loopback());
  EXPECT_TRUE(ip("::1").is_loopback());
  for (const char* text : {"128.0.0.1", "::", "::2", "1::1", "::127.0.0.1"})
    EXPECT_FALSE(ip(text).is_loopback()) << text;
}

TEST(IpNetwork, ContainsItsAddressesAndNoOthers) {
  struct Case {
    const char* network;
    std::vector<const char*> inside, outside;
  };
  const std::vector<Case> table = {
      {"10.0.0.0/8",
       {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"},
       {"11.0.0.0", "9.255.255.255", "::a00:1"}},
      {"192.0.2.128/25", {"192.0.2.128", "192.0.2.255"}, {"192.0.2.127", "192.0.3.128"}},
      {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::", "2001:db8::1"}},
      {"192.0.2.1", {"192.0.2.1"}, {"192.0.2.0", "192.0.2.2"}},
      {"2001:db8::/32", {"2001:db8::", "2001:db8:ffff::1"}, {"2001:db9::", "2001:db7:ffff::"}},
      {"2001:db8::/33", {"2001:db8:7fff::"}, {"2001:db8:8000::"}},
      {"::/0", {"::", "ffff::"}, {"10.0.0.1"}},
      {"::1", {"::1"}, {"::", "::2"}},
      {"::ffff:10.0.0.0/104", {"10.1.2.3"}, {"11.0.0.0"}},
  };
  for (const Case& each : table) {
    const auto network = IpNetwork::parse(each.network);
    ASSERT_TRUE(network) << each.network;
    for (const char* address : each.inside)
      EXPECT_TRUE(network->contains(ip(address))) << each.network << " " << address;
    for (const char* address : each.outside)
      EXPECT_FALSE(network->contains(ip(address))) << each.network << " " << address;
  }
}

TEST(IpNetwork, WritesItsCidrForm) {
  EXPECT_EQ(IpNetwork::parse("10.0.0.0/8")->text(), "10.0.0.0/8");
  EXPECT_EQ(IpNetwork::parse("192.0.2.1")->text(), "192.0.2.1/32");
  EXPECT_EQ(IpNetwork::parse("2001:DB8::/32")->text(), "2001:db8::/32");
  EXPECT_EQ(IpNetwork::parse("::1")->text(), "::1/128");
}

TEST(IpNetwork, RefusesWhatIsNoNetwork) {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.1/8", "2001:db8::1/32", "10.0.0.0/08",
        "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.0/8/8", "10/8", "::/999"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(SocketAddress, ReadsAndWritesItsText) {
  for (const char* text :
       {"0.0.0.0:80", "192.0.2.1:65535", "[::]:443", "[2001:db8::1]:0", "unix:/run/brink.sock"}) {
    const auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  EXPECT_EQ(SocketAddress::parse("[::]:443")->port(), 443);
  EXPECT_EQ(SocketAddress::parse("unix:/a:b")->path(), "/a:b");
}

TEST(SocketAddress, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("80"), std::string(":80"), std::string("1.2.3.4"), std::string("1.2.3.4:"),
        std::string("1.2.3.4:65536"), std::string("1.2.3.4:000080"), std::string("1.2.3.4:-1"),
        std::string("::1:80"), std::string("[::1]"), std::string("[::1]80"), std::string("[1.2.3.4]:80"),
        std::string("[]:80"), std::string("[:80"), std::string("localhost:80"), std::string("unix:"),
        "unix:/" + std::string(200, 'x'), std::string("unix:/a\0b", 9)}) {
    EXPECT_FALSE(SocketAddress::parse(text)) << text;
  }
}

TEST(SocketAddress, GoesThroughTheNativeForm) {
  for (const char* text : {"192.0.2.1:80", "[2001:db8::1]:443", "unix:/run/brink.sock"}) {
    const auto address = SocketAddress::parse(text).value();
    sockaddr_storage storage;
    const socklen_t size = address.to_native(storage);
    EXPECT_EQ(storage.ss_family, address.family());
    EXPECT_EQ(SocketAddress::from_native(reinterpret_cast<sockaddr*>(&storage), size), address) << text;
  }
  const auto longest = SocketAddress::parse("unix:/" + std::string(106, 'x')).value();
  sockaddr_storage storage;
  const socklen_t size = longest.to_native(storage);
  EXPECT_EQ(SocketAddress::from_native(reinterpret_cast<sockaddr*>(&storage), size), longest);
}

TEST(SocketAddress, MappedIpv4IsIpv4) {
  sockaddr_in6 native{};
  native.sin6_family = AF_INET6;
  native.sin6_port = htons(80);
  const std::uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  std::memcpy(&native.sin6_addr, mapped, sizeof mapped);
  EXPECT_EQ(SocketAddress::from_native(reinterpret_cast<sockaddr*>(&native), sizeof native)->text(),
            "192.0.2.1:80");
}

TEST(SocketAddress, TruncatedOrForeignNativeFormsAreNone) {
  sockaddr_storage storage{};
  storage.ss_family = AF_INET;
  const auto* native = reinterpret_cast<sockaddr*>(&storage);
  EXPECT_FALSE(SocketAddress::from_native(native, 0));
  EXPECT_FALSE(SocketAddress::from_native(native, sizeof(sockaddr_in) - 1));
  storage.ss_family = AF_INET6;
  EXPECT_FALSE(SocketAddress::from_native(native, sizeof(sockaddr_in)));
  storage.ss_family = AF_NETLINK;
  EXPECT_FALSE(SocketAddress::from_native(native, sizeof storage));
}

TEST(SocketAddress, AnUnnamedUnixSocketHasNoPath) {
  sockaddr_un native{};
  native.sun_family = AF_UNIX;
  const auto address = SocketAddress::from_native(reinterpret_cast<sockaddr*>(&native), sizeof(sa_family_t));
  ASSERT_TRUE(address);
  EXPECT_FALSE(address->is_unix());
}

}  // namespace
}  // namespace brink::net
