// The control role: answers for the node on a listener of its own (/metrics, /healthz, /readyz), and writes
// the access log that the edge's threads send it. One thread serves; another does the writing that may block.
#pragma once

#include "config/config.h"
#include "control/endpoints.h"
#include "http/limits.h"
#include "net/listener.h"
#include "runtime/role_message.h"
#include "runtime/task_group.h"
#include "telemetry/log_channel.h"
#include "telemetry/log_file.h"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace brink::control {

class ControlRole {
 public:
  explicit ControlRole(Loop& loop);
  ~ControlRole();

  // As edge::EdgeRole::configure().
  std::expected<void, std::string> configure(config::Config config, RoleMessage& message);
  void hear_whether_all_serve(bool all) { endpoints_.state().ready = all; }
  Task<void> drain(Deadline deadline);

 private:
  void listen(RoleMessage& message);
  Task<void> serve_connection(net::Fd socket, net::SocketAddress peer);

  Loop& loop_;
  http::ServerLimits limits_;
  http::ServerTimeouts timeouts_;
  Endpoints endpoints_;
  std::unique_ptr<telemetry::Registry> metrics_;
  std::unique_ptr<telemetry::LogFile> log_file_;
  std::unique_ptr<telemetry::LogReceiver> log_receiver_;
  std::string address_;
  std::unique_ptr<net::Listener> listener_;
  TaskGroup connections_;
};

}  // namespace brink::control
