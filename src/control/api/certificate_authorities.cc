#include "control/api/certificate_authorities.h"

namespace brink::control::api {

Result<std::unique_ptr<CertificateAuthorities>> CertificateAuthorities::open(const std::string& data_dir,
                                                                             const tls::WallClock& clock) {
  auto local = BRINK_TRY(tls::LocalCa::open(data_dir + "/ca", clock));
  auto origin = BRINK_TRY(tls::OriginCa::open(tls::origin_ca_directory(data_dir), clock));
  return std::unique_ptr<CertificateAuthorities>(
      new CertificateAuthorities(std::move(local), std::move(origin)));
}

}  // namespace brink::control::api
