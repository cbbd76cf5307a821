// `brink store check`: reads everything and says what is not as it should be.
#pragma once

#include "store/environment.h"

#include <functional>
#include <string>
#include <vector>

namespace brink::store {

struct CheckReport {
  std::uint64_t rows = 0;
  std::vector<std::string> problems;  // at most kMostProblems; empty: all is well
  bool more = false;
};
inline constexpr std::size_t kMostProblems = 100;

// Every row can be read as what its table holds; every index leads to a row and every row stands in its
// indexes; counts are right; the change log has no gap. `progress` is told rows done now and then.
[[nodiscard]] Result<CheckReport> check(const Environment& environment,
                                        const std::function<void(std::uint64_t rows)>& progress);

}  // namespace brink::store
