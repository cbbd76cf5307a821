#include "base/error.h"
#include "rules/functions/functions.h"

#include <algorithm>
#include <array>

namespace brink::rules {
namespace {

// `before`, the replacement with what its groups took, and `behind`. groups[n] is the group n + 1.
Value replace(std::string_view before, const Replacement& replacement,
              std::span<const std::string_view> groups, std::string_view behind, Arena& arena) {
  const auto text_of = [groups](const Replacement::Piece& piece) {
    return piece.group == 0 ? std::string_view(piece.text) : groups[piece.group - 1U];
  };
  std::size_t size = before.size() + behind.size();
  for (const auto& piece : replacement.pieces()) size += text_of(piece).size();
  char* const out = arena.allocate(size);
  char* end = std::ranges::copy(before, out).out;
  for (const auto& piece : replacement.pieces()) end = std::ranges::copy(text_of(piece), end).out;
  end = std::ranges::copy(behind, end).out;
  return Value::of_bytes({out, end});
}

std::expected<void, CallError> prepare_replacement(const Argument& argument, Prepared& prepared) {
  auto replacement = Replacement::parse(argument.literal.bytes());
  if (!replacement) return wrong_value(2, replacement.error());
  prepared.replacement = *std::move(replacement);
  return {};
}

}  // namespace

Checked check_regex_replace(Arguments arguments, Prepared& prepared) {
  BRINK_TRY(check_arguments(
      arguments, 3,
      {{Scalar::kBytes}, {Scalar::kBytes, Written::kLiteral}, {Scalar::kBytes, Written::kLiteral}}));
  auto regex = Regex::compile(arguments[1].literal.bytes(), Regex::Groups::kTold);
  if (!regex) return wrong_value(1, regex.error());
  prepared.regex = *std::move(regex);
  BRINK_TRY(prepare_replacement(arguments[2], prepared));
  return Scalar::kBytes;
}

Value call_regex_replace(Values values, const Prepared& prepared, Arena& arena) {
  if (any_missing(values)) return {};
  const std::string_view source = values[0].bytes();
  std::array<std::string_view, 1 + Regex::kMaxGroups> groups;
  if (!prepared.regex->find(source, groups)) return values[0];
  const std::string_view whole = groups[0];
  const auto start = static_cast<std::size_t>(whole.data() - source.data());
  return replace(source.substr(0, start), *prepared.replacement, std::span(groups).subspan(1),
                 source.substr(start + whole.size()), arena);
}

Checked check_wildcard_replace(Arguments arguments, Prepared& prepared) {
  BRINK_TRY(check_arguments(arguments, 3,
                            {{Scalar::kBytes, Written::kField},
                             {Scalar::kBytes, Written::kLiteral},
                             {Scalar::kBytes, Written::kLiteral},
                             {Scalar::kBytes, Written::kLiteral}}));
  const bool strict = arguments.size() > 3;
  if (strict && arguments[3].literal.bytes() != "s") return wrong_value(3, "the only flag is \"s\"");
  auto wildcard = Wildcard::compile(arguments[1].literal.bytes(), !strict);
  if (!wildcard) return wrong_value(1, wildcard.error());
  prepared.wildcard = *std::move(wildcard);
  BRINK_TRY(prepare_replacement(arguments[2], prepared));
  return Scalar::kBytes;
}

Value call_wildcard_replace(Values values, const Prepared& prepared, Arena& arena) {
  if (any_missing(values)) return {};
  std::array<std::string_view, Replacement::kMaxReferences> groups;
  if (!prepared.wildcard->find(values[0].bytes(), groups)) return values[0];
  return replace({}, *prepared.replacement, groups, {}, arena);
}

}  // namespace brink::rules
