#include "control/api/dns_record_data.h"

#include "base/ascii.h"
#include "control/api/dns_record.h"
#include "dns_wire/character_string.h"
#include "dns_wire/type.h"

#include <charconv>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

namespace type = dns_wire::type;

enum class Kind : std::uint8_t {
  kNumber,
  kSeconds,  // with up to three digits after the point
  kMetres,   // with up to two
  kWord,
  kEncoded,  // hexadecimal or base64; stays as it was given
  kQuoted,
  kRest,  // words to the end
};

struct Member {
  std::string_view name;
  Kind kind;
  const char* by_default = nullptr;  // null: required
};

struct Shape {
  std::uint16_t type;
  std::span<const Member> members;
  bool priority_first = false;  // a field before them, which is a member of the record itself
};

using enum Kind;

constexpr Member kCaa[] = {{"flags", kNumber, "0"}, {"tag", kWord}, {"value", kQuoted}};
constexpr Member kSrv[] = {{"priority", kNumber}, {"weight", kNumber}, {"port", kNumber}, {"target", kWord}};
constexpr Member kService[] = {{"priority", kNumber}, {"target", kWord}, {"value", kRest, ""}};
constexpr Member kUri[] = {{"weight", kNumber}, {"target", kQuoted}};
constexpr Member kLoc[] = {
    {"lat_degrees", kNumber},        {"lat_minutes", kNumber, "0"},    {"lat_seconds", kSeconds, "0"},
    {"lat_direction", kWord},        {"long_degrees", kNumber},        {"long_minutes", kNumber, "0"},
    {"long_seconds", kSeconds, "0"}, {"long_direction", kWord},        {"altitude", kMetres, "0"},
    {"size", kMetres, "0"},          {"precision_horz", kMetres, "0"}, {"precision_vert", kMetres, "0"},
};
constexpr Member kNaptr[] = {{"order", kNumber},       {"preference", kNumber}, {"flags", kQuoted, ""},
                             {"service", kQuoted, ""}, {"regex", kQuoted, ""},  {"replacement", kWord, "."}};
constexpr Member kSshfp[] = {{"algorithm", kNumber}, {"type", kNumber}, {"fingerprint", kEncoded}};
constexpr Member kTlsa[] = {
    {"usage", kNumber}, {"selector", kNumber}, {"matching_type", kNumber}, {"certificate", kEncoded}};
constexpr Member kDs[] = {
    {"key_tag", kNumber}, {"algorithm", kNumber}, {"digest_type", kNumber}, {"digest", kEncoded}};
constexpr Member kDnskey[] = {
    {"flags", kNumber}, {"protocol", kNumber}, {"algorithm", kNumber}, {"public_key", kEncoded}};
constexpr Member kCert[] = {
    {"type", kNumber}, {"key_tag", kNumber}, {"algorithm", kNumber}, {"certificate", kEncoded}};

constexpr Shape kShapes[] = {
    {type::kLoc, kLoc},     {type::kSrv, kSrv},      {type::kNaptr, kNaptr},   {type::kCert, kCert},
    {type::kDs, kDs},       {type::kSshfp, kSshfp},  {type::kDnskey, kDnskey}, {type::kTlsa, kTlsa},
    {type::kSmimea, kTlsa}, {type::kSvcb, kService}, {type::kHttps, kService}, {type::kUri, kUri, true},
    {type::kCaa, kCaa},
};

const Shape* find_shape(std::uint16_t type) {
  for (const Shape& shape : kShapes) {
    if (shape.type == type) return &shape;
  }
  return nullptr;
}

std::unexpected<ApiError> wrong_member(const Member& member, std::string_view must_be) {
  return invalid_record(codes::kDnsContent, fmt::format("data.{}: {}", member.name, must_be),
                        fmt::format("/data/{}", member.name));
}

// A member as the word it becomes. Old clients send numbers as strings.
Outcome<std::string> word_of(const Member& member, const Json& data) {
  const Json* value = find_value(data, member.name);
  if (value == nullptr) {
    if (member.by_default == nullptr) return wrong_member(member, "is required");
    return std::string(member.by_default);
  }
  if (const auto* text = value->get_ptr<const std::string*>()) return *text;
  const bool takes_numbers = member.kind == kNumber || member.kind == kSeconds || member.kind == kMetres;
  if (!takes_numbers || !value->is_number())
    return wrong_member(member, takes_numbers ? "must be a number" : "must be a string");
  if (value->is_number_unsigned()) return fmt::format("{}", value->get<std::uint64_t>());
  if (value->is_number_integer()) return fmt::format("{}", value->get<std::int64_t>());
  const double number = value->get<double>();
  if (!std::isfinite(number) || std::abs(number) > 1e9) return wrong_member(member, "is out of range");
  if (member.kind != kNumber) return fmt::format("{:.{}f}", number, member.kind == kSeconds ? 3 : 2);
  if (number != std::floor(number)) return wrong_member(member, "must be a whole number");
  return fmt::format("{:.0f}", number);
}

std::string escaped(std::string_view text) {
  std::string quoted;
  dns_wire::append_quoted(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

Json number_json(std::string_view text) {
  if (text.ends_with('m')) text.remove_suffix(1);
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (number == std::floor(number)) return static_cast<std::int64_t>(number);
  return number;
}

}  // namespace

bool has_data(std::uint16_t type) { return find_shape(type) != nullptr; }

void Words::add(std::string text, bool quoted) {
  const std::string& kept = texts.emplace_back(std::move(text));
  tokens.push_back({.text = kept, .quoted = quoted});
}

Outcome<Words> words_of_data(std::uint16_t type, const Json& data) {
  Words words;
  for (const Member& member : find_shape(type)->members) {
    std::string text = BRINK_TRY(word_of(member, data));
    if (member.kind == kQuoted) {
      words.add(escaped(text), true);
      continue;
    }
    if (member.kind != kRest && member.kind != kEncoded) {
      words.add(std::move(text));
      continue;
    }
    const std::string& kept = words.texts.emplace_back(std::move(text));
    const auto tokens = dns_wire::tokenize(kept);
    if (!tokens) return wrong_member(member, tokens.error().text());
    words.tokens.insert(words.tokens.end(), tokens->begin(), tokens->end());
  }
  return words;
}

Json data_of_content(std::uint16_t type, std::string_view content, const Json& given) {
  const Shape& shape = *find_shape(type);
  const auto tokens = dns_wire::tokenize(content);
  Json data = Json::object();
  if (!tokens) return data;
  std::size_t at = shape.priority_first ? 1 : 0;
  for (const Member& member : shape.members) {
    if (at >= tokens->size()) {
      data[member.name] = "";  // only service parameters may be none
      continue;
    }
    const dns_wire::Token& token = (*tokens)[at++];
    const Json* sent = find_value(given, member.name);
    switch (member.kind) {
      case kNumber:
      case kSeconds:
      case kMetres: data[member.name] = number_json(token.text); break;
      case kWord: data[member.name] = std::string(token.text); break;
      case kEncoded:
        data[member.name] = sent != nullptr && sent->is_string() ? *sent : Json(std::string(token.text));
        break;
      case kQuoted:
        data[member.name] = dns_wire::unescape(token.text).value_or(std::string(token.text));
        break;
      case kRest: data[member.name] = std::string(content.substr(token.position)); break;
    }
  }
  return data;
}

}  // namespace brink::control::api
