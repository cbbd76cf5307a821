// The rules of the store's zones, compiled. Nothing is loaded: the rules of a zone are compiled when a
// request first needs them, and what was made is kept until the store says something else. Of a change only
// what changed is made anew: rulesets and lists are shared by all zones that have them.
//
// Shared by all threads of the edge; locks inside.
#pragma once

#include "edge/rules/declared_rules.h"
#include "rules/list.h"
#include "rules/zone_rules.h"
#include "store/id.h"
#include "store/lists.h"
#include "store/rulesets.h"
#include "store/transaction.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace brink::edge {

class StoredRules {
 public:
  // Of each kind that is kept; more, and all are made anew.
  static constexpr std::size_t kMaxKept = 128 * 1024;

  // What `transaction` says of the zone; nullptr: nothing that has an effect. The same pointer as long as
  // that is the same.
  [[nodiscard]] std::shared_ptr<const rules::ZoneRules> find(const store::ReadTransaction& transaction,
                                                             const store::Id& account, const store::Id& zone);

  // The rules that a file declares for the zone of that name, with the account's lists.
  [[nodiscard]] std::shared_ptr<const rules::ZoneRules> declared(const store::ReadTransaction& transaction,
                                                                 const store::Id& account,
                                                                 const std::string& zone,
                                                                 const RuleTexts& texts);

 private:
  struct KeptZone {
    std::string identity;  // of all that its rules are made of
    std::shared_ptr<const rules::ZoneRules> rules;
  };
  // A list as a ruleset used it.
  struct UsedList {
    std::string name;
    std::string identity;  // empty: there was none
  };
  struct KeptRuleset {
    std::string identity;
    std::vector<UsedList> lists;
    rules::CompiledRulesetPtr compiled;
  };
  struct KeptDeclared {
    RuleTexts texts;
    std::vector<UsedList> lists;
    std::shared_ptr<const rules::ZoneRules> rules;
  };
  struct KeptList {
    std::uint64_t version = 0;
    rules::ListPtr list;
  };
  class Catalog;

  [[nodiscard]] static bool are_as_used(const store::ReadTransaction& transaction, const store::Id& account,
                                        const std::vector<UsedList>& lists);

  [[nodiscard]] rules::CompiledRulesetPtr compiled(const store::ReadTransaction& transaction,
                                                   const store::Id& account, const store::Ruleset& stored);
  [[nodiscard]] rules::ListPtr list(const store::ReadTransaction& transaction, const store::List& stored);

  std::mutex mutex_;  // guards all below; held while something is compiled
  std::unordered_map<std::string, KeptZone> zones_;
  std::unordered_map<std::string, KeptRuleset> rulesets_;
  std::unordered_map<std::string, KeptDeclared> declared_;
  std::unordered_map<std::string, KeptList> lists_;
};

}  // namespace brink::edge
