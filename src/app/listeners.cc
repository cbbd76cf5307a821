#include "app/listeners.h"

#include "net/socket.h"

#include <sched.h>

#include <fmt/format.h>

namespace brink::app {

std::vector<std::string> bind_listeners(const config::Config& config, std::uint32_t threads,
                                        ListenerSet& set) {
  std::map<ListenerSet::Key, std::uint32_t> wanted;
  std::map<ListenerSet::Key, net::SocketAddress> addresses;
  const auto want = [&](const char* purpose, const net::SocketAddress& address, std::uint32_t sockets) {
    const ListenerSet::Key key{purpose, address.text()};
    wanted[key] = address.is_unix() ? 1 : sockets;
    addresses[key] = address;
  };
  for (const auto& address : config.edge.http) want("http", address, threads);
  for (const auto& address : config.edge.https) want("https", address, threads);
  want("control", config.control.listen, 1);

  std::vector<std::string> errors;
  std::map<ListenerSet::Key, std::vector<net::Fd>> bound;
  for (const auto& [key, count] : wanted) {
    if (auto had = set.sockets.find(key); had != set.sockets.end() && had->second.size() == count) continue;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto socket = net::listen_on(addresses[key], {.reuse_port = count > 1 || key.purpose != "control"});
      if (!socket) {
        errors.push_back(
            fmt::format("cannot listen on {} ({}): {}", key.address, key.purpose, socket.error().text()));
        break;
      }
      bound[key].push_back(std::move(*socket));
    }
  }
  if (!errors.empty()) return errors;
  std::erase_if(set.sockets, [&](const auto& entry) { return !wanted.contains(entry.first); });
  for (auto& [key, sockets] : bound) set.sockets[key] = std::move(sockets);
  return {};
}

std::uint32_t thread_count(const config::Config& config) {
  if (config.node.threads > 0) return config.node.threads;
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&cores)));
}

}  // namespace brink::app
