#include "control/api/zone_certificates.h"

#include "store/certificates.h"
#include "store/zones.h"
#include "tls/certificate.h"

#include <algorithm>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxHostName = 253;

std::optional<store::Certificate> of_local_ca(const store::ReadTransaction& transaction,
                                              const store::Id& zone) {
  const auto all = store::certificates::of_zone(transaction, zone);
  const auto found = std::ranges::find(all, store::CertificateSource::kLocalCa, &store::Certificate::source);
  return found == all.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

Result<ZoneCertificate> make_zone_certificate(const CertificateAuthorities& authorities,
                                              std::string_view zone_name) {
  ZoneCertificate made;
  made.hosts.emplace_back(zone_name);
  if (zone_name.size() + 2 <= kMaxHostName) made.hosts.push_back("*." + std::string(zone_name));
  auto issued = BRINK_TRY(authorities.local().issue(made.hosts));
  const auto parsed = BRINK_TRY(tls::Certificate::parse(issued.chain, issued.key));
  made.chain = std::move(issued.chain);
  made.key = std::move(issued.key);
  made.issuer = parsed->issuer_name();
  made.signature = parsed->signature_name();
  made.expires = std::chrono::floor<std::chrono::microseconds>(parsed->not_after());
  return made;
}

Result<> put_zone_certificate(store::WriteTransaction& transaction, const store::Id& zone,
                              const store::Id& id, const ZoneCertificate& certificate) {
  const auto former = of_local_ca(transaction, zone);
  return store::certificates::put(transaction,
                                  {.id = former ? former->id : id,
                                   .zone = zone,
                                   .source = store::CertificateSource::kLocalCa,
                                   .hosts = {certificate.hosts.begin(), certificate.hosts.end()},
                                   .chain = certificate.chain,
                                   .key = certificate.key,
                                   .ocsp = {},
                                   .issuer = certificate.issuer,
                                   .signature = certificate.signature,
                                   .details = {},
                                   .priority = kLocalCaPriority,
                                   .uploaded = former ? former->uploaded : store::Time(transaction.now()),
                                   .modified = transaction.now(),
                                   .expires = certificate.expires});
}

bool wants_zone_certificate(const store::ReadTransaction& transaction, const store::Id& zone,
                            store::Time now) {
  const auto found = of_local_ca(transaction, zone);
  return !found || found->expires - tls::LocalCa::kLeafRenewal <= now;
}

}  // namespace brink::control::api
