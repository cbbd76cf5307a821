// A custom certificate as the API shows it (api.md 5.11), and what the store keeps of it for clients.
#pragma once

#include "control/api/json.h"
#include "store/certificates.h"

#include <string>
#include <string_view>

namespace brink::control::api {

// "active", or by its time "expired" or "pending"; only these.
[[nodiscard]] std::string_view certificate_status(const store::Certificate& certificate, store::Time now);

// Never with the private key.
[[nodiscard]] Json certificate_json(const store::Certificate& certificate, store::Time now);

// As an audit entry has it: with the key's place, so that one sees that there was one, but masked.
[[nodiscard]] Json audited_certificate_json(const store::Certificate& certificate, store::Time now);

// What clients said of it and get back: store::Certificate::details.
struct CertificateDetails {
  std::string bundle_method = "ubiquitous";
  std::string type = "legacy_custom";
  std::string geo_label;  // of geo_restrictions; empty: none
  std::string policy;     // policy_restrictions; empty: none
  store::Time not_before;

  [[nodiscard]] static CertificateDetails of(const store::Certificate& certificate);
  [[nodiscard]] std::string text() const;
};

}  // namespace brink::control::api
