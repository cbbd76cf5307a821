#include "control/api/request_content.h"

#include "control/api/endpoint.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

std::unexpected<ApiError> too_large(std::size_t most_bytes) {
  return refuse(codes::kTooLarge, fmt::format("The content is longer than {} bytes", most_bytes));
}

// What went wrong with the client's side of the request.
ApiError broken(const Error& error) {
  if (error.is(http::ServerError::kBodyTooLarge)) return codes::kTooLarge;
  if (error.is(http::ServerError::kBodyTimeout))
    return {{10408, 408, ""}, "The content did not come in time"};
  return {codes::kUnreadable, "The content could not be read: " + error.text()};
}

}  // namespace

Task<Outcome<std::string>> read_content(http::ServerStream& stream, std::size_t most_bytes) {
  std::string content;
  http::Body* body = stream.body();
  if (body == nullptr) co_return content;
  if (body->length().value_or(0) > most_bytes) co_return too_large(most_bytes);
  for (;;) {
    http::BodyRead read = body->try_read();
    switch (read.status) {
      case http::BodyRead::Status::kPending:
        if (auto waited = co_await body->wait(Deadline::never()); !waited)
          co_return std::unexpected(broken(waited.error()));
        break;
      case http::BodyRead::Status::kData:
        if (content.size() + read.slice.size() > most_bytes) co_return too_large(most_bytes);
        content += read.slice.bytes();
        break;
      case http::BodyRead::Status::kEnd: co_return content;
      case http::BodyRead::Status::kFailed: co_return std::unexpected(broken(*read.error));
    }
  }
}

Outcome<> parse_content(Call& call) {
  const Endpoint& endpoint = call.endpoint;
  if (endpoint.content == Content::kNone || endpoint.content == Content::kBytes) return {};
  if (call.raw_body.empty()) {
    if (endpoint.content == Content::kOptionalJson) return {};
    return refuse(codes::kInvalidJson, "The request needs a JSON body");
  }
  call.body = BRINK_TRY(parse_json(call.raw_body, endpoint.most_bytes));
  call.raw_body.clear();
  return {};
}

}  // namespace brink::control::api
