// Plans and what comes of them, against a real store: the API's things are put as the API puts them.
#include "control/api/dns_record_change.h"
#include "control/api/dns_record_json.h"
#include "control/apply/execute.h"
#include "control/apply/plan.h"
#include "store/accounts.h"
#include "store/hosts.h"
#include "tests/store/given_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::control::apply {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Json = api::Json;

struct Node : testing::Test {
  Node() {
    store.change([](store::WriteTransaction& transaction) {
      return store::accounts::put(
          transaction,
          {.id = store::id(200), .name = "Operator", .settings = {}, .created = store::time_at(1)});
    });
  }

  static DesiredState files(const std::string& text, const std::string& name = "zones.d/x.toml") {
    auto state = desired_state({}, {{"/etc/" + name, name, text}});
    if (!state) ADD_FAILURE() << state.error().front().text();
    return state ? *std::move(state) : DesiredState();
  }

  [[nodiscard]] std::vector<ZonePlan> plans(const DesiredState& state, bool prune) const {
    const auto read = store.read();
    std::vector<ZonePlan> all;
    store::zones::Scan scan(*read);
    while (const auto zone = scan.next()) {
      if (is_declared(*zone) && !state.zones.contains(std::string(zone->name)))
        all.push_back(plan_undeclared(*read, *zone, prune));
    }
    for (const auto& [name, zone] : state.zones) all.push_back(plan_zone(*read, zone));
    return all;
  }

  [[nodiscard]] std::vector<std::string> plan(const DesiredState& state, bool prune = false) const {
    std::vector<std::string> lines;
    for (const ZonePlan& each : plans(state, prune)) {
      for (const Step& step : each.steps) lines.push_back(step_text(step));
    }
    return lines;
  }

  // The message of the first refusal.
  std::string apply(const DesiredState& state, bool prune = false) {
    std::string refusal;
    for (const ZonePlan& each : plans(state, prune)) {
      const auto found = state.zones.find(each.name);
      const DesiredZone* zone = found == state.zones.end() ? nullptr : &found->second;
      (void)store.writer->apply_now([&](store::WriteTransaction& transaction) -> Result<> {
        const api::AuditOrigin origin{.actor = {},
                                      .actor_email = {},
                                      .actor_address = {},
                                      .actor_context = "file",
                                      .token = {},
                                      .token_name = {},
                                      .ray = {},
                                      .method = {},
                                      .uri = {},
                                      .user_agent = {}};
        api::Changing changing(transaction, origin, seed++);
        const auto done = execute(changing, each, zone, {});
        if (done) return {};
        if (refusal.empty()) refusal = done.error().message;
        return fail(store::StoreError::kInvalid);
      });
    }
    return refusal;
  }

  void api_makes_zone(const std::string& name) {
    store.change([&](store::WriteTransaction& transaction) {
      return store::zones::put(transaction, store::given_zone(1, name));
    });
  }

  void api_adds(const std::string& zone_name, const Json& body) {
    const store::Id zone = store::zones::find(*store.read(), zone_name)->id;
    store.change([&](store::WriteTransaction& transaction) -> Result<> {
      const api::AuditOrigin origin{};
      api::Changing changing(transaction, origin, seed++);
      auto records = api::DnsRecordChange::begin(changing, zone);
      auto record = api::parse_record(body, zone_name);
      if (!records || !record || !records->add(*std::move(record))) return fail(store::StoreError::kInvalid);
      return {};
    });
  }

  void api_sets(const std::string& zone_name, std::string_view id, std::string_view value) {
    const store::Id zone = store::zones::find(*store.read(), zone_name)->id;
    store.change([&](store::WriteTransaction& transaction) {
      return store::settings::put(transaction, zone,
                                  {.id = id, .value = value, .modified = transaction.now()});
    });
  }

  // "www.example.com 192.0.2.1 zones.d/x.toml"
  [[nodiscard]] std::vector<std::string> records(const std::string& zone_name) const {
    const auto read = store.read();
    const auto zone = store::zones::find(*read, zone_name);
    std::vector<std::string> lines;
    if (!zone) return lines;
    store::dns_records::Scan scan(*read, zone->id);
    while (const auto record = scan.next())
      lines.push_back(fmt::format("{} {} {}", record->name, record->content, record->declared_in));
    return lines;
  }

  [[nodiscard]] std::string setting(const std::string& zone_name, std::string_view id) const {
    const auto read = store.read();
    const auto zone = store::zones::find(*read, zone_name);
    const auto found = zone ? store::settings::get(*read, zone->id, id) : std::nullopt;
    return found ? std::string(found->value) : "default";
  }

  store::GivenStore store;
  std::uint64_t seed = 1;
};

