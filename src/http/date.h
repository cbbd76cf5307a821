// HTTP's dates, RFC 9110 section 5.6.7.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace brink::http {

struct ResponseHead;

inline constexpr std::size_t kHttpDateSize = 29;

// Writes "Sun, 06 Nov 1994 08:49:37 GMT" to `out`, which has room for kHttpDateSize bytes. Years 0 to 9999.
void write_http_date(std::chrono::sys_seconds when, char* out);

// Gives `head` the field Date.
void add_date(ResponseHead& head, std::chrono::system_clock::time_point now);

// The text of the present second, made once a second. One for each loop: not thread-safe.
class HttpDate {
 public:
  // Good until it is asked for another second.
  [[nodiscard]] std::string_view text(std::chrono::system_clock::time_point now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != second_) {
      second_ = second;
      write_http_date(second, text_.data());
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::chrono::sys_seconds second_ = std::chrono::sys_seconds::min();
  std::array<char, kHttpDateSize> text_{};
};

// Any of the three forms: IMF-fixdate, RFC 850's (whose two-digit year is the one nearest to `now` that is
// not more than 50 years ahead) and asctime's. Nothing where it is malformed or no such day exists; the day's
// name must be one, but need not be the right one.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace brink::http
