#include "edge/rules/routed_origins.h"

#include <fmt/format.h>

namespace brink::edge {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

void set_ssl(origin::Settings& settings, rules::SslMode mode) {
  const bool https = mode >= rules::SslMode::kFull;
  if (https != settings.https && settings.port == (settings.https ? kHttpsPort : kHttpPort))
    settings.port = https ? kHttpsPort : kHttpPort;
  settings.https = https;
  settings.verify = mode == rules::SslMode::kStrict;
}

void set_route(origin::Settings& settings, const RouteDecision& route) {
  if (route.origin_host != nullptr) {
    settings.host = *route.origin_host;
    settings.unix_path.clear();
    settings.addresses.clear();
    // The name that the zone's own origin is known by is not this one's.
    settings.sni.clear();
  }
  if (route.origin_port) settings.port = *route.origin_port;
  if (route.host_header != nullptr) settings.sni = *route.host_header;
  if (route.sni != nullptr) settings.sni = *route.sni;
  settings.name = fmt::format("{}://{}:{}", settings.https ? "https" : "http",
                              settings.host.empty() ? settings.unix_path : settings.host, settings.port);
}

std::string key_of(const origin::Origin* base, const RouteDecision& route,
                   std::optional<rules::SslMode> ssl) {
  const auto text = [](const std::string* value) {
    return value == nullptr ? std::string("-") : fmt::format("{}:{}", value->size(), *value);
  };
  return fmt::format("{}|{}|{}|{}|{}|{}", static_cast<const void*>(base), text(route.host_header),
                     text(route.origin_host), text(route.sni), route.origin_port.value_or(0),
                     ssl ? static_cast<int>(*ssl) : -1);
}

}  // namespace

origin::OriginPtr RoutedOrigins::find(const origin::OriginPtr& zone_origin, const RouteDecision& route,
                                      std::optional<rules::SslMode> ssl) {
  if (!route.changes_origin() && !ssl) return zone_origin;
  std::string key = key_of(zone_origin.get(), route, ssl);
  const std::lock_guard lock(mutex_);
  if (const auto found = kept_.find(key); found != kept_.end()) return found->second.origin;

  origin::Settings settings = zone_origin->settings;
  if (ssl) set_ssl(settings, *ssl);
  set_route(settings, route);
  std::shared_ptr<tls::ClientContext> context;
  if (settings.https) {
    const bool as_the_zones = zone_origin->tls != nullptr && zone_origin->settings.verify == settings.verify;
    context = as_the_zones ? zone_origin->tls : contexts_(settings.verify);
    if (context == nullptr) return nullptr;
  }
  auto origin = settings == zone_origin->settings
                    ? zone_origin
                    : std::make_shared<const origin::Origin>(std::move(settings), std::move(context));
  if (kept_.size() >= kMaxKept) kept_.clear();
  kept_.emplace(std::move(key), Kept{zone_origin, origin});
  return origin;
}

void RoutedOrigins::clear() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
}

}  // namespace brink::edge
