// What a client wants of a custom certificate: the body of POST and PATCH, checked as far as it can be
// without the store.
#pragma once

#include "control/api/api_error.h"
#include "control/api/certificate_json.h"
#include "control/api/json.h"
#include "store/certificates.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxCertificateBytes = 128u << 10;  // of a chain, as PEM
inline constexpr std::size_t kMaxPrivateKeyBytes = 32u << 10;

// A chain with its key, read and found good. Owns its texts: it goes to the writer's thread.
struct GivenCertificate {
  std::vector<std::string> hosts;  // lower case, of the subjectAltName
  std::string chain;
  std::string key;
  std::string issuer;
  std::string signature;
  store::Time not_before;
  store::Time not_after;
};

// 1001 where a part cannot be read, the key is another's, it has expired, or is for no host.
[[nodiscard]] Outcome<GivenCertificate> read_certificate(std::string chain, std::string key, store::Time now);

struct CertificateWish {
  std::optional<std::string> chain;
  std::optional<std::string> key;
  std::optional<std::string> bundle_method;
  std::optional<std::string> type;
  std::optional<std::string> geo_label;
  std::optional<std::string> policy;

  [[nodiscard]] static Outcome<CertificateWish> parse(const Json& body);
  // Overwrites what is wished for.
  void apply_to(CertificateDetails& details) const;
};

}  // namespace brink::control::api
