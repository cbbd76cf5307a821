// A change of a ruleset, on the writer's thread: what was sent is checked against what is there at that
// moment, and becomes a new version, whole.
#pragma once

#include "control/api/call.h"
#include "control/api/rule_document.h"
#include "control/api/ruleset_owner.h"

#include <functional>
#include <string>
#include <string_view>

namespace brink::control::api {

// Who changes rulesets: the API, or a file that declares them.
struct RulesetAuthor {
  std::string declared_in;  // empty: the API, which leaves alone what a file declares
};

class RulesetChange {
 public:
  // All outlive it. With `dry_run` nothing is stored.
  RulesetChange(Changing& changing, const RulesetOwner& owner, bool dry_run, RulesetAuthor author = {})
      : changing_(changing), owner_(owner), dry_run_(dry_run), author_(std::move(author)) {}

  // Each answers the document as it is then. Where it refuses and problems() is not empty, these say why.
  Outcome<Json> create(const Json& body);
  Outcome<Json> update(const store::Id& id, const Json& body);
  Outcome<Json> update_entry_point(std::string_view phase, const Json& body);
  Outcome<Json> add_rule(const store::Id& id, const Json& body);
  Outcome<Json> edit_rule(const store::Id& id, const store::Id& rule, const Json& body);
  Outcome<Json> remove_rule(const store::Id& id, const store::Id& rule);
  Outcome<Json> remove(const store::Id& id);
  Outcome<Json> remove_version(const store::Id& id, std::uint64_t version);

  // The phase of each ruleset that is changed is told first; a refusal ends the change.
  std::function<Outcome<>(std::string_view phase)> may_write;

  [[nodiscard]] const rules::Problems& problems() const { return problems_; }
  [[nodiscard]] const rules::Problems& warnings() const { return warnings_; }

 private:
  struct Present {
    store::Id id;
    std::uint64_t version = 0;  // 0: there is none yet
    std::uint64_t last_version = 0;
    std::string declared_in;
    Json document;
  };
  [[nodiscard]] Outcome<Present> find(const store::Id& id);
  // As find(), for a change of one rule; sets the rule's place.
  [[nodiscard]] Outcome<Present> find_with_rule(const store::Id& id, const store::Id& rule, std::size_t& at);
  [[nodiscard]] Outcome<> check_author(const Present& present) const;
  Outcome<Json> replace(Present present, const Json& body);
  // Checks a body of a whole ruleset, or one rule of it.
  Outcome<> check(const Json& body);
  Outcome<> check_rule(const Json& body, const Json& document);
  // What holds for rules together, then stores them.
  Outcome<Json> save_rules(Present present, Json rules);
  Outcome<Json> save(Present present, Json document);
  Outcome<> audit(std::string_view action, const store::Id& id, Json before, Json after);
  [[nodiscard]] RuleStamps stamps();
  [[nodiscard]] std::unexpected<ApiError> refuse_for_problems() const;

  Changing& changing_;
  const RulesetOwner& owner_;
  const bool dry_run_;
  const RulesetAuthor author_;
  rules::Problems problems_;
  rules::Problems warnings_;
};

}  // namespace brink::control::api
