// /zones/{zone_id}/custom_certificates (api.md 5.11).
#include "control/api/certificate_wish.h"
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "store/certificates.h"
#include "store/zones.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr PageRule kPages{.least = 5, .most = 50, .usual = 20};
constexpr std::size_t kMostPrioritized = 1000;         // in one call
constexpr std::int64_t kMostPriority = 1'000'000'000;  // either way
constexpr std::array<std::string_view, 5> kStatuses = {"active", "expired", "deleted", "pending",
                                                       "initializing"};

// --- reading ---

bool is_custom(const store::Certificate& certificate, const store::Id& zone) {
  return certificate.zone == zone && certificate.source == store::CertificateSource::kCustom;
}

std::unexpected<ApiError> not_found() {
  return refuse(codes::kNotFound, "The zone has no such custom certificate");
}

Outcome<store::Certificate> find(const store::ReadTransaction& read, const store::Id& zone,
                                 const store::Id& id) {
  auto certificate = store::certificates::get(read, id);
  if (!certificate || !is_custom(*certificate, zone)) return not_found();
  return *std::move(certificate);
}

Outcome<std::optional<std::string_view>> parse_status(const Query& query) {
  const auto status = query.find("status");
  if (!status || status->empty() || *status == "all") return std::nullopt;
  if (std::ranges::find(kStatuses, *status) != kStatuses.end()) return status;
  return refuse(codes::kInvalid, fmt::format("status: must be one of {}", fmt::join(kStatuses, ", ")));
}

Task<Outcome<Answer>> list_certificates(Call& call) {
  const auto paging = BRINK_CO_TRY(call.query.paging(kPages));
  BRINK_CO_TRY(call.query.matches_any());  // there is one filter: any and all are the same
  const auto status = BRINK_CO_TRY(parse_status(call.query));
  PageBuilder page(paging);
  for (const auto& each : store::certificates::of_zone(call.read(), call.zone().id)) {
    if (!is_custom(each, call.zone().id)) continue;
    if (status && certificate_status(each, call.now()) != *status) continue;
    if (page.wants()) {
      page.add(certificate_json(each, call.now()));
    } else {
      page.pass();
    }
  }
  co_return std::move(page).finish();
}

Task<Outcome<Answer>> get_certificate(Call& call) {
  const auto certificate = BRINK_CO_TRY(find(call.read(), call.zone().id, call.id("uuid")));
  co_return Answer::of(certificate_json(certificate, call.now()));
}

// --- changing ---

AuditNote note_of(std::string action, const store::Zone& zone, std::string resource) {
  return {.action = std::move(action),
          .account = zone.account,
          .resource_type = "custom_certificate",
          .resource = std::move(resource),
          .zone = zone.id,
          .zone_name = std::string(zone.name)};
}

// A host below the zone may still be another zone's, which may be another customer's.
Outcome<> check_hosts(const store::ReadTransaction& read, const store::Zone& zone,
                      const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    const auto enclosing = store::zones::find_enclosing(read, host);
    if (enclosing && enclosing->id == zone.id) continue;
    return std::unexpected(
        ApiError(codes::kInvalid,
                 fmt::format("certificate: it is for {}, which is no host of the zone {}", host, zone.name))
            .at("/certificate"));
  }
  return {};
}

void set_content(store::Certificate& certificate, const GivenCertificate& given) {
  certificate.hosts.assign(given.hosts.begin(), given.hosts.end());
  certificate.chain = given.chain;
  certificate.key = given.key;
  certificate.ocsp = {};
  certificate.issuer = given.issuer;
  certificate.signature = given.signature;
  certificate.expires = given.not_after;
}

