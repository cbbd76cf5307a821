#include "base/ascii.h"
#include "base/error.h"
#include "rules/parser/literals.h"
#include "rules/parser/parser.h"

#include <limits>

#include <fmt/format.h>

namespace brink::rules {
namespace {

bool is_utf8_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Whether the text is UTF-8, its form only.
bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
    if (size == 0 || at + size > text.size()) return false;
    for (std::size_t more = 1; more < size; ++more) {
      if (!is_utf8_continuation(text[at + more])) return false;
    }
    at += size;
  }
  return true;
}

std::unexpected<ParseError> no_index(const Cursor& cursor, std::size_t bracket, const std::string& index,
                                     const Type& type) {
  return cursor.fail_from(bracket, fmt::format("cannot access index {} for type {}", index, type.text()));
}

}  // namespace

Parsed<NodePtr> Parser::value_of(std::span<const Type> wanted) {
  const std::size_t start = cursor_.position();
  NodePtr root;
  if (cursor_.at_end()) return cursor_.fail_at_rest();
  if (at_string(cursor_)) {
    auto text = BRINK_TRY(read_string(cursor_));
    root = make_literal(std::move(text), cursor_.since(start));
  } else {
    root = BRINK_TRY(argument());
  }
  cursor_.skip_space();
  if (!cursor_.at_end()) return cursor_.fail_at_rest();
  const Type got = type_of(*root);
  if (wanted.empty() || std::ranges::find(wanted, got) != wanted.end()) return root;
  std::string names;
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    names += n == 0 ? "" : n + 1 == wanted.size() ? " or " : ", ";
    names += wanted[n].text();
  }
  return Cursor::fail(fmt::format("expected value of type {}, but got {}", names, got.text()), root->span);
}

bool Parser::reads_as_value() const {
  const std::string_view name = cursor_.identifier();
  return find_field(name) != nullptr || find_function(name) != nullptr;
}

Parsed<NodePtr> Parser::value() {
  const std::size_t start = cursor_.position();
  const std::string_view name = cursor_.identifier();
  if (name.empty())
    return cursor_.at_end() ? cursor_.fail_at_rest() : cursor_.fail_here("unknown identifier");
  cursor_.advance(name.size());
  const Function* function = find_function(name);
  auto node = BRINK_TRY(function != nullptr ? call(start, *function) : field(start, name));
  while (cursor_.peek() == '[') node = BRINK_TRY(index(std::move(node), start));
  return node;
}

Parsed<NodePtr> Parser::field(std::size_t start, std::string_view name) {
  const Field* field = find_field(name);
  const auto readable = [&] {
    if (readable_in(*field, options_.phase)) return true;
    if (field->readable == Readable::kCharacteristic) return options_.characteristic;
    return options_.counting &&
           (field->readable == Readable::kResponse || field->readable == Readable::kCachedResponse);
  };
  if (field == nullptr || !readable()) return cursor_.fail_from(start, "unknown identifier");
  if (field->availability == Availability::kUnavailable && !options_.stored) {
    const std::string sentence = fmt::format("the field {} is not available on this server", name);
    return std::unexpected(
        ParseError{.message = sentence, .span = cursor_.since(start), .unavailable = sentence});
  }
  fields_.set(static_cast<std::size_t>(field->id));
  return make_node(field->type, false, cursor_.since(start), FieldNode{field->id});
}

Parsed<NodePtr> Parser::index(NodePtr container, std::size_t start) {
  const std::size_t bracket = cursor_.position();
  cursor_.advance();
  cursor_.skip_space();
  if (cursor_.peek() == '*') return at_each(std::move(container), start, bracket);
  if (cursor_.peek() == '"') return at_key(std::move(container), start, bracket);
  if (is_digit(cursor_.peek())) return at_position(std::move(container), start, bracket);
  return cursor_.fail_here(R"(expected ", digit or *)");
}

Parsed<NodePtr> Parser::at_each(NodePtr container, std::size_t start, std::size_t bracket) {
  cursor_.advance();
  cursor_.skip_space();
  if (!cursor_.take("]")) return cursor_.fail_here(R"(expected literal "]")");
  // The elements of a path are containers themselves; those of an array that a call made are its own.
  const Type type = is_mapped(*container) ? container->type : type_of(*container);
  if (type.is_scalar()) return no_index(cursor_, bracket, "MapEach", type);
  return make_node(type.element(), true, cursor_.since(start), EachNode{std::move(container)});
}

Parsed<NodePtr> Parser::at_key(NodePtr container, std::size_t start, std::size_t bracket) {
  const std::size_t quote = cursor_.position();
  std::string key = BRINK_TRY(read_quoted(cursor_));
  if (!is_utf8(key)) return cursor_.fail_from(quote, "invalid map key: it is not UTF-8");
  cursor_.skip_space();
  if (!cursor_.take("]")) return cursor_.fail_here(R"(expected literal "]")");
  const bool mapped = is_mapped(*container);
  const Type type = mapped ? container->type : type_of(*container);
  if (!type.is_map()) return no_index(cursor_, bracket, fmt::format("MapKey(\"{}\")", key), type);
  return make_node(type.element(), mapped, cursor_.since(start),
                   KeyNode{std::move(container), std::move(key)});
}

Parsed<NodePtr> Parser::at_position(NodePtr container, std::size_t start, std::size_t bracket) {
  const std::size_t digits = cursor_.position();
  const std::int64_t position = BRINK_TRY(read_integer(cursor_));
  if (position > std::numeric_limits<std::uint32_t>::max())
    return cursor_.fail_from(digits, "number too large to fit in target type while parsing with radix 10");
  cursor_.skip_space();
  if (!cursor_.take("]")) return cursor_.fail_here(R"(expected literal "]")");
  const bool mapped = is_mapped(*container);
  const Type type = mapped ? container->type : type_of(*container);
  if (!type.is_array()) return no_index(cursor_, bracket, fmt::format("ArrayIndex({})", position), type);
  return make_node(type.element(), mapped, cursor_.since(start),
                   IndexNode{std::move(container), static_cast<std::uint32_t>(position)});
}

}  // namespace brink::rules
