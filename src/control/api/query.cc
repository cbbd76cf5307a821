#include "control/api/query.h"

#include <charconv>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::unexpected<ApiError> wrong(std::string_view name, std::string_view must_be) {
  return refuse(codes::kInvalid, fmt::format("query parameter {}: must be {}", name, must_be));
}

}  // namespace

Outcome<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view member = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (member.empty()) continue;
    if (query.members_.size() == kMaxQueryMembers)
      return refuse(codes::kInvalid, fmt::format("The query has more than {} parameters", kMaxQueryMembers));
    const auto equals = member.find('=');
    auto name = decoded(member.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::string() : decoded(member.substr(equals + 1));
    if (!name || !value)
      return refuse(codes::kInvalid, "The query has a '%' that is not followed by two hexadecimal digits");
    query.members_.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const auto& [key, value] : members_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Query::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : members_) {
    std::string_view bare = key;
    if (bare.ends_with("[]")) bare.remove_suffix(2);
    if (bare != name) continue;
    std::string_view rest = value;
    for (;;) {
      const auto comma = rest.find(',');
      if (const std::string_view one = rest.substr(0, comma); !one.empty()) values.push_back(one);
      if (comma == std::string_view::npos) break;
      rest = rest.substr(comma + 1);
    }
  }
  return values;
}

Outcome<std::optional<bool>> Query::flag(std::string_view name) const {
  const auto text = find(name);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  return wrong(name, "true or false");
}

Outcome<std::optional<std::uint64_t>> Query::number(std::string_view name, std::uint64_t least,
                                                    std::uint64_t most) const {
  const auto text = find(name);
  if (!text) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < least || value > most)
    return wrong(name, fmt::format("an integer from {} to {}", least, most));
  return value;
}

Outcome<Paging> Query::paging(const PageRule& rule) const {
  // Pages beyond this are past the end of every list; the bound keeps skip() from running over.
  constexpr std::uint64_t kMostPages = 1u << 31;
  const auto page = BRINK_TRY(number("page", 1, kMostPages));
  const auto per_page = BRINK_TRY(number("per_page", rule.least, rule.most));
  return Paging{.page = page.value_or(1),
                .per_page = static_cast<std::uint32_t>(per_page.value_or(rule.usual))};
}

Outcome<Direction> Query::direction(Direction usual) const {
  const auto text = find("direction");
  if (!text || text->empty()) return usual;
  if (*text == "asc") return Direction::kAscending;
  if (*text == "desc") return Direction::kDescending;
  return wrong("direction", "asc or desc");
}

Outcome<bool> Query::matches_any() const {
  const auto text = find("match");
  if (!text || *text == "all") return false;
  if (*text == "any") return true;
  return wrong("match", "any or all");
}

}  // namespace brink::control::api
