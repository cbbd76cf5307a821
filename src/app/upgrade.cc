#include "app/upgrade.h"

#include "app/configuration.h"
#include "app/running.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include <fmt/format.h>

namespace brink::app {
namespace {

constexpr auto kPatience = std::chrono::seconds(90);  // the check, the start of the roles, their readiness

}  // namespace

int upgrade(const std::string& config_path) {
  const auto loaded = load_configuration(config_path);
  if (!loaded) {
    for (const std::string& problem : loaded.error()) fmt::print(stderr, "{}\n", problem);
    return 1;
  }
  const std::string& data_dir = loaded->config.node.data_dir;
  const auto before = find_running(data_dir);
  if (!before) {
    fmt::print(stderr, "brink upgrade: no Brink runs with the data directory {}\n", data_dir);
    return 1;
  }
  if (::kill(before->pid, SIGUSR2) != 0) {
    fmt::print(stderr, "brink upgrade: cannot signal process {}: {}\n", before->pid, ::strerror(errno));
    return 1;
  }
  fmt::print("asked process {} to hand over to the program installed now\n", before->pid);
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < give_up) {
    const auto now = find_running(data_dir);
    if (now && now->pid == before->pid && now->upgrades > before->upgrades) {
      fmt::print("the new program serves\n");
      return 0;
    }
    if (::kill(before->pid, 0) != 0 && errno == ESRCH) {
      fmt::print(stderr, "brink upgrade: process {} has ended; see its log\n", before->pid);
      return 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  fmt::print(stderr,
             "brink upgrade: the new program does not serve after {} seconds; see the log of process {}\n",
             std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), before->pid);
  return 1;
}

}  // namespace brink::app
