// Errors as values. An Error is a code from a room's own enum, one number that says more (an errno, a
// position) and its domain, which makes the text when somebody reads it. Trivially copyable, 24 bytes.
//
// A room declares its codes so:
//
//   enum class ParseError { kTruncated = 1, kBadName };
//   const ErrorDomain& error_domain(ParseError);      // found by argument-dependent lookup
//
// and returns Result<T>. BRINK_TRY hands an error on to the caller; BRINK_CO_TRY does so in a coroutine.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>

namespace brink {

// The name and the texts of one enum of error codes. Instances are constants with static lifetime.
class ErrorDomain {
 public:
  [[nodiscard]] virtual std::string_view name() const = 0;
  // A sentence without its full stop, for people; `detail` is what the Error carries.
  [[nodiscard]] virtual std::string message(int code, std::int64_t detail) const = 0;

 protected:
  ~ErrorDomain() = default;
};

template <class E>
concept ErrorEnum = std::is_enum_v<E> && requires(E e) {
  { error_domain(e) } -> std::same_as<const ErrorDomain&>;
};

class Error {
 public:
  template <ErrorEnum E>
  Error(E code, std::int64_t detail = 0)  // NOLINT: a code is an error
      : domain_(&error_domain(code)), code_(static_cast<int>(code)), detail_(detail) {}

  template <ErrorEnum E>
  [[nodiscard]] bool is(E code) const {
    return domain_ == &error_domain(code) && code_ == static_cast<int>(code);
  }
  // The code as E, where this error is of E's domain.
  template <ErrorEnum E>
  [[nodiscard]] bool in() const {
    return domain_ == &error_domain(E{});
  }
  [[nodiscard]] const ErrorDomain& domain() const { return *domain_; }
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] std::int64_t detail() const { return detail_; }
  [[nodiscard]] std::string text() const { return domain_->message(code_, detail_); }

 private:
  const ErrorDomain* domain_;
  int code_;
  std::int64_t detail_;
};

template <class T = void>
using Result = std::expected<T, Error>;

template <ErrorEnum E>
[[nodiscard]] inline std::unexpected<Error> fail(E code, std::int64_t detail = 0) {
  return std::unexpected<Error>(Error(code, detail));
}

// Failures of the operating system; the code is always kSystem, the detail is errno.
enum class SystemError { kSystem = 1 };
const ErrorDomain& error_domain(SystemError);
[[nodiscard]] inline std::unexpected<Error> fail_errno(int error_number) {
  return fail(SystemError::kSystem, error_number);
}

// What every wait can answer instead of what was waited for.
enum class WaitError { kTimeout = 1, kCancelled };
const ErrorDomain& error_domain(WaitError);

}  // namespace brink

// auto value = BRINK_TRY(call());   // returns the error from the enclosing function
#define BRINK_TRY(...)                               \
  ({                                                 \
    auto&& brink_result_ = (__VA_ARGS__);            \
    if (!brink_result_) [[unlikely]]                 \
      return std::unexpected(brink_result_.error()); \
    *std::move(brink_result_);                       \
  })

// auto value = BRINK_CO_TRY(co_await call());   // in a coroutine that answers Result<...>
#define BRINK_CO_TRY(...)                               \
  ({                                                    \
    auto&& brink_result_ = (__VA_ARGS__);               \
    if (!brink_result_) [[unlikely]]                    \
      co_return std::unexpected(brink_result_.error()); \
    *std::move(brink_result_);                          \
  })
