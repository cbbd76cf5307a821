#include "base/error.h"

#include <string.h>  // strerrordesc_np

#include <fmt/format.h>

namespace brink {
namespace {

class SystemDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "system"; }
  std::string message(int, std::int64_t detail) const override {
    const char* text = ::strerrordesc_np(static_cast<int>(detail));  // unlike strerror, safe from any thread
    return text != nullptr ? text : fmt::format("error {}", detail);
  }
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
