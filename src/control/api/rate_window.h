// How many calls someone has made in the present window of time: what rate limits count with. Whoever goes
// over the limit is refused until the window ends, as at Cloudflare. Belongs to one loop.
#pragma once

#include "runtime/deadline.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace brink::control::api {

class RateWindow {
 public:
  static constexpr std::size_t kMaxCallers =
      65'536;  // counted at once; beyond, the ones that came first are forgotten

  RateWindow(std::uint32_t limit, std::chrono::seconds window) : limit_(limit), window_(window) {}

  struct State {
    std::uint32_t remaining = 0;    // calls that are still free in the window
    std::chrono::seconds reset{0};  // until its end, rounded up
    bool over = false;
  };
  // How it stands, without counting.
  [[nodiscard]] State state(std::string_view who, TimePoint now) const;
  // Counts one call.
  State count(std::string_view who, TimePoint now);

  [[nodiscard]] std::uint32_t limit() const { return limit_; }
  [[nodiscard]] std::chrono::seconds window() const { return window_; }
  void set_limit(std::uint32_t limit) { limit_ = limit; }

 private:
  struct Counted {
    TimePoint ends;
    std::uint64_t calls = 0;
  };
  [[nodiscard]] State state_of(const Counted& counted, TimePoint now) const;
  void make_room(TimePoint now);

  std::uint32_t limit_;
  std::chrono::seconds window_;
  std::unordered_map<std::string, Counted> counted_;
};

}  // namespace brink::control::api
