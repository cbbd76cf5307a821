#include "control/api/endpoint.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

TEST(Documentation, ApiPageIsTheTable) {
  std::ifstream file(BRINK_SOURCE_DIR "/docs/api.md", std::ios::binary);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(page == endpoints_documentation())
      << "docs/api.md is old: write it anew with `brink docs api > docs/api.md`";
}

}  // namespace
}  // namespace brink::control::api
