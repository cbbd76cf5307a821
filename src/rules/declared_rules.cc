#include "rules/declared_rules.h"

#include "base/ascii.h"
#include "rules/json_members.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::array kKinds = {ListKind::kIp, ListKind::kAsn, ListKind::kHostname, ListKind::kRedirect};
constexpr int kMostGuesses = 256;

// Every name is a list, of a kind that is guessed.
class AssumedLists final : public ListCatalog {
 public:
  AssumedLists() {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
      auto list = std::make_shared<List>();
      list->kind = kKinds[i];
      lists_[i] = std::move(list);
    }
  }
  [[nodiscard]] ListPtr find(std::string_view name) const override {
    return lists_[guesses_.try_emplace(std::string(name), 0).first->second];
  }
  // Guesses anew for the names that were asked for; false where all guesses have been made.
  bool guess_again() {
    for (auto& [name, guess] : guesses_) {
      if (++guess < kKinds.size()) return true;
      guess = 0;
    }
    return false;
  }

 private:
  std::array<ListPtr, kKinds.size()> lists_;
  mutable std::map<std::string, std::size_t> guesses_;
};

// The phase, where rules of a zone may be in it.
std::optional<Phase> read_phase(const Json& rule, const ReadContext& context, Problems& problems) {
  const auto name = rule.find("phase");
  if (name == rule.end()) {
    problems.push_back({.pointer = "/phase", .message = "phase is required"});
    return std::nullopt;
  }
  const Json head = {{"name", "declared"}, {"kind", name_of(Kind::kZone)}, {"phase", *name}};
  ReadContext strict = context;
  strict.stored = false;
  auto ruleset = read_ruleset(head, strict);
  if (ruleset) return ruleset->phase;
  problems = std::move(ruleset.error());
  return std::nullopt;
}

std::expected<Rule, Problems> read_one(const Json& rule, Phase phase, const ReadContext& context) {
  if (context.lists != nullptr) return read_rule(rule, Kind::kZone, phase, context);
  AssumedLists lists;
  ReadContext assuming = context;
  assuming.lists = &lists;
  const auto first = read_rule(rule, Kind::kZone, phase, assuming);
  auto read = first;
  for (int guesses = 1; guesses < kMostGuesses; ++guesses) {
    if (read && read->unreadable.empty()) return read;
    if (!lists.guess_again()) break;
    read = read_rule(rule, Kind::kZone, phase, assuming);
  }
  return first;
}

struct Group {
  std::vector<std::size_t> places;  // of its rules in the file
  Json json = Json::array();
  std::vector<Rule> rules;
};

// "/3/ref" is about the group's rule 3.
void add_problem(const Problem& problem, const Group& group, DeclaredRules& out) {
  std::string_view pointer = problem.pointer;
  std::size_t rule = group.places.back();
  if (pointer.starts_with('/')) {
    const std::string_view index = pointer.substr(1, pointer.find('/', 1) - 1);
    rule = group.places[parse_decimal<std::size_t>(index).value_or(0)];
    pointer.remove_prefix(1 + index.size());
  }
  Problem moved = problem;
  moved.pointer = std::string(pointer);
  out.problems.push_back({rule, std::move(moved)});
}

}  // namespace

DeclaredRules read_declared_rules(std::span<const std::string_view> texts, const ReadContext& context) {
  DeclaredRules out;
  std::map<Phase, Group> groups;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Json json = Json::parse(texts[i], nullptr, /*allow_exceptions=*/false);
    Problems problems;
    std::optional<Phase> phase;
    if (json.is_object()) {
      phase = read_phase(json, context, problems);
      json.erase("phase");
    } else {
      problems.push_back({.pointer = {}, .message = "a rule must be an object"});
    }
    if (phase) {
      auto rule = read_one(json, *phase, context);
      if (rule) {
        rule->id = fmt::format("{:032x}", i + 1);
        if (rule->ref.empty()) rule->ref = rule->id;
        Group& group = groups[*phase];
        group.places.push_back(i);
        group.json.push_back(std::move(json));
        group.rules.push_back(*std::move(rule));
        continue;
      }
      problems = std::move(rule.error());
    }
    for (Problem& problem : problems) out.problems.push_back({i, std::move(problem)});
  }
  for (auto& [phase, group] : groups) {
    for (const Problem& problem : check_together(group.json, "")) add_problem(problem, group, out);
    Ruleset ruleset;
    ruleset.id = fmt::format("{:032x}", static_cast<unsigned>(phase) + 1);
    ruleset.name = "declared";
    ruleset.phase = phase;
    ruleset.rules = std::move(group.rules);
    out.rulesets.push_back(std::move(ruleset));
  }
  return out;
}

}  // namespace brink::rules
