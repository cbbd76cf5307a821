#include "runtime/time_source.h"

namespace brink {
namespace {

class SystemTime final : public TimeSource {
 public:
  TimePoint now() const override { return Clock::now(); }
  std::chrono::system_clock::time_point wall_now() const override { return std::chrono::system_clock::now(); }
};

constexpr SystemTime kSystemTime;

}  // namespace

const TimeSource& system_time() { return kSystemTime; }

}  // namespace brink
