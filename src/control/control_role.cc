#include "control/control_role.h"

#include "base/ascii.h"
#include "control/api/delegation_lookup.h"
#include "control/api/token_secret.h"
#include "control/apply/applier.h"
#include "control/local_socket.h"
#include "control/node_facts.h"
#include "http/h1/server_connection.h"
#include "net/socket.h"
#include "net/tcp_transport.h"
#include "store/store_error.h"
#include "telemetry/log.h"
#include "tls/ticket_keys.h"
#include "tls/tls_transport.h"

#include <fmt/format.h>

namespace brink::control {
namespace {

constexpr auto kBetweenTries = std::chrono::milliseconds(50);  // to take the store over in an upgrade
constexpr auto kGrace = std::chrono::seconds(5);  // beyond drain_timeout, for the process before to end
constexpr auto kBetweenWarnings = std::chrono::minutes(1);

telemetry::LogFileOptions log_options(const config::Log& log) {
  return {.target = log.access, .rotate_bytes = log.access_rotate_bytes, .keep = log.access_keep};
}

// What only the supervisor may read comes as descriptors. Empty where it did not come.
std::string text_in(RoleMessage& message, std::string_view name) {
  const net::Fd fd = message.take(name);
  if (!fd) return {};
  return read_text_descriptor(fd.get()).value_or("");
}

}  // namespace

ControlRole::ControlRole(Loop& loop)
    : loop_(loop),
      endpoints_(loop),
      service_(endpoints_, false),
      local_service_(endpoints_, true),
      store_(loop),
      connections_("control connections", loop),
      upkeep_("control upkeep", loop),
      applying_("declared zones", loop) {}

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
  if (auto read = read_secrets(config, message); !read) return read;
  if (auto read = read_declared(config, message); !read) return read;
  config_ = std::move(config);
  node_ = node_facts(config_);
  endpoints_.use(node_);
  if (!store_.is_open() && upkeep_.running() == 0) {
    if (auto opened = open_store(); !opened) return opened;
  } else if (api_ != nullptr) {
    api_->use({config_.control.rate_limit, config_.control.rate_limit_exempt}, keys_);
    acme_->use(config_.acme, acme_credentials_);
    upkeep_.spawn(store_.use(config_.control));
    applying_.spawn(apply_declared());
  }
  listen(message);
  return {};
}

std::expected<void, std::string> ControlRole::read_secrets(const config::Config& config,
                                                           RoleMessage& message) {
  std::shared_ptr<const tls::ServerContexts> certificates;
  if (config.control.needs_tls()) {
    const auto certificate =
        tls::Certificate::parse(text_in(message, "control-certificate"), text_in(message, "control-key"));
    if (!certificate) return std::unexpected("[control] certificate: " + certificate.error().text());
    auto secret = tls::load_or_make_ticket_secret(config.node.data_dir + "/tickets.key");
    if (!secret) return std::unexpected(config.node.data_dir + "/tickets.key: " + secret.error().text());
    tls::ServerEntry entry;
    entry.hosts = {"*"};
    entry.certificates = {*certificate};
    entry.alpn = {"http/1.1"};
    certificates = tls::ServerContexts::make(
        {std::move(entry)}, std::make_shared<tls::TicketKeys>(*secret, tls::system_wall_clock()),
        tls::system_wall_clock());
  }
  keys_ = {};
  if (!config.control.global_key.empty()) {
    const std::string text = text_in(message, "control-global-key");
    const auto key = api::check_global_key(text);
    if (!key) return std::unexpected(key.error());
    keys_.global = api::hash_of(*key);
  }
  if (!config.control.origin_ca_key.empty()) {
    const std::string text = text_in(message, "control-origin-ca-key");
    const auto key = api::check_origin_ca_key(text);
    if (!key) return std::unexpected(key.error());
    keys_.origin_ca = api::hash_of(*key);
  }
  certificates_ = std::move(certificates);
  acme_credentials_ = {.ca_pem = text_in(message, "acme-ca"),
                       .external_account_key = text_in(message, "acme-external-account-key")};
  return {};
}

