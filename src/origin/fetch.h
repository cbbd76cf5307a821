// One request to an origin, from taking a connection to giving it back: waits for a connection of the pool,
// sends, and where that fails in a way that is safe to repeat, tries again on another connection.
#pragma once

#include "http/client.h"
#include "http/exchange.h"
#include "origin/pool.h"

#include <optional>

namespace brink::origin {

class Fetch {
 public:
  // `facts` is filled as the request goes on; it outlives the fetch.
  Fetch(Pool& pool, OriginPtr origin, http::OriginFacts& facts)
      : pool_(pool), origin_(std::move(origin)), facts_(facts) {}
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // Sends the request and answers with the response's head, which lives as long as this fetch. `head`, `body`
  // (nullptr for no content) and `client` must live until finish() has been awaited.
  Task<Result<http::ResponseHead*>> start(const http::RequestHead& head, http::Body* body,
                                          const http::ConnectionFacts& client,
                                          http::InformationalSink* informational = nullptr);
  [[nodiscard]] http::Body* response_body() { return lease_ ? lease_->stream().response_body() : nullptr; }

  // Gives the connection back where it can be used again, closes it otherwise. Required before the fetch
  // dies.
  Task<void> finish();

 private:
  [[nodiscard]] bool may_retry(const Error& error, const http::RequestHead& head,
                               const http::Body* body) const;

  Pool& pool_;
  OriginPtr origin_;
  http::OriginFacts& facts_;
  std::optional<Lease> lease_;
};

}  // namespace brink::origin
