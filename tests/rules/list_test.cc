#include "rules/list.h"

#include "base/random.h"
#include "rules/list_item.h"

#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }

IpSet set_of(std::initializer_list<std::string_view> items) {
  std::vector<IpRange> ranges;
  for (const auto item : items) ranges.push_back(parse_ip_item(item).value().range);
  return IpSet(std::move(ranges));
}

// --- IpSet ---

TEST(IpSet, HasTheAddressesOfItsNetworks) {
  const IpSet office = set_of({"192.0.2.0/24", "203.0.113.7", "2001:db8:6a0b:1a01::/64"});
  EXPECT_TRUE(office.contains(ip("192.0.2.0")));
  EXPECT_TRUE(office.contains(ip("192.0.2.255")));
  EXPECT_FALSE(office.contains(ip("192.0.3.0")));
  EXPECT_FALSE(office.contains(ip("192.0.1.255")));
  EXPECT_TRUE(office.contains(ip("203.0.113.7")));
  EXPECT_FALSE(office.contains(ip("203.0.113.8")));
  EXPECT_TRUE(office.contains(ip("2001:db8:6a0b:1a01::99")));
  EXPECT_FALSE(office.contains(ip("2001:db8:6a0b:1a02::")));
  EXPECT_FALSE(IpSet().contains(ip("0.0.0.0")));
  EXPECT_FALSE(IpSet().contains(ip("::")));
}

TEST(IpSet, KeepsTheFamiliesApart) {
  EXPECT_FALSE(set_of({"::/0"}).contains(ip("192.0.2.1")));
  EXPECT_TRUE(set_of({"::/0"}).contains(ip("2001:db8::1")));
  EXPECT_FALSE(set_of({"0.0.0.0/0"}).contains(ip("2001:db8::1")));
  EXPECT_TRUE(set_of({"0.0.0.0/0"}).contains(ip("255.255.255.255")));
  EXPECT_FALSE(set_of({"::ffff:192.0.2.0/120"}).contains(ip("192.0.2.1")));
}

TEST(IpSet, JoinsRangesThatTouchOrOverlap) {
  const IpSet set = set_of({"10.0.1.0/24", "10.0.0.0/24", "10.0.0.7", "255.255.255.255", "255.255.255.254",
                            "2001:db8::/65", "2001:db8:0:0:8000::/65"});
  const auto ranges = set.ranges();
  ASSERT_EQ(ranges.size(), 3U);
  EXPECT_EQ(ranges[0].first, ip("10.0.0.0"));
  EXPECT_EQ(ranges[0].last, ip("10.0.1.255"));
  EXPECT_EQ(ranges[1].first, ip("255.255.255.254"));
  EXPECT_EQ(ranges[2].first, ip("2001:db8::"));
  EXPECT_EQ(ranges[2].last, ip("2001:db8::ffff:ffff:ffff:ffff"));
}

TEST(IpSet, AgreesWithLookingAtEveryRange) {
  FastRandom random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<IpRange> ranges;
    for (auto left = random.below(30); left > 0; --left) {
      const auto first = static_cast<std::uint32_t>(random.below(1000));
      ranges.push_back({net::IpAddress::v4(first),
                        net::IpAddress::v4(first + static_cast<std::uint32_t>(random.below(30)))});
    }
    const IpSet set(ranges);
    for (std::uint32_t n = 0; n < 1040; ++n) {
      const auto address = net::IpAddress::v4(n);
      const bool expected = std::ranges::any_of(
          ranges, [&](const IpRange& range) { return range.first <= address && address <= range.last; });
      ASSERT_EQ(set.contains(address), expected) << n;
    }
  }
}

