#include "http/h2/priority.h"

#include <gtest/gtest.h>

namespace brink::http::h2 {
namespace {

TEST(Priority, ReadsUrgencyAndIncremental) {
  const struct {
    const char* value;
    Priority priority;
  } cases[] = {
      {"", {3, false}},
      {"u=0", {0, false}},
      {"u=7, i", {7, true}},
      {"i", {3, true}},
      {"i=?0", {3, false}},
      {"i=?1,u=1", {1, true}},
      {"u=5;x=1", {5, false}},
      {"a=b, u=2", {2, false}},
      {"u=1, u=2", {2, false}},  // the last one counts, RFC 8941 section 3.2
      // Not of the form, or out of range: as if not said.
      {"u=8", {3, false}},
      {"u=-1", {3, false}},
      {"u=", {3, false}},
      {"u=11", {3, false}},
      {"u=1.0", {3, false}},
      {"i=1", {3, false}},
      {"U=1", {3, false}},
      {",,,", {3, false}},
  };
  for (const auto& each : cases) EXPECT_EQ(parse_priority(each.value), each.priority) << each.value;
}

}  // namespace
}  // namespace brink::http::h2
