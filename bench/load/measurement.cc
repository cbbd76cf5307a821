#include "load/measurement.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace brink::bench {
namespace {

constexpr std::size_t kExpectedAnswers = 2'000'000;

std::chrono::nanoseconds as_duration(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace

Measurement::Measurement(double warmup_seconds, double seconds)
    : window_begin_(Clock::now() + as_duration(warmup_seconds)),
      window_end_(window_begin_ + as_duration(seconds)),
      now_(Clock::now()) {
  latencies_ns_.reserve(kExpectedAnswers);
}

bool Measurement::goes_on() {
  now_ = Clock::now();
  if (!in_window_ && now_ >= window_begin_) {
    window_end_ += now_ - window_begin_;
    window_begin_ = now_;
    in_window_ = true;
    std::puts("begin");
    std::fflush(stdout);
  }
  return now_ < window_end_;
}

void Measurement::answered(Clock::time_point began) {
  if (!in_window_) return;
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const std::int64_t took = std::chrono::nanoseconds(Clock::now() - began).count();
  latencies_ns_.push_back(static_cast<std::uint32_t>(std::min(took, kMost)));
}

void Measurement::failed(const char* why) { ++failures_[why]; }

std::size_t Measurement::failures() const {
  std::size_t sum = 0;
  for (const auto& [why, count] : failures_) sum += count;
  return sum;
}

double Measurement::percentile_us(double share) const {
  if (latencies_ns_.empty()) return 0;
  const double last = static_cast<double>(latencies_ns_.size() - 1);
  return latencies_ns_[static_cast<std::size_t>(last * share)] / 1e3;
}

void Measurement::report(const std::string& facts) {
  std::ranges::sort(latencies_ns_);
  const double seconds = std::chrono::duration<double>(now_ - window_begin_).count();
  std::printf(
      "end "
      "{\"answers\":%zu,\"seconds\":%.6f,\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,"
      "\"failures\":{",
      latencies_ns_.size(), seconds, percentile_us(0.5), percentile_us(0.9), percentile_us(0.99),
      percentile_us(1));
  const char* comma = "";
  for (const auto& [why, count] : failures_) {
    std::printf("%s\"%s\":%zu", comma, why.c_str(), count);
    comma = ",";
  }
  std::printf("}%s%s}\n", facts.empty() ? "" : ",", facts.c_str());
  std::fflush(stdout);
}

}  // namespace brink::bench
