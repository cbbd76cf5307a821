// How often each place in the code may speak: a bucket of tokens for each. Not thread-safe.
#pragma once

#include "runtime/deadline.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace brink::telemetry {

class MessageLimiter {
 public:
  MessageLimiter(double burst, double per_second) : burst_(burst), per_second_(per_second) {}

  struct Verdict {
    bool may_speak;
    std::uint64_t suppressed;  // where it may: how many were refused since it last did
  };
  // A place is a file, by the address of its name, and a line.
  Verdict ask(const char* file, std::uint32_t line, TimePoint now);

 private:
  struct Place {
    const char* file;
    std::uint32_t line;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Hash {
    std::size_t operator()(const Place& place) const {
      return std::hash<const void*>()(place.file) ^ (place.line * 0x9e3779b97f4a7c15);
    }
  };
  struct Bucket {
    double tokens;
    TimePoint filled;
    std::uint64_t suppressed = 0;
  };

  const double burst_;
  const double per_second_;
  std::unordered_map<Place, Bucket, Hash> buckets_;  // as many as there are calls in the code
};

}  // namespace brink::telemetry
