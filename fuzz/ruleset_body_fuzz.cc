// Bodies of the rulesets, lists and older firewall APIs as any bytes. What is accepted reads again from its
// own JSON as the same rules; what is refused says where and why.
#include "base/assert.h"
#include "control/api/list_item.h"
#include "control/api/rule_document.h"
#include "rules/declared_rules.h"
#include "rules/json_members.h"
#include "rules/older_rules.h"
#include "rules/read_ruleset.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace brink;         // NOLINT: a fuzz target is a leaf
using namespace brink::rules;  // NOLINT

class AllLists final : public ListCatalog {
 public:
  [[nodiscard]] ListPtr find(std::string_view name) const override {
    auto list = std::make_shared<List>();
    list->kind = static_cast<ListKind>(name.size() % 4);
    list->name = std::string(name);
    return list;
  }
};

void check(const Problems& problems) {
  BRINK_ASSERT(!problems.empty());
  for (const Problem& problem : problems) {
    BRINK_ASSERT(!problem.message.empty());
    BRINK_ASSERT(problem.pointer.empty() || problem.pointer.starts_with('/'));
  }
}

// What the API would keep of it is the same when the store gives it back.
void keep(const Json& body, const Ruleset& ruleset, ReadContext context) {
  const auto found = body.find("rules");
  if (found == body.end() || !found->is_array()) return;
  Problems problems;
  std::uint8_t number = 0;
  const control::api::RuleStamps stamps{.now = "2026-01-01T00:00:00.000000Z", .new_id = [&number] {
                                          store::Id id;
                                          id.bytes.back() = ++number;
                                          return id;
                                        }};
  Json sent = *found;
  for (Json& rule : sent) rule.erase("id");
  Json document = body;
  document["rules"] = control::api::replaced_rules(Json::array(), sent, stamps, problems);
  BRINK_ASSERT(problems.empty());
  const auto again = read_stored_ruleset(document.dump(), context);
  BRINK_ASSERT(again.has_value() && again->rules.size() == ruleset.rules.size());
  for (std::size_t i = 0; i < ruleset.rules.size(); ++i) {
    BRINK_ASSERT(again->rules[i].unreadable.empty());
    BRINK_ASSERT(again->rules[i].action == ruleset.rules[i].action);
    BRINK_ASSERT(again->rules[i].act.index() == ruleset.rules[i].act.index());
    BRINK_ASSERT(again->rules[i].expression->source == ruleset.rules[i].expression->source);
  }
}

void read_as_ruleset(const Json& body) {
  const AllLists lists;
  for (const Level level : {Level::kAccount, Level::kZone}) {
    Problems warnings;
    const ReadContext context{.level = level, .lists = &lists, .warnings = &warnings};
    const auto ruleset = read_ruleset(body, context);
    if (ruleset) {
      keep(body, *ruleset, context);
    } else {
      check(ruleset.error());
    }
  }
}

void read_as_others(const Json& body, std::string_view text) {
  for (const OlderKind kind : {OlderKind::kAccess, OlderKind::kUserAgent, OlderKind::kLockdown}) {
    const auto rule = read_older_rule(kind, body);
    if (!rule) check(rule.error());
  }
  const std::array texts{text};
  for (const auto& [place, problem] : read_declared_rules(texts, {}).problems) {
    BRINK_ASSERT(place == 0);
    check({problem});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto kind : {store::ListKind::kIp, store::ListKind::kHostname, store::ListKind::kAsn,
                          store::ListKind::kRedirect}) {
    Problems problems;
    const auto items = control::api::read_items(text, kind, problems);
    if (!problems.empty()) check(problems);
    for (const auto& item : items) BRINK_ASSERT(!item.value.empty());
  }
  // As bodies come: their depth is bounded before.
  const auto body = control::api::parse_json(text);
  if (!body) return 0;
  read_as_ruleset(*body);
  read_as_others(*body, text);
  return 0;
}
