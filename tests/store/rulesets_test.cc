#include "store/rulesets.h"

#include "store/check.h"
#include "tests/store/given_store.h"

#include <gmock/gmock.h>

namespace brink::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Ruleset given_ruleset(std::uint8_t owner, std::uint8_t number, std::string_view phase,
                      std::uint64_t version = 1) {
  return {.id = id(number),
          .owner = id(owner),
          .kind = "zone",
          .phase = phase,
          .version = version,
          .modified = time_at(static_cast<std::int64_t>(version)),
          .document = R"({"rules":[]})"};
}

struct GivenRulesets : GivenStore {
  GivenRulesets() {
    change([](WriteTransaction& transaction) { return zones::put(transaction, given_zone(1, "a.test")); });
  }
  void put(const Ruleset& ruleset) {
    change([&](WriteTransaction& transaction) { return rulesets::put(transaction, ruleset); });
  }
  std::vector<std::string> problems() { return check(*environment, {})->problems; }
};

std::vector<std::uint64_t> numbers(const std::vector<rulesets::Version>& versions) {
  std::vector<std::uint64_t> numbers;
  for (const auto& version : versions) numbers.push_back(version.number);
  return numbers;
}

TEST(Rulesets, GiveBackWhatWasPut) {
  GivenRulesets store;
  store.put(given_ruleset(1, 7, "http_ratelimit", 3));
  const auto read = store.read();
  const auto found = rulesets::get(*read, id(1), id(7));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id(7));
  EXPECT_EQ(found->owner, id(1));
  EXPECT_EQ(found->kind, "zone");
  EXPECT_EQ(found->phase, "http_ratelimit");
  EXPECT_EQ(found->version, 3U);
  EXPECT_EQ(found->modified, time_at(3));
  EXPECT_EQ(found->document, R"({"rules":[]})");
  EXPECT_TRUE(rulesets::entry_point(*read, id(1), "http_ratelimit"));
  EXPECT_FALSE(rulesets::entry_point(*read, id(1), "http_request_origin"));
  EXPECT_FALSE(rulesets::get(*read, id(2), id(7)));
  EXPECT_THAT(store.problems(), IsEmpty());
}

TEST(Rulesets, ACustomRulesetIsNoEntryPoint) {
  GivenRulesets store;
  Ruleset custom = given_ruleset(200, 7, "http_ratelimit");
  custom.kind = "custom";
  store.put(custom);
  EXPECT_FALSE(rulesets::entry_point(*store.read(), id(200), "http_ratelimit"));
}

TEST(Rulesets, KeepAHundredVersions) {
  GivenRulesets store;
  for (std::uint64_t version = 1; version <= 105; ++version)
    store.put(given_ruleset(1, 7, "http_ratelimit", version));
  const auto read = store.read();
  const auto kept = rulesets::versions(*read, id(7));
  ASSERT_EQ(kept.size(), rulesets::kKeptVersions);
  EXPECT_EQ(kept.front().number, 6U);
  EXPECT_EQ(kept.back().number, 105U);
  EXPECT_EQ(rulesets::version(*read, id(7), 6)->modified, time_at(6));
  EXPECT_FALSE(rulesets::version(*read, id(7), 5));
}

TEST(Rulesets, AVersionCanBeRemoved) {
  GivenRulesets store;
  for (std::uint64_t version = 1; version <= 3; ++version)
    store.put(given_ruleset(1, 7, "http_ratelimit", version));
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(rulesets::remove_version(transaction, id(7), 2)));
    EXPECT_FALSE(BRINK_TRY(rulesets::remove_version(transaction, id(7), 2)));
    return {};
  });
  EXPECT_THAT(numbers(rulesets::versions(*store.read(), id(7))), ElementsAre(1, 3));
}

TEST(Rulesets, GoWithTheirZone) {
  GivenRulesets store;
  store.put(given_ruleset(1, 7, "http_ratelimit"));
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(older_rules::put(transaction, {.id = id(3), .owner = id(1), .document = "{}"}));
    BRINK_TRY(zones::remove(transaction, id(1)));
    return {};
  });
  const auto read = store.read();
  EXPECT_EQ(read->count(Table::kRulesets), 0U);
  EXPECT_EQ(read->count(Table::kRulesetVersions), 0U);
  EXPECT_EQ(read->count(Table::kOlderRules), 0U);
}

TEST(Rulesets, ARowOfAnotherShapeIsNamedByTheCheck) {
  GivenRulesets store;
  store.put(given_ruleset(1, 7, "http_ratelimit"));
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(rulesets::remove_version(transaction, id(7), 1));
    return transaction.put(Table::kOlderRules, "x", "y");
  });
  EXPECT_THAT(store.problems(),
              testing::UnorderedElementsAre(testing::HasSubstr("is not among its versions"),
                                            testing::HasSubstr("older_rules 78: cannot be read")));
}

TEST(OlderRules, AreKeptByOwnerAndKind) {
  GivenRulesets store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(older_rules::put(transaction, {.id = id(3),
                                             .owner = id(1),
                                             .kind = OlderRuleKind::kLockdown,
                                             .created = time_at(1),
                                             .document = "{}"}));
    return older_rules::put(transaction, {.id = id(4), .owner = id(1), .document = "[]"});
  });
  const auto read = store.read();
  const auto lockdowns = older_rules::of_owner(*read, id(1), OlderRuleKind::kLockdown);
  ASSERT_EQ(lockdowns.size(), 1U);
  EXPECT_EQ(lockdowns[0].id, id(3));
  EXPECT_EQ(lockdowns[0].created, time_at(1));
  EXPECT_EQ(older_rules::get(*read, id(1), OlderRuleKind::kAccess, id(4))->document, "[]");
  EXPECT_FALSE(older_rules::get(*read, id(1), OlderRuleKind::kUserAgent, id(4)));
}

}  // namespace
}  // namespace brink::store
