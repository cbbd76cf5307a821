// Holds the beginning of a request's content back, where a rule of its zone looks at it.
#include "edge/edge_thread.h"
#include "edge/request.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"
#include "http/replayed_body.h"

#include <algorithm>
#include <cstring>

namespace brink::edge {

Task<Flow> read_content(Request& request) {
  http::Body* body = request.request_body;
  if (request.rules == nullptr || body == nullptr || !request.head.upgrade.empty()) co_return Flow::kContinue;
  RuleBody& seen = request.rules->body;
  if (const auto length = body->length()) seen.size = *length;
  const bool wanted = request.rules->rules->reads_body();
  if (!wanted || request.rules->config.request_body_buffering == rules::Buffering::kNone) {
    seen.truncated = seen.size > 0 || !body->length();
    co_return Flow::kContinue;
  }

  const std::size_t most = request.snapshot->config.edge.limits.rules_body_bytes;
  std::vector<Slice> held;
  std::size_t size = 0;
  bool ended = false;
  while (size <= most && !ended) {
    http::BodyRead read = body->try_read();
    switch (read.status) {
      case http::BodyRead::Status::kData:
        size += read.slice.size();
        held.push_back(std::move(read.slice));
        break;
      case http::BodyRead::Status::kPending:
        if (!co_await body->wait(Deadline::never())) ended = true;  // the client has gone
        break;
      case http::BodyRead::Status::kEnd:
      case http::BodyRead::Status::kFailed: ended = true; break;  // the origin's side meets it again
    }
  }

  seen.truncated = size > most;
  if (!body->length()) seen.size = size;
  const std::size_t shown = std::min(size, most);
  char* bytes = request.head.arena.allocate(shown);
  std::size_t at = 0;
  for (const Slice& slice : held) {
    const std::size_t part = std::min(slice.size(), shown - at);
    std::memcpy(bytes + at, slice.data(), part);
    at += part;
  }
  seen.bytes = {bytes, shown};
  request.replayed_body = std::make_unique<http::ReplayedBody>(std::move(held), *body);
  request.request_body = request.replayed_body.get();
  co_return Flow::kContinue;
}

}  // namespace brink::edge
