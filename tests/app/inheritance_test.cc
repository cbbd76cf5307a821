#include "app/inheritance.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace brink::app {
namespace {

net::Fd some_descriptor() { return net::Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)); }

ino_t inode(int fd) {
  struct stat info{};
  return ::fstat(fd, &info) == 0 ? info.st_ino : 0;
}

TEST(Inheritance, WhatIsLeftIsTaken) {
  Inheritance left;
  left.generation = 7;
  left.upgrades = 2;
  auto& sockets = left.listeners.sockets[{"https", "[::]:443"}];
  sockets.push_back(some_descriptor());
  sockets.push_back(some_descriptor());
  left.listeners.sockets[{"control", "unix:/run/a b.sock"}].push_back(some_descriptor());
  left.roles.push_back({"edge", 4711, some_descriptor()});
  left.segments.push_back({"edge", some_descriptor()});
  left.log_sender = some_descriptor();
  left.log_receiver = some_descriptor();
  left.lock = some_descriptor();

  auto taken = Inheritance::take(left.leave());
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->generation, 7u);
  EXPECT_EQ(taken->upgrades, 2u);
  ASSERT_EQ(taken->listeners.sockets.size(), 2u);
  const auto& https = taken->listeners.sockets.at({"https", "[::]:443"});
  ASSERT_EQ(https.size(), 2u);
  EXPECT_EQ(inode(https[0].get()), inode(sockets[0].get()));
  EXPECT_TRUE(taken->listeners.sockets.contains({"control", "unix:/run/a b.sock"}));
  ASSERT_EQ(taken->roles.size(), 1u);
  EXPECT_EQ(taken->roles[0].name, "edge");
  EXPECT_EQ(taken->roles[0].pid, 4711);
  ASSERT_EQ(taken->segments.size(), 1u);
  EXPECT_EQ(taken->segments[0].role, "edge");
  EXPECT_NE(::fcntl(taken->lock.get(), F_GETFD) & FD_CLOEXEC, 0) << "descriptors close on exec again";

  // In one process both hold the same numbers: only one may close them.
  for (auto& [key, fds] : left.listeners.sockets) {
    for (auto& fd : fds) (void)fd.release();
  }
  (void)left.roles[0].channel.release();
  (void)left.segments[0].memory.release();
  (void)left.log_sender.release();
  (void)left.log_receiver.release();
  (void)left.lock.release();
}

TEST(Inheritance, AnythingElseIsRefused) {
  EXPECT_FALSE(Inheritance::take(some_descriptor()));
  EXPECT_FALSE(Inheritance::take(net::Fd()));
}

}  // namespace
}  // namespace brink::app
