#include "control/api/origin_ca_request.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxCsrBytes = 32u << 10;
constexpr std::size_t kMaxHostBytes = 255;
constexpr std::array<std::int64_t, 7> kValidities = {7, 30, 90, 365, 730, 1095, 5475};

std::unexpected<ApiError> wrong(std::string_view pointer, std::string text) {
  return std::unexpected(ApiError(codes::kOriginCa, std::move(text)).at(std::string(pointer)));
}

bool is_host_name(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.empty() || host.size() > 253 || !host.contains('.')) return false;
  for (std::size_t at = 0; at <= host.size();) {
    const std::size_t end = std::min(host.find('.', at), host.size());
    const std::string_view label = host.substr(at, end - at);
    const bool plain =
        std::ranges::all_of(label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
    if (label.empty() || label.size() > 63 || !plain || label.front() == '-' || label.back() == '-')
      return false;
    at = end + 1;
  }
  return true;
}

Outcome<std::vector<std::string>> parse_hosts(const Json& body) {
  const Json* list = find_value(body, "hostnames");
  if (list == nullptr || !list->is_array() || list->empty() || list->size() > kMaxOriginHosts) {
    return wrong("/hostnames",
                 fmt::format("hostnames: must be an array of 1 to {} host names", kMaxOriginHosts));
  }
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto* text = (*list)[i].get_ptr<const std::string*>();
    const bool good = text != nullptr && text->size() <= kMaxHostBytes && is_host_name(*text);
    if (!good) {
      return wrong(fmt::format("/hostnames/{}", i),
                   fmt::format("hostnames[{}]: must be a host name in A-labels, with at most one "
                               "wildcard, \"*.\", at its front",
                               i));
    }
    std::string host = to_lower(*text);
    if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(std::move(host));
  }
  return hosts;
}

Outcome<std::string> parse_type(const Json& body, const tls::SigningRequest& signing) {
  const auto type = BRINK_TRY(text_member(body, "request_type", 64));
  if (type == "keyless-certificate") {
    return std::unexpected(
        ApiError(codes::kNotSupported, "request_type: Brink has no keyless TLS; use origin-rsa or origin-ecc")
            .at("/request_type"));
  }
  if (type != "origin-rsa" && type != "origin-ecc")
    return wrong("/request_type", "request_type: must be origin-rsa or origin-ecc");
  const bool is_rsa = signing.key_type() == tls::Certificate::KeyType::kRsa;
  if (is_rsa != (type == "origin-rsa")) {
    return wrong("/request_type", fmt::format("request_type: it says {}, but the key of the csr is {}", *type,
                                              is_rsa ? "RSA" : "ECDSA"));
  }
  return *type;
}

Outcome<std::chrono::days> parse_validity(const Json& body) {
  const Json* value = find_value(body, "requested_validity");
  if (value == nullptr) return std::chrono::days(kValidities.back());
  if (value->is_number_integer()) {
    const auto days = number_member(body, "requested_validity", 1, kValidities.back());
    if (days && std::ranges::find(kValidities, **days) != kValidities.end()) return std::chrono::days(**days);
  }
  return wrong("/requested_validity",
               fmt::format("requested_validity: must be one of {} days", fmt::join(kValidities, ", ")));
}

}  // namespace

Outcome<OriginCaRequest> OriginCaRequest::parse(const Json& body) {
  if (!body.is_object()) return refuse(codes::kOriginCa, "The body must be a JSON object");
  std::string csr = BRINK_TRY(required_text(body, "csr", kMaxCsrBytes));
  auto signing = tls::SigningRequest::parse(csr);
  if (!signing) return wrong("/csr", "csr: " + signing.error().text());
  auto hosts = BRINK_TRY(parse_hosts(body));
  auto type = BRINK_TRY(parse_type(body, *signing));
  const auto validity = BRINK_TRY(parse_validity(body));
  return OriginCaRequest{.csr = std::move(csr),
                         .signing = *std::move(signing),
                         .hosts = std::move(hosts),
                         .request_type = std::move(type),
                         .validity = validity};
}

}  // namespace brink::control::api
