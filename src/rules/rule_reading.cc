#include "rules/rule_reading.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr Type kCharacteristicTypes[] = {
    Scalar::kBytes,
    Scalar::kInt,
    Scalar::kIp,
    Scalar::kBool,
    Type::array_of(Scalar::kBytes),
    Type::array_of(Scalar::kInt),
    Type::array_of(Scalar::kIp),
    Type::array_of(Scalar::kBool),
};

}  // namespace

void RuleReading::expression_problem(std::string pointer, std::string_view name, const std::string& text,
                                     const ParseError& error) const {
  const bool unavailable = !error.unavailable.empty();
  const std::string reason =
      unavailable ? error.unavailable : fmt::format("the expression is invalid: {}", error.text(text));
  problems.push_back({.pointer = std::move(pointer),
                      .code = unavailable ? problem_code::kUnavailable : problem_code::kExpression,
                      .message = invalid_value(Json(text), name, reason)});
}

ExpressionPtr RuleReading::read_filter(Members& members, std::string_view name) {
  const auto text = members.text(name, 1);
  if (!text) return nullptr;
  auto parsed = parse_filter(*text, options());
  if (parsed) return *std::move(parsed);
  expression_problem(members.pointer_of(name), name, *text, parsed.error());
  return nullptr;
}

ExpressionPtr RuleReading::read_value(Members& members, std::string_view name, std::span<const Type> wanted) {
  const auto text = members.text(name, 1);
  if (!text) return nullptr;
  auto parsed = parse_value(*text, wanted, options());
  if (parsed) return *std::move(parsed);
  expression_problem(members.pointer_of(name), name, *text, parsed.error());
  return nullptr;
}

ExpressionPtr RuleReading::read_characteristic(const std::string& text, const std::string& pointer) {
  auto parsed = parse_value(text, kCharacteristicTypes, options(/*characteristic=*/true));
  if (parsed) return *std::move(parsed);
  expression_problem(pointer, "characteristics", text, parsed.error());
  return nullptr;
}

std::optional<TextSource> RuleReading::read_source(Members& members, std::span<const Type> wanted,
                                                   bool empty_is_good) {
  const bool has_value = members.has("value");
  const bool has_expression = members.has("expression");
  if (has_value == has_expression) {
    members.wrong_whole("it must have exactly one of value and expression");
    return std::nullopt;
  }
  if (has_expression) {
    auto expression = read_value(members, "expression", wanted);
    if (expression == nullptr) return std::nullopt;
    return TextSource(std::move(expression));
  }
  auto text = members.text("value", empty_is_good ? 0 : 1);
  if (!text) return std::nullopt;
  return TextSource(*std::move(text));
}

void RuleReading::warn(std::string pointer, std::string message) const {
  if (context.warnings == nullptr) return;
  context.warnings->push_back(
      {.pointer = std::move(pointer), .code = problem_code::kUnavailable, .message = std::move(message)});
}

}  // namespace brink::rules
