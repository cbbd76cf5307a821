// One HTTP/1.1 connection to an origin (RFC 9112): carries one exchange at a time, and is its stream.
//
// Belongs to the loop its transport is attached to, and moves to another only at rest (detach, then attach).
// At rest it holds neither a buffer nor a head.
#pragma once

#include "http/client.h"
#include "http/h1/input.h"
#include "http/h1/parser.h"
#include "net/transport.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace brink::http::h1 {

class ClientConnection final : public ClientStream {
 public:
  // Informational responses before the final one; a peer that sends more is broken.
  static constexpr unsigned kMaxInformational = 16;
  // How long content is held back for a 100 that was asked for (RFC 9110 section 10.1.1).
  static constexpr std::chrono::milliseconds kContinueTime{1'000};

  // `transport` is connected, and attached to the loop.
  explicit ClientConnection(std::unique_ptr<net::Transport> transport, const HeadLimits& limits = {});
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection() override;

  // --- ClientStream; after finish() for the next exchange, where is_reusable() ---
  Task<Result<ResponseHead*>> start(const RequestHead& head, Body* body, const ClientTimeouts& timeouts,
                                    InformationalSink* informational) override;
  [[nodiscard]] Body* response_body() override;
  [[nodiscard]] bool may_have_been_processed() const override { return may_have_been_processed_; }
  [[nodiscard]] std::uint64_t request_bytes() const override { return request_bytes_; }
  [[nodiscard]] std::uint64_t response_bytes() const override;
  Task<void> finish() override;

  // Whether another exchange can begin: the last one came to its end in an orderly way, both sides mean to go
  // on, and as far as the loop has seen, the origin has neither closed nor sent what nobody asked for.
  [[nodiscard]] bool is_reusable() const;

  // Only at rest.
  void detach() { transport_->detach(); }
  Result<> attach(Loop& loop) { return transport_->attach(loop); }
  [[nodiscard]] net::Transport& transport() { return *transport_; }

 private:
  class Exchange;

  std::unique_ptr<net::Transport> transport_;
  const HeadLimits limits_;
  Input input_;
  std::unique_ptr<Exchange> exchange_;  // from start() to finish()
  std::uint64_t request_bytes_ = 0;     // of the last exchange
  std::uint64_t response_bytes_ = 0;
  bool may_have_been_processed_ = false;
  bool usable_ = true;
};

}  // namespace brink::http::h1
