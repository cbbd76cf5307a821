// Origins as rules make them of a zone's own: another name, port, SNI or mode of TLS. Made when a rule first
// asks for one, and kept with their connections.
//
// Shared by all threads of the edge; locks inside.
#pragma once

#include "edge/rules/rule_state.h"
#include "origin/origin.h"
#include "rules/action.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace brink::edge {

class RoutedOrigins {
 public:
  // More, and all are made anew.
  static constexpr std::size_t kMaxKept = 4096;

  // How TLS to origins is spoken that the zone's own does not speak: with the certificate checked, or not.
  // nullptr where it cannot be.
  using TlsContexts = std::function<std::shared_ptr<tls::ClientContext>(bool verify)>;
  explicit RoutedOrigins(TlsContexts contexts) : contexts_(std::move(contexts)) {}

  // `zone_origin` where nothing is different; nullptr where TLS would be needed and cannot be.
  [[nodiscard]] origin::OriginPtr find(const origin::OriginPtr& zone_origin, const RouteDecision& route,
                                       std::optional<rules::SslMode> ssl);
  // Forgets them all: the configuration has changed.
  void clear();

 private:
  struct Kept {
    origin::OriginPtr base;  // keeps the address that is in the key from being another's
    origin::OriginPtr origin;
  };
  const TlsContexts contexts_;
  std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace brink::edge
