// What a run measured: exact percentiles of latency, the count of answers and of failures, and the time
// window. Its lines on standard output are read by run.py: `begin` when the warm-up is over, `end {json}`
// when the window is.
#pragma once

#include "load/client.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace brink::bench {

class Measurement {
 public:
  Measurement(double warmup_seconds, double seconds);

  // To be called once a turn of the loop: opens and closes the window. False when the window is over.
  [[nodiscard]] bool goes_on();

  void answered(Clock::time_point began);
  void failed(const char* why);

  // Failures count from the first moment on, answers only within the window.
  [[nodiscard]] std::size_t failures() const;

  // `facts` are further members of the JSON object, ready made: `"tls":"TLSv1.3"`.
  void report(const std::string& facts);

 private:
  [[nodiscard]] double percentile_us(double share) const;

  Clock::time_point window_begin_;
  Clock::time_point window_end_;
  Clock::time_point now_;
  bool in_window_ = false;
  std::vector<std::uint32_t> latencies_ns_;
  std::map<std::string, std::size_t> failures_;
};

}  // namespace brink::bench
