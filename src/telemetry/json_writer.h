// Writes one JSON object (RFC 8259) as a line into memory of the caller's; allocates nothing. Strings may be
// any bytes: what is no UTF-8 becomes U+FFFD. The object is whole however small the memory: a string takes at
// most half of the room that is left (a longer one is cut, and ends in an ellipsis), and a member that finds
// no room is left out.
//
//   char memory[4096];
//   JsonWriter json(memory);
//   json.member("ClientRequestMethod", "GET");
//   std::string_view line = json.finish();
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace brink::telemetry {

class JsonWriter {
 public:
  // Requires room for two bytes.
  explicit JsonWriter(std::span<char> memory);

  // Names are written as they are: they come from tables of ours. No name twice.
  void member(std::string_view name, std::string_view value);
  void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
  void member(std::string_view name, bool value) { member_as_is(name, value ? "true" : "false"); }
  template <std::integral Int>
    requires(!std::same_as<Int, bool>)
  void member(std::string_view name, Int value) {
    if constexpr (std::is_signed_v<Int>) {
      integer_member(name, static_cast<std::int64_t>(value));
    } else {
      unsigned_member(name, static_cast<std::uint64_t>(value));
    }
  }
  void member(std::string_view name, double value);  // null where it is not a number
  // `json` is a whole JSON value already; it is left out where it finds no room.
  void json_member(std::string_view name, std::string_view json) { member_as_is(name, json); }
  // RFC 3339 in UTC with milliseconds.
  void member(std::string_view name, std::chrono::system_clock::time_point value);

  // The object, without a line feed. At most once; nothing may follow.
  [[nodiscard]] std::string_view finish();
  // Whether a string was cut or a member left out.
  [[nodiscard]] bool was_cut() const { return was_cut_; }

 private:
  void integer_member(std::string_view name, std::int64_t value);
  void unsigned_member(std::string_view name, std::uint64_t value);
  void member_as_is(std::string_view name, std::string_view value);
  // Writes `,"name":` where there is room for it and for `value_size` more.
  bool begin_member(std::string_view name, std::size_t value_size);
  void append(std::string_view text);

  char* const start_;
  char* at_;
  char* const end_;  // where the closing brace fits still
  bool was_cut_ = false;
};

}  // namespace brink::telemetry
