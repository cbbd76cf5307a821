#include "control/api/policies.h"

#include "store/environment.h"
#include "store/writer.h"
#include "store/zones.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

store::Id id_of(char digit) { return *store::Id::parse(std::string(32, digit)); }
std::string zone_name(char digit) { return "com.cloudflare.api.account.zone." + std::string(32, digit); }
std::string account_name(char digit) { return "com.cloudflare.api.account." + std::string(32, digit); }

const ZoneIdentity kZone1{id_of('1'), id_of('a')};
const ZoneIdentity kZone2{id_of('2'), id_of('a')};
const ZoneIdentity kZoneElsewhere{id_of('3'), id_of('b')};

Json policy(Permission permission, Json resources, const char* effect = "allow") {
  return {{"effect", effect},
          {"permission_groups", Json::array({{{"id", group_of(permission).id}}})},
          {"resources", std::move(resources)}};
}

// One policy in braces is that policy to the library, and not a list of one.
Json list_of(Json policies) { return policies.is_array() ? policies : Json::array({std::move(policies)}); }

Policies given(Json given_policies) {
  const Json policies = list_of(std::move(given_policies));
  auto parsed = Policies::parse(policies);
  EXPECT_TRUE(parsed.has_value()) << policies;
  return parsed ? *std::move(parsed) : Policies();
}

TEST(Policies, HoldInEveryZoneWhereNoneIsNamedAndNoneDenied) {
  const auto every = [](Json policies) {
    return given(std::move(policies)).may_in_every_zone(reads(Area::kZone));
  };
  const std::string all_zones = "com.cloudflare.api.account.zone.*",
                    all_accounts = "com.cloudflare.api.account.*";
  EXPECT_TRUE(every({policy(reads(Area::kZone), {{all_zones, "*"}})}));
  EXPECT_TRUE(every({policy(writes(Area::kZone), {{all_accounts, "*"}})}));
  EXPECT_FALSE(every({policy(reads(Area::kDns), {{all_zones, "*"}})}));
  EXPECT_FALSE(every({policy(reads(Area::kZone), {{zone_name('1'), "*"}})}));
  EXPECT_FALSE(every({policy(reads(Area::kZone), {{account_name('a'), "*"}})}));
  EXPECT_FALSE(every({policy(reads(Area::kZone), {{account_name('a'), {{all_zones, "*"}}}})}));
  EXPECT_FALSE(every(Json::array({policy(reads(Area::kZone), {{all_zones, "*"}}),
                                  policy(reads(Area::kZone), {{zone_name('1'), "*"}}, "deny")})));
}

TEST(Policies, HoldForTheZonesTheyName) {
  const Policies policies = given({policy(writes(Area::kDns), {{zone_name('1'), "*"}})});
  EXPECT_TRUE(policies.may(writes(Area::kDns), kZone1));
  EXPECT_TRUE(policies.may(reads(Area::kDns), kZone1));
  EXPECT_FALSE(policies.may(reads(Area::kZone), kZone1));
  EXPECT_FALSE(policies.may(reads(Area::kDns), kZone2));
  EXPECT_TRUE(policies.sees(kZone1));
  EXPECT_FALSE(policies.sees(kZone2));
}

TEST(Policies, OfAnAccountHoldInItsZones) {
  const Policies plain = given({policy(reads(Area::kZone), {{account_name('a'), "*"}})});
  const Policies nested = given(
      {policy(reads(Area::kZone), {{account_name('a'), {{"com.cloudflare.api.account.zone.*", "*"}}}})});
  for (const Policies* policies : {&plain, &nested}) {
    EXPECT_TRUE(policies->may(reads(Area::kZone), kZone1));
    EXPECT_FALSE(policies->may(reads(Area::kZone), kZoneElsewhere));
    EXPECT_FALSE(policies->may(writes(Area::kZone), kZone1));
    EXPECT_TRUE(policies->sees_account(id_of('a')));
    EXPECT_FALSE(policies->sees_account(id_of('b')));
  }
  EXPECT_TRUE(plain.may_in_account(reads(Area::kZone), id_of('a')));
  EXPECT_FALSE(nested.may_in_account(reads(Area::kZone), id_of('a')));
}

