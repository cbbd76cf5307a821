// Rules as a test writes them in JSON, and what reading them says.
#pragma once

#include "rules/json_members.h"
#include "rules/read_ruleset.h"

#include <map>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::rules {

// Lists by name, without items.
class GivenLists final : public ListCatalog {
 public:
  GivenLists(std::initializer_list<std::pair<std::string, ListKind>> lists) {
    for (const auto& [name, kind] : lists) {
      auto list = std::make_shared<List>();
      list->kind = kind;
      list->name = name;
      lists_[name] = std::move(list);
    }
  }
  [[nodiscard]] ListPtr find(std::string_view name) const override {
    const auto found = lists_.find(std::string(name));
    return found == lists_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, ListPtr> lists_;
};

class GivenRulesets final : public RulesetCatalog {
 public:
  [[nodiscard]] std::optional<Entry> find(std::string_view id) const override {
    if (id == std::string(32, 'c')) return Entry{Kind::kCustom, Phase::kRequestFirewallCustom};
    if (id == std::string(32, 'r')) return Entry{Kind::kRoot, Phase::kRequestFirewallCustom};
    if (id == std::string(32, 'a')) return Entry{Kind::kCustom, Phase::kRatelimit};
    return std::nullopt;
  }
  [[nodiscard]] bool has_rule(std::string_view, std::string_view) const override { return false; }
};

struct GivenReading {
  GivenLists lists{{"office", ListKind::kIp}, {"moved", ListKind::kRedirect}};
  GivenRulesets rulesets;
  Problems warnings;
  ReadContext context{.level = Level::kZone, .lists = &lists, .rulesets = &rulesets, .warnings = &warnings};

  static Json json(std::string_view text) {
    Json parsed = Json::parse(text, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << text;
    return parsed;
  }
  // A rule with these members beside an expression, unless it has one.
  static Json rule_json(std::string_view members) {
    Json rule = json(members);
    if (!rule.contains("expression")) rule["expression"] = "true";
    return rule;
  }
  std::expected<Rule, Problems> read(Phase phase, std::string_view members) {
    const Kind kind = context.level == Level::kZone ? Kind::kZone : Kind::kRoot;
    return read_rule(rule_json(members), kind, phase, context);
  }
  // One that must be good.
  Rule rule(Phase phase, std::string_view members) {
    auto read_rule = read(phase, members);
    if (!read_rule) {
      ADD_FAILURE() << members << ": " << read_rule.error().front().pointer << " "
                    << read_rule.error().front().message;
      return {};
    }
    return *std::move(read_rule);
  }
  template <class T>
  T act(Phase phase, std::string_view members) {
    const Rule made = rule(phase, members);
    if (const T* act = std::get_if<T>(&made.act)) return *act;
    ADD_FAILURE() << members << ": another act";
    return {};
  }
  // "<pointer> <code>" of each problem.
  std::vector<std::string> problems(Phase phase, std::string_view members) {
    const auto read_rule = read(phase, members);
    return read_rule ? std::vector<std::string>() : places(read_rule.error());
  }
  static std::vector<std::string> places(const Problems& problems) {
    std::vector<std::string> places;
    for (const Problem& problem : problems)
      places.push_back(problem.pointer + " " + std::to_string(problem.code));
    return places;
  }
};

}  // namespace brink::rules
