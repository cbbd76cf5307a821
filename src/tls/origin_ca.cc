#include "tls/origin_ca.h"

#include "base/assert.h"
#include "tls/openssl_handles.h"
#include "tls/serial.h"
#include "tls/x509_builder.h"

#include <algorithm>
#include <utility>

namespace brink::tls {
namespace {

constexpr char kAuthorityName[] = "Brink origin CA";
constexpr char kCommonName[] = "Brink origin certificate";

}  // namespace

std::string origin_ca_directory(std::string_view data_dir) { return std::string(data_dir) + "/origin-ca"; }

Result<OriginCa> OriginCa::open(const std::string& directory, WallClock clock) {
  auto authority = BRINK_TRY(
      open_authority(directory, {.common_name = kAuthorityName, .lifetime = kAuthorityLifetime}, clock));
  return OriginCa(std::move(authority), std::move(clock));
}

Result<OriginCa::Issued> OriginCa::sign(const SigningRequest& request, const std::vector<std::string>& names,
                                        std::chrono::days lifetime) const {
  BRINK_ASSERT(!names.empty());
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_());
  const auto not_after = std::min<Certificate::Time>(now + lifetime, authority_->not_after());
  const auto certificate = BRINK_TRY(make_certificate(
      {.common_name = kCommonName, .names = names, .not_before = now - kBackdated, .not_after = not_after},
      request.key(), authority_->leaf(), authority_->key()));
  return Issued{.certificate = certificate_pem(certificate.get()),
                .serial = decimal_serial(certificate.get()),
                .not_after = not_after};
}

std::string OriginCa::authority_pem() const { return certificate_pem(authority_->leaf()); }

}  // namespace brink::tls