TEST(Policies, DenyWinsOverAllowAndToDenyReadingIsToDenyWriting) {
  const Policies policies = given({policy(writes(Area::kDns), {{account_name('a'), "*"}}),
                                   policy(reads(Area::kDns), {{zone_name('2'), "*"}}, "deny")});
  EXPECT_TRUE(policies.may(writes(Area::kDns), kZone1));
  EXPECT_FALSE(policies.may(reads(Area::kDns), kZone2));
  EXPECT_FALSE(policies.may(writes(Area::kDns), kZone2));
  const Policies read_only = given({policy(writes(Area::kDns), {{account_name('a'), "*"}}),
                                    policy(writes(Area::kDns), {{zone_name('2'), "*"}}, "deny")});
  EXPECT_TRUE(read_only.may(reads(Area::kDns), kZone2));
  EXPECT_FALSE(read_only.may(writes(Area::kDns), kZone2));
}

TEST(Policies, RefuseWhatTheyDoNotKnowWithThePlace) {
  const struct {
    Json json;
    const char* pointer;
  } kWrong[] = {
      {Json::array(), "/policies"},
      {Json::object(), "/policies"},
      {Json::array({7}), "/policies/0"},
      {list_of(policy(reads(Area::kDns), {{zone_name('1'), "*"}}, "maybe")), "/policies/0/effect"},
      {list_of(policy(reads(Area::kDns), Json::object())), "/policies/0/resources"},
      {list_of(policy(reads(Area::kDns), {{"com.example.x", "*"}})), "/policies/0/resources/com.example.x"},
      {list_of(policy(reads(Area::kDns), {{"com.cloudflare.api.account.zone.xyz", "*"}})),
       "/policies/0/resources/com.cloudflare.api.account.zone.xyz"},
  };
  for (const auto& wrong : kWrong) {
    const auto parsed = Policies::parse(wrong.json);
    ASSERT_FALSE(parsed.has_value()) << wrong.json;
    EXPECT_EQ(parsed.error().code, 1001);
    EXPECT_EQ(parsed.error().pointer, wrong.pointer);
  }
}

// A store with the zones of this file.
class HandingOn : public testing::Test {
 protected:
  HandingOn() {
    std::string name = (std::filesystem::temp_directory_path() / "policies-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    environment_ =
        *store::Environment::open(directory_ + "/store", store::Environment::Mode::kWrite, 64u << 20);
    Loop loop;
    store::Writer writer(*environment_, loop);
    EXPECT_TRUE(writer.apply_now([](store::WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(store::zones::put(transaction,
                                  {.id = kZone1.zone, .account = kZone1.account, .name = "one.example"}));
      return store::zones::put(
          transaction,
          {.id = kZoneElsewhere.zone, .account = kZoneElsewhere.account, .name = "three.example"});
    }));
    read_ = *environment_->read();
  }
  ~HandingOn() override {
    read_.reset();
    environment_.reset();
    std::filesystem::remove_all(directory_);
  }

  bool covers(const Json& has, const Json& wants) {
    return given({has}).cover(given({wants}), *read_).has_value();
  }

  std::string directory_;
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<store::ReadTransaction> read_;
};

TEST_F(HandingOn, GivesWhatOneHasAndNoMore) {
  const Json account_dns = policy(writes(Area::kDns), {{account_name('a'), "*"}});
  EXPECT_TRUE(covers(account_dns, policy(writes(Area::kDns), {{zone_name('1'), "*"}})));
  EXPECT_TRUE(covers(account_dns, policy(reads(Area::kDns), {{account_name('a'), "*"}})));
  EXPECT_FALSE(covers(account_dns, policy(writes(Area::kDns), {{zone_name('3'), "*"}})));
  EXPECT_FALSE(covers(account_dns, policy(writes(Area::kDns), {{"com.cloudflare.api.account.zone.*", "*"}})));
  EXPECT_FALSE(covers(account_dns, policy(writes(Area::kZone), {{zone_name('1'), "*"}})));
  const Json zone_dns = policy(reads(Area::kDns), {{zone_name('1'), "*"}});
  EXPECT_FALSE(covers(zone_dns, policy(writes(Area::kDns), {{zone_name('1'), "*"}})));
  EXPECT_FALSE(covers(zone_dns, account_dns));
}

TEST_F(HandingOn, GivesNothingThatIsPartlyDenied) {
  const Policies has = given({policy(writes(Area::kDns), {{account_name('a'), "*"}}),
                              policy(writes(Area::kDns), {{zone_name('1'), "*"}}, "deny")});
  EXPECT_FALSE(
      has.cover(given({policy(writes(Area::kDns), {{account_name('a'), "*"}})}), *read_).has_value());
  EXPECT_FALSE(has.cover(given({policy(writes(Area::kDns), {{zone_name('1'), "*"}})}), *read_).has_value());
  // Denials only take away.
  EXPECT_TRUE(
      has.cover(given({policy(writes(Area::kZone), {{zone_name('3'), "*"}}, "deny")}), *read_).has_value());
}

}  // namespace
}  // namespace brink::control::api
