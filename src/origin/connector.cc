#include "origin/connector.h"

#include "net/connect.h"
#include "net/proxy_protocol.h"
#include "net/tcp_transport.h"
#include "runtime/loop.h"
#include "tls/tls_error.h"
#include "tls/tls_transport.h"

#include <algorithm>

namespace brink::origin {
namespace {

OriginError connect_error(const Error& error) {
  if (error.is(net::ConnectError::kRefused)) return OriginError::kRefused;
  if (error.is(net::ConnectError::kUnreachable)) return OriginError::kUnreachable;
  if (error.is(net::ConnectError::kTimeout)) return OriginError::kConnectTimeout;
  return OriginError::kConnectFailed;
}

Error tls_error(const Error& error) {
  if (error.is(tls::TlsError::kCertificateInvalid)) return {OriginError::kCertificate, error.detail()};
  if (error.is(tls::TlsError::kTimeout)) return OriginError::kTlsTimeout;
  return OriginError::kTlsHandshake;
}

Task<Result<>> write_all(net::Transport& transport, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const net::Io io = transport.try_write({&piece, 1});
    if (io.status == net::Io::Status::kDone) {
      bytes.remove_prefix(io.bytes);
    } else if (io.status == net::Io::Status::kWouldBlock) {
      BRINK_CO_TRY(co_await transport.watch().writable(deadline));
    } else {
      co_return fail(OriginError::kConnectFailed, io.error_number);
    }
  }
  co_return Result<>{};
}

std::string proxy_header(ProxyHeader version, const http::ConnectionFacts& client) {
  return version == ProxyHeader::kV1 ? net::proxy_v1_header(client.client, client.local)
                                     : net::proxy_v2_header(client.client, client.local);
}

// What tells the sessions of one origin from those of another under the same context.
bool is_forbidden(const Settings& settings, const net::IpAddress& address) {
  return std::ranges::any_of(settings.forbidden,
                             [&](const net::IpNetwork& network) { return network.contains(address); });
}

std::string session_key(const Settings& settings, std::string_view sni) {
  return settings.unix_path + settings.host + ":" + std::to_string(settings.port) + " " + std::string(sni);
}

}  // namespace

Task<Result<Connected>> Connector::connect(const Origin& origin, const Need& need, http::OriginFacts& facts) {
  const Settings& settings = origin.settings;
  const TimePoint began = loop_.now();
  const Deadline deadline = loop_.after(settings.connect_timeout);

  Connected connected;
  net::Fd socket = BRINK_CO_TRY(co_await open_socket(settings, deadline, connected.address));
  facts.connect = loop_.now() - began;

  if (settings.proxy_header != ProxyHeader::kOff) {
    // Before TLS: the header is the first thing on the wire.
    auto plain = std::make_unique<net::TcpTransport>(std::move(socket));
    BRINK_CO_TRY(plain->attach(loop_));
    BRINK_CO_TRY(co_await write_all(*plain, proxy_header(settings.proxy_header, need.client), deadline));
    socket = plain->release();
  }
  if (!settings.https) {
    connected.transport = std::make_unique<net::TcpTransport>(std::move(socket));
    BRINK_CO_TRY(connected.transport->attach(loop_));
    connected.speaks_http2 = settings.http2 == Http2::kPriorKnowledge && !need.http1;
    co_return connected;
  }

  const bool offers_http2 = settings.http2 != Http2::kOff && !need.http1;
  tls::ClientTarget target{
      .server_name = std::string(need.sni),
      .verify_name = need.sni.empty() ? settings.host : std::string(),
      .alpn = offers_http2 ? tls::ClientTarget::Alpn::kHttp2OrHttp1 : tls::ClientTarget::Alpn::kHttp1,
      .session_key = session_key(settings, need.sni)};
  auto secure = std::make_unique<tls::TlsTransport>(std::move(socket), origin.tls, std::move(target));
  BRINK_CO_TRY(secure->attach(loop_));
  const TimePoint tls_began = loop_.now();
  const auto shaken = co_await secure->handshake(deadline);
  facts.tls = loop_.now() - tls_began;
  if (!shaken) {
    if (shaken.error().is(WaitError::kCancelled)) co_return std::unexpected(shaken.error());
    co_return std::unexpected(tls_error(shaken.error()));
  }
  connected.speaks_http2 = secure->facts().alpn == "h2";
  connected.transport = std::move(secure);
  co_return connected;
}

Task<Result<net::Fd>> Connector::open_socket(const Settings& settings, Deadline deadline,
                                             net::SocketAddress& address) {
  std::vector<net::SocketAddress> addresses;
  const auto add = [&](const net::IpAddress& ip) {
    if (!is_forbidden(settings, ip)) addresses.emplace_back(ip, settings.port);
  };
  if (!settings.unix_path.empty()) {
    addresses.push_back(net::SocketAddress::unix_path(settings.unix_path));
  } else if (!settings.addresses.empty()) {
    // Beginning with another one each time, so that all of them get their part.
    const std::size_t first = next_address_++ % settings.addresses.size();
    for (std::size_t i = 0; i < settings.addresses.size(); ++i)
      add(settings.addresses[(first + i) % settings.addresses.size()]);
  } else {
    auto resolved = co_await resolver_.resolve(settings.host, deadline);
    if (!resolved) {
      if (resolved.error().is(WaitError::kCancelled)) co_return std::unexpected(resolved.error());
      co_return fail(OriginError::kResolve);
    }
    for (const net::IpAddress& ip : resolved->addresses) add(ip);
  }
  if (addresses.empty()) co_return fail(OriginError::kForbidden);
  auto socket = co_await net::connect_any(addresses, deadline);
  if (!socket) {
    if (socket.error().is(WaitError::kCancelled)) co_return std::unexpected(socket.error());
    co_return fail(connect_error(socket.error()), socket.error().detail());
  }
  address = socket->peer;
  co_return std::move(socket->socket);
}

}  // namespace brink::origin
