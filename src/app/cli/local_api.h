// Calls of the API by the owner of the node, over the Unix socket in data_dir: blocking, one connection for
// each.
#pragma once

#include "control/api/json.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace brink::app::cli {

using Json = control::api::Json;

// What the API answered; of a refusal only the text for people is left.
struct ApiAnswer {
  Json result;
  Json page;         // result_info
  std::string text;  // of an answer that is no JSON
};

class LocalApi {
 public:
  explicit LocalApi(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  // `path` is below /client/v4 and has its query. What went wrong is said in words: that nothing listens
  // there, or what the API refuses.
  [[nodiscard]] std::expected<ApiAnswer, std::string> call(std::string_view method, std::string_view path,
                                                           const Json& body = {}) const;
  // All pages of a list.
  [[nodiscard]] std::expected<Json, std::string> list(std::string_view path) const;

 private:
  std::string data_dir_;
};

// For queries and path segments.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace brink::app::cli
