// /accounts/{account_id}/rulesets and /zones/{zone_id}/rulesets: the same calls for two kinds of owners.
#include "base/ascii.h"
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "control/api/ruleset_answer.h"
#include "control/api/ruleset_change.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxRulesetBytes = 32u << 20;

// --- reading ---

Json without_rules(Json document) {
  if (document.is_object()) document.erase("rules");
  return document;
}

Outcome<store::Ruleset> find_ruleset(const Call& call, const RulesetOwner& owner) {
  const store::Id& id = call.id("ruleset_id");
  const auto ruleset = store::rulesets::get(call.read(), owner.id, id);
  if (!ruleset) return refuse(codes::kNotFound, fmt::format("could not find ruleset {}", id.text()));
  BRINK_TRY(check_may_read_phase(call.caller, owner, ruleset->phase));
  return *ruleset;
}

Outcome<store::Ruleset> find_entry_point(const Call& call, const RulesetOwner& owner) {
  const std::string_view phase = call.text("phase");
  if (!rules::find_phase(phase)) {
    return std::unexpected(
        ApiError(codes::kRuleset, fmt::format("'{}' is not a valid value for phase because there is no such "
                                              "phase",
                                              phase)));
  }
  BRINK_TRY(check_may_read_phase(call.caller, owner, phase));
  const auto ruleset = store::rulesets::entry_point(call.read(), owner.id, phase);
  if (!ruleset)
    return refuse(codes::kNoEntryPoint,
                  fmt::format("could not find entrypoint ruleset in the {} phase", phase));
  return *ruleset;
}

Task<Outcome<Answer>> list_rulesets(Call& call) {
  const RulesetOwner owner = RulesetOwner::of(call);
  Json shown = Json::array();
  for (const store::Ruleset& ruleset : store::rulesets::of_owner(call.read(), owner.id)) {
    if (may_read_phase(call.caller, owner, ruleset.phase))
      shown.push_back(without_rules(stored_json(ruleset.document)));
  }
  co_return Answer::of(std::move(shown));
}

Task<Outcome<Answer>> get_ruleset(Call& call) {
  const auto ruleset = BRINK_CO_TRY(find_ruleset(call, RulesetOwner::of(call)));
  co_return Answer::of(stored_json(ruleset.document));
}

Task<Outcome<Answer>> get_entry_point(Call& call) {
  const auto ruleset = BRINK_CO_TRY(find_entry_point(call, RulesetOwner::of(call)));
  co_return Answer::of(stored_json(ruleset.document));
}

Answer versions_of(const Call& call, const store::Id& id) {
  Json shown = Json::array();
  for (const auto& version : store::rulesets::versions(call.read(), id))
    shown.push_back(without_rules(stored_json(version.document)));
  return Answer::of(std::move(shown));
}

Outcome<Answer> version_of(const Call& call, const store::Id& id) {
  const std::string_view text = call.text("version");
  const auto number = parse_decimal(text);
  const auto version = number ? store::rulesets::version(call.read(), id, *number) : std::nullopt;
  if (!version) return refuse(codes::kNotFound, fmt::format("could not find version {}", text));
  return Answer::of(stored_json(version->document));
}

Task<Outcome<Answer>> list_versions(Call& call) {
  const auto ruleset = BRINK_CO_TRY(find_ruleset(call, RulesetOwner::of(call)));
  co_return versions_of(call, ruleset.id);
}

Task<Outcome<Answer>> get_version(Call& call) {
  const auto ruleset = BRINK_CO_TRY(find_ruleset(call, RulesetOwner::of(call)));
  co_return version_of(call, ruleset.id);
}

Task<Outcome<Answer>> list_entry_point_versions(Call& call) {
  const auto ruleset = BRINK_CO_TRY(find_entry_point(call, RulesetOwner::of(call)));
  co_return versions_of(call, ruleset.id);
}

Task<Outcome<Answer>> get_entry_point_version(Call& call) {
  const auto ruleset = BRINK_CO_TRY(find_entry_point(call, RulesetOwner::of(call)));
  co_return version_of(call, ruleset.id);
}

// --- writing ---

Outcome<bool> is_dry_run(const Call& call) {
  const auto given = call.query.find("dry_run");
  if (!given || *given == "false") return false;
  if (*given == "true") return true;
  return refuse(codes::kRuleset,
                fmt::format("'{}' is not a valid value for dry_run because it must be true or "
                            "false",
                            given->substr(0, 100)));
}