constexpr const char* kOne = R"(
[[zone]]
name = "example.com"
[zone.settings]
ssl = "strict"
[[zone.record]]
type = "A"
name = "www"
content = "192.0.2.1"
)";
constexpr const char* kBare = "[[zone]]\nname = \"example.com\"\n";

std::string record(const std::string& content, const std::string& type = "A") {
  return "[[zone.record]]\nname = \"www\"\ntype = \"" + type + "\"\ncontent = \"" + content + "\"\n";
}

TEST_F(Node, MakesWhatFilesDeclareAndThenHasNothingToDo) {
  const DesiredState state = files(kOne);
  EXPECT_THAT(plan(state), ElementsAre(StartsWith("+ example.com: zone"),
                                       R"(+ example.com: setting ssl: "full" -> "strict")",
                                       StartsWith("+ example.com: record www.example.com A {")));
  EXPECT_EQ(apply(state), "");
  EXPECT_THAT(records("example.com"), ElementsAre("www.example.com 192.0.2.1 zones.d/x.toml"));
  EXPECT_EQ(setting("example.com", "ssl"), R"("strict")");
  const auto read = store.read();
  const auto zone = store::zones::find(*read, "example.com");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->declared_in, "zones.d/x.toml");
  EXPECT_EQ(zone->account, store::id(200));
  EXPECT_EQ(zone->status, store::ZoneStatus::kActive);
  EXPECT_THAT(plan(state), IsEmpty());
}

TEST_F(Node, ARecordWhoseDataChangesStaysTheSameRecord) {
  ASSERT_EQ(apply(files(kBare + record("192.0.2.1"))), "");
  const auto before = plan(files(kBare + record("192.0.2.9")));
  EXPECT_THAT(before,
              ElementsAre(R"(~ example.com: record www.example.com A: content: "192.0.2.1" -> "192.0.2.9")"));
  ASSERT_EQ(apply(files(kBare + record("192.0.2.9"))), "");
  EXPECT_THAT(records("example.com"), ElementsAre("www.example.com 192.0.2.9 zones.d/x.toml"));
}

TEST_F(Node, AnAliasTakesThePlaceOfAnAddress) {
  ASSERT_EQ(apply(files(kBare + record("192.0.2.1"))), "");
  ASSERT_EQ(apply(files(kBare + record("target.example.net", "CNAME"))), "");
  EXPECT_THAT(records("example.com"), ElementsAre("www.example.com target.example.net zones.d/x.toml"));
}

TEST_F(Node, WhatIsNoLongerDeclaredGoes) {
  ASSERT_EQ(apply(files(kOne)), "");
  EXPECT_THAT(plan(files(kBare)), ElementsAre(R"(- example.com: setting ssl: "strict" -> default)",
                                              StartsWith("- example.com: record www.example.com A {")));
  ASSERT_EQ(apply(files(kBare)), "");
  EXPECT_THAT(records("example.com"), IsEmpty());
  EXPECT_EQ(setting("example.com", "ssl"), "default");
  EXPECT_THAT(plan(files("")), ElementsAre(StartsWith("- example.com: zone {")));
  ASSERT_EQ(apply(files("")), "");
  EXPECT_FALSE(store::zones::find(*store.read(), "example.com"));
  EXPECT_THAT(plan(files("")), IsEmpty());
}

TEST_F(Node, TheApisZoneStaysWhenItsFileGoes) {
  api_makes_zone("example.com");
  api_sets("example.com", "ssl", R"("flexible")");
  api_adds("example.com", {{"type", "A"}, {"name", "www"}, {"content", "192.0.2.1"}});
  const DesiredState state = files(std::string(kOne) + record("192.0.2.2"));
  ASSERT_EQ(apply(state), "");
  EXPECT_THAT(plan(state), IsEmpty());
  EXPECT_EQ(setting("example.com", "ssl"), R"("strict")");
  EXPECT_THAT(records("example.com"),
              testing::UnorderedElementsAre("www.example.com 192.0.2.1 ",
                                            "www.example.com 192.0.2.2 zones.d/x.toml"));
  EXPECT_EQ(store::zones::find(*store.read(), "example.com")->declared_in, "") << "it is the API's for ever";
  ASSERT_EQ(apply(files(""), /*prune=*/true), "");
  EXPECT_THAT(records("example.com"), ElementsAre("www.example.com 192.0.2.1 "));
  EXPECT_EQ(setting("example.com", "ssl"), R"("flexible")") << "as it was before the file";
  EXPECT_THAT(plan(files("")), IsEmpty());
}

TEST_F(Node, WhatTheApiHasChangedOfADeclarationIsChangedBack) {
  ASSERT_EQ(apply(files(kOne)), "");
  api_sets("example.com", "ssl", R"("off")");
  EXPECT_THAT(plan(files(kOne)), ElementsAre(R"(~ example.com: setting ssl: "off" -> "strict")"));
  ASSERT_EQ(apply(files(kOne)), "");
  api_sets("example.com", "ssl", R"("off")");
  ASSERT_EQ(apply(files(kBare)), "");
  EXPECT_EQ(setting("example.com", "ssl"), R"("off")") << "the API set it: the file's word is over";
}

