// The schema's versions: what a newer Brink must do to a store that an older one wrote.
#pragma once

#include "store/environment.h"
#include "store/transaction.h"

#include <cstdint>
#include <span>

namespace brink::store {

// Makes a store of `version` one of version + 1. Runs within one transaction with the others that are due,
// before anybody else reads or writes; a step that fails leaves the store as it was. Not logged: every node
// takes its own steps.
struct UpgradeStep {
  std::uint32_t version;
  Result<> (*take)(WriteTransaction& transaction);
};

// In the order of versions, without a gap up to kSchemaVersion - 1. New tables need no step, nor do new
// fields (tuple.h).
inline constexpr std::span<const UpgradeStep> kUpgradeSteps;

// Takes the steps that are due; a store without a version is new and gets the present one. Whether anything
// was written. kNewerSchema; kCorrupt for an older version that no step begins with.
Result<bool> bring_up_to_date(WriteTransaction& transaction, std::span<const UpgradeStep> steps,
                              std::uint32_t target);

}  // namespace brink::store
