#include "base/ascii.h"
#include "base/error.h"
#include "rules/parser/literals.h"
#include "rules/parser/parser.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace brink::rules {
namespace {

enum class Operator : std::uint8_t {
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kContains,
  kWildcard,
  kStrictWildcard,
  kMatches,
  kIn,
};
struct Spelling {
  std::string_view text;
  Operator means;
};
// Those that begin as another one come before it.
constexpr Spelling kSpellings[] = {
    {"eq", Operator::kEq},
    {"==", Operator::kEq},
    {"ne", Operator::kNe},
    {"!=", Operator::kNe},
    {"le", Operator::kLe},
    {"<=", Operator::kLe},
    {"lt", Operator::kLt},
    {"<", Operator::kLt},
    {"ge", Operator::kGe},
    {">=", Operator::kGe},
    {"gt", Operator::kGt},
    {">", Operator::kGt},
    {"contains", Operator::kContains},
    {"strict wildcard", Operator::kStrictWildcard},
    {"wildcard", Operator::kWildcard},
    {"matches", Operator::kMatches},
    {"~", Operator::kMatches},
    {"in", Operator::kIn},
};

std::optional<Operator> take_operator(Cursor& cursor) {
  for (const Spelling& known : kSpellings) {
    if (cursor.take(known.text)) return known.means;
  }
  return std::nullopt;
}

bool works_on(Operator operation, const Type& type) {
  if (!type.is_scalar()) return false;
  switch (type.scalar()) {
    case Scalar::kBytes: return true;
    case Scalar::kInt: return operation <= Operator::kGe || operation == Operator::kIn;
    case Scalar::kIp:
      return operation == Operator::kEq || operation == Operator::kNe || operation == Operator::kIn;
    case Scalar::kBool: return false;
  }
  return false;
}

std::optional<Scalar> scalar_of(ListKind kind) {
  switch (kind) {
    case ListKind::kIp: return Scalar::kIp;
    case ListKind::kAsn: return Scalar::kInt;
    case ListKind::kHostname:
    case ListKind::kRedirect: return Scalar::kBytes;
  }
  return std::nullopt;
}

bool is_list_name_character(char c) { return is_alpha(c) || is_digit(c) || c == '_' || c == '.'; }

bool is_list_name(std::string_view name) {
  return !name.empty() && !name.starts_with('.') && !name.ends_with('.') &&
         std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Parsed<NodePtr> Parser::comparison() {
  const std::size_t start = cursor_.position();
  auto left = BRINK_TRY(value());
  if (left->type.scalar() == Scalar::kBool && left->type.is_scalar()) return left;
  // What follows may not be an operator at all, where an array of truths stands in any() or all().
  const Type type = is_mapped(*left) ? left->type : type_of(*left);
  if (type == Type::array_of(Scalar::kBool)) return left;

  cursor_.skip_space();
  const std::size_t at = cursor_.position();
  const auto operation = take_operator(cursor_);
  if (!operation) return cursor_.fail_here("expected ComparisonOp");
  if (!works_on(*operation, type))
    return cursor_.fail_from(at, fmt::format("cannot perform this operation on type {}", type.text()));
  cursor_.skip_space();
  switch (*operation) {
    case Operator::kContains: return ordered(Comparison::kContains, std::move(left), start);
    case Operator::kWildcard: return wildcard(std::move(left), start, false);
    case Operator::kStrictWildcard: return wildcard(std::move(left), start, true);
    case Operator::kMatches: return matching(std::move(left), start);
    case Operator::kIn: return membership(std::move(left), start);
    default: return ordered(static_cast<Comparison>(*operation), std::move(left), start);
  }
}

Parsed<NodePtr> Parser::ordered(Comparison operation, NodePtr left, std::size_t start) {
  NodePtr right;
  if (operation == Comparison::kContains) {
    const std::size_t at = cursor_.position();
    auto text = BRINK_TRY(read_string(cursor_));
    right = make_literal(std::move(text), cursor_.since(at));
  } else {
    right = BRINK_TRY(right_side(left->type));
  }
  const bool each = left->each;
  return make_node(Scalar::kBool, each, cursor_.since(start),
                   CompareNode{operation, std::move(left), std::move(right)});
}

Parsed<NodePtr> Parser::right_side(const Type& wanted) {
  const std::size_t at = cursor_.position();
  if (cursor_.at_end()) return cursor_.fail_at_rest();
  if (at_string(cursor_)) {
    auto text = BRINK_TRY(read_string(cursor_));
    if (wanted != Type(Scalar::kBytes)) return cursor_.fail_from(at, wrong_type(wanted, Scalar::kBytes));
    return make_literal(std::move(text), cursor_.since(at));
  }
  const char first = cursor_.peek();
  const bool as_number = is_digit(first) || first == '-';
  if (wanted == Type(Scalar::kIp) && (as_number || looks_like_address(cursor_))) {
    const auto address = BRINK_TRY(read_address(cursor_));
    return make_literal(address, cursor_.since(at));
  }
  if (wanted == Type(Scalar::kInt) && as_number) {
    const auto number = BRINK_TRY(read_integer(cursor_));
    return make_literal(number, cursor_.since(at));
  }
  if (wanted == Type(Scalar::kBytes) && (as_number || (!reads_as_value() && !byte_string(cursor_).empty()))) {
    auto text = BRINK_TRY(read_string(cursor_));
    return make_literal(std::move(text), cursor_.since(at));
  }
  if (cursor_.identifier().empty()) {
    return cursor_.fail_here(wanted == Type(Scalar::kInt)  ? "expected digit"
                             : wanted == Type(Scalar::kIp) ? "expected IP address character"
                                                           : R"(expected " or r)");
  }
  auto right = BRINK_TRY(value());
  if (is_mapped(*right)) return Cursor::fail("invalid use of map each access operator", right->span);
  if (type_of(*right) != wanted) return Cursor::fail(wrong_type(wanted, type_of(*right)), right->span);
  return right;
}

Parsed<NodePtr> Parser::matching(NodePtr left, std::size_t start) {
  const std::size_t at = cursor_.position();
  const std::string pattern = BRINK_TRY(read_regex_string(cursor_));
  BRINK_TRY(count_regex(cursor_.since(at)));
  auto regex = Regex::compile(pattern);
  if (!regex) return cursor_.fail_from(at, regex.error());
  const bool each = left->each;
  return make_node(Scalar::kBool, each, cursor_.since(start),
                   MatchesNode{std::move(left), *std::move(regex)});
}

Parsed<NodePtr> Parser::wildcard(NodePtr left, std::size_t start, bool strict) {
  const std::size_t at = cursor_.position();
  const std::string pattern = BRINK_TRY(read_string(cursor_));
  auto compiled = Wildcard::compile(pattern, !strict);
  if (!compiled) return cursor_.fail_from(at, compiled.error());
  const bool each = left->each;
  return make_node(Scalar::kBool, each, cursor_.since(start),
                   WildcardNode{std::move(left), *std::move(compiled), strict});
}

Parsed<NodePtr> Parser::membership(NodePtr left, std::size_t start) {
  const bool each = left->each;
  if (cursor_.peek() == '$') {
    auto list = BRINK_TRY(named_list(*left));
    return make_node(Scalar::kBool, each, cursor_.since(start), InNode{std::move(left), std::move(list)});
  }
  if (!cursor_.take("{")) return cursor_.fail_here(R"(expected literal "{")");
  auto set = BRINK_TRY(inline_set(left->type.scalar()));
  return make_node(Scalar::kBool, each, cursor_.since(start), InNode{std::move(left), std::move(set)});
}

Parsed<InlineSet> Parser::inline_set(Scalar scalar) {
  std::vector<IntRange> numbers;
  std::vector<IpRange> addresses;
  std::vector<std::string> texts;
  while (true) {
    cursor_.skip_space();
    if (cursor_.take("}")) break;
    if (cursor_.at_end()) return cursor_.fail_here(R"(expected literal "}")");
    if (scalar == Scalar::kInt) {
      numbers.push_back(BRINK_TRY(read_integer_range(cursor_)));
    } else if (scalar == Scalar::kIp) {
      add_range(BRINK_TRY(read_address_range(cursor_)), addresses);
    } else {
      texts.push_back(BRINK_TRY(read_string(cursor_)));
    }
  }
  if (scalar == Scalar::kInt) return InlineSet{IntSet(std::move(numbers))};
  if (scalar == Scalar::kIp) return InlineSet{IpSet(std::move(addresses))};
  std::ranges::sort(texts);
  const auto doubles = std::ranges::unique(texts);
  texts.erase(doubles.begin(), doubles.end());
  return InlineSet{std::move(texts)};
}

Parsed<ListPtr> Parser::named_list(const Node& left) {
  const std::size_t start = cursor_.position();
  cursor_.advance();  // $
  const std::string name(cursor_.run(is_list_name_character));
  cursor_.advance(name.size());
  if (!is_list_name(name)) return cursor_.fail_from(start, fmt::format("invalid list name \"{}\"", name));
  ListPtr list = options_.lists == nullptr ? nullptr : options_.lists->find(name);
  if (list == nullptr) return cursor_.fail_from(start, fmt::format("unknown list \"{}\"", name));
  const auto scalar = scalar_of(list->kind);
  if (scalar != left.type.scalar())
    return cursor_.fail_from(start, fmt::format("the {} list \"{}\" has no values of type {}",
                                                name_of(list->kind), name, left.type.text()));
  if (list->kind == ListKind::kRedirect && !std::holds_alternative<FieldNode>(left.what))
    return Cursor::fail("only a field can be looked for in a redirect list", left.span);
  if (std::ranges::find(lists_, name) == lists_.end()) lists_.push_back(name);
  return list;
}

Parsed<void> Parser::count_regex(Span span) {
  if (++regexes_ > kMaxRegexes)
    return Cursor::fail(fmt::format("more than {} regular expressions in one expression", kMaxRegexes), span);
  return {};
}

}  // namespace brink::rules
