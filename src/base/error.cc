#include "base/error.h"

#include <cstring>

namespace brink {
namespace {

class SystemDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "system"; }
  std::string message(int, std::int64_t detail) const override { return ::strerror(static_cast<int>(detail)); }
};

class WaitDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "wait"; }
  std::string message(int code, std::int64_t) const override {
    return code == static_cast<int>(WaitError::kTimeout) ? "timed out" : "cancelled";
  }
};

constexpr SystemDomain kSystemDomain;
constexpr WaitDomain kWaitDomain;

}  // namespace

const ErrorDomain& error_domain(SystemError) { return kSystemDomain; }
const ErrorDomain& error_domain(WaitError) { return kWaitDomain; }

}  // namespace brink
