#include "control/api/certificate_json.h"

#include "control/api/timestamp.h"

namespace brink::control::api {
namespace {

std::string stored_text(const Json& object, std::string_view name, std::string_view otherwise) {
  const Json* value = find_value(object, name);
  const auto* text = value != nullptr ? value->get_ptr<const std::string*>() : nullptr;
  return text != nullptr ? *text : std::string(otherwise);
}

}  // namespace

std::string_view certificate_status(const store::Certificate& certificate, store::Time now) {
  if (certificate.expires <= now) return "expired";
  return CertificateDetails::of(certificate).not_before > now ? "pending" : "active";
}

Json certificate_json(const store::Certificate& certificate, store::Time now) {
  const CertificateDetails details = CertificateDetails::of(certificate);
  Json hosts = Json::array();
  for (const std::string_view host : certificate.hosts) hosts.push_back(host);
  Json json = {{"id", certificate.id.uuid()},
               {"zone_id", certificate.zone.text()},
               {"hosts", std::move(hosts)},
               {"issuer", certificate.issuer},
               {"signature", certificate.signature},
               {"status", certificate_status(certificate, now)},
               {"bundle_method", details.bundle_method},
               {"type", details.type},
               {"priority", certificate.priority},
               {"uploaded_on", timestamp(certificate.uploaded)},
               {"modified_on", timestamp(certificate.modified)},
               {"expires_on", timestamp(certificate.expires)}};
  if (!details.geo_label.empty()) json["geo_restrictions"] = {{"label", details.geo_label}};
  if (!details.policy.empty()) json["policy_restrictions"] = details.policy;
  return json;
}

Json audited_certificate_json(const store::Certificate& certificate, store::Time now) {
  Json json = certificate_json(certificate, now);
  json["certificate"] = certificate.chain;
  json["private_key"] = "**********";
  return json;
}

CertificateDetails CertificateDetails::of(const store::Certificate& certificate) {
  const Json json = stored_json(certificate.details);
  CertificateDetails details;
  details.bundle_method = stored_text(json, "bundle_method", details.bundle_method);
  details.type = stored_text(json, "type", details.type);
  details.geo_label = stored_text(json, "geo_label", {});
  details.policy = stored_text(json, "policy", {});
  details.not_before = parse_timestamp(stored_text(json, "not_before", {})).value_or(store::Time{});
  return details;
}

std::string CertificateDetails::text() const {
  Json json = {{"bundle_method", bundle_method}, {"type", type}, {"not_before", timestamp(not_before)}};
  if (!geo_label.empty()) json["geo_label"] = geo_label;
  if (!policy.empty()) json["policy"] = policy;
  return json_text(json);
}

}  // namespace brink::control::api
