#include "control/acme/stored_certificate.h"

#include "control/acme/schedule.h"
#include "control/api/change.h"
#include "control/api/timestamp.h"
#include "store/zones.h"

#include <algorithm>

namespace brink::control::acme {
namespace {

using api::Json;

Json shown(const store::Certificate& certificate) {
  return {{"id", certificate.id.uuid()},
          {"hosts", certificate.hosts},
          {"issuer", certificate.issuer},
          {"expires_on", api::timestamp(certificate.expires)}};
}

class Log {
 public:
  Log(store::WriteTransaction& write, const store::Id& zone, std::uint64_t seed)
      : origin_{.actor = {},
                .actor_email = {},
                .actor_address = "local",
                .actor_context = "acme",
                .token = {},
                .token_name = {},
                .ray = {},
                .method = {},
                .uri = {},
                .user_agent = {}},
        changing_(write, origin_, seed),
        zone_(zone) {
    if (const auto stored = store::zones::get(write, zone)) {
      account_ = stored->account;
      zone_name_ = stored->name;
    }
  }

  Result<> add(const char* action, const store::Id& certificate, Json before, Json after) {
    const auto added = changing_.audit({.action = action,
                                        .account = account_,
                                        .resource_type = "certificate",
                                        .resource = certificate.uuid(),
                                        .zone = zone_,
                                        .zone_name = zone_name_,
                                        .before = std::move(before),
                                        .after = std::move(after)});
    if (!added) return fail(store::StoreError::kIo);  // the transaction says what it was
    return {};
  }

 private:
  const api::AuditOrigin origin_;
  api::Changing changing_;
  store::Id zone_;
  store::Id account_;
  std::string zone_name_;
};

}  // namespace

Result<> put_issued(store::WriteTransaction& write, const store::Certificate& certificate,
                    std::uint64_t seed) {
  const std::vector<std::string> names(certificate.hosts.begin(), certificate.hosts.end());
  std::vector<std::pair<store::Id, Json>> replaced;
  for (const store::Certificate& each : store::certificates::of_zone(write, certificate.zone)) {
    if (each.source != store::CertificateSource::kAcme) continue;
    if (std::ranges::all_of(each.hosts, [&](std::string_view host) { return covers(names, host); }))
      replaced.emplace_back(each.id, shown(each));
  }
  Log log(write, certificate.zone, seed);
  for (auto& [id, before] : replaced) {
    BRINK_TRY(store::certificates::remove(write, id));
    BRINK_TRY(log.add("acme_certificate_delete", id, std::move(before), Json()));
  }
  BRINK_TRY(store::certificates::put(write, certificate));
  return log.add("acme_certificate_create", certificate.id, Json(), shown(certificate));
}

}  // namespace brink::control::acme
