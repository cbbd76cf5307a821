// A TOML text as a tree of values with their places, independent of the library that parses it. The text may
// come from anybody: its size and its depth are bounded before the library sees it.
#pragma once

#include "config/problem.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brink::config {

namespace limits {
inline constexpr std::size_t kMaxTextBytes = 4 * 1024 * 1024;
inline constexpr int kMaxNesting = 16;      // arrays and inline tables in one another
inline constexpr int kMaxDottedParts = 16;  // a.b.c
}  // namespace limits

struct Member;

struct Item {
  enum class Kind : std::uint8_t { kTable, kArray, kString, kInteger, kFloat, kBoolean, kTime };
  Kind kind = Kind::kTable;
  Position position;
  std::string text;             // kString
  std::int64_t integer = 0;     // kInteger
  double number = 0;            // kFloat
  bool boolean = false;         // kBoolean
  std::vector<Member> members;  // kTable, in the order of the text
  std::vector<Item> elements;   // kArray

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  // "a string", "an integer"
  [[nodiscard]] std::string_view kind_name() const;
};

struct Member {
  std::string key;
  Position key_position;
  Item value;
};

// The table that `text` is, or the first thing in it that is not TOML (Problem::file is left empty).
[[nodiscard]] std::expected<Item, Problem> parse_document(std::string_view text);

}  // namespace brink::config
