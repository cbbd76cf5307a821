#include "control/api/permission.h"

#include "control/api/rate_window.h"
#include "control/api/token_condition.h"
#include "control/api/token_secret.h"
#include "runtime/time_source.h"
#include "tls/digest.h"

#include <set>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

TEST(PermissionGroups, HaveIdsAndNamesOfTheirOwn) {
  std::set<std::string> ids, names;
  for (const PermissionGroup& group : permission_groups()) {
    EXPECT_EQ(group.id.size(), 32u) << group.name;
    EXPECT_TRUE(ids.insert(group.id).second) << group.name;
    EXPECT_TRUE(names.insert(group.name).second) << group.name;
    EXPECT_NE(group.scopes, 0) << group.name;
    EXPECT_EQ(find_group_by_id(group.id), &group);
  }
}

TEST(PermissionGroups, KeepTheIdsThatStandInPeoplesFiles) {
  EXPECT_EQ(group_of(reads(Area::kZone)).id, "c8fed203ed3043cba015a93ad1616f1f");
  EXPECT_EQ(group_of(writes(Area::kDns)).id, "4755a26eedb94da69e1066d98aa820be");
  EXPECT_EQ(group_of(writes(Area::kCachePurge)).id, "e17beae8b8cb423a99b1730f21238bed");
  EXPECT_EQ(group_of(writes(Area::kCachePurge)).name, "Cache Purge");
  EXPECT_EQ(find_group_by_name("workers scripts write")->id, "e086da7e2179491d91ee5f35b3ca210a");
  EXPECT_EQ(find_group_by_name("Bot Management Read")->id,
            tls::sha256_hex("brink.permission.Bot Management Read").substr(0, 32));
}

TEST(TokenSecret, IsLongDifferentEachTimeAndKeptAsAHash) {
  const std::string a = new_token_secret(), b = new_token_secret();
  EXPECT_TRUE(a.starts_with(kTokenPrefix));
  EXPECT_EQ(a.size(), kTokenPrefix.size() + kTokenCharacters);
  EXPECT_NE(a, b);
  EXPECT_TRUE(looks_like_token(a));
  EXPECT_TRUE(same_hash(hash_of(a), hash_of(a)));
  EXPECT_FALSE(same_hash(hash_of(a), hash_of(b)));
  for (const char* text : {"", "a b", "a\tb", "ü", "a,b"}) EXPECT_FALSE(looks_like_token(text)) << text;
}

TEST(TokenCondition, AdmitsFromItsNetworks) {
  const auto condition = TokenCondition::parse(
      Json::parse(R"({"request_ip":{"in":["192.0.2.0/24","2001:db8::/32"],"not_in":["192.0.2.7"]}})"));
  ASSERT_TRUE(condition.has_value());
  const auto admits = [&](const char* address) { return condition->admits(*net::IpAddress::parse(address)); };
  EXPECT_TRUE(admits("192.0.2.1"));
  EXPECT_TRUE(admits("2001:db8::1"));
  EXPECT_FALSE(admits("192.0.2.7"));
  EXPECT_FALSE(admits("198.51.100.1"));
  EXPECT_TRUE(TokenCondition::parse(Json())->admits(*net::IpAddress::parse("::1")));
}

TEST(TokenCondition, ThatIsNotUnderstoodIsRefused) {
  for (const char* text :
       {"[]", "1", R"({"time":{}})", R"({"request_ip":[]})", R"({"request_ip":{"in":"x"}})",
        R"({"request_ip":{"in":["192.0.2.1/24"]}})", R"({"request_ip":{"not_in":[7]}})"}) {
    EXPECT_FALSE(TokenCondition::parse(Json::parse(text)).has_value()) << text;
  }
}

TEST(RateWindow, RefusesBeyondItsLimitUntilTheWindowEnds) {
  ManualTime time;
  RateWindow window(2, std::chrono::seconds(300));
  EXPECT_FALSE(window.count("a", time.now()).over);
  EXPECT_EQ(window.count("a", time.now()).remaining, 0u);
  EXPECT_TRUE(window.count("a", time.now()).over);
  EXPECT_FALSE(window.count("b", time.now()).over);
  time.advance(std::chrono::seconds(299));
  EXPECT_TRUE(window.state("a", time.now()).over);
  EXPECT_EQ(window.state("a", time.now()).reset, std::chrono::seconds(1));
  time.advance(std::chrono::seconds(1));
  EXPECT_FALSE(window.state("a", time.now()).over);
  EXPECT_EQ(window.count("a", time.now()).remaining, 1u);
}

TEST(RateWindow, CountsAsManyCallersAsItHasRoomFor) {
  ManualTime time;
  RateWindow window(1, std::chrono::seconds(300));
  for (std::size_t i = 0; i < RateWindow::kMaxCallers + 10; ++i)
    (void)window.count(std::to_string(i), time.now());
  EXPECT_EQ(window.count("new", time.now()).remaining, 0u);
}

}  // namespace
}  // namespace brink::control::api
