// Many changes of a zone's DNS records in one (api.md 5.5).
#pragma once

#include "control/api/answer.h"
#include "control/api/call.h"
#include "runtime/task.h"

#include <cstddef>

namespace brink::control::api {

inline constexpr std::size_t kMaxBatchOperations = 3500;
inline constexpr std::size_t kMaxBatchBytes = 8u << 20;

// POST .../dns_records/batch: deletes, then patches, then puts, then posts, in one change; the first error
// takes all of it back.
Task<Outcome<Answer>> change_records(Call& call);

}  // namespace brink::control::api
