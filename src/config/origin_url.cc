#include "config/origin_url.h"

#include "base/ascii.h"
#include "config/host_pattern.h"

#include <utility>

#include <sys/un.h>

namespace brink::config {
namespace {

using Parsed = std::expected<OriginUrl, std::string>;

std::unexpected<std::string> wrong(std::string what) { return std::unexpected(std::move(what)); }

Parsed parse_unix(std::string_view path, std::string_view text) {
  if (!path.starts_with('/')) return wrong("needs an absolute path after unix:");
  while (path.starts_with("//")) path.remove_prefix(1);
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return wrong("has a path longer than a Unix socket's may be");
  return OriginUrl{.unix_path = std::string(path), .text = std::string(text)};
}

Parsed parse_authority(std::string_view authority, bool https, std::string_view text) {
  if (authority.contains('@')) return wrong("may not have a user");
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return wrong("has a bracket that does not close");
  const std::size_t colon = authority.find(':', bracket);
  OriginUrl url{
      .https = https, .port = static_cast<std::uint16_t>(https ? 443 : 80), .text = std::string(text)};
  auto host = parse_host_name(authority.substr(0, colon));
  if (!host) return wrong("has a host that " + host.error());
  url.host = *std::move(host);
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  if (colon != std::string_view::npos) {
    const auto port = parse_decimal<std::uint16_t>(authority.substr(colon + 1));
    if (!port || *port == 0) return wrong("has a port that is not from 1 to 65535");
    url.port = *port;
  }
  return url;
}

}  // namespace

std::expected<OriginUrl, std::string> parse_origin_url(std::string_view text) {
  for (std::string_view scheme : {"unix:", "http+unix:"}) {
    if (text.starts_with(scheme)) return parse_unix(text.substr(scheme.size()), text);
  }
  for (bool https : {false, true}) {
    const std::string_view scheme = https ? "https://" : "http://";
    if (!equals_ignoring_case(text.substr(0, scheme.size()), scheme)) continue;
    std::string_view authority = text.substr(scheme.size());
    if (authority.ends_with('/')) authority.remove_suffix(1);
    if (authority.find_first_of("/?#") != std::string_view::npos)
      return wrong("may not have a path or a query");
    return parse_authority(authority, https, text);
  }
  return wrong("is not an origin's URL");
}

}  // namespace brink::config