// --- what files declare ---

std::expected<void, std::string> ControlRole::read_declared(const config::Config& config,
                                                            RoleMessage& message) {
  const std::string bundle = text_in(message, "zone-files");
  std::optional<std::vector<apply::ZoneFile>> files(std::in_place);
  if (!bundle.empty()) files = apply::unbundle_zone_files(bundle);
  if (!files) return std::unexpected("the supervisor's files of zones cannot be read");
  auto declared = apply::desired_state(config, *files);
  if (!declared) return std::unexpected(declared.error().front().text());
  declared_ = std::make_shared<const apply::DesiredState>(*std::move(declared));
  return {};
}

Task<void> ControlRole::apply_declared() {
  const auto report = co_await apply::apply(
      api::Services{store_.environment(), store_.writer(), loop_, random_, node_, authorities_.get()},
      declared_, {},
      api::AuditOrigin{.actor = {},
                       .actor_email = {},
                       .actor_address = "local",
                       .actor_context = {},
                       .token = {},
                       .token_name = {},
                       .ray = {},
                       .method = {},
                       .uri = {},
                       .user_agent = {}});
  if (!report) {
    telemetry::log_error("the zones that files declare cannot be applied", {{"why", report.error().message}});
    co_return;
  }
  for (const apply::Failure& failure : report->failures)
    telemetry::log_error("a zone is not as its file declares it",
                         {{"zone", failure.zone}, {"declared", failure.place}, {"why", failure.message}});
  if (!report->steps.empty())
    telemetry::log_info("zones are brought to what files declare",
                        {{"changes", std::to_string(report->steps.size())}});
}

// --- the store ---

std::expected<void, std::string> ControlRole::open_store() {
  if (auto opened = store_.open(config_); !opened) {
    if (!opened.error().is(store::StoreError::kBusy))
      return std::unexpected(
          fmt::format("the store in {}/store: {}", config_.node.data_dir, opened.error().text()));
    endpoints_.wait_for_store(opened.error().text());
    upkeep_.spawn(take_over_store());
    return {};
  }
  begin_api();
  return {};
}

// In an upgrade the process before has the store until it ends; then it is ours. One that keeps it longer
// than it may take to end is no upgrade's: somebody must end it.
Task<void> ControlRole::take_over_store() {
  TimePoint next_warning = loop_.now() + config_.node.drain_timeout + kGrace;
  while (!store_.is_open()) {
    if (!co_await sleep_until(loop_.after(kBetweenTries))) co_return;
    auto opened = store_.open(config_);
    if (opened) break;
    const std::string why = opened.error().text();
    if (!opened.error().is(store::StoreError::kBusy)) {
      telemetry::log_error("the store cannot be opened", {{"why", why}});
      continue;
    }
    endpoints_.wait_for_store(why);
    if (loop_.now() < next_warning) continue;
    next_warning = loop_.now() + kBetweenWarnings;
    telemetry::log_warn(
        "the API waits for the store: end the process that writes it, or give this node a data_dir of its "
        "own",
        {{"store", config_.node.data_dir + "/store"}, {"why", why}});
  }
  begin_api();
}

void ControlRole::begin_api() {
  if (auto opened = api::CertificateAuthorities::open(config_.node.data_dir, tls::system_wall_clock())) {
    authorities_ = *std::move(opened);
    renewal_ = std::make_unique<api::CertificateRenewal>(store_.environment(), store_.writer(), loop_,
                                                         random_, *authorities_);
    upkeep_.spawn(renewal_->run());
  } else {
    telemetry::log_error("the node's certificate authorities cannot be opened",
                         {{"directory", config_.node.data_dir}, {"why", opened.error().text()}});
  }
  activation_ = std::make_unique<api::ZoneActivation>(store_.environment(), store_.writer(), loop_,
                                                      &api::look_up_name_servers);
  if (auto started = activation_->start(); started) {
    upkeep_.spawn(activation_->keep_checking());
  } else {
    telemetry::log_error("zones cannot be checked", {{"why", started.error().text()}});
    activation_.reset();
  }
  api_ = std::make_unique<api::Api>(api::Services{store_.environment(), store_.writer(), loop_, random_,
                                                  node_, authorities_.get(), activation_.get()});
  api_->use({config_.control.rate_limit, config_.control.rate_limit_exempt}, keys_);
  endpoints_.use(api_.get());
  listen_locally();
  upkeep_.spawn(store_.keep_in_order());
  applying_.spawn(apply_declared());
  acme_ =
      std::make_unique<acme::CertificateKeeper>(loop_, store_.environment(), store_.writer(), metrics_.get());
  acme_->use(config_.acme, acme_credentials_);
  upkeep_.spawn(acme_->run());
  if (store_.was_made()) {
    const std::string config_path = config_.path.empty() ? "FILE" : config_.path;
    telemetry::log_info(
        "the store is new; the API wants a token",
        {{"command", fmt::format("brink token create --name NAME --config {}", config_path)}});
  }
}

