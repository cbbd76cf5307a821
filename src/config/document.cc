#include "config/document.h"

#include <algorithm>
#include <optional>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace brink::config {
namespace {

// Walks over `text` as far as TOML's strings and comments ask for it, and answers the first place that nests
// deeper than the limits. Where the text is not TOML, what lies behind the first mistake does not matter: the
// parser stops there.
class NestingCheck {
 public:
  explicit NestingCheck(std::string_view text) : text_(text) {}

  std::optional<Problem> find_excess() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        skip_comment();
        continue;
      }
      advance();
      if (c == '[' || c == '{') {
        dots_ = 0;
        if (++depth_ > limits::kMaxNesting)
          return problem("nested too deeply", limits::kMaxNesting, "levels");
      } else if (c == ']' || c == '}') {
        dots_ = 0;
        depth_ = std::max(0, depth_ - 1);
      } else if (c == '.') {
        if (++dots_ >= limits::kMaxDottedParts)
          return problem("a name of too many parts", limits::kMaxDottedParts, "parts");
      } else if (c == '\n' || c == '=' || c == ',') {
        dots_ = 0;
      }
    }
    return std::nullopt;
  }

 private:
  void advance() {
    if (text_[at_++] == '\n') {
      ++line_;
      line_start_ = at_;
    }
  }

  void skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
  }

  void skip_string(char quote) {
    const std::string_view three = quote == '"' ? R"(""")" : "'''";
    const bool multi_line = text_.substr(at_).starts_with(three);
    at_ += multi_line ? 3 : 1;
    while (at_ < text_.size()) {
      if (multi_line && text_.substr(at_).starts_with(three)) {
        at_ += 3;
        while (at_ < text_.size() && text_[at_] == quote)
          ++at_;  // up to two quotes may stand before the closing ones
        return;
      }
      const char c = text_[at_];
      if (!multi_line && c == '\n') return;
      advance();
      if (!multi_line && c == quote) return;
      if (quote == '"' && c == '\\' && at_ < text_.size()) advance();
    }
  }

  [[nodiscard]] Problem problem(std::string what, int most, std::string_view unit) const {
    return {.file = {},
            .position = {line_, static_cast<std::uint32_t>(at_ - line_start_)},
            .key = {},
            .what = std::move(what),
            .expected = "at most " + std::to_string(most) + " " + std::string(unit),
            .suggestion = {}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  int depth_ = 0;
  int dots_ = 0;
};

Position position_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

Item to_item(const toml::node& node) {
  Item item;
  item.position = position_of(node.source());
  switch (node.type()) {
    case toml::node_type::table:
      item.kind = Item::Kind::kTable;
      for (auto&& [key, value] : *node.as_table()) {
        item.members.push_back({std::string(key.str()), position_of(key.source()), to_item(value)});
      }
      std::ranges::sort(item.members, {}, &Member::key_position);
      break;
    case toml::node_type::array:
      item.kind = Item::Kind::kArray;
      for (auto&& element : *node.as_array()) item.elements.push_back(to_item(element));
      break;
    case toml::node_type::string:
      item.kind = Item::Kind::kString;
      item.text = node.as_string()->get();
      break;
    case toml::node_type::integer:
      item.kind = Item::Kind::kInteger;
      item.integer = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      item.kind = Item::Kind::kFloat;
      item.number = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      item.kind = Item::Kind::kBoolean;
      item.boolean = node.as_boolean()->get();
      break;
    default: item.kind = Item::Kind::kTime; break;
  }
  return item;
}

// "Error while parsing array: expected value, saw comma" without what everybody sees.
std::string plain_description(std::string_view description) {
  constexpr std::string_view kPreamble = "Error while parsing ";
  if (description.starts_with(kPreamble)) description.remove_prefix(kPreamble.size());
  return std::string(description);
}

}  // namespace

std::string_view Item::kind_name() const {
  static constexpr std::string_view kNames[] = {"a table",          "a list",    "a string", "an integer",
                                                "a decimal number", "a boolean", "a time"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::expected<Item, Problem> parse_document(std::string_view text) {
  if (text.size() > limits::kMaxTextBytes) {
    return std::unexpected(
        Problem{.what = "the file is too large",
                .expected = "at most " + std::to_string(limits::kMaxTextBytes) + " bytes"});
  }
  if (auto excess = NestingCheck(text).find_excess()) return std::unexpected(*std::move(excess));
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return to_item(parsed.table());
  return std::unexpected(Problem{.position = position_of(parsed.error().source()),
                                 .what = plain_description(parsed.error().description())});
}

}  // namespace brink::config
