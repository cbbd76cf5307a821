// What can go wrong on the way to a certificate, with the words that the server found for it.
#pragma once

#include "store/tuple.h"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::acme {

enum class FailureKind : std::uint8_t {
  kCancelled,      // the node ends, or ACME was turned off
  kUnreachable,    // no connection to the server, or none that lived long enough
  kServer,         // the server says that it is its own fault: 5xx
  kRateLimited,    // 429, or a problem of the type rateLimited
  kRefused,        // any other problem document
  kInvalid,        // an authorization or an order came to nothing
  kTimeout,        // the server took too long to make up its mind
  kProtocol,       // what it answered is not RFC 8555
  kConfiguration,  // somebody must change brink.toml: terms not agreed to, a key that is missing
  kStore,          // the store did not take what was to be kept
};
[[nodiscard]] std::string_view kind_name(FailureKind kind);  // the label `result` of metrics

struct Failure {
  FailureKind kind;
  std::string text;  // a sentence without its full stop, for logs
  std::string
      type;  // of a problem document, without "urn:ietf:params:acme:error:"; empty where there was none
  std::optional<std::chrono::seconds> retry_after;
  std::vector<std::string> names;  // whose fault it is; empty: it is not known, or nobody's

  [[nodiscard]] bool is(FailureKind other) const { return kind == other; }
};

template <class T = void>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> fail_with(FailureKind kind, std::string text) {
  return std::unexpected(
      Failure{.kind = kind, .text = std::move(text), .type = {}, .retry_after = {}, .names = {}});
}

}  // namespace brink::control::acme
