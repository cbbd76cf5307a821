// What an ACME server answers, read from its JSON (RFC 8555 section 7.1): checked for type and size, for it
// is a stranger's.
#pragma once

#include "control/acme/failure.h"
#include "control/acme/problem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::acme {

struct Directory {
  std::string new_nonce;
  std::string new_account;
  std::string new_order;
  std::string terms_of_service;  // a URL; empty for none
  bool external_account_required = false;
};

enum class Status : std::uint8_t {
  kPending,
  kReady,
  kProcessing,
  kValid,
  kInvalid,
  kDeactivated,
  kExpired,
  kRevoked
};

struct Order {
  Status status = Status::kPending;
  std::vector<std::string> authorizations;  // URLs
  std::string finalize;
  std::string certificate;  // once it is valid
  std::optional<Failure> error;
};

enum class ChallengeType : std::uint8_t { kHttp01, kTlsAlpn01, kDns01 };
[[nodiscard]] std::string_view challenge_name(ChallengeType type);  // "http-01"
[[nodiscard]] std::optional<ChallengeType> find_challenge_type(std::string_view name);

struct Challenge {
  ChallengeType type = ChallengeType::kHttp01;
  Status status = Status::kPending;
  std::string url;
  std::string token;
  std::optional<Failure> error;
};

struct Authorization {
  Status status = Status::kPending;
  std::string name;  // without "*.", lower case
  bool is_wildcard = false;
  std::vector<Challenge> challenges;  // of the types that Brink knows
};

// kProtocol where something is missing or not what it should be.
[[nodiscard]] Outcome<Directory> read_directory(std::string_view content);
[[nodiscard]] Outcome<Order> read_order(std::string_view content);
[[nodiscard]] Outcome<Authorization> read_authorization(std::string_view content);

}  // namespace brink::control::acme
