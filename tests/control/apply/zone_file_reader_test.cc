#include "control/apply/zone_file_reader.h"

#include "config/read.h"
#include "control/apply/zone_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::control::apply {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

ZoneFile file(std::string text) { return {"/etc/brink/zones.d/x.toml", "zones.d/x.toml", std::move(text)}; }

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<config::Problem> problems;
  (void)read_zone_file(file(text), problems);
  std::vector<std::string> lines;
  for (const config::Problem& each : problems) lines.push_back(each.text());
  return lines;
}

TEST(ZoneFileReader, ReadsNamesSettingsAndRecords) {
  std::vector<config::Problem> problems;
  const auto zones = read_zone_file(file(R"(
[[zone]]
name = "Example.COM"
[zone.settings]
ssl = "strict"
browser_cache_ttl = 3600
[[zone.record]]
type = "A"
name = "www"
content = "192.0.2.1"
proxied = true
tags = ["owner:web"]
[[zone.record]]
type = "MX"
name = "@"
content = "mail.example.com"
priority = 10
[[zone.record]]
type = "CAA"
name = "@"
data = { flags = 0, tag = "issue", value = "ca.example.net" }

[[zone]]
name = "other.example"
)"),
                                    problems);
  ASSERT_TRUE(problems.empty()) << problems.front().text();
  ASSERT_EQ(zones.size(), 2U);
  const DesiredZone& zone = zones[0].zone;
  EXPECT_EQ(zone.name, "example.com");
  EXPECT_EQ(zone.file, "zones.d/x.toml");
  EXPECT_EQ(zone.place, "/etc/brink/zones.d/x.toml:2");
  ASSERT_EQ(zone.settings.size(), 2U);
  EXPECT_EQ(zone.settings[0].row->id, "ssl");
  EXPECT_EQ(zone.settings[0].value, "strict");
  EXPECT_EQ(zone.settings[1].value, 3600);
  ASSERT_EQ(zone.records.size(), 3U);
  EXPECT_EQ(zone.records[0].name, "www.example.com");
  EXPECT_EQ(zone.records[0].declared_in, "zones.d/x.toml");
  EXPECT_TRUE(zone.records[0].proxied);
  EXPECT_EQ(zone.records[1].priority, 10);
  EXPECT_EQ(zones[1].zone.name, "other.example");
}

TEST(ZoneFileReader, TellsAllThatIsWrongWithItsPlace) {
  EXPECT_THAT(
      problems_of(R"([[zone]]
name = "example.com"
hosts = ["example.com"]
[zone.settings]
sls = "full"
min_tls_version = "9"
[[zone.record]]
type = "A"
name = "www"
contnet = "192.0.2.1"
content = "192.0.2.1"
[[zone.record]]
type = "A"
name = "www"
content = "not an address"
[[zone.record]]
type = "AAAA"
name = "www"
content = "2001:db8::1"
ttl = 5
)"),
      ElementsAre(StartsWith("/etc/brink/zones.d/x.toml:3: [[zone]] hosts: no such key"),
                  AllOf(StartsWith("/etc/brink/zones.d/x.toml:5: [zone.settings] sls: "),
                        HasSubstr(R"(did you mean "ssl"?)")),
                  AllOf(StartsWith("/etc/brink/zones.d/x.toml:6: [zone.settings] min_tls_version: "),
                        HasSubstr("one of 1.0, 1.1, 1.2, 1.3")),
                  AllOf(StartsWith("/etc/brink/zones.d/x.toml:10: [[zone.record]] contnet: no such key"),
                        HasSubstr(R"(did you mean "content"?)")),
                  StartsWith("/etc/brink/zones.d/x.toml:15: [[zone.record]] content: "),
                  StartsWith("/etc/brink/zones.d/x.toml:20: [[zone.record]] ttl: ")));
}