Task<Outcome<Answer>> create_certificate(Call& call) {
  const CertificateWish wish = BRINK_CO_TRY(CertificateWish::parse(call.body));
  std::string chain = BRINK_CO_TRY(required_text(call.body, "certificate", kMaxCertificateBytes));
  std::string key = BRINK_CO_TRY(required_text(call.body, "private_key", kMaxPrivateKeyBytes));
  auto given = BRINK_CO_TRY(read_certificate(std::move(chain), std::move(key), call.now()));
  CertificateDetails details{.not_before = given.not_before};
  wish.apply_to(details);

  auto result = co_await call.change(
      [given = std::move(given), details, zone_id = call.zone().id](Changing& changing) -> Outcome<Json> {
        const auto zone = store::zones::get(changing.store, zone_id);
        if (!zone) return refuse(codes::kNotFound);
        BRINK_TRY(check_hosts(changing.store, *zone, given.hosts));
        for (const auto& each : store::certificates::of_zone(changing.store, zone_id)) {
          // Clients send again what they did not hear an answer to.
          if (is_custom(each, zone_id) && each.chain == given.chain)
            return refuse(codes::kInvalid, "The zone has this certificate already: " + each.id.uuid());
        }
        const std::string details_text = details.text();
        store::Certificate certificate{.id = changing.new_id(),
                                       .zone = zone_id,
                                       .source = store::CertificateSource::kCustom,
                                       .details = details_text,
                                       .uploaded = changing.now(),
                                       .modified = changing.now()};
        set_content(certificate, given);
        AuditNote note = note_of("custom_certificate_create", *zone, certificate.id.uuid());
        note.after = audited_certificate_json(certificate, changing.now());
        BRINK_TRY(store::certificates::put(changing.store, certificate));
        BRINK_TRY(changing.audit(note));
        return certificate_json(certificate, changing.now());
      });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

// The new chain and key of a PATCH; nothing where it has neither. A renewed certificate may come alone: its
// key is then the one that is there.
Outcome<std::optional<GivenCertificate>> read_content(const CertificateWish& wish,
                                                      const store::Certificate& old, store::Time now) {
  if (!wish.chain && !wish.key) return std::nullopt;
  return BRINK_TRY(read_certificate(wish.chain.value_or(std::string(old.chain)),
                                    wish.key.value_or(std::string(old.key)), now));
}

Task<Outcome<Answer>> edit_certificate(Call& call) {
  CertificateWish wish = BRINK_CO_TRY(CertificateWish::parse(call.body));
  wish.type = std::nullopt;  // of a certificate's making
  BRINK_CO_TRY(find(call.read(), call.zone().id, call.id("uuid")));
  auto result = co_await call.change([wish = std::move(wish), zone_id = call.zone().id,
                                      id = call.id("uuid")](Changing& changing) -> Outcome<Json> {
    const auto zone = store::zones::get(changing.store, zone_id);
    if (!zone) return refuse(codes::kNotFound);
    store::Certificate certificate = BRINK_TRY(find(changing.store, zone_id, id));
    AuditNote note = note_of("custom_certificate_edit", *zone, id.uuid());
    note.before = audited_certificate_json(certificate, changing.now());
    const auto given = BRINK_TRY(read_content(wish, certificate, changing.now()));
    CertificateDetails details = CertificateDetails::of(certificate);
    wish.apply_to(details);
    if (given) {
      BRINK_TRY(check_hosts(changing.store, *zone, given->hosts));
      set_content(certificate, *given);
      details.not_before = given->not_before;
    }
    const std::string details_text = details.text();
    certificate.details = details_text;
    certificate.modified = changing.now();
    Json after = certificate_json(certificate, changing.now());
    note.after = audited_certificate_json(certificate, changing.now());
    BRINK_TRY(store::certificates::put(changing.store, certificate));
    BRINK_TRY(changing.audit(note));
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> delete_certificate(Call& call) {
  auto result = co_await call.change(
      [zone_id = call.zone().id, id = call.id("uuid")](Changing& changing) -> Outcome<Json> {
        const auto zone = store::zones::get(changing.store, zone_id);
        if (!zone) return refuse(codes::kNotFound);
        const store::Certificate certificate = BRINK_TRY(find(changing.store, zone_id, id));
        AuditNote note = note_of("custom_certificate_delete", *zone, id.uuid());
        note.before = audited_certificate_json(certificate, changing.now());
        BRINK_TRY(store::certificates::remove(changing.store, id));
        BRINK_TRY(changing.audit(note));
        return Json{{"id", id.uuid()}};
      });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

// --- priorities ---

struct WantedPriority {
  store::Id id;
  std::int64_t priority = 0;
};

Outcome<std::vector<WantedPriority>> parse_priorities(const Json& body) {
  const Json* list = find_value(body, "certificates");
  if (list == nullptr || !list->is_array() || list->empty() || list->size() > kMostPrioritized) {
    return std::unexpected(
        ApiError(codes::kInvalid, fmt::format(R"(certificates: must be an array of 1 to {} objects, each )"
                                              R"(with "id" and "priority")",
                                              kMostPrioritized))
            .at("/certificates"));
  }
  std::vector<WantedPriority> wanted;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto wrong = [i](std::string_view member, std::string_view must_be) {
      return std::unexpected(
          ApiError(codes::kInvalid, fmt::format("certificates[{}].{}: {}", i, member, must_be))
              .at(fmt::format("/certificates/{}/{}", i, member)));
    };
    const std::string text = BRINK_TRY(required_text((*list)[i], "id", 64));
    const auto id = store::Id::parse_uuid(text);
    if (!id) return wrong("id", "must be a UUID");
    const auto priority = BRINK_TRY(number_member((*list)[i], "priority", -kMostPriority, kMostPriority));
    if (!priority) return wrong("priority", "must be given");
    wanted.push_back({*id, *priority});
  }
  return wanted;
}

Task<Outcome<Answer>> prioritize(Call& call) {
  auto wanted = BRINK_CO_TRY(parse_priorities(call.body));
  auto result = co_await call.change(
      [wanted = std::move(wanted), zone_id = call.zone().id](Changing& changing) -> Outcome<Json> {
        const auto zone = store::zones::get(changing.store, zone_id);
        if (!zone) return refuse(codes::kNotFound);
        AuditNote note = note_of("custom_certificate_prioritize", *zone, zone_id.text());
        note.before = note.after = Json::array();
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          auto certificate = store::certificates::get(changing.store, wanted[i].id);
          if (!certificate || !is_custom(*certificate, zone_id)) {
            return std::unexpected(
                ApiError(codes::kInvalid,
                         fmt::format("certificates[{}].id: the zone has no such custom certificate", i))
                    .at(fmt::format("/certificates/{}/id", i)));
          }
          note.before.push_back({{"id", wanted[i].id.uuid()}, {"priority", certificate->priority}});
          note.after.push_back({{"id", wanted[i].id.uuid()}, {"priority", wanted[i].priority}});
          certificate->priority = wanted[i].priority;
          certificate->modified = changing.now();
          BRINK_TRY(store::certificates::put(changing.store, *certificate));
        }
        BRINK_TRY(changing.audit(note));
        Json all = Json::array();
        for (const auto& each : store::certificates::of_zone(changing.store, zone_id)) {
          if (is_custom(each, zone_id)) all.push_back(certificate_json(each, changing.now()));
        }
        return all;
      });
  co_return one_page(BRINK_CO_TRY(std::move(result)));
}

using enum http::Method;
constexpr Permission kSee = reads(Area::kSslCertificates);
constexpr Permission kEdit = writes(Area::kSslCertificates);

constexpr Endpoint kEndpoints[] = {
    {kGet, "/zones/{zone_id}/custom_certificates", Where::kZone, kSee, Content::kNone, list_certificates,
     "The zone's own certificates, the highest priority first. Filters: `status`, `match`.", true},
    {kPost, "/zones/{zone_id}/custom_certificates", Where::kZone, kEdit, Content::kJson, create_certificate,
     "Uploads `certificate` (its chain after it, which is shown as it was sent, whatever `bundle_method` "
     "says) and `private_key`, which is never shown again. `geo_restrictions` and `policy` are kept for "
     "clients and have no effect on a node.",
     true},
    {kPut, "/zones/{zone_id}/custom_certificates/prioritize", Where::kZone, kEdit, Content::kJson, prioritize,
     R"(Which of several for one host is shown: `{"certificates": [{"id", "priority"}]}`, higher wins.)",
     true},
    {kGet, "/zones/{zone_id}/custom_certificates/{uuid}", Where::kZone, kSee, Content::kNone, get_certificate,
     "One of them.", true},
    {kPatch, "/zones/{zone_id}/custom_certificates/{uuid}", Where::kZone, kEdit, Content::kJson,
     edit_certificate,
     "Replaces `certificate` and `private_key` (a renewed certificate of the same key may come alone), or "
     "changes `bundle_method`, `geo_restrictions`, `policy`.",
     true},
    {kDelete, "/zones/{zone_id}/custom_certificates/{uuid}", Where::kZone, kEdit, Content::kNone,
     delete_certificate,
     "Deletes it; the edge goes on with the zone's next one, at last with that of the local CA.", true},
};

}  // namespace

std::span<const Endpoint> certificate_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
