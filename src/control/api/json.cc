#include "control/api/json.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

// Where arrays and objects go deeper than allowed; npos where they do not. Before parsing, so that neither
// the parser nor whoever walks the value ever sees such a thing.
std::size_t find_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) return i;
    }
    if (c == ']' || c == '}') --depth;
  }
  return std::string_view::npos;
}

std::string pointer_to(std::string_view name) { return "/" + std::string(name); }

std::unexpected<ApiError> wrong_member(std::string_view name, std::string_view must_be) {
  return std::unexpected(
      ApiError(codes::kInvalid, fmt::format("{}: must be {}", name, must_be)).at(pointer_to(name)));
}

}  // namespace

Outcome<Json> parse_json(std::string_view text, std::size_t most_bytes) {
  if (text.size() > most_bytes)
    return refuse(codes::kTooLarge, fmt::format("The body is longer than {} bytes", most_bytes));
  if (const std::size_t place = find_too_deep(text); place != std::string_view::npos) {
    return refuse(codes::kInvalidJson,
                  fmt::format("Malformed JSON in request body: nested deeper than {} at byte {}",
                              kMaxJsonDepth, place));
  }
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return refuse(codes::kInvalidJson);
  return value;
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json stored_json(std::string_view text) {
  if (text.empty()) return {};
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_discarded() ? Json() : value;
}

const Json* find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const Json* find_value(const Json& object, std::string_view name) {
  const Json* member = find_member(object, name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

Outcome<std::optional<std::string>> text_member(const Json& object, std::string_view name,
                                                std::size_t most_bytes) {
  const Json* value = find_value(object, name);
  if (value == nullptr) return std::nullopt;
  const auto* text = value->get_ptr<const std::string*>();
  if (text == nullptr) return wrong_member(name, "a string");
  if (text->size() > most_bytes) return wrong_member(name, fmt::format("at most {} bytes long", most_bytes));
  return *text;
}

Outcome<std::optional<bool>> flag_member(const Json& object, std::string_view name) {
  const Json* value = find_value(object, name);
  if (value == nullptr) return std::nullopt;
  const auto* flag = value->get_ptr<const bool*>();
  if (flag == nullptr) return wrong_member(name, "true or false");
  return *flag;
}

Outcome<std::optional<std::int64_t>> number_member(const Json& object, std::string_view name,
                                                   std::int64_t least, std::int64_t most) {
  const Json* value = find_value(object, name);
  if (value == nullptr) return std::nullopt;
  const auto bad = [&] { return wrong_member(name, fmt::format("an integer from {} to {}", least, most)); };
  std::int64_t number = 0;
  if (const auto* natural = value->get_ptr<const Json::number_unsigned_t*>()) {
    if (*natural > static_cast<std::uint64_t>(INT64_MAX)) return bad();
    number = static_cast<std::int64_t>(*natural);
  } else if (const auto* integer = value->get_ptr<const Json::number_integer_t*>()) {
    number = *integer;
  } else {
    return bad();
  }
  if (number < least || number > most) return bad();
  return number;
}

Outcome<std::string> required_text(const Json& object, std::string_view name, std::size_t most_bytes) {
  auto text = BRINK_TRY(text_member(object, name, most_bytes));
  if (!text || text->empty()) {
    return std::unexpected(
        ApiError(codes::kInvalid, fmt::format("{}: must be given", name)).at(pointer_to(name)));
  }
  return *std::move(text);
}

}  // namespace brink::control::api
