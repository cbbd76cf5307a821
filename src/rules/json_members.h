// The members of a JSON object that somebody wrote, each read with a check of its type and bounds. What is
// wrong goes into a list with its JSON pointer, and reading goes on, so that all of it is told at once.
#pragma once

#include "rules/problem.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace brink::rules {

using Json = nlohmann::json;

// A word of the API and what it means.
template <class T>
using Words = std::span<const std::pair<std::string_view, T>>;

// "/a~1b" for the member "a/b" below `pointer`.
[[nodiscard]] std::string pointer_to(const std::string& pointer, std::string_view member);
[[nodiscard]] std::string pointer_to(const std::string& pointer, std::size_t index);

// "'<value>' is not a valid value for <property> because <reason>". Long values are cut.
[[nodiscard]] std::string invalid_value(const Json& value, std::string_view property,
                                        std::string_view reason);

inline constexpr std::size_t kMostTexts = 1000;  // of an array, where nothing else is said

class Members {
 public:
  // Where `json` is no object that is a problem, and it has no members. All three outlive this.
  Members(const Json& json, std::string pointer, Problems& problems);

  // The member, where it is there and not null. It is known then.
  [[nodiscard]] const Json* find(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) { return find(name) != nullptr; }

  // Nothing where it is absent, null, or wrong; wrong is a problem.
  [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t least_bytes = 0,
                                                std::size_t most_bytes = SIZE_MAX);
  [[nodiscard]] std::optional<bool> flag(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                                    std::int64_t most);
  // One of a few numbers.
  [[nodiscard]] std::optional<std::int64_t> integer_of(std::string_view name,
                                                       std::span<const std::int64_t> allowed);
  template <class T>
  [[nodiscard]] std::optional<T> word(std::string_view name, Words<T> words) {
    const auto written = text(name);
    if (!written) return std::nullopt;
    for (const auto& [word, meaning] : words) {
      if (word == *written) return meaning;
    }
    std::vector<std::string_view> names;
    for (const auto& each : words) names.push_back(each.first);
    wrong(name, one_of(names));
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Members> object(std::string_view name);
  // nullptr where it is absent or no array.
  [[nodiscard]] const Json* array(std::string_view name, std::size_t least = 0, std::size_t most = SIZE_MAX);
  // An array of texts that are not empty; a text that is there twice is a problem.
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t least = 0,
                                                              std::size_t most = kMostTexts);

  // Problems. `missing`: a member that must be there.
  void wrong(std::string_view name, std::string_view reason, int code = problem_code::kInvalid);
  void missing(std::string_view name);
  // Of the object itself.
  void wrong_whole(std::string_view reason, int code = problem_code::kInvalid);
  // Members that nobody has asked for are problems. `hint` of a name may add a sentence.
  void finish(std::string_view (*hint)(std::string_view name) = nullptr);

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] std::string pointer_of(std::string_view name) const { return pointer_to(pointer_, name); }
  [[nodiscard]] Problems& problems() const { return *problems_; }
  [[nodiscard]] const Json& json() const { return *json_; }

 private:
  [[nodiscard]] static std::string one_of(std::span<const std::string_view> words);

  const Json* json_;
  std::string pointer_;
  Problems* problems_;
  std::vector<std::string_view> known_;  // names as the reader wrote them: constants
};

}  // namespace brink::rules
