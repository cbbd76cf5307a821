// One client's HTTP/1.1 connection (RFC 9112): reads requests one after another and has a service answer
// them.
//
// Belongs to the loop that runs it; the service, the facts, the limits and the time-outs outlive it. At rest
// between two requests it holds no buffer.
#pragma once

#include "http/h1/input.h"
#include "http/h1/parse_error.h"
#include "http/limits.h"
#include "http/server.h"
#include "net/transport.h"
#include "runtime/loop.h"
#include "runtime/task.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace brink::http::h1 {

// A client that began with the preface of HTTP/2 (RFC 9113 section 3.3) on a connection without TLS.
struct Http2Preface {
  std::unique_ptr<net::Transport> transport;
  std::string already_read;
};

class ServerConnection {
 public:
  // Of a request's content that the service has not read, so much is read and thrown away to save the
  // connection.
  static constexpr std::uint64_t kMaxDiscardedContent = 64 * 1024;
  // How long, and for how many bytes, a client that is still sending is listened to after the last response,
  // so that it reads the response instead of being reset (RFC 9112 section 9.6).
  static constexpr std::chrono::milliseconds kLingerTime{5'000};
  static constexpr std::uint64_t kLingerBytes = 16 * 1024 * 1024;

  // While draining, a client that came so recently and has not asked for anything yet may still ask: it
  // cannot know that its connection is about to end, and would take the end for a failure.
  static constexpr std::chrono::milliseconds kFirstRequestTime{2'000};

  // `transport` is attached to `loop`.
  ServerConnection(std::unique_ptr<net::Transport> transport, const ConnectionFacts& facts, Service& service,
                   const ServerLimits& limits, const ServerTimeouts& timeouts, Loop& loop);
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;
  ~ServerConnection();

  // Serves until the connection has ended and is closed, whoever ends it; once. Or until it turns out to be
  // another protocol's, which is then the caller's to serve. Cancelling ends it at once and without a word.
  Task<std::optional<Http2Preface>> run();

  // Takes no more requests but a first one (kFirstRequestTime): ends now where none is under way, else with
  // `Connection: close` after the response.
  void drain();

 private:
  class Exchange;
  enum class Next : std::uint8_t { kRequest, kClose, kHttp2 };

  Task<Next> serve_requests();
  Task<Next> serve_one();
  Task<Next> wind_up(Exchange& exchange);
  Task<Next> refuse(std::uint16_t status, const Error& why, const RequestHead* request);
  Task<bool> discard_content(Exchange& exchange);
  Task<void> linger();
  [[nodiscard]] net::Transport& transport() const { return *transport_; }

  std::unique_ptr<net::Transport> transport_;
  const ConnectionFacts& facts_;
  Service& service_;
  const ServerLimits& limits_;
  const ServerTimeouts& timeouts_;
  Loop& loop_;
  Input input_;
  std::uint32_t requests_ = 0;
  bool draining_ = false;
  bool at_rest_ = false;  // waiting for a request's first byte
};

}  // namespace brink::http::h1
