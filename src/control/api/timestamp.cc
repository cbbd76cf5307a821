#include "control/api/timestamp.h"

#include "base/ascii.h"

#include <chrono>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

using namespace std::chrono;

// Takes `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !any_of.contains(text.front())) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+01:00"
std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return minutes(0);
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return sign * minutes(*hour * 60 + *minute);
}

std::optional<microseconds> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return microseconds(0);
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::int64_t value = 0;
  for (int place = 0; !text.empty() && is_digit(text.front()); ++place) {
    if (place < 6) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
    if (place < 5 && (text.empty() || !is_digit(text.front()))) {
      for (; place < 5; ++place) value *= 10;
    }
  }
  return microseconds(value);
}

}  // namespace

std::string timestamp(store::Time time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Json timestamp_or_null(store::Time time) {
  if (time == store::Time{}) return nullptr;
  return timestamp(time);
}

std::optional<store::Time> parse_timestamp(std::string_view text) {
  const auto y = take_number(text, 4);
  if (!y || *y < 1970 || !take(text, "-")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take(text, "-")) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d)));
  if (!date.ok()) return std::nullopt;
  store::Time time = sys_days(date);
  if (text.empty()) return time;

  if (!take(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;  // a leap second
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  time += hours(*hour) + minutes(*minute) + seconds(*second) + *fraction - *offset;
  if (time < store::Time{}) return std::nullopt;
  return time;
}

}  // namespace brink::control::api
