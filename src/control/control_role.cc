#include "control/control_role.h"

#include "http/h1/server_connection.h"
#include "net/socket.h"
#include "net/tcp_transport.h"
#include "telemetry/log.h"

namespace brink::control {
namespace {

telemetry::LogFileOptions log_options(const config::Log& log) {
  return {.target = log.access, .rotate_bytes = log.access_rotate_bytes, .keep = log.access_keep};
}

}  // namespace

ControlRole::ControlRole(Loop& loop)
    : loop_(loop), endpoints_(loop), connections_("control connections", loop) {}

ControlRole::~ControlRole() { telemetry::set_log_metrics(nullptr); }

std::expected<void, std::string> ControlRole::configure(config::Config config, RoleMessage& message) {
  NodeState state;
  for (auto& [name, fd] : message.descriptors) {
    constexpr std::string_view kSegment = "read-segment ";
    if (!name.starts_with(kSegment) || !fd) continue;
    auto segment = telemetry::Segment::map_to_read(std::move(fd), name.substr(kSegment.size()));
    if (!segment) return std::unexpected("a metrics segment cannot be mapped: " + segment.error().text());
    state.segments.push_back(std::move(*segment));
  }
  state.ready = endpoints_.state().ready;
  endpoints_.use(std::move(state));

  if (log_file_ == nullptr) {
    auto registry = telemetry::Registry::open(message.take("segment"));
    if (!registry) return std::unexpected("the metrics segment cannot be mapped: " + registry.error().text());
    metrics_ = std::move(*registry);
    telemetry::set_log_metrics(metrics_.get());
    log_file_ = std::make_unique<telemetry::LogFile>(log_options(config.log), metrics_.get());
    log_receiver_ = std::make_unique<telemetry::LogReceiver>(loop_, message.take("log"), *log_file_);
    log_receiver_->start();
  } else {
    log_file_->reopen(log_options(config.log));
  }
  listen(message);
  return {};
}

void ControlRole::listen(RoleMessage& message) {
  for (auto& [name, fd] : message.descriptors) {
    constexpr std::string_view kListener = "control ";
    if (!name.starts_with(kListener) || !fd || name == address_) continue;
    if (listener_ != nullptr)
      connections_.spawn([](std::unique_ptr<net::Listener> old) -> Task<void> {
        co_await old->stop();
      }(std::move(listener_)));
    address_ = name;
    listener_ = std::make_unique<net::Listener>(
        loop_, std::move(fd), [this](net::Fd socket, const net::SocketAddress& peer) {
          connections_.spawn(serve_connection(std::move(socket), peer));
        });
    if (auto started = listener_->start(); !started) {
      telemetry::log_error("the control listener cannot accept",
                           {{"address", address_}, {"why", started.error().text()}});
    }
  }
}

Task<void> ControlRole::serve_connection(net::Fd socket, net::SocketAddress peer) {
  http::ConnectionFacts facts;
  facts.peer = facts.client = peer;
  facts.accepted = loop_.now();
  facts.accepted_wall = loop_.wall_now();
  if (auto local = net::local_address(socket.get())) facts.local = *local;
  auto plain = std::make_unique<net::TcpTransport>(std::move(socket));
  if (!plain->attach(loop_)) co_return;
  http::h1::ServerConnection connection(std::move(plain), facts, endpoints_, limits_, timeouts_, loop_);
  (void)co_await connection.run();
}

Task<void> ControlRole::drain(Deadline deadline) {
  endpoints_.state().ready = false;
  if (listener_ != nullptr) co_await listener_->stop();
  co_await connections_.finish();
  if (log_receiver_ != nullptr) co_await log_receiver_->finish(deadline);
}

}  // namespace brink::control
