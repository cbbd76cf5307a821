// /certificates: the origin CA (api.md 5.11).
#include "control/api/certificate_authorities.h"
#include "control/api/endpoint_groups.h"
#include "control/api/origin_ca_json.h"
#include "control/api/origin_ca_request.h"
#include "control/api/page.h"
#include "control/api/timestamp.h"
#include "store/certificates.h"
#include "store/zones.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr PageRule kPages{.least = 5, .most = 50, .usual = 20};
constexpr std::uint64_t kMaxOffset = 1'000'000'000;

std::unexpected<ApiError> not_found() {
  return refuse(codes::kOriginCaNotFound, "There is no such certificate of the origin CA");
}

// --- whose it is ---

// What a certificate belongs to: the zone of its first host.
struct Owner {
  ZoneIdentity zone;
  std::string zone_name;
};

// The zone of each host must be there, be of one account, and let the caller sign for it.
Outcome<Owner> find_owner(const store::ReadTransaction& read, const Caller& caller,
                          const std::vector<std::string>& hosts) {
  std::optional<Owner> owner;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const auto at = [i](ApiError error) {
      return std::unexpected(std::move(error).at(fmt::format("/hostnames/{}", i)));
    };
    const auto zone = store::zones::find_enclosing(read, hosts[i]);
    if (!zone || !caller.sees({zone->id, zone->account}))
      return at({codes::kOriginCa, fmt::format("hostnames: {} is in none of your zones", hosts[i])});
    const ZoneIdentity identity{zone->id, zone->account};
    if (!caller.may(writes(Area::kSslCertificates), identity)) return at(codes::kForbidden);
    if (!owner) owner = Owner{identity, std::string(zone->name)};
    if (owner->zone.account != identity.account) {
      return at({codes::kOriginCa,
                 fmt::format("hostnames: {} is of another account than {}", hosts[i], hosts.front())});
    }
  }
  return *std::move(owner);
}

Outcome<store::OriginCertificate> find(const store::ReadTransaction& read, const Caller& caller,
                                       std::string_view serial, Level level) {
  auto certificate = store::origin_certificates::get(read, serial);
  if (!certificate) return not_found();
  const ZoneIdentity zone{certificate->zone, certificate->account};
  if (!caller.sees(zone)) return not_found();
  if (!caller.may({Area::kSslCertificates, level}, zone)) return refuse(codes::kForbidden);
  return *std::move(certificate);
}

AuditNote note_of(std::string action, const store::OriginCertificate& certificate, std::string zone_name) {
  return {.action = std::move(action),
          .account = certificate.account,
          .resource_type = "origin_ca_certificate",
          .resource = std::string(certificate.serial),
          .zone = certificate.zone,
          .zone_name = std::move(zone_name)};
}

// --- the endpoints ---

