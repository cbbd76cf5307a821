#include "control/api/answer.h"

namespace brink::control::api {

Json error_json(const ApiError& error) {
  Json json = {{"code", error.code}, {"message", error.message}};
  if (!error.pointer.empty()) json["source"] = {{"pointer", error.pointer}};
  if (!error.chain.empty()) {
    Json& chain = json["error_chain"] = Json::array();
    // One level: what is in a chain has none of its own.
    for (const ApiError& detail : error.chain) chain.push_back(error_json(detail));
  }
  return json;
}

std::string Answer::content() const {
  if (raw) return *raw;
  Json envelope = {{"success", errors.empty()}, {"errors", Json::array()}, {"messages", messages}};
  for (const ApiError& error : errors) envelope["errors"].push_back(error_json(error));
  if (page) envelope["result_info"] = *page;
  // The result is written into its place instead of being copied: it may be a long list.
  std::string text = json_text(envelope);
  text.pop_back();
  text += ",\"result\":";
  text += errors.empty() ? json_text(result) : "null";
  text += '}';
  return text;
}

}  // namespace brink::control::api
