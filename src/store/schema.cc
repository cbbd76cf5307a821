#include "store/schema.h"

#include "store/meta.h"

#include <algorithm>

namespace brink::store {

Result<bool> bring_up_to_date(WriteTransaction& transaction, std::span<const UpgradeStep> steps,
                              std::uint32_t target) {
  const auto stored = transaction.get(Table::kMeta, kSchemaKey);
  std::uint64_t version = stored ? stored_number(stored) : target;
  if (version > target) return fail(StoreError::kNewerSchema, static_cast<std::int64_t>(version));
  if (stored && version == target) return false;
  for (; version < target; ++version) {
    const auto step = std::ranges::find(steps, version, &UpgradeStep::version);
    if (step == steps.end()) return fail(StoreError::kCorrupt);
    BRINK_TRY(step->take(transaction));
  }
  BRINK_TRY(transaction.put(Table::kMeta, kSchemaKey, StoredNumber(target).view()));
  return true;
}

}  // namespace brink::store
