#include "config/keys.h"

#include "config/documentation.h"
#include "config/read.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace brink::config {
namespace {

// The number of members of an aggregate: as many as it can be initialised from.
struct Anything {
  template <class T>
  operator T() const;
};
template <class Struct, class... Members>
constexpr std::size_t member_count() {
  if constexpr (requires { Struct{Members{}..., Anything{}}; }) {
    return member_count<Struct, Members..., Anything>();
  } else {
    return sizeof...(Members);
  }
}

std::size_t keys_in(Section section) {
  std::size_t count = 0;
  for (const Key& key : keys()) count += key.section == section ? 1 : 0;
  return count;
}

// A member that no key fills would be a setting that nobody can set.
TEST(Keys, ThereIsOneForEveryMemberOfTheConfiguration) {
  EXPECT_EQ(keys_in(Section::kNode), member_count<Node>());
  EXPECT_EQ(keys_in(Section::kEdge) + 2, member_count<Edge>());  // limits and timeouts are sections
  EXPECT_EQ(keys_in(Section::kEdgeLimits), member_count<EdgeLimits>());
  EXPECT_EQ(keys_in(Section::kEdgeTimeouts), member_count<EdgeTimeouts>());
  EXPECT_EQ(keys_in(Section::kOrigin), member_count<Origin>());
  EXPECT_EQ(keys_in(Section::kControl), member_count<Control>());
  EXPECT_EQ(keys_in(Section::kLog), member_count<Log>());
  EXPECT_EQ(keys_in(Section::kZone),
            member_count<Zone>() + 3);  // certificate, key and ocsp go into certificates
  EXPECT_EQ(keys_in(Section::kZoneCertificates), member_count<Certificate>());
  EXPECT_EQ(keys_in(Section::kAcme), member_count<Acme>());
  EXPECT_EQ(member_count<Config>(), 9U);  // path, seven sections that stand once with their own, zones, files
}

TEST(Keys, NoTwoOfASectionHaveTheSameName) {
  std::set<std::pair<Section, std::string_view>> seen;
  for (const Key& key : keys()) EXPECT_TRUE(seen.emplace(key.section, key.name).second) << key.name;
}

// The smallest configuration that has this key with this value.
std::string with_only(const Key& key, std::string_view value) {
  std::map<Section, std::map<std::string_view, std::string_view>> sections;
  sections[Section::kEdge] = {{"http", R"(["192.0.2.1:1"])"}};
  sections[Section::kZone] = {{"name", R"("example.com")"}, {"origin", R"("http://192.0.2.1")"}};
  if (key.section == Section::kZoneCertificates) {
    sections[key.section] = {{"certificate", R"("x.pem")"}, {"key", R"("x.key")"}};
  } else if (key.name == "certificate" || key.name == "key" || key.name == "ocsp") {
    sections[key.section].insert({{"certificate", R"("x.pem")"}, {"key", R"("x.key")"}});
    // Loopback has no use for them.
    if (key.section == Section::kControl) sections[key.section].insert({{"listen", R"("192.0.2.1:8787")"}});
  } else if (key.name.starts_with("external_account")) {
    sections[key.section].insert(
        {{"external_account", R"("kid-1")"}, {"external_account_key", R"("acme-mac.key")"}});
  } else if (key.name.starts_with("origin_client_")) {
    sections[key.section].insert(
        {{"origin_client_certificate", R"("x.pem")"}, {"origin_client_key", R"("x.key")"}});
  }
  sections[key.section][key.name] = value;

  std::string text;
  for (const auto& [section, lines] : sections) {
    text += fmt::format("{}\n", section_info(section).heading);
    for (const auto& [name, written] : lines) text += fmt::format("{} = {}\n", name, written);
  }
  return text;
}

const void* target(Config& config, Section section) {
  if (section == Section::kZone) return &config.zones.at(0);
  if (section == Section::kZoneCertificates) return &config.zones.at(0).certificates.at(0);
  return section_of(config, section);
}

TEST(Keys, TheExampleOfEachReadsAndArrivesAtItsMember) {
  for (const Key& key : keys()) {
    SCOPED_TRACE(std::string(section_info(key.section).heading) + " " + std::string(key.name));
    const std::string text = with_only(key, key.example);
    auto config = read(text, "/etc/brink.toml");
    ASSERT_TRUE(config) << config.error().front().text() << "\n" << text;
    if (key.type == Type::kCertificates) {
      EXPECT_EQ(config->zones.at(0).certificates.size(), 1U);
      continue;
    }
    if (key.type == Type::kRules) {
      EXPECT_EQ(config->zones.at(0).rules.size(), 1U);
      continue;
    }
    std::string arrived = value_text(key, key.load(target(*config, key.section)));
    if (key.type == Type::kFile || key.type == Type::kFiles) {
      constexpr std::string_view kDirectory = "/etc/";
      for (auto at = arrived.find(kDirectory); at != std::string::npos; at = arrived.find(kDirectory, at))
        arrived.erase(at, kDirectory.size());
    }
    EXPECT_EQ(arrived, key.example);
  }
}

TEST(Keys, TheDefaultOfEachIsAValueThatMayBeWritten) {
  Config defaults;
  defaults.zones.emplace_back();
  for (const Key& key : keys()) {
    if (!key.default_text.empty()) continue;
    SCOPED_TRACE(std::string(section_info(key.section).heading) + " " + std::string(key.name));
    const std::string value = value_text(key, key.load(target(defaults, key.section)));
    auto config = read(with_only(key, value), "/etc/brink.toml");
    ASSERT_TRUE(config) << config.error().front().text();
    EXPECT_EQ(value_text(key, key.load(target(*config, key.section))), value);
  }
}

// Were an example the default, a key that stores nothing would look right in the test above.
TEST(Keys, NoExampleIsTheDefault) {
  for (const Key& key : keys()) EXPECT_NE(default_text(key), fmt::format("`{}`", key.example)) << key.name;
}

TEST(Keys, NoneTakesAValueOfEveryType) {
  for (const Key& key : keys()) {
    SCOPED_TRACE(std::string(section_info(key.section).heading) + " " + std::string(key.name));
    int refused = 0;
    for (const char* value : {"1979-05-27", "-1", "\"\"", "[[]]", "{ x = 1 }"}) {
      const auto config = read(with_only(key, value), "brink.toml");
      if (config) continue;
      ++refused;
      EXPECT_FALSE(config.error().front().key.empty());
    }
    EXPECT_EQ(refused, 5);
  }
}

TEST(Keys, TheExampleOfAllReads) {
  const auto config = read(example(), "/etc/brink.toml");
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_EQ(config->zones.at(0).certificates.size(), 2U);
}

TEST(Keys, DocumentationIsWhatTheTableSays) {
  std::ifstream file(BRINK_SOURCE_DIR "/docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == documentation()) << "docs/configuration.md is old: write it anew with "
                                                "`brink docs configuration > docs/configuration.md`";
}

}  // namespace
}  // namespace brink::config
