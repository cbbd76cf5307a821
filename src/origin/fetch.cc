#include "origin/fetch.h"

#include "runtime/loop.h"

namespace brink::origin {

using http::ClientError;

Task<Result<http::ResponseHead*>> Fetch::start(const http::RequestHead& head, http::Body* body,
                                               const http::ConnectionFacts& client,
                                               http::InformationalSink* informational) {
  const Settings& settings = origin_->settings;
  facts_.name = settings.name;
  const http::ClientTimeouts timeouts{.first_byte = settings.first_byte_timeout,
                                      .between_bytes = settings.between_bytes_timeout};
  Loop& loop = pool_.loop();

  for (;;) {
    ++facts_.attempts;
    // A request that failed on a kept connection goes out again on a new one: the next kept one may be just
    // as dead.
    const Need need{.sni = settings.sni.empty() ? head.host() : std::string_view(settings.sni),
                    .http1 = !head.upgrade.empty(),
                    .fresh = facts_.attempts > 1,
                    .client = client};
    auto lease = co_await pool_.acquire(origin_, need, facts_);
    if (!lease) {
      if (!may_retry(lease.error(), head, body)) co_return std::unexpected(lease.error());
      continue;
    }
    lease_.emplace(std::move(*lease));
    facts_.address = lease_->address();
    facts_.reused = lease_->is_reused();
    const TimePoint sent = loop.now();
    auto response = co_await lease_->stream().start(head, body, timeouts, informational);
    if (response) {
      facts_.first_byte = loop.now() - sent;
      facts_.status = (*response)->status;
      facts_.version = (*response)->version;
      co_return *response;
    }
    const bool again = may_retry(response.error(), head, body);
    co_await finish();
    if (!again) co_return std::unexpected(response.error());
  }
}

Task<void> Fetch::finish() {
  if (!lease_) co_return;
  facts_.request_bytes += lease_->stream().request_bytes();
  facts_.response_bytes += lease_->stream().response_bytes();
  co_await lease_->stream().finish();
  pool_.release(std::move(*lease_));
  lease_.reset();
}

// RFC 9110 section 9.2.2: a proxy repeats a request by itself only where the origin cannot have acted on it,
// or where acting twice is the same as once. Content that has begun to be read from the client is gone.
bool Fetch::may_retry(const Error& error, const http::RequestHead& head, const http::Body* body) const {
  if (facts_.attempts > origin_->settings.retries) return false;
  if (error.in<OriginError>())
    return error.is(OriginError::kRefused) || error.is(OriginError::kConnectFailed);
  if (!lease_ || !error.in<ClientError>()) return false;
  const bool unread = body == nullptr || lease_->stream().request_bytes() == 0;
  if (error.is(ClientError::kRefused)) return unread && body == nullptr;
  const bool connection_died =
      error.is(ClientError::kConnectionClosed) || error.is(ClientError::kConnectionFailed);
  if (!connection_died || body != nullptr) return false;
  if (!lease_->stream().may_have_been_processed()) return true;
  return lease_->is_reused() && http::is_idempotent(head.method);
}

}  // namespace brink::origin
