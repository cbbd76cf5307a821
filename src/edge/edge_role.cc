#include "edge/edge_role.h"

#include "telemetry/log.h"
#include "tls/origin_ca.h"
#include "tls/ticket_keys.h"

#include <latch>
#include <map>

#include <unistd.h>

#include <fmt/format.h>

namespace brink::edge {

namespace {

std::string machine_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

EdgeRole::EdgeRole(Loop& loop) : loop_(loop) {}

EdgeRole::~EdgeRole() { telemetry::set_log_metrics(nullptr); }

std::expected<void, std::string> EdgeRole::configure(config::Config config, RoleMessage& message) {
  if (ticket_keys_ == nullptr) {
    auto secret = tls::load_or_make_ticket_secret(config.node.data_dir + "/tickets.key");
    if (!secret)
      return std::unexpected(fmt::format("{}/tickets.key: {}", config.node.data_dir, secret.error().text()));
    ticket_keys_ = std::make_shared<tls::TicketKeys>(*secret, tls::system_wall_clock());
  }
  const auto bundle = read_text_descriptor(message.take("credentials").get());
  const auto read_file = bundle ? files_in_bundle(*bundle) : std::nullopt;
  if (!read_file) return std::unexpected("the certificates and keys have not come from the supervisor");
  if (stored_ == nullptr) {
    const std::string& data_dir = config.node.data_dir;
    stored_ = std::make_shared<StoredZones>(data_dir + "/store",
                                            tls::authority_path(tls::origin_ca_directory(data_dir)));
  }
  stored_->use(config.origin, config.edge.forbidden_origins);
  auto snapshot = make_snapshot(std::move(config), *read_file, snapshot_.get(), ticket_keys_, stored_);
  if (!snapshot) return std::unexpected(fmt::format("{}", fmt::join(snapshot.error(), "; ")));
  if (threads_.empty()) {
    const std::size_t keys = (*snapshot)->config.edge.limits.rate_limit_keys;
    if (auto started = start(message, keys); !started) return started;
  }
  snapshot_ = *snapshot;
  shared_->routed_origins.clear();
  give_listeners(message);
  return {};
}

// Makes the threads; the number of them is for the life of the process.
std::expected<void, std::string> EdgeRole::start(RoleMessage& message, std::size_t rate_limit_keys) {
  auto registry = telemetry::Registry::open(message.take("segment"));
  if (!registry) return std::unexpected("the metrics segment cannot be mapped: " + registry.error().text());
  metrics_ = std::move(*registry);
  telemetry::set_log_metrics(metrics_.get());
  log_channel_ = message.take("log");
  shared_ = std::make_unique<EdgeShared>(*metrics_, log_channel_.get(), *stored_, rate_limit_keys);
  shared_->node_name = machine_name();
  const std::size_t count = std::clamp<std::size_t>(message.number("threads"), 1, origin::kMaxLoops);
  for (std::size_t i = 0; i < count; ++i) {
    threads_.push_back(std::make_unique<LoopThread>(fmt::format("edge-{}", i)));
    auto resolver = net::CaresResolver::make(threads_[i]->loop());
    if (!resolver) return std::unexpected("host names cannot be resolved: " + resolver.error().text());
    edges_.push_back(std::make_unique<EdgeThread>(*shared_, i, threads_[i]->loop(), std::move(*resolver)));
    shared_->pools.pools.push_back(&edges_[i]->origins());
  }
  for (auto& thread : threads_) {
    if (auto started = thread->start(); !started)
      return std::unexpected("cannot start a thread: " + started.error().text());
  }
  return {};
}

// Every thread takes the snapshot and its own socket of each address; those it has already are closed again.
void EdgeRole::give_listeners(RoleMessage& message) {
  struct Socket {
    net::Fd fd;
    net::SocketAddress address;
    ListenerKind kind;
  };
  std::vector<std::vector<Socket>> by_thread(threads_.size());
  std::map<std::string, std::size_t> next;  // the thread for the next socket of this name
  for (auto& [name, fd] : message.descriptors) {
    const auto space = name.find(' ');
    const std::string_view purpose = std::string_view(name).substr(0, space);
    if (!fd || space == std::string::npos || (purpose != "http" && purpose != "https")) continue;
    const auto address = net::SocketAddress::parse(std::string_view(name).substr(space + 1));
    if (!address) continue;
    by_thread[next[name]++ % threads_.size()].push_back(
        {std::move(fd), *address, purpose == "https" ? ListenerKind::kHttps : ListenerKind::kHttp});
  }
  std::latch done(static_cast<std::ptrdiff_t>(threads_.size()));
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    threads_[i]->loop().post(
        [&edge = *edges_[i], &done, snapshot = snapshot_, sockets = std::move(by_thread[i])]() mutable {
          edge.use(std::move(snapshot));
          std::vector<net::SocketAddress> addresses;
          for (const Socket& socket : sockets) addresses.push_back(socket.address);
          edge.stop_listening_except(addresses);
          for (Socket& socket : sockets) edge.listen(std::move(socket.fd), socket.address, socket.kind);
          done.count_down();
        });
  }
  done.wait();
}

Task<void> EdgeRole::drain(Deadline deadline) {
  if (threads_.empty()) co_return;
  // One task on each thread's loop; the last to end wakes this one.
  struct Left {
    std::atomic<std::size_t> threads;
    Event all_gone;
  } left{.threads = threads_.size(), .all_gone = {}};
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    threads_[i]->loop().post([this, i, deadline, &left] {
      edges_[i]->drain_then(deadline, [this, &left] {
        if (left.threads.fetch_sub(1) == 1) loop_.post([&left] { left.all_gone.notify(); });
      });
    });
  }
  (void)co_await left.all_gone.wait(Deadline::never());
  for (auto& thread : threads_) thread->stop();
  for (auto& thread : threads_) thread->join();
}

}  // namespace brink::edge
