#include "app/running.h"

#include <filesystem>

#include <unistd.h>

#include <gtest/gtest.h>

namespace brink::app {
namespace {

class RunningTest : public testing::Test {
 protected:
  RunningTest() {
    char pattern[] = "/tmp/brink-running-XXXXXX";
    directory = ::mkdtemp(pattern);
  }
  ~RunningTest() override { std::filesystem::remove_all(directory); }
  std::string directory;
};

TEST_F(RunningTest, TheMarkNamesTheProcess) {
  EXPECT_FALSE(find_running(directory));
  note_running(directory, 3);
  const auto running = find_running(directory);
  ASSERT_TRUE(running);
  EXPECT_EQ(running->pid, ::getpid());
  EXPECT_EQ(running->upgrades, 3u);
  forget_running(directory);
  EXPECT_FALSE(find_running(directory));
}

TEST_F(RunningTest, OneDataDirectoryHasOneBrink) {
  auto first = lock_data_directory(directory);
  ASSERT_TRUE(first);
  auto second = lock_data_directory(directory);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find(directory), std::string::npos);
  first->reset();
  EXPECT_TRUE(lock_data_directory(directory));
}

TEST(AbsoluteProgramPath, IsFoundInThePathAndFollowsLinks) {
  EXPECT_EQ(absolute_program_path("sh"), std::filesystem::canonical("/bin/sh").string());
  EXPECT_EQ(absolute_program_path("/bin/../bin/sh"), std::filesystem::canonical("/bin/sh").string());
}

}  // namespace
}  // namespace brink::app
