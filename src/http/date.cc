#include "http/date.h"

#include "base/ascii.h"
#include "http/message.h"

#include <cstring>
#include <iterator>
#include <span>

namespace brink::http {
namespace {

using std::chrono::sys_seconds;

constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view kLongDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void put_two(char* out, unsigned value) {
  out[0] = static_cast<char>('0' + value / 10 % 10);
  out[1] = static_cast<char>('0' + value % 10);
}

// Takes a date apart from left to right; every step answers nothing once one has failed.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void literal(std::string_view expected) {
    if (rest_.starts_with(expected)) {
      rest_.remove_prefix(expected.size());
    } else {
      failed_ = true;
    }
  }

  // One of `names`; its index.
  unsigned one_of(std::span<const std::string_view> names) {
    for (unsigned i = 0; i < names.size(); ++i) {
      if (!rest_.starts_with(names[i])) continue;
      rest_.remove_prefix(names[i].size());
      return i;
    }
    failed_ = true;
    return 0;
  }

  unsigned number(std::size_t digits) {
    unsigned value = 0;
    if (rest_.size() < digits) failed_ = true;
    for (std::size_t i = 0; i < digits && !failed_; ++i) {
      if (!is_digit(rest_[i])) failed_ = true;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    if (!failed_) rest_.remove_prefix(digits);
    return value;
  }

  // Two digits, the first of which may be a space.
  unsigned padded_number() {
    if (!rest_.starts_with(' ')) return number(2);
    rest_.remove_prefix(1);
    return number(1);
  }

  [[nodiscard]] bool succeeded() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

struct Parts {
  int year = 0;
  unsigned month = 0;  // from 0
  unsigned day = 0;
  unsigned hour = 0, minute = 0, second = 0;
};

void read_time(Reader& reader, Parts& parts) {
  parts.hour = reader.number(2);
  reader.literal(":");
  parts.minute = reader.number(2);
  reader.literal(":");
  parts.second = reader.number(2);
}

std::optional<sys_seconds> assemble(const Parts& parts) {
  // 60 is a leap second: taken as the second that follows it.
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(parts.year), std::chrono::month(parts.month + 1),
                                         std::chrono::day(parts.day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(parts.hour) + std::chrono::minutes(parts.minute) +
         std::chrono::seconds(parts.second);
}

int full_year(unsigned two_digits, std::chrono::system_clock::time_point now) {
  constexpr int kFarthestAhead = 50;
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int this_year = static_cast<int>(today.year());
  int year = this_year / 100 * 100 + static_cast<int>(two_digits);
  if (year > this_year + kFarthestAhead) year -= 100;
  return year;
}

}  // namespace

void write_http_date(sys_seconds when, char* out) {
  const auto days = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss time{when - days};
  std::memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", kHttpDateSize);
  std::memcpy(out, kDays[std::chrono::weekday(days).c_encoding()].data(), 3);
  put_two(out + 5, static_cast<unsigned>(date.day()));
  std::memcpy(out + 8, kMonths[static_cast<unsigned>(date.month()) - 1].data(), 3);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  put_two(out + 12, year / 100);
  put_two(out + 14, year % 100);
  put_two(out + 17, static_cast<unsigned>(time.hours().count()));
  put_two(out + 20, static_cast<unsigned>(time.minutes().count()));
  put_two(out + 23, static_cast<unsigned>(time.seconds().count()));
}

void add_date(ResponseHead& head, std::chrono::system_clock::time_point now) {
  char text[kHttpDateSize];
  write_http_date(std::chrono::floor<std::chrono::seconds>(now), text);
  head.fields.add(FieldName::kDate, head.arena.copy({text, sizeof text}));
}

std::optional<sys_seconds> parse_http_date(std::string_view text, std::chrono::system_clock::time_point now) {
  Reader reader(text);
  Parts parts;
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) {  // Sun Nov  6 08:49:37 1994
    reader.one_of(kDays);
    reader.literal(" ");
    parts.month = reader.one_of(kMonths);
    reader.literal(" ");
    parts.day = reader.padded_number();
    reader.literal(" ");
    read_time(reader, parts);
    reader.literal(" ");
    parts.year = static_cast<int>(reader.number(4));
  } else if (comma == 3) {  // Sun, 06 Nov 1994 08:49:37 GMT
    reader.one_of(kDays);
    reader.literal(", ");
    parts.day = reader.number(2);
    reader.literal(" ");
    parts.month = reader.one_of(kMonths);
    reader.literal(" ");
    parts.year = static_cast<int>(reader.number(4));
    reader.literal(" ");
    read_time(reader, parts);
    reader.literal(" GMT");
  } else {  // Sunday, 06-Nov-94 08:49:37 GMT
    reader.one_of(kLongDays);
    reader.literal(", ");
    parts.day = reader.number(2);
    reader.literal("-");
    parts.month = reader.one_of(kMonths);
    reader.literal("-");
    parts.year = full_year(reader.number(2), now);
    reader.literal(" ");
    read_time(reader, parts);
    reader.literal(" GMT");
  }
  if (!reader.succeeded()) return std::nullopt;
  return assemble(parts);
}

}  // namespace brink::http
