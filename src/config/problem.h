// Something wrong in brink.toml, as people are told of it.
#pragma once

#include <cstdint>
#include <string>

namespace brink::config {

// A place in a text; both count from 1, 0 where there is none.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Problem {
  std::string file;
  Position position;
  std::string key;         // "[edge] htps"; empty where it is not about a key
  std::string what;        // "no such key"
  std::string expected;    // what would be right: "a duration such as \"10s\""; may be empty
  std::string suggestion;  // the nearest known name; may be empty

  // `brink.toml:14: [edge] htps: no such key; did you mean "https"?`
  [[nodiscard]] std::string text() const;
};

}  // namespace brink::config
