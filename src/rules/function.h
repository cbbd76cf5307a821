// The functions of the language: the one table of their names, arguments and results, and what they compute.
// docs/rules.md is made from it. any() and all() are part of the grammar (rules/tree.h), not functions.
#pragma once

#include "base/arena.h"
#include "rules/pattern.h"
#include "rules/type.h"
#include "rules/value.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace brink::rules {

enum class FunctionId : std::uint8_t {
  kCidr,
  kCidr6,
  kCoalesce,
  kConcat,
  kDecodeBase64,
  kEncodeBase64,
  kEndsWith,
  kHasKey,
  kHasValue,
  kHashInRange,
  kIsTimedHmacValidV0,
  kJoin,
  kLen,
  kLookupJsonInteger,
  kLookupJsonString,
  kLower,
  kRegexReplace,
  kRemoveBytes,
  kRemoveQueryArgs,
  kSha256,
  kSplit,
  kStartsWith,
  kSubstring,
  kToString,
  kUpper,
  kUrlDecode,
  kUuidv4,
  kWildcardReplace,
};
inline constexpr std::size_t kFunctionCount = static_cast<std::size_t>(FunctionId::kWildcardReplace) + 1;

// What a call prepared when it was parsed, so that nothing is compiled while requests are served.
struct Prepared {
  std::shared_ptr<const Regex> regex;
  std::optional<Wildcard> wildcard;
  std::optional<Replacement> replacement;
};

// How one argument of a call was written; the checks of a function look at it.
struct Argument {
  Type type;
  bool is_literal = false;
  Value literal;                // where is_literal
  std::string_view field_name;  // of a plain field, else empty
};

struct CallError {
  enum class Kind : std::uint8_t {
    kCount,  // "invalid number of arguments"
    kType,   // "invalid type of argument #N: expected value of type A, but got B"
    kKind,   // "invalid kind of argument #N: expected argument of kind Field, but got Literal"
    kValue,  // "invalid value of argument #N: ..."
  };
  Kind kind;
  std::size_t argument = 0;  // from 0
  std::string text;          // the whole sentence, as above
};

struct Function {
  FunctionId id;
  std::string_view name;
  std::string_view signature;  // "cidr(IP, Integer, Integer)", for docs/
  std::string_view result;     // "IP"
  std::string_view meaning;    // a sentence or two for docs/
  // Checks a call and answers its type; fills `prepared` where the function has patterns. Arguments with [*]
  // come here by the type of one element.
  std::expected<Type, CallError> (*check)(std::span<const Argument> arguments, Prepared& prepared);
  // Computes a call whose arguments passed check(). Missing arguments come here as missing values. Memory
  // comes from `arena` only; nothing is remembered.
  Value (*call)(std::span<const Value> arguments, const Prepared& prepared, Arena& arena);
};

[[nodiscard]] std::span<const Function> functions();
[[nodiscard]] const Function& facts_of(FunctionId id);
[[nodiscard]] const Function* find_function(std::string_view name);  // nullptr where there is none

}  // namespace brink::rules
