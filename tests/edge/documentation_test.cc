// The pages that are made from tables in the code say what the code says: `brink docs PAGE` prints what
// belongs there.
#include "edge/stages.h"
#include "http/exchange_fields.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace brink::edge {
namespace {

std::string page(const std::string& name) {
  std::ifstream file(std::string(BRINK_SOURCE_DIR) + "/docs/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Documentation, StagesPageIsTheTable) { EXPECT_EQ(page("stages.md"), stages_documentation()); }

TEST(Documentation, AccessLogPageIsTheTable) {
  EXPECT_EQ(page("access-log.md"), http::exchange_fields_documentation());
}

TEST(Documentation, EveryStageHasOneFunction) {
  for (const Stage& stage : stages()) {
    EXPECT_NE(stage.run == nullptr, stage.run_async == nullptr) << stage.name;
    EXPECT_FALSE(stage.meaning.empty()) << stage.name;
  }
}

}  // namespace
}  // namespace brink::edge
