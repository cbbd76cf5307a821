#include "edge/forwarding.h"

#include "base/ascii.h"
#include "edge/edge_thread.h"
#include "edge/stages.h"

#include <fmt/format.h>

namespace brink::edge {

using http::FieldName;
using http::Fields;

namespace {

constexpr std::string_view kName = "brink";

std::string_view received_by(
    http::Version version) {  // RFC 9110 section 7.6.3: the protocol it was received by
  switch (version) {
    case http::Version::kHttp10: return "1.0 brink";
    case http::Version::kHttp11: return "1.1 brink";
    case http::Version::kHttp2: return "2 brink";
    case http::Version::kHttp3: return "3 brink";
  }
  return "1.1 brink";
}

bool is_trusted(const Request& request, const net::IpAddress& address) {
  for (const net::IpNetwork& network : request.snapshot->config.edge.trusted_proxies) {
    if (network.contains(address)) return true;
  }
  return false;
}

// Appends `element` to the list field `id`, which becomes one field.
void append_to_list(Fields& fields, FieldName id, std::string_view element) {
  const std::string_view before = fields.combined(id);
  fields.set(id, before.empty() ? element : fields.arena().join(before, ", ", element));
}

// The node as RFC 7239 section 6 writes it: IPv6 in brackets and quotes.
std::string_view forwarded_node(Arena& arena, std::string_view address, bool v4) {
  return v4 ? address : arena.join("\"[", address, "]\"");
}

// A value that may need quotes (RFC 7239 section 4: token or quoted-string).
std::string_view forwarded_value(Arena& arena, std::string_view value) {
  for (const char c : value) {
    if (!is_alpha(c) && !is_digit(c) && c != '.' && c != '-' && c != '_') {
      return value.find('"') == std::string_view::npos ? arena.join("\"", value, "\"")
                                                       : std::string_view("_hidden");
    }
  }
  return value;
}

void set_ray(Fields& fields, std::string_view ray) {
  fields.set(FieldName::kCfRay, ray);
  fields.set(FieldName::kBrinkRay, ray);
}

}  // namespace

net::IpAddress visitor_address(const Request& request) {
  const net::SocketAddress& client = request.stream.connection().client;
  net::IpAddress address = client.ip();
  if (request.snapshot->config.edge.trusted_proxies.empty() || client.is_unix() ||
      !is_trusted(request, address))
    return address;
  // From the right: each trusted proxy vouches for the entry it added.
  std::string_view list = request.head.fields.combined(FieldName::kXForwardedFor);
  while (!list.empty()) {
    const auto comma = list.rfind(',');
    const std::string_view entry = trim_ows(comma == std::string_view::npos ? list : list.substr(comma + 1));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
    const auto parsed = net::IpAddress::parse(entry);
    if (!parsed) break;
    address = *parsed;
    if (!is_trusted(request, address)) break;
  }
  return address;
}

bool add_forwarding_fields(Request& request) {
  Fields& fields = request.head.fields;
  Arena& arena = request.head.arena;
  http::Exchange& exchange = request.exchange;

  int passes = 0;
  for_each_list_element(fields.combined(FieldName::kCdnLoop), [&](std::string_view element) {
    passes += equals_ignoring_case(trim_ows(element.substr(0, element.find(';'))), kName) ? 1 : 0;
    return true;
  });
  if (passes >= kMaxPasses) return false;
  append_to_list(fields, FieldName::kCdnLoop, kName);

  // The address that connected to us goes on the lists; the visitor is who we believe is at their other end.
  const net::SocketAddress& client = request.stream.connection().client;
  const bool from_trusted = !client.is_unix() && is_trusted(request, client.ip());
  char text[net::IpAddress::kMaxText];
  const std::string_view visitor = arena.copy({text, exchange.client_ip.write_text(text)});
  const std::string_view peer = from_trusted ? arena.copy({text, client.ip().write_text(text)}) : visitor;
  append_to_list(fields, FieldName::kXForwardedFor, peer);
  fields.set(FieldName::kCfConnectingIp, visitor);
  if (!from_trusted || !fields.has(FieldName::kXForwardedProto))
    fields.set(FieldName::kXForwardedProto, exchange.scheme);
  if (!from_trusted || !fields.has(FieldName::kXForwardedHost))
    fields.set(FieldName::kXForwardedHost, exchange.authority);
  fields.set(FieldName::kCfVisitor,
             exchange.scheme == "https" ? "{\"scheme\":\"https\"}" : "{\"scheme\":\"http\"}");
  append_to_list(
      fields, FieldName::kForwarded,
      arena.join("for=", forwarded_node(arena, peer, client.is_unix() || client.ip().is_v4()),
                 ";host=", forwarded_value(arena, exchange.authority), ";proto=", exchange.scheme));
  append_to_list(fields, FieldName::kVia, received_by(exchange.version));
  fields.set(FieldName::kCfRay, exchange.ray_text());
  fields.set(FieldName::kBrinkRay, exchange.ray_text());
  return true;
}

void add_response_fields(Request& request) {
  http::ResponseHead& response = *request.response;
  Fields& fields = response.fields;
  const http::Exchange& exchange = request.exchange;
  if (request.fetch && request.failure == nullptr)
    append_to_list(fields, FieldName::kVia, received_by(response.version));
  if (!fields.has(FieldName::kDate)) fields.add(FieldName::kDate, response.arena.copy(request.thread.date()));
  if (request.failure != nullptr) fields.add(FieldName::kServer, kName);
  set_ray(fields, exchange.ray_text());
  if (request.failure != nullptr && !request.failure->proxy_status.empty()) {
    append_to_list(fields, FieldName::kProxyStatus,
                   response.arena.join("brink; error=", request.failure->proxy_status));
  }
  if (request.snapshot->config.edge.server_timing) {
    std::string timing;
    for (std::size_t i = 0; i < exchange.note_count; ++i) {
      const http::StageNote& note = exchange.notes[i];
      timing += fmt::format("{}{};dur={:.3f}", i == 0 ? "" : ", ", stages()[note.stage].name,
                            std::chrono::duration<double, std::milli>(note.took).count());
    }
    append_to_list(fields, FieldName::kServerTiming, response.arena.copy(timing));
  }
}

void add_identity_fields(http::ResponseHead& response, const http::Exchange& exchange) {
  response.fields.add(FieldName::kServer, kName);
  set_ray(response.fields, response.arena.copy(exchange.ray_text()));
}

}  // namespace brink::edge