// --- listeners ---

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
          connections_.spawn(serve_connection(std::move(socket), peer, certificates_, false));
        });
    if (auto started = listener_->start(); !started) {
      telemetry::log_error("the control listener cannot accept",
                           {{"address", address_}, {"why", started.error().text()}});
    }
  }
}

void ControlRole::listen_locally() {
  const std::string& data_dir = config_.node.data_dir;
  auto socket = control::listen_locally(data_dir);
  if (!socket) {
    telemetry::log_error("cannot listen for the node's owner",
                         {{"path", local_socket_path(data_dir)}, {"why", socket.error().text()}});
    return;
  }
  local_listener_ = std::make_unique<net::Listener>(
      loop_, *std::move(socket), [this](net::Fd connection, const net::SocketAddress& peer) {
        if (!is_owner(connection.get(), config_.node.data_dir)) return;
        connections_.spawn(serve_connection(std::move(connection), peer, nullptr, true));
      });
  if (auto started = local_listener_->start(); !started)
    telemetry::log_error("the listener of the node's owner cannot accept", {{"why", started.error().text()}});
}

Task<void> ControlRole::serve_connection(net::Fd socket, net::SocketAddress peer,
                                         std::shared_ptr<const tls::ServerContexts> certificates,
                                         bool is_node_owner) {
  http::ConnectionFacts facts;
  facts.peer = facts.client = peer;
  facts.accepted = loop_.now();
  facts.accepted_wall = loop_.wall_now();
  if (auto local = net::local_address(socket.get())) facts.local = *local;
  std::unique_ptr<net::Transport> transport;
  tls::Facts tls_facts;
  if (certificates != nullptr) {
    auto secure = std::make_unique<tls::TlsTransport>(std::move(socket), certificates);
    if (!secure->attach(loop_)) co_return;
    if (!co_await secure->handshake(loop_.after(timeouts_.tls_handshake))) co_return;
    tls_facts = secure->facts();
    facts.tls = &tls_facts;
    transport = std::move(secure);
  } else {
    auto plain = std::make_unique<net::TcpTransport>(std::move(socket));
    if (!plain->attach(loop_)) co_return;
    transport = std::move(plain);
  }
  http::Service& service = is_node_owner ? local_service_ : service_;
  http::h1::ServerConnection connection(std::move(transport), facts, service, limits_, timeouts_, loop_);
  (void)co_await connection.run();
}

Task<void> ControlRole::drain(Deadline deadline) {
  endpoints_.state().ready = false;
  if (listener_ != nullptr) co_await listener_->stop();
  if (local_listener_ != nullptr) co_await local_listener_->stop();
  co_await connections_.finish();
  co_await applying_.finish();
  co_await upkeep_.finish();
  // The store goes before the log is finished: in an upgrade the next process waits for it.
  endpoints_.use(nullptr);
  if (api_ != nullptr) co_await api_->finish();
  if (activation_ != nullptr) co_await activation_->finish();
  api_.reset();
  renewal_.reset();
  store_.close();
  activation_.reset();
  acme_.reset();  // hears of every commit
  if (log_receiver_ != nullptr) co_await log_receiver_->finish(deadline);
}

}  // namespace brink::control