Task<Outcome<Answer>> sign_certificate(Call& call) {
  auto request = BRINK_CO_TRY(OriginCaRequest::parse(call.body));
  BRINK_CO_TRY(find_owner(call.read(), call.caller, request.hosts));
  const CertificateAuthorities* authorities = call.services.authorities;
  if (authorities == nullptr) co_return refuse(codes::kInternal, "The node's origin CA could not be opened");
  auto issued = BRINK_CO_TRY(authorities->origin().sign(request.signing, request.hosts, request.validity));

  auto result = co_await call.change([request = std::move(request), issued = std::move(issued),
                                      caller = call.caller](Changing& changing) -> Outcome<Json> {
    const Owner owner = BRINK_TRY(find_owner(changing.store, caller, request.hosts));
    const store::OriginCertificate certificate{
        .serial = issued.serial,
        .zone = owner.zone.zone,
        .account = owner.zone.account,
        .hosts = {request.hosts.begin(), request.hosts.end()},
        .certificate = issued.certificate,
        .csr = request.csr,
        .request_type = request.request_type,
        .validity_days = static_cast<std::uint32_t>(request.validity.count()),
        .created = changing.now(),
        .expires = std::chrono::floor<std::chrono::microseconds>(issued.not_after),
        .revoked = {}};
    BRINK_TRY(store::origin_certificates::put(changing.store, certificate));
    AuditNote note = note_of("origin_ca_certificate_create", certificate, owner.zone_name);
    note.after = origin_certificate_json(certificate);
    BRINK_TRY(changing.audit(note));
    return origin_certificate_json(certificate);
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

// Both ways of asking for a part of the list.
struct Part {
  std::uint64_t skip = 0;
  std::uint64_t most = 0;
};

Outcome<Part> parse_part(const Query& query) {
  if (!query.has("limit") && !query.has("offset")) {
    const Paging paging = BRINK_TRY(query.paging(kPages));
    return Part{paging.skip(), paging.per_page};
  }
  const auto limit = BRINK_TRY(query.number("limit", 1, kPages.most));
  const auto offset = BRINK_TRY(query.number("offset", 0, kMaxOffset));
  return Part{offset.value_or(0), limit.value_or(kPages.usual)};
}

// The zone that the query must name, which the caller may read the certificates of.
Outcome<store::Zone> find_zone(const Call& call) {
  const auto text = call.query.find("zone_id");
  if (!text || text->empty())
    return refuse(codes::kInvalidParameter, "zone_id: must be given, as a member of the query");
  const auto id = store::Id::parse(*text);
  auto zone = id ? store::zones::get(call.read(), *id) : std::nullopt;
  if (!zone || !call.caller.sees({zone->id, zone->account}))
    return refuse(codes::kInvalidParameter, "zone_id: there is no such zone");
  if (!call.caller.may(reads(Area::kSslCertificates), {zone->id, zone->account}))
    return refuse(codes::kForbidden);
  return *std::move(zone);
}

bool is_for_host_of(const store::OriginCertificate& certificate, const store::Zone& zone) {
  if (certificate.account != zone.account) return false;
  return certificate.zone == zone.id || std::ranges::any_of(certificate.hosts, [&](std::string_view host) {
           return host == zone.name || (host.ends_with(zone.name) && host.size() > zone.name.size() &&
                                        host[host.size() - zone.name.size() - 1] == '.');
         });
}

Task<Outcome<Answer>> list_certificates(Call& call) {
  const Part part = BRINK_CO_TRY(parse_part(call.query));
  const store::Zone zone = BRINK_CO_TRY(find_zone(call));
  Json shown = Json::array();
  std::uint64_t total = 0;
  store::origin_certificates::Scan scan(call.read());
  while (const auto certificate = scan.next()) {
    if (certificate->revoked != store::Time{} || !is_for_host_of(*certificate, zone)) continue;
    if (total >= part.skip && shown.size() < part.most)
      shown.push_back(origin_certificate_json(*certificate));
    ++total;
  }
  const std::uint64_t count = shown.size();
  Answer answer = Answer::of(std::move(shown));
  answer.page = {{"page", part.skip / part.most + 1},
                 {"per_page", part.most},
                 {"count", count},
                 {"total_count", total},
                 {"total_pages", (total + part.most - 1) / part.most}};
  co_return answer;
}

Task<Outcome<Answer>> get_certificate(Call& call) {
  const auto certificate =
      BRINK_CO_TRY(find(call.read(), call.caller, call.text("serial_number"), Level::kRead));
  co_return Answer::of(origin_certificate_json(certificate));
}

// Revoking twice is revoking once: clients send again what they did not hear an answer to.
Task<Outcome<Answer>> revoke_certificate(Call& call) {
  auto result = co_await call.change([serial = std::string(call.text("serial_number")),
                                      caller = call.caller](Changing& changing) -> Outcome<Json> {
    store::OriginCertificate certificate = BRINK_TRY(find(changing.store, caller, serial, Level::kWrite));
    if (certificate.revoked == store::Time{}) {
      const auto zone = store::zones::get(changing.store, certificate.zone);
      AuditNote note = note_of("origin_ca_certificate_revoke", certificate,
                               zone ? std::string(zone->name) : std::string());
      note.before = origin_certificate_json(certificate);
      certificate.revoked = changing.now();
      note.after = origin_certificate_json(certificate);
      BRINK_TRY(store::origin_certificates::put(changing.store, certificate));
      BRINK_TRY(changing.audit(note));
    }
    return Json{{"id", serial}, {"revoked_at", timestamp(certificate.revoked)}};
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

using enum http::Method;

// The serial number is no id of 32 digits, and so its name must not end in "id".
constexpr Endpoint kEndpoints[] = {
    {kPost, "/certificates", Where::kAnywhere, std::nullopt, Content::kJson, sign_certificate,
     "Signs `csr` for `hostnames` (of zones of one account; SSL and Certificates Write on each); "
     "`request_type` is `origin-rsa` or `origin-ecc`, `requested_validity` 7, 30, 90, 365, 730, 1095 or 5475 "
     "days. Origins that show it are believed by `ssl = strict` on this node, and by nobody else.",
     true},
    {kGet, "/certificates", Where::kAnywhere, std::nullopt, Content::kNone, list_certificates,
     "Those for hosts of the zone in `zone_id`, without those revoked. Parts: `page`, `per_page`, or "
     "`limit`, `offset`.",
     true},
    {kGet, "/certificates/{serial_number}", Where::kAnywhere, std::nullopt, Content::kNone, get_certificate,
     "One of them, by its serial number.", true},
    {kDelete, "/certificates/{serial_number}", Where::kAnywhere, std::nullopt, Content::kNone,
     revoke_certificate, "Revokes it: `ssl = strict` no longer believes it.", true},
};

}  // namespace

std::span<const Endpoint> origin_ca_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
