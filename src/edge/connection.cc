#include "edge/connection.h"

#include "http/h1/server_connection.h"
#include "http/h2/server_session.h"
#include "net/proxy_protocol_reader.h"
#include "net/socket.h"
#include "net/tcp_transport.h"
#include "tls/acme_challenge.h"
#include "tls/tls_error.h"
#include "tls/tls_transport.h"

#include <optional>

namespace brink::edge {

using http::Limit;

namespace {

// Counts the client for as long as it is connected.
class Admission {
 public:
  Admission(ClientCounts& counts, const net::IpAddress& address) : counts_(counts), address_(address) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  ~Admission() { counts_.leave(address_); }

 private:
  ClientCounts& counts_;
  const net::IpAddress address_;
};

std::optional<Limit> refusal(ClientCounts::Verdict verdict) {
  switch (verdict) {
    case ClientCounts::Verdict::kAdmitted: return std::nullopt;
    case ClientCounts::Verdict::kTooMany: return Limit::kConnections;
    case ClientCounts::Verdict::kTooManyOfAddress: return Limit::kConnectionsPerAddress;
  }
  return std::nullopt;
}

bool must_say_who(const Snapshot& snapshot, const net::SocketAddress& peer) {
  for (const net::IpNetwork& network : snapshot.config.edge.proxy_protocol_from) {
    if (!peer.is_unix() && network.contains(peer.ip())) return true;
  }
  return false;
}

// The header of a trusted proxy: who the client is. False where there is none to be had.
Task<bool> read_proxy_client(EdgeThread& thread, net::Fd& socket, const Snapshot& snapshot,
                             http::ConnectionFacts& facts) {
  auto plain = std::make_unique<net::TcpTransport>(std::move(socket));
  if (!plain->attach(thread.loop())) co_return false;
  const auto header =
      co_await net::read_proxy_header(*plain, thread.loop().after(snapshot.timeouts.request_header));
  socket = plain->release();
  if (!header) {
    if (header.error().is(WaitError::kTimeout)) thread.on_limit(Limit::kRequestHeader);
    co_return false;
  }
  if (header->kind == net::ProxyHeader::Kind::kProxied) {
    facts.client = header->source;
    facts.local = header->destination;
  }
  co_return true;
}

// The handshake; nullptr where it failed, which is counted.
Task<std::unique_ptr<tls::TlsTransport>> shake_hands(EdgeThread& thread, net::Fd socket,
                                                     const Snapshot& snapshot) {
  if (snapshot.certificates == nullptr) co_return nullptr;
  auto secure = std::make_unique<tls::TlsTransport>(std::move(socket), snapshot.certificates);
  if (!secure->attach(thread.loop())) co_return nullptr;
  const TimePoint began = thread.loop().now();
  const auto shaken = co_await secure->handshake(thread.loop().after(snapshot.timeouts.tls_handshake));
  thread.metrics().count_handshake(secure->facts(), shaken.has_value(), thread.loop().now() - began);
  if (shaken) co_return secure;
  if (shaken.error().is(tls::TlsError::kTimeout)) thread.on_limit(Limit::kTlsHandshake);
  co_return nullptr;
}

template <class Session>
class Live final : public LiveConnection {
 public:
  Live(EdgeThread& thread, Session& session) : session_(session) { thread.add_live(*this); }
  void drain() override { session_.drain(); }

 private:
  Session& session_;
};

Task<void> serve_http2(EdgeThread& thread, std::unique_ptr<net::Transport> transport,
                       const http::ConnectionFacts& facts, const Snapshot& snapshot,
                       std::string_view already_read) {
  http::h2::ServerSession session(std::move(transport), facts, thread, snapshot.limits, snapshot.timeouts,
                                  thread.loop());
  Live live(thread, session);
  co_await session.run(already_read);
}

Task<void> serve_http1(EdgeThread& thread, std::unique_ptr<net::Transport> transport,
                       const http::ConnectionFacts& facts, const Snapshot& snapshot) {
  http::h1::ServerConnection connection(std::move(transport), facts, thread, snapshot.limits,
                                        snapshot.timeouts, thread.loop());
  std::optional<http::h1::Http2Preface> preface;
  {
    Live live(thread, connection);
    preface = co_await connection.run();
  }
  // The client speaks HTTP/2 without having been asked ("prior knowledge", RFC 9113 section 3.3).
  if (preface)
    co_await serve_http2(thread, std::move(preface->transport), facts, snapshot, preface->already_read);
}

}  // namespace

Task<void> serve_connection(EdgeThread& thread, net::Fd socket, net::SocketAddress peer, ListenerKind kind) {
  // Everything of this connection that comes from the configuration is that of its beginning.
  const std::shared_ptr<const Snapshot> snapshot = thread.snapshot();
  http::ConnectionFacts facts;
  facts.id = thread.next_connection_id();
  facts.peer = facts.client = peer;
  facts.accepted = thread.loop().now();
  facts.accepted_wall = thread.loop().wall_now();
  if (auto local = net::local_address(socket.get())) facts.local = *local;
  const ConnectionGauge gauge(thread.metrics(), thread.open_connections(), kind == ListenerKind::kHttps);

  if (must_say_who(*snapshot, peer) && !co_await read_proxy_client(thread, socket, *snapshot, facts))
    co_return;

  const auto& limits = snapshot->config.edge.limits;
  const auto verdict =
      thread.shared().clients.admit(facts.client.ip(), limits.connections, limits.connections_per_address);
  if (const auto limit = refusal(verdict)) {
    thread.on_limit(*limit);
    co_return;
  }
  const Admission admission(thread.shared().clients, facts.client.ip());

  if (kind == ListenerKind::kHttp) {
    auto plain = std::make_unique<net::TcpTransport>(std::move(socket));
    if (!plain->attach(thread.loop())) co_return;
    facts.transport = plain.get();
    co_await serve_http1(thread, std::move(plain), facts, *snapshot);
    co_return;
  }
  auto secure = co_await shake_hands(thread, std::move(socket), *snapshot);
  if (secure == nullptr) co_return;
  const tls::Facts tls_facts = secure->facts();
  facts.tls = &tls_facts;
  facts.transport = secure.get();
  if (tls_facts.alpn == tls::kAcmeProtocol) co_return;  // the handshake was the answer: RFC 8737 section 3
  if (tls_facts.alpn == "h2") {
    co_await serve_http2(thread, std::move(secure), facts, *snapshot, {});
  } else {
    co_await serve_http1(thread, std::move(secure), facts, *snapshot);
  }
}

}  // namespace brink::edge
