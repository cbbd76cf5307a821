#include "edge/rules/blocking.h"

#include "edge/rules/rule_state.h"

#include <fmt/format.h>

namespace brink::edge {

using http::FieldName;

void block(Request& request, const std::optional<rules::CustomResponse>& response, const Failure& failure,
           std::string_view error_type) {
  request.rules->is_security_response = true;
  request.rules->error_type = error_type;
  if (!response) {
    request.failure = &failure;
    return;
  }
  http::ResponseHead& head = request.respond(response->status);
  head.fields.add(FieldName::kContentType, head.arena.copy(response->content_type));
  head.fields.add(FieldName::kCacheControl, "private, no-store");
  add_retry_after(request, head);
  if (request.head.method == http::Method::kHead) {
    head.fields.add(FieldName::kContentLength,
                    head.arena.copy(fmt::format_int(response->content.size()).c_str()));
    return;
  }
  request.own_body = std::make_unique<http::FixedBody>(Slice::copy_of(response->content));
  request.response_body = request.own_body.get();
}

void add_retry_after(const Request& request, http::ResponseHead& response) {
  const auto seconds = request.rules->retry_after.count();
  if (seconds > 0)
    response.fields.set(FieldName::kRetryAfter, response.arena.copy(fmt::format_int(seconds).c_str()));
}

}  // namespace brink::edge
