#include "rules/redirect_url.h"

#include "base/ascii.h"

#include <algorithm>

namespace brink::rules {
namespace {

constexpr std::size_t kMaxHost = 253;

bool is_control_or_space(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }

std::optional<RedirectScheme> find_scheme(std::string_view name) {
  if (equals_ignoring_case(name, "https")) return RedirectScheme::kHttps;
  if (equals_ignoring_case(name, "http")) return RedirectScheme::kHttp;
  return std::nullopt;
}

// Cuts the scheme and its "://" off; nothing where there is one that is not HTTP's.
std::optional<RedirectScheme> take_scheme(std::string_view& url) {
  const std::size_t end = url.find("://");
  if (end == url.npos || url.substr(0, end).contains('/')) return RedirectScheme::kAny;
  const auto scheme = find_scheme(url.substr(0, end));
  url.remove_prefix(end + 3);
  return scheme;
}

}  // namespace

std::expected<RedirectUrl, std::string> read_redirect_url(std::string_view url) {
  if (std::ranges::any_of(url, is_control_or_space))
    return std::unexpected("has a space or a control character");
  if (url.contains('?')) return std::unexpected("has a query");
  if (url.contains('#')) return std::unexpected("has a fragment");
  const auto scheme = take_scheme(url);
  if (!scheme) return std::unexpected("has a scheme that is neither http nor https");
  const std::string_view host = url.substr(0, url.find('/'));
  if (host.empty()) return std::unexpected("has no host");
  if (host.contains('@')) return std::unexpected("has a user");
  if (host.contains(':')) return std::unexpected("has a port");
  const auto may_stand = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  };
  if (!std::ranges::all_of(host, may_stand))
    return std::unexpected("has a character in its host that no ASCII host name has");
  if (host.size() > kMaxHost || host.starts_with('.') || host.contains(".."))
    return std::unexpected("has a host that is no name");
  const std::string_view path = url.substr(host.size());
  return RedirectUrl{.scheme = *scheme, .host = host, .path = path.empty() ? "/" : path};
}

std::optional<std::string> check_redirect_target(std::string_view url) {
  const std::size_t colon = url.find(':');
  const auto scheme = url.substr(0, colon);
  const auto may_stand = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (colon == url.npos || scheme.empty() || !is_alpha(scheme.front()) ||
      !std::ranges::all_of(scheme, may_stand))
    return "is not a full URL: it has no scheme";
  if (std::ranges::any_of(url, is_control_or_space)) return "has a space or a control character";
  const std::string_view rest = url.substr(colon + 1);
  if (rest.empty()) return "has nothing behind its scheme";
  const bool needs_host = find_scheme(scheme).has_value();
  if (needs_host &&
      (!rest.starts_with("//") || rest.size() == 2 || std::string_view("/?#").contains(rest[2])))
    return "has no host";
  return std::nullopt;
}

std::optional<RedirectUrl> read_request_url(std::string_view url) {
  const auto scheme = take_scheme(url);
  if (!scheme || *scheme == RedirectScheme::kAny) return std::nullopt;
  url = url.substr(0, url.find_first_of("?#"));
  std::string_view host = url.substr(0, url.find('/'));
  const std::string_view path = url.substr(host.size());
  if (const std::size_t colon = host.rfind(':'); colon != host.npos && !host.ends_with(']'))
    host = host.substr(0, colon);
  if (host.empty()) return std::nullopt;
  return RedirectUrl{.scheme = *scheme, .host = host, .path = path.empty() ? "/" : path};
}

}  // namespace brink::rules
