#include "control/api/routes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxSegments = 12;
constexpr std::size_t kMaxParameterBytes = 255;
constexpr std::size_t kMaxShownPath = 200;

struct Segments {
  std::array<std::string_view, kMaxSegments> each;
  std::size_t count = 0;
  bool too_many = false;
};

Segments split(std::string_view path) {
  Segments segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    if (segments.count == kMaxSegments) {
      segments.too_many = true;
      return segments;
    }
    const auto slash = path.find('/');
    segments.each[segments.count++] = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return segments;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }
std::string_view parameter_name(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

// How exactly the pattern fits: a bit for each literal segment, the first the highest; nothing where it does
// not.
std::optional<unsigned> fit(const Segments& pattern, const Segments& path) {
  if (pattern.count != path.count) return std::nullopt;
  unsigned literals = 1;
  for (std::size_t i = 0; i < path.count; ++i) {
    literals <<= 1;
    if (is_parameter(pattern.each[i])) {
      if (path.each[i].empty()) return std::nullopt;
      continue;
    }
    if (pattern.each[i] != path.each[i]) return std::nullopt;
    literals |= 1;
  }
  return literals;
}

struct Pattern {
  const Endpoint* endpoint;
  Segments segments;
};

// The table with its patterns taken apart, once.
const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = [] {
    std::vector<Pattern> made;
    for (const Endpoint& endpoint : endpoints()) made.push_back({&endpoint, split(endpoint.path)});
    return made;
  }();
  return all;
}

Answer not_found(std::string_view path) {
  const std::string shown(path.substr(0, kMaxShownPath));
  const std::string_view hint = hint_for(path);
  std::string text = fmt::format("Could not route to {}, perhaps your object identifier is invalid?", shown);
  if (!hint.empty()) text = fmt::format("Could not route to {}: {}", shown, hint);
  Answer answer = Answer::failed({codes::kNotFound, std::move(text)});
  answer.errors.emplace_back(codes::kNoRoute);
  return answer;
}

Answer not_allowed(const std::vector<std::string_view>& methods) {
  std::string allow;
  for (const std::string_view method : methods) {
    if (allow.contains(method)) continue;
    allow += fmt::format("{}{}", allow.empty() ? "" : ", ", method);
    if (method == "GET") allow += ", HEAD";
  }
  Answer answer = Answer::failed(codes::kMethodNotAllowed);
  answer.fields.emplace_back("Allow", std::move(allow));
  return answer;
}

// Parameters whose names say that they are ids are ids, or there is no such thing. False then.
bool read_parameter(std::string_view name, std::string_view text, Route& route) {
  RouteParameter parameter{name, text, std::nullopt};
  const bool is_id = name == "id" || name.ends_with("_id");
  if (is_id) parameter.id = store::Id::parse(text);
  if (name == "uuid") parameter.id = store::Id::parse_uuid(text);
  if ((is_id || name == "uuid") && !parameter.id) return false;
  if (text.size() > kMaxParameterBytes) return false;
  route.parameters.push_back(parameter);
  return true;
}

}  // namespace

Route find_route(std::string_view method, std::string_view path) {
  Route route;
  std::string_view below = path;
  if (below.starts_with(kPrefix)) below.remove_prefix(kPrefix.size());
  const Segments segments = split(below);
  if (method == "HEAD") method = "GET";

  unsigned best = 0;
  std::vector<std::string_view> methods;
  const Pattern* found = nullptr;
  const Pattern* any = nullptr;
  for (const Pattern& pattern : patterns()) {
    const auto literals = segments.too_many ? std::nullopt : fit(pattern.segments, segments);
    if (!literals || *literals < best) continue;
    if (*literals > best) {
      best = *literals;
      methods.clear();
      found = nullptr;
      any = &pattern;
    }
    methods.push_back(method_text(pattern.endpoint->method));
    if (methods.back() == method) found = &pattern;
  }
  if (any == nullptr) {
    route.refusal = not_found(below);
    return route;
  }
  const Pattern& pattern = found != nullptr ? *found : *any;
  for (std::size_t i = 0; i < segments.count; ++i) {
    const std::string_view segment = pattern.segments.each[i];
    if (!is_parameter(segment)) continue;
    if (!read_parameter(parameter_name(segment), segments.each[i], route)) {
      route.refusal = not_found(below);
      return route;
    }
  }
  if (found == nullptr) {
    route.refusal = not_allowed(methods);
    return route;
  }
  route.endpoint = found->endpoint;
  return route;
}

}  // namespace brink::control::api