TEST_F(Node, AZoneToWhichTheApiAddedRecordsBecomesTheApis) {
  ASSERT_EQ(apply(files(kOne)), "");
  api_adds("example.com", {{"type", "TXT"}, {"name", "@"}, {"content", "hello"}});
  EXPECT_THAT(plan(files(kOne)), IsEmpty()) << "the API's records are no business of the file";
  EXPECT_THAT(plan(files("")),
              ElementsAre(StartsWith("~ example.com: zone"), StartsWith("- example.com: setting ssl"),
                          StartsWith("- example.com: record www.example.com A")));
  ASSERT_EQ(apply(files("")), "");
  EXPECT_THAT(records("example.com"), ElementsAre("example.com hello "));
  EXPECT_EQ(store::zones::find(*store.read(), "example.com")->declared_in, "");
  EXPECT_THAT(plan(files(""), /*prune=*/true), IsEmpty());
}

TEST_F(Node, APrunedZoneGoesWithWhatTheApiAdded) {
  ASSERT_EQ(apply(files(kOne)), "");
  api_adds("example.com", {{"type", "TXT"}, {"name", "@"}, {"content", "hello"}});
  ASSERT_EQ(apply(files(""), /*prune=*/true), "");
  EXPECT_FALSE(store::zones::find(*store.read(), "example.com"));
}

TEST_F(Node, ZonesOfTheApiAreNeverTouched) {
  api_makes_zone("example.net");
  api_adds("example.net", {{"type", "A"}, {"name", "@"}, {"content", "192.0.2.1"}});
  EXPECT_THAT(plan(files(""), /*prune=*/true), IsEmpty());
}

TEST_F(Node, ARecordThatCannotStandBesideTheApisIsRefusedAndTheZoneStays) {
  ASSERT_EQ(apply(files(kBare)), "");
  api_adds("example.com", {{"type", "A"}, {"name", "www"}, {"content", "192.0.2.1"}});
  EXPECT_THAT(apply(files(kBare + record("target.example.net", "CNAME"))),
              testing::AllOf(HasSubstr("www.example.com CNAME"), HasSubstr("already exists")));
  EXPECT_THAT(records("example.com"), ElementsAre("www.example.com 192.0.2.1 "));
}

TEST_F(Node, AZoneThatMovesToAnotherFileStays) {
  ASSERT_EQ(apply(files(kOne)), "");
  const store::Id id = store::zones::find(*store.read(), "example.com")->id;
  ASSERT_EQ(apply(files(kOne, "zones.d/y.toml")), "");
  const auto read = store.read();
  const auto zone = store::zones::find(*read, "example.com");
  EXPECT_EQ(zone->id, id);
  EXPECT_EQ(zone->declared_in, "zones.d/y.toml");
  EXPECT_THAT(records("example.com"), ElementsAre("www.example.com 192.0.2.1 zones.d/y.toml"));
}

TEST_F(Node, HostsGoFromOneZoneToAnother) {
  DesiredState state = files("[[zone]]\nname = \"a.example\"\n[[zone]]\nname = \"b.example\"\n");
  state.zones.at("a.example").hosts = {"a.example"};
  state.zones.at("b.example").hosts = {"b.example", "shop.example"};
  ASSERT_EQ(apply(state), "");
  state.zones.at("a.example").hosts = {"a.example", "shop.example"};
  state.zones.at("b.example").hosts = {"b.example"};
  ASSERT_EQ(apply(state), "");
  const auto read = store.read();
  EXPECT_EQ(store::hosts::find(*read, "shop.example"), store::zones::find(*read, "a.example")->id);
  EXPECT_EQ(store::hosts::find(*read, "b.example"), store::zones::find(*read, "b.example")->id);
  EXPECT_THAT(plan(state), IsEmpty());
}

TEST_F(Node, EveryChangeIsInTheAuditLogAsTheFiles) {
  ASSERT_EQ(apply(files(kOne)), "");
  const auto read = store.read();
  store::audit_log::Scan scan(*read, store::id(200), store::Time{}, store::time_at(1LL << 40), false);
  std::vector<std::string> actions;
  while (const auto entry = scan.next()) {
    EXPECT_EQ(entry->actor_context, "file");
    EXPECT_EQ(entry->zone_name, "example.com");
    actions.emplace_back(entry->action);
  }
  EXPECT_THAT(actions, testing::UnorderedElementsAre("zone_create", "zone_settings_edit", "rec_add"));
}

}  // namespace
}  // namespace brink::control::apply