// What came out of a change: shared with the writer's thread, which may outlive the call.
struct Told {
  rules::Problems problems;
  rules::Problems warnings;
};

using Edit = std::move_only_function<Outcome<Json>(RulesetChange& change)>;

Task<Outcome<Answer>> change_ruleset(Call& call, std::uint16_t status, Edit edit) {
  const bool dry_run = BRINK_CO_TRY(is_dry_run(call));
  const RulesetOwner owner = RulesetOwner::of(call);
  auto told = std::make_shared<Told>();
  const auto may_write = [owner, caller = call.caller](std::string_view phase) {
    return check_may_write_phase(caller, owner, phase);
  };
  auto result = co_await call.change(
      [told, owner, dry_run, may_write, edit = std::move(edit)](Changing& changing) mutable -> Outcome<Json> {
        if (!owner.exists(changing.store)) return refuse(codes::kNotFound);
        RulesetChange change(changing, owner, dry_run);
        change.may_write = may_write;
        auto document = edit(change);
        *told = {change.problems(), change.warnings()};
        return document;
      });
  if (!result && !told->problems.empty()) co_return refused(told->problems);
  Answer answer = Answer::of(BRINK_CO_TRY(std::move(result)));
  answer.status = status;
  if (dry_run) answer.result = Json();
  for (const rules::Problem& warning : told->warnings) answer.messages.push_back(message_json(warning));
  co_return answer;
}

Task<Outcome<Answer>> create_ruleset(Call& call) {
  co_return co_await change_ruleset(
      call, 200, [body = call.body](RulesetChange& change) { return change.create(body); });
}

Task<Outcome<Answer>> update_ruleset(Call& call) {
  co_return co_await change_ruleset(call, 200,
                                    [body = call.body, id = call.id("ruleset_id")](RulesetChange& change) {
                                      return change.update(id, body);
                                    });
}

Task<Outcome<Answer>> update_entry_point(Call& call) {
  const std::string phase(call.text("phase"));
  if (!rules::find_phase(phase)) {
    co_return refuse(
        codes::kRuleset,
        fmt::format("'{}' is not a valid value for phase because there is no such phase", phase));
  }
  co_return co_await change_ruleset(call, 200, [body = call.body, phase](RulesetChange& change) {
    return change.update_entry_point(phase, body);
  });
}

Task<Outcome<Answer>> delete_ruleset(Call& call) {
  co_return co_await change_ruleset(
      call, 204, [id = call.id("ruleset_id")](RulesetChange& change) { return change.remove(id); });
}

Task<Outcome<Answer>> delete_version(Call& call) {
  const std::string text(call.text("version"));
  const auto number = parse_decimal(text);
  if (!number) co_return refuse(codes::kNotFound, fmt::format("could not find version {}", text));
  co_return co_await change_ruleset(call, 204,
                                    [id = call.id("ruleset_id"), version = *number](RulesetChange& change) {
                                      return change.remove_version(id, version);
                                    });
}

Task<Outcome<Answer>> add_rule(Call& call) {
  co_return co_await change_ruleset(call, 200,
                                    [body = call.body, id = call.id("ruleset_id")](RulesetChange& change) {
                                      return change.add_rule(id, body);
                                    });
}

Task<Outcome<Answer>> edit_rule(Call& call) {
  co_return co_await change_ruleset(call, 200,
                                    [body = call.body, id = call.id("ruleset_id"), rule = call.id("rule_id")](
                                        RulesetChange& change) { return change.edit_rule(id, rule, body); });
}

Task<Outcome<Answer>> delete_rule(Call& call) {
  co_return co_await change_ruleset(
      call, 200, [id = call.id("ruleset_id"), rule = call.id("rule_id")](RulesetChange& change) {
        return change.remove_rule(id, rule);
      });
}

using enum http::Method;

