// The control role: the only writer of the store. Serves the API, and /metrics, /healthz and /readyz, on a
// listener of its own and on the Unix socket of the node's owner; writes the access log that the edge's
// threads send it. One thread serves; others do the writing that may block.
#pragma once

#include "config/config.h"
#include "control/acme/certificate_keeper.h"
#include "control/api/api.h"
#include "control/api/certificate_authorities.h"
#include "control/api/certificate_renewal.h"
#include "control/api/zone_activation.h"
#include "control/apply/desired_state.h"
#include "control/endpoints.h"
#include "control/store_keeper.h"
#include "http/limits.h"
#include "net/listener.h"
#include "runtime/role_message.h"
#include "runtime/task_group.h"
#include "telemetry/log_channel.h"
#include "telemetry/log_file.h"
#include "tls/server_contexts.h"

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
  std::expected<void, std::string> read_secrets(const config::Config& config, RoleMessage& message);
  std::expected<void, std::string> read_declared(const config::Config& config, RoleMessage& message);
  std::expected<void, std::string> open_store();
  Task<void> take_over_store();
  void begin_api();
  void listen(RoleMessage& message);
  void listen_locally();
  Task<void> apply_declared();
  Task<void> serve_connection(net::Fd socket, net::SocketAddress peer,
                              std::shared_ptr<const tls::ServerContexts> certificates, bool is_node_owner);

  Loop& loop_;
  FastRandom random_;
  http::ServerLimits limits_;
  http::ServerTimeouts timeouts_;
  config::Config config_;
  Endpoints endpoints_;
  ListenerService service_;
  ListenerService local_service_;
  std::unique_ptr<telemetry::Registry> metrics_;
  std::unique_ptr<telemetry::LogFile> log_file_;
  std::unique_ptr<telemetry::LogReceiver> log_receiver_;
  StoreKeeper store_;
  api::NodeFacts node_;
  api::NodeKeys keys_;
  std::unique_ptr<api::CertificateAuthorities> authorities_;
  std::unique_ptr<api::CertificateRenewal> renewal_;
  std::unique_ptr<api::ZoneActivation> activation_;
  std::unique_ptr<api::Api> api_;
  acme::Credentials acme_credentials_;
  std::unique_ptr<acme::CertificateKeeper> acme_;
  std::string address_;
  std::shared_ptr<const tls::ServerContexts> certificates_;  // nullptr: without TLS
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<net::Listener> local_listener_;
  TaskGroup connections_;
  TaskGroup upkeep_;
  std::shared_ptr<const apply::DesiredState> declared_;  // by the files, at the last configuration
  TaskGroup applying_;
};

}  // namespace brink::control