TEST(ZoneFileReader, RefusesWhatIsNoZone) {
  struct Case {
    const char* text;
    const char* said;
  };
  for (const Case& each :
       {Case{"name = 1", "no such section"}, Case{"[zone]\nname = \"example.com\"", "in two brackets"},
        Case{"[[zone]]\n", "is missing"}, Case{"[[zone]]\nname = 7", "is an integer"},
        Case{"[[zone]]\nname = \"com\"", "at least two labels"},
        Case{"[[zone]]\nname = \"a.example\"\nsettings = 1", "is an integer"},
        Case{"[[zone]]\nname = \"a.example\"\nrecord = 1", "is an integer"},
        Case{"[[zone]]\nname = \"a.example\"\nrecord = [1]", "is an integer"},
        Case{"[[zone]]\nname = \"a.example\"\n[[zone.record]]\ncomment = 1979-05-27", "a time"},
        Case{"[[zone]]\nname = \"a.example\"\n[[zone.record]]\n", "type"},
        Case{"[[zone]\n", "zones.d/x.toml:1"}}) {
    const auto lines = problems_of(each.text);
    ASSERT_EQ(lines.size(), 1U) << each.text;
    EXPECT_THAT(lines[0], HasSubstr(each.said)) << each.text;
  }
}

TEST(ZoneFileReader, RefusesTheSameRecordTwice) {
  EXPECT_THAT(
      problems_of(R"([[zone]]
name = "example.com"
[[zone.record]]
type = "A"
name = "www"
content = "192.0.2.1"
[[zone.record]]
type = "A"
name = "www.example.com"
content = "192.0.2.1"
)"),
      ElementsAre(AllOf(StartsWith("/etc/brink/zones.d/x.toml:7: "), HasSubstr("already on line 3"))));
}

TEST(ZoneFileReader, TellsAHundredProblemsOfAFileAtMost) {
  std::string text = "[[zone]]\nname = \"example.com\"\n[zone.settings]\n";
  for (int i = 0; i < 300; ++i) text += "unknown" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(problems_of(text).size(), config::limits::kMaxProblems + 1);
}

TEST(DesiredState, TakesAZoneOnce) {
  config::Config config;
  const auto state =
      desired_state(config, {file("[[zone]]\nname = \"example.com\"\n"),
                             {"/y.toml", "zones.d/y.toml", "[[zone]]\nname = \"example.com\"\n"}});
  ASSERT_FALSE(state);
  ASSERT_EQ(state.error().size(), 1U);
  EXPECT_EQ(state.error()[0].text(),
            "/y.toml:2: [[zone]] name: the zone \"example.com\" is already declared in "
            "/etc/brink/zones.d/x.toml:1");
}

TEST(DesiredState, HasTheZonesOfBrinkTomlWithWhatTheApiCannotSay) {
  const auto config = config::read(R"(
[edge]
http = ["127.0.0.1:80"]
[[zone]]
name = "example.com"
origin = "http://127.0.0.1:3000"
tls = "strict"
min_tls_version = "1.3"
origin_host = "inner.example"
[[zone]]
name = "*"
origin = "http://127.0.0.1:3001"
)",
                                   "/etc/brink/brink.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  const auto state = desired_state(*config, {});
  ASSERT_TRUE(state);
  ASSERT_EQ(state->zones.size(), 1U) << "a zone for all names is none of the API's";
  const DesiredZone& zone = state->zones.at("example.com");
  EXPECT_EQ(zone.file, "brink.toml");
  EXPECT_THAT(zone.hosts, ElementsAre("example.com", "*.example.com"));
  EXPECT_EQ(zone.more, (api::Json{{"origin", "http://127.0.0.1:3000"}, {"origin_host", "inner.example"}}));
  ASSERT_EQ(zone.settings.size(), 2U);
  for (const DesiredSetting& each : zone.settings)
    EXPECT_EQ(each.value, each.row->id == "ssl" ? "strict" : "1.3") << each.row->id;
}

TEST(ZoneFiles, TravelAsOneText) {
  const std::vector<ZoneFile> files = {{"/a", "zones.d/a.toml", "text"}, {"/b", "zones.d/b.toml", ""}};
  const auto back = unbundle_zone_files(bundle_zone_files(files));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), 2U);
  EXPECT_EQ((*back)[0].text, "text");
  EXPECT_EQ((*back)[1].name, "zones.d/b.toml");
  EXPECT_FALSE(unbundle_zone_files("something else"));
}

TEST(ZoneFiles, ThatAreNotThereAreNone) {
  const auto files = read_zone_files("/nowhere/at/all/zones.d");
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->empty());
  EXPECT_FALSE(read_zone_files("/dev/null")) << "a file is no directory";
}

}  // namespace
}  // namespace brink::control::apply
