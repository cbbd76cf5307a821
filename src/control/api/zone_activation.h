// Makes zones active once their parent delegates to this edge: asked for by the API, and hourly for all that
// wait.
#pragma once

#include "base/error.h"
#include "control/api/change.h"
#include "runtime/loop.h"
#include "runtime/loop_thread.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "store/environment.h"
#include "store/writer.h"

#include <optional>
#include <string>
#include <vector>

namespace brink::control::api {

// Belongs to one loop; has a thread that waits for the DNS.
class ZoneActivation {
 public:
  using LookUp = std::optional<std::vector<std::string>> (*)(const std::string& zone);
  static constexpr std::size_t kMaxChecks = 256;  // waiting at a time; more are left to the next hour
  static constexpr std::chrono::hours kBetweenRounds{1};

  // All outlive it. `look_up` may wait; tests hand in their own.
  ZoneActivation(store::Environment& store, store::Writer& writer, Loop& loop, LookUp look_up);
  ~ZoneActivation();

  Result<> start() { return thread_.start(); }
  // Checks a zone beside what else goes on; `origin` is who asked, for the audit log. False where too many
  // wait.
  bool check_soon(const store::Id& zone, AuditOrigin origin);
  // Checks all zones that wait, every hour, until it is cancelled.
  Task<void> keep_checking();
  // Ends the checks; required before it dies. Its thread ends with it, which may wait for the DNS for some
  // seconds.
  Task<void> finish();

 private:
  Task<void> check(store::Id zone, AuditOrigin origin);
  Task<std::optional<std::vector<std::string>>> name_servers_of(std::string name);

  store::Environment& store_;
  store::Writer& writer_;
  Loop& loop_;
  LookUp look_up_;
  FastRandom random_;
  LoopThread thread_;
  TaskGroup checks_;
};

// The change that makes a zone active; does nothing where it is, or is gone.
[[nodiscard]] Outcome<> activate(Changing& changing, const store::Id& zone);

}  // namespace brink::control::api
