// The edge: one process, one thread per core, each with its own loop, listeners and connections. This class
// lives on the process's first thread, which serves nobody and only hears the supervisor.
#pragma once

#include "config/config.h"
#include "edge/edge_thread.h"
#include "runtime/loop_thread.h"
#include "runtime/role_message.h"
#include "runtime/task.h"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace brink::edge {

class EdgeRole {
 public:
  explicit EdgeRole(Loop& loop);
  ~EdgeRole();

  // Serves under `config` on the listeners in the message, from now on for what begins; what is under way
  // ends as it began. Refused, with what is wrong, the former configuration stays.
  std::expected<void, std::string> configure(config::Config config, RoleMessage& message);
  void hear_whether_all_serve(bool) {}
  // Accepts nothing more, lets requests finish until the deadline, ends.
  Task<void> drain(Deadline deadline);

 private:
  std::expected<void, std::string> start(RoleMessage& message, std::size_t rate_limit_keys);
  void give_listeners(RoleMessage& message);

  Loop& loop_;
  std::shared_ptr<const tls::TicketKeys> ticket_keys_;
  std::unique_ptr<telemetry::Registry> metrics_;
  net::Fd log_channel_;
  std::unique_ptr<EdgeShared> shared_;
  std::shared_ptr<StoredZones> stored_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::unique_ptr<LoopThread>> threads_;
  std::vector<std::unique_ptr<EdgeThread>> edges_;  // one for each of threads_
};

}  // namespace brink::edge
