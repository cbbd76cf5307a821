// Brings the store to what the files say, zone by zone, and reports what was done. One that fails leaves the
// others alone.
#pragma once

#include "control/api/call.h"
#include "control/apply/execute.h"
#include "control/apply/plan.h"
#include "runtime/task.h"

#include <memory>
#include <string>
#include <vector>

namespace brink::control::apply {

struct Options {
  bool dry_run = false;  // all is tried and nothing kept
  bool prune = false;    // zones that no file names any more go with what the API added to them
};

struct Failure {
  std::string zone;
  std::string place;  // of its declaration; empty where there is none any more
  std::string message;
};

struct Report {
  std::vector<Step> steps;  // zones that go first, then the others by name
  std::vector<Failure> failures;

  // {"steps": [...], "failures": [{"zone", "place", "message"}]}
  [[nodiscard]] api::Json json() const;
};

// On the services' loop, which it lets run on while it reads. `origin` goes into the audit entries, with the
// context "file". Fails where the store cannot be read.
[[nodiscard]] Task<api::Outcome<Report>> apply(api::Services services,
                                               std::shared_ptr<const DesiredState> desired, Options options,
                                               api::AuditOrigin origin);

}  // namespace brink::control::apply