TEST(IpSet, TakesEightBytesForAnIpv4Address) {
  std::vector<IpRange> ranges;
  for (std::uint32_t n = 0; n < 100'000; ++n)
    ranges.push_back({net::IpAddress::v4(n * 7), net::IpAddress::v4(n * 7)});
  const IpSet set(std::move(ranges));
  EXPECT_EQ(set.memory(), 800'000U);
}

// --- IntSet ---

TEST(IntSet, HasTheIntegersOfItsRanges) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const IntSet set({{64496, 64511}, {5, 5}, {6, 7}, {kMost, kMost}, {kLeast, kLeast + 1}, {9, 8}});
  for (const std::int64_t member : {std::int64_t{64496}, std::int64_t{64511}, std::int64_t{6}, kMost, kLeast})
    EXPECT_TRUE(set.contains(member)) << member;
  for (const std::int64_t other : {0, 4, 8, 9, 64495, 64512}) EXPECT_FALSE(set.contains(other)) << other;
  EXPECT_EQ(set.ranges().size(), 4U);
  EXPECT_FALSE(IntSet().contains(0));
  EXPECT_TRUE(IntSet({{kLeast, kMost}, {1, 2}}).contains(0));
}

// --- HostnameSet ---

TEST(HostnameSet, CoversWhatIsBelowAWildcard) {
  const HostnameSet shops(std::vector<HostnameSet::Item>{{"*.example.com"}, {"example.net"}});
  EXPECT_TRUE(shops.contains("Shop.Example.com"));
  EXPECT_TRUE(shops.contains("a.b.example.com"));
  EXPECT_FALSE(shops.contains("example.com"));
  EXPECT_FALSE(shops.contains("badexample.com"));
  EXPECT_TRUE(shops.contains("EXAMPLE.net"));
  EXPECT_FALSE(shops.contains("www.example.net"));
  EXPECT_FALSE(shops.contains("com"));
  EXPECT_FALSE(shops.contains(""));
  EXPECT_FALSE(shops.contains(std::string(300, 'a')));
  EXPECT_FALSE(HostnameSet().contains("example.com"));
}

TEST(HostnameSet, CoversTheApexWhereItsItemSaysSo) {
  const HostnameSet with_apex(std::vector<HostnameSet::Item>{{"*.Example.com", false}});
  EXPECT_TRUE(with_apex.contains("example.com"));
  EXPECT_TRUE(with_apex.contains("a.example.com"));
  const HostnameSet both(std::vector<HostnameSet::Item>{{"*.example.com"}, {"example.com"}, {"example.com"}});
  EXPECT_TRUE(both.contains("example.com"));
  EXPECT_TRUE(both.contains("a.example.com"));
}

TEST(HostnameSet, HoldsManyNames) {
  std::vector<HostnameSet::Item> items;
  for (int n = 0; n < 20'000; ++n) items.push_back({"host" + std::to_string(n) + ".example"});
  const HostnameSet set(items);
  for (int n = 0; n < 20'000; ++n) ASSERT_TRUE(set.contains("host" + std::to_string(n) + ".example"));
  for (int n = 20'000; n < 40'000; ++n) ASSERT_FALSE(set.contains("host" + std::to_string(n) + ".example"));
  EXPECT_LT(set.memory(), 20'000U * 80);
}

// --- Items ---

TEST(ListItem, ClearsTheHostBitsOfNetworks) {
  EXPECT_EQ(parse_ip_item("192.0.2.77/24")->text, "192.0.2.0/24");
  EXPECT_EQ(parse_ip_item("192.0.2.77")->text, "192.0.2.77");
  EXPECT_EQ(parse_ip_item("192.0.2.77/32")->text, "192.0.2.77");
  EXPECT_EQ(parse_ip_item("2001:DB8::1/64")->text, "2001:db8::/64");
  EXPECT_EQ(parse_ip_item("2001:DB8::1")->text, "2001:db8::1");
  EXPECT_EQ(parse_ip_item("::ffff:192.0.2.7/120")->text, "::ffff:192.0.2.0/120");
  EXPECT_TRUE(parse_ip_item("::ffff:192.0.2.7/120")->range.mapped);
  EXPECT_EQ(parse_ip_item("0.0.0.0/0")->range.last, ip("255.255.255.255"));
  EXPECT_EQ(parse_ip_item("2001:db8::/32")->range.last, ip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(ListItem, RefusesWhatIsNoAddress) {
  EXPECT_EQ(parse_ip_item("192.0.2").error(), "is no IP address and no network in CIDR notation");
  for (const std::string_view text : {"", "a", "192.0.2.1.", "192.0.2.01", "192.0.2.1:80", "[::1]",
                                      "::1%eth0", "192.0.2.1-192.0.2.9", " 192.0.2.1", "/24", "example.com"})
    EXPECT_FALSE(parse_ip_item(text)) << text;
  EXPECT_EQ(parse_ip_item("192.0.2.0/33").error(), "has a prefix length above 32");
  EXPECT_EQ(parse_ip_item("::/129").error(), "has a prefix length above 128");
  for (const std::string_view text :
       {"10.0.0.0/", "10.0.0.0/8a", "10.0.0.0/-8", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/99999999999"})
    EXPECT_EQ(parse_ip_item(text).error(), "has a prefix length that is no number") << text;
}

TEST(ListItem, ReadsHostNames) {
  EXPECT_EQ(parse_hostname_item("*.Example.COM", true)->name, "*.example.com");
  EXPECT_TRUE(parse_hostname_item("*.example.com", true)->excludes_apex);
  EXPECT_EQ(parse_hostname_item("_dmarc.xn--bcher-kva.example", true)->name, "_dmarc.xn--bcher-kva.example");
  EXPECT_EQ(parse_hostname_item("https://example.com", true).error(), "has a scheme");
  EXPECT_EQ(parse_hostname_item("example.com/x", true).error(), "has a path");
  EXPECT_EQ(parse_hostname_item("example.com:80", true).error(), "has a port");
  EXPECT_EQ(parse_hostname_item("a.*.example.com", true).error(),
            "has a * elsewhere than at its start, as *.");
  for (const std::string_view name :
       {"", "*.", ".", "example.", ".example", "a..b", "-a.example", "a-.example",
        "b\xc3\xbc"
        "cher.example",
        "a b.example"})
    EXPECT_FALSE(parse_hostname_item(name, true)) << name;
  EXPECT_FALSE(parse_hostname_item(std::string(64, 'a') + ".example", true));
}

TEST(ListItem, ReadsAsNumbers) {
  EXPECT_EQ(check_asn_item(64500), 64500U);
  EXPECT_EQ(check_asn_item(4294967295), 4294967295U);
  EXPECT_FALSE(check_asn_item(-1));
  EXPECT_FALSE(check_asn_item(4294967296));
}

TEST(ListKinds, HaveTheNamesOfTheApi) {
  for (const auto kind : {ListKind::kIp, ListKind::kAsn, ListKind::kHostname, ListKind::kRedirect})
    EXPECT_EQ(find_list_kind(name_of(kind)), kind);
  EXPECT_EQ(name_of(ListKind::kRedirect), "redirect");
  EXPECT_EQ(find_list_kind("IP"), std::nullopt);
}

}  // namespace
}  // namespace brink::rules
