// The phases that change header fields, of requests and of responses.
#include "edge/request.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"

#include <algorithm>

namespace brink::edge {

using rules::CompiledRule;
using rules::HeaderOperation;
using rules::NamedText;
using rules::Value;

namespace {

constexpr std::size_t kMaxValueBytes = 4096;

// Bytes that would end the line have come from a request by an expression.
bool is_field_value(std::string_view text) {
  return text.size() <= kMaxValueBytes &&
         std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

struct Change {
  const HeaderOperation* operation;
  std::string_view value;  // empty: nothing is set or added
};

// What the rules of a phase want; computed for all before any is done, since a phase sees one state.
std::vector<Change> changes_of(RuleState& state, rules::Phase phase, Arena& arena) {
  std::vector<Change> changes;
  state.run(phase, [&](const rules::Ruleset&, const CompiledRule& rule) {
    const auto* rewrite = std::get_if<rules::RewriteHeaders>(&rule.rule().act);
    if (rewrite == nullptr) return true;
    for (const HeaderOperation& operation : rewrite->operations) {
      Change change{&operation, {}};
      if (operation.kind != HeaderOperation::Kind::kRemove) {
        const Value value = rule.text(operation.value, state.facts);
        if (!value.is_missing() && is_field_value(value.bytes())) change.value = arena.copy(value.bytes());
      }
      changes.push_back(change);
    }
    return true;
  });
  return changes;
}

void apply(const std::vector<Change>& changes, http::Fields& fields) {
  for (const Change& change : changes) {
    const HeaderOperation& operation = *change.operation;
    if (operation.kind != HeaderOperation::Kind::kAdd) fields.remove(operation.name);
    if (operation.kind != HeaderOperation::Kind::kRemove && !change.value.empty())
      fields.add(fields.arena().copy(operation.name), change.value);
  }
}

// The lines as they are now, for raw.http.*.headers.
std::span<const NamedText> copy_of_lines(const http::Fields& fields, Arena& arena) {
  auto* lines =
      reinterpret_cast<NamedText*>(arena.allocate(fields.size() * sizeof(NamedText), alignof(NamedText)));
  std::size_t at = 0;
  for (const http::Field& field : fields) new (lines + at++) NamedText{field.name, field.value};
  return {lines, at};
}

}  // namespace

Flow rewrite_request_headers(Request& request) {
  if (request.rules == nullptr || !request.rules->has(rules::Phase::kRequestLateTransform))
    return Flow::kContinue;
  RuleState& state = *request.rules;
  http::Fields& fields = request.head.fields;
  const auto changes = changes_of(state, rules::Phase::kRequestLateTransform, fields.arena());
  if (changes.empty()) return Flow::kContinue;
  state.received_lines = copy_of_lines(fields, request.head.arena);
  const auto forwarded_for = fields.combined(http::FieldName::kXForwardedFor);
  apply(changes, fields);
  // Whoever the origin trusts by it cannot be hidden.
  if (!fields.has(http::FieldName::kXForwardedFor) && !forwarded_for.empty())
    fields.add(http::FieldName::kXForwardedFor, forwarded_for);
  return Flow::kContinue;
}

Flow rewrite_response_headers(Request& request) {
  if (request.rules == nullptr || request.response == nullptr ||
      !request.rules->has(rules::Phase::kResponseHeadersTransform))
    return Flow::kContinue;
  http::Fields& fields = request.response->fields;
  const auto changes = changes_of(*request.rules, rules::Phase::kResponseHeadersTransform, fields.arena());
  if (changes.empty()) return Flow::kContinue;
  request.rules->response_lines = copy_of_lines(fields, request.head.arena);
  apply(changes, fields);
  return Flow::kContinue;
}

}  // namespace brink::edge
