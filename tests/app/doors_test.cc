// The doors of the house (docs/architecture.md): a room includes only rooms on lower floors.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace {

const std::map<std::string, int> kFloors = {
    {"base", 0},   {"runtime", 1},  {"net", 2},     {"tls", 3},      {"telemetry", 3}, {"http", 4},
    {"config", 4}, {"rules", 4},    {"store", 4},   {"dns_wire", 4}, {"origin", 5},    {"cache", 5},
    {"filter", 5}, {"optimize", 5}, {"workers", 5}, {"kv", 5},       {"cluster", 5},   {"edge", 6},
    {"dns", 6},    {"control", 6},  {"app", 7},
};

TEST(Doors, ARoomIncludesOnlyRoomsOnLowerFloors) {
  const std::filesystem::path src = std::filesystem::path(BRINK_SOURCE_DIR) / "src";
  const std::regex include(R"(^#include "([a-z0-9_]+)/)");
  std::size_t includes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(src)) {
    if (!entry.is_regular_file()) continue;
    const std::string room = std::filesystem::relative(entry.path(), src).begin()->string();
    ASSERT_TRUE(kFloors.contains(room)) << "src/" << room << " is no room of docs/architecture.md";
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string other = match[1];
      ++includes;
      ASSERT_TRUE(kFloors.contains(other)) << entry.path() << ": " << line;
      EXPECT_TRUE(other == room || kFloors.at(other) < kFloors.at(room)) << entry.path() << ": " << line;
    }
  }
  EXPECT_GT(includes, 100u);
}

}  // namespace
