#include "telemetry/rfc3339.h"

#include <algorithm>

namespace brink::telemetry {
namespace {

char* write_digits(char* out, unsigned number, int count, char after) {
  for (int i = count - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
  out[count] = after;
  return out + count + 1;
}

}  // namespace

void write_rfc3339(std::chrono::system_clock::time_point time, char* out) {
  using namespace std::chrono;
  const auto ms = floor<milliseconds>(time);
  const auto day = floor<days>(ms);
  const year_month_day date(day);
  const hh_mm_ss clock(ms - day);
  out = write_digits(out, static_cast<unsigned>(std::clamp(static_cast<int>(date.year()), 0, 9999)), 4, '-');
  out = write_digits(out, static_cast<unsigned>(date.month()), 2, '-');
  out = write_digits(out, static_cast<unsigned>(date.day()), 2, 'T');
  out = write_digits(out, static_cast<unsigned>(clock.hours().count()), 2, ':');
  out = write_digits(out, static_cast<unsigned>(clock.minutes().count()), 2, ':');
  out = write_digits(out, static_cast<unsigned>(clock.seconds().count()), 2, '.');
  write_digits(out, static_cast<unsigned>(clock.subseconds().count()), 3, 'Z');
}

}  // namespace brink::telemetry
