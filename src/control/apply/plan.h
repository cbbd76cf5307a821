// What to do so that the store holds what the files say: steps, in words and in order. Pure: from a
// transaction and the desired state, nothing is written.
//
// What the API made is changed where a file says so, but never becomes something that goes with the file: it
// keeps an empty declared_in. What a file declared and no file declares any more is removed; a zone to which
// the API has added records or certificates stays and becomes the API's, unless it is pruned.
#pragma once

#include "control/apply/desired_state.h"
#include "store/transaction.h"
#include "store/zones.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::apply {

enum class Action : std::uint8_t { kCreate, kUpdate, kDelete };
enum class Thing : std::uint8_t { kZone, kSetting, kRecord, kRules };

struct Step {
  Action action = Action::kUpdate;
  Thing thing = Thing::kZone;
  std::string zone;
  std::string subject;     // of settings the id, of records "www.example.com A", of rules the phase
  api::Json before;        // null where it is created
  api::Json after;         // null where it is deleted
  store::Id record;        // the stored one, or the ruleset; nil where it is created
  std::size_t wanted = 0;  // index into DesiredZone::records
};

struct ZonePlan {
  enum class Fate : std::uint8_t {
    kCreate,
    kKeep,
    kRelease,  // no file names it any more: it becomes, or stays, the API's
    kDelete,
  };
  Fate fate = Fate::kKeep;
  std::string name;
  store::Id id;             // nil where it is created
  std::string file;         // that declares it, or did
  std::string declared_in;  // what the zone is to have
  std::string declaration;
  std::vector<std::string> former_hosts;  // that it has claimed
  std::vector<Step> steps;

  [[nodiscard]] bool is_empty() const { return steps.empty(); }
};

[[nodiscard]] ZonePlan plan_zone(const store::ReadTransaction& read, const DesiredZone& desired);

// Of a zone that no file names any more, but one did (is_declared).
[[nodiscard]] ZonePlan plan_undeclared(const store::ReadTransaction& read, const store::Zone& zone,
                                       bool prune);
[[nodiscard]] bool is_declared(const store::Zone& zone);

// `+ example.com: record www.example.com A {...}`
[[nodiscard]] std::string step_text(const Step& step);
// {"action", "type", "zone", "subject", "before", "after", "text"}
[[nodiscard]] api::Json step_json(const Step& step);

}  // namespace brink::control::apply
