#include "telemetry/message_limiter.h"

#include <algorithm>
#include <utility>

namespace brink::telemetry {

MessageLimiter::Verdict MessageLimiter::ask(const char* file, std::uint32_t line, TimePoint now) {
  Bucket& bucket = buckets_.try_emplace({file, line}, Bucket{burst_, now}).first->second;
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(burst_, bucket.tokens + std::max(0.0, seconds) * per_second_);
  bucket.filled = now;
  if (bucket.tokens < 1) {
    ++bucket.suppressed;
    return {false, 0};
  }
  bucket.tokens -= 1;
  return {true, std::exchange(bucket.suppressed, 0)};
}

}  // namespace brink::telemetry
