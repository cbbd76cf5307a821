#include "control/acme/https_sender.h"

#include "base/ascii.h"
#include "http/h1/client_connection.h"
#include "net/connect.h"
#include "tls/tls_transport.h"

#include <charconv>

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

Failure unreachable(std::string_view host, std::string_view doing, const Error& error) {
  if (error.is(WaitError::kCancelled))
    return {
        .kind = FailureKind::kCancelled, .text = error.text(), .type = {}, .retry_after = {}, .names = {}};
  return {.kind = FailureKind::kUnreachable,
          .text = fmt::format("{} {}: {}", doing, host, error.text()),
          .type = {},
          .retry_after = {},
          .names = {}};
}

http::Method method_of(HttpRequest::Method method) {
  switch (method) {
    case HttpRequest::Method::kGet: return http::Method::kGet;
    case HttpRequest::Method::kHead: return http::Method::kHead;
    case HttpRequest::Method::kPost: return http::Method::kPost;
  }
  return http::Method::kGet;
}

std::string_view name_of(HttpRequest::Method method) {
  switch (method) {
    case HttpRequest::Method::kGet: return "GET";
    case HttpRequest::Method::kHead: return "HEAD";
    case HttpRequest::Method::kPost: return "POST";
  }
  return "GET";
}

void fill(http::RequestHead& head, const HttpRequest& request, const Url& url) {
  head.method = method_of(request.method);
  head.method_name = name_of(request.method);
  head.scheme = "https";
  head.authority = url.authority;
  head.target = url.target;
  head.fields.add("User-Agent", "Brink/" BRINK_VERSION);
  head.fields.add("Accept", "*/*");
  head.fields.add("Accept-Language", "en");
  if (request.method == HttpRequest::Method::kPost) head.fields.add("Content-Type", "application/jose+json");
}

std::string media_type(std::string_view value) {
  return to_lower(trim_ows(value.substr(0, value.find(';'))));
}

Task<Outcome<std::string>> read_content(http::Body& body, std::string_view host, Deadline deadline) {
  std::string content;
  for (;;) {
    http::BodyRead read = body.try_read();
    switch (read.status) {
      case http::BodyRead::Status::kEnd: co_return content;
      case http::BodyRead::Status::kFailed:
        co_return std::unexpected(unreachable(host, "reading from", *read.error));
      case http::BodyRead::Status::kPending:
        if (auto ready = co_await body.wait(deadline); !ready)
          co_return std::unexpected(unreachable(host, "reading from", ready.error()));
        break;
      case http::BodyRead::Status::kData:
        if (content.size() + read.slice.size() > kMaxAnswer)
          co_return fail_with(FailureKind::kProtocol,
                              fmt::format("{} answers with more than {} bytes", host, kMaxAnswer));
        content += read.slice.bytes();
        break;
    }
  }
}

Task<Outcome<HttpResponse>> exchange(http::h1::ClientConnection& connection, const HttpRequest& request,
                                     const Url& url, Deadline deadline) {
  http::RequestHead head;
  fill(head, request, url);
  http::FixedBody content(Slice::copy_of(request.content));
  http::Body* body = request.method == HttpRequest::Method::kPost ? &content : nullptr;
  const http::ClientTimeouts timeouts{.first_byte = kAnswerTime, .between_bytes = kConnectTime};
  Outcome<HttpResponse> outcome = fail_with(FailureKind::kUnreachable, "");
  if (auto started = co_await connection.start(head, body, timeouts, nullptr); !started) {
    outcome = std::unexpected(unreachable(url.host, "asking", started.error()));
  } else {
    const http::ResponseHead& answer = **started;
    HttpResponse response{.status = answer.status,
                          .content_type = media_type(answer.fields.value(http::FieldName::kContentType)),
                          .content = {},
                          .nonce = {},
                          .location = std::string(answer.fields.value(http::FieldName::kLocation)),
                          .retry_after = {}};
    if (const auto* nonce = answer.fields.find("Replay-Nonce")) response.nonce = nonce->value;
    if (const auto* after = answer.fields.find("Retry-After")) response.retry_after = after->value;
    outcome = std::move(response);
    if (http::Body* stream = connection.response_body(); stream != nullptr) {
      auto read = co_await read_content(*stream, url.host, deadline);
      if (read) {
        outcome->content = std::move(*read);
      } else {
        outcome = std::unexpected(std::move(read.error()));
      }
    }
  }
  co_await connection.finish();
  co_return outcome;
}

}  // namespace

std::optional<Url> parse_https_url(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (text.size() > kMaxUrl || !text.starts_with(kScheme)) return std::nullopt;
  for (const unsigned char c : text) {
    if (c <= ' ' || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\')
      return std::nullopt;
  }
  text.remove_prefix(kScheme.size());
  const auto slash = text.find_first_of("/?");
  Url url;
  url.authority = text.substr(0, slash);
  url.target = slash == std::string_view::npos ? "/" : text.substr(slash);
  if (url.target.front() == '?') url.target.insert(0, "/");
  if (url.authority.contains('@')) return std::nullopt;
  std::string_view host = url.authority;
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = host.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || end != port.data() + port.size() || url.port == 0) return std::nullopt;
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!net::is_host_name(host) && !net::IpAddress::parse(host)) return std::nullopt;
  url.host = to_lower(host);
  return url;
}

Task<Outcome<std::unique_ptr<net::Transport>>> HttpsSender::connect(const Url& url) {
  const Deadline deadline = loop_.after(kConnectTime);
  auto resolved = co_await resolver_.resolve(url.host, deadline);
  if (!resolved) co_return std::unexpected(unreachable(url.host, "looking up", resolved.error()));
  std::vector<net::SocketAddress> addresses;
  for (const net::IpAddress& address : resolved->addresses) addresses.emplace_back(address, url.port);
  auto socket = co_await net::connect_any(addresses, deadline);
  if (!socket) co_return std::unexpected(unreachable(url.host, "connecting to", socket.error()));
  tls::ClientTarget target{.server_name = url.host,
                           .verify_name = {},
                           .alpn = tls::ClientTarget::Alpn::kHttp1,
                           .session_key = url.authority};
  auto secure = std::make_unique<tls::TlsTransport>(std::move(socket->socket), trust_, std::move(target));
  if (auto attached = secure->attach(loop_); !attached)
    co_return std::unexpected(unreachable(url.host, "connecting to", attached.error()));
  if (auto shaken = co_await secure->handshake(deadline); !shaken)
    co_return std::unexpected(unreachable(url.host, "TLS with", shaken.error()));
  co_return std::unique_ptr<net::Transport>(std::move(secure));
}

Task<Outcome<HttpResponse>> HttpsSender::send(HttpRequest request) {
  const auto url = parse_https_url(request.url);
  if (!url)
    co_return fail_with(FailureKind::kProtocol,
                        fmt::format("\"{}\" is no https URL", request.url.substr(0, 200)));
  auto transport = co_await connect(*url);
  if (!transport) co_return std::unexpected(std::move(transport.error()));
  http::h1::ClientConnection connection(std::move(*transport));
  co_return co_await exchange(connection, request, *url, loop_.after(kAnswerTime));
}

}  // namespace brink::control::acme
