// What the API answers: Cloudflare's envelope (result, success, errors, messages, result_info), or plain text
// where an endpoint has it (a zone file).
#pragma once

#include "control/api/api_error.h"
#include "control/api/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace brink::control::api {

struct Answer {
  // A success. `result` may be null; it is always sent.
  [[nodiscard]] static Answer of(Json result) {
    Answer answer;
    answer.result = std::move(result);
    return answer;
  }
  // A body that is not the envelope.
  [[nodiscard]] static Answer text(std::string content_type, std::string content) {
    Answer answer;
    answer.content_type = std::move(content_type);
    answer.raw = std::move(content);
    return answer;
  }
  [[nodiscard]] static Answer failed(ApiError error) {
    Answer answer;
    answer.status = error.status;
    answer.errors.push_back(std::move(error));
    return answer;
  }

  std::uint16_t status = 200;
  Json result;                   // null with errors
  std::optional<Json> page;      // result_info; of lists (page.h)
  std::vector<ApiError> errors;  // empty: success
  Json messages = Json::array();
  std::string content_type = "application/json";
  std::optional<std::string> raw;                           // sent instead of the envelope
  std::vector<std::pair<std::string, std::string>> fields;  // more header fields: Allow, Retry-After, ...

  // The content as it is sent.
  [[nodiscard]] std::string content() const;
};

// An error as the envelope has it.
[[nodiscard]] Json error_json(const ApiError& error);

}  // namespace brink::control::api
