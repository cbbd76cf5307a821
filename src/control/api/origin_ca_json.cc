#include "control/api/origin_ca_json.h"

#include "control/api/timestamp.h"

namespace brink::control::api {

Json origin_certificate_json(const store::OriginCertificate& certificate) {
  Json hosts = Json::array();
  for (const std::string_view host : certificate.hosts) hosts.push_back(host);
  Json json = {{"id", certificate.serial},
               {"certificate", certificate.certificate},
               {"csr", certificate.csr},
               {"hostnames", std::move(hosts)},
               {"request_type", certificate.request_type},
               {"requested_validity", certificate.validity_days},
               {"expires_on", go_time(certificate.expires)}};
  if (certificate.revoked != store::Time{}) json["revoked_at"] = timestamp(certificate.revoked);
  return json;
}

std::string go_time(store::Time time) {
  std::string text = timestamp(std::chrono::floor<std::chrono::seconds>(time));  // "2041-11-20T00:00:00.0..."
  constexpr std::size_t kSeconds = sizeof "2041-11-20T00:00:00" - 1;
  text.resize(kSeconds);
  text[text.find('T')] = ' ';
  return text + " +0000 UTC";
}

}  // namespace brink::control::api