// The rows of one kind of owner. What each phase needs as permission is the handler's to check.
#define BRINK_RULESET_ROWS(owner, where)                                                                    \
  {kGet,                                                                                                    \
   owner "/rulesets",                                                                                       \
   where,                                                                                                   \
   std::nullopt,                                                                                            \
   Content::kNone,                                                                                          \
   list_rulesets,                                                                                           \
   "Rulesets, without their rules. Each phase has the permission of its product, here and below.",          \
   true},                                                                                                   \
      {kPost,                                                                                               \
       owner "/rulesets",                                                                                   \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kJson,                                                                                      \
       create_ruleset,                                                                                      \
       "Makes a ruleset: `name`, `kind`, `phase`, `description`, `rules`. Every problem is listed, with a " \
       "JSON pointer. `dry_run=true`, here and below: all checks, nothing stored.",                         \
       true,                                                                                                \
       kMaxRulesetBytes},                                                                                   \
      {kGet,                                                                                                \
       owner "/rulesets/phases/{phase}/entrypoint",                                                         \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kNone,                                                                                      \
       get_entry_point,                                                                                     \
       "The ruleset that a phase begins with; 10003 where there is none yet.",                              \
       true},                                                                                               \
      {kPut,                                                                                                \
       owner "/rulesets/phases/{phase}/entrypoint",                                                         \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kJson,                                                                                      \
       update_entry_point,                                                                                  \
       "Replaces its rules and description; makes it where there is none.",                                 \
       true,                                                                                                \
       kMaxRulesetBytes},                                                                                   \
      {kGet,                                                                                                \
       owner "/rulesets/phases/{phase}/entrypoint/versions",                                                \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kNone,                                                                                      \
       list_entry_point_versions,                                                                           \
       "Its versions, without their rules: the last 100.",                                                  \
       true},                                                                                               \
      {kGet,           owner "/rulesets/phases/{phase}/entrypoint/versions/{version}",                      \
       where,          std::nullopt,                                                                        \
       Content::kNone, get_entry_point_version,                                                             \
       "A version.",   true},                                                                               \
      {kGet,        owner "/rulesets/{ruleset_id}", where, std::nullopt, Content::kNone,                    \
       get_ruleset, "A ruleset with its rules.",    true},                                                  \
      {kPut,                                                                                                \
       owner "/rulesets/{ruleset_id}",                                                                      \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kJson,                                                                                      \
       update_ruleset,                                                                                      \
       "Replaces its rules and description. A rule that is sent with its `id` or `ref` stays itself.",      \
       true,                                                                                                \
       kMaxRulesetBytes},                                                                                   \
      {kDelete,                                                                                             \
       owner "/rulesets/{ruleset_id}",                                                                      \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kNone,                                                                                      \
       delete_ruleset,                                                                                      \
       "Deletes it with all versions, unless a rule executes it.",                                          \
       true},                                                                                               \
      {kGet,                                                                                                \
       owner "/rulesets/{ruleset_id}/versions",                                                             \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kNone,                                                                                      \
       list_versions,                                                                                       \
       "Its versions, without their rules: the last 100.",                                                  \
       true},                                                                                               \
      {kGet,           owner "/rulesets/{ruleset_id}/versions/{version}",                                   \
       where,          std::nullopt,                                                                        \
       Content::kNone, get_version,                                                                         \
       "A version.",   true},                                                                               \
      {kDelete,                                                                                             \
       owner "/rulesets/{ruleset_id}/versions/{version}",                                                   \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kNone,                                                                                      \
       delete_version,                                                                                      \
       "Deletes a version. Without the latest, the one before it is what runs.",                            \
       true},                                                                                               \
      {kPost,                                                                                               \
       owner "/rulesets/{ruleset_id}/rules",                                                                \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kJson,                                                                                      \
       add_rule,                                                                                            \
       "Adds a rule, at the end or at `position`: `before`, `after` (an id) or `index` (from 1). Answers "  \
       "the whole ruleset.",                                                                                \
       true},                                                                                               \
      {kPatch,                                                                                              \
       owner "/rulesets/{ruleset_id}/rules/{rule_id}",                                                      \
       where,                                                                                               \
       std::nullopt,                                                                                        \
       Content::kJson,                                                                                      \
       edit_rule,                                                                                           \
       "Replaces what a rule says, or moves it, where only `position` is sent.",                            \
       true},                                                                                               \
  {                                                                                                         \
    kDelete, owner "/rulesets/{ruleset_id}/rules/{rule_id}", where, std::nullopt, Content::kNone,           \
        delete_rule, "Deletes a rule. Answers the whole ruleset.", true                                     \
  }

constexpr Endpoint kEndpoints[] = {
    BRINK_RULESET_ROWS("/zones/{zone_id}", Where::kZone),
    BRINK_RULESET_ROWS("/accounts/{account_id}", Where::kAccount),
};
#undef BRINK_RULESET_ROWS

}  // namespace

std::span<const Endpoint> ruleset_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
