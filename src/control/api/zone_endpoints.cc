// /zones (api.md 5.3).
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "control/api/zone_activation.h"
#include "control/api/zone_certificates.h"
#include "control/api/zone_filter.h"
#include "control/api/zone_json.h"
#include "store/accounts.h"
#include "telemetry/log.h"

#include <map>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr PageRule kPages{.least = 1, .most = 50, .usual = 20};  // certbot asks for one

// --- lists ---

// The names of accounts, looked up once for each.
class AccountNames {
 public:
  explicit AccountNames(const store::ReadTransaction& read) : read_(read) {}
  std::string_view of(const store::Id& id) {
    const auto found = names_.find(id);
    if (found != names_.end()) return found->second;
    const auto account = store::accounts::get(read_, id);
    return names_.emplace(id, account ? account->name : std::string_view()).first->second;
  }

 private:
  const store::ReadTransaction& read_;
  std::map<store::Id, std::string_view> names_;
};

class ZoneList {
 public:
  ZoneList(Call& call, ZoneFilter filter, const Paging& paging)
      : call_(call), filter_(std::move(filter)), page_(paging), names_(call.read()) {}

  Answer make() && {
    if (!filter_.exact_name().empty()) {
      if (const auto zone = store::zones::find(call_.read(), filter_.exact_name()); zone && is_shown(*zone))
        show(*zone);
    } else if (filter_.order() == ZoneFilter::Order::kName && filter_.is_empty() && sees_all()) {
      show_page();
    } else if (filter_.order() == ZoneFilter::Order::kName && filter_.is_of_names() && sees_all()) {
      show_names();
    } else if (filter_.order() == ZoneFilter::Order::kName && filter_.direction() == Direction::kAscending) {
      store::zones::Scan scan(call_.read());
      while (const auto zone = scan.next()) {
        if (is_shown(*zone)) show(*zone);
      }
    } else {
      show_sorted();
    }
    return std::move(page_).finish();
  }

 private:
  [[nodiscard]] bool sees_all() const { return call_.caller.may_in_every_zone(reads(Area::kZone)); }

  [[nodiscard]] store::zones::Scan by_name() const {
    if (filter_.direction() == Direction::kDescending) return {call_.read(), store::zones::Scan::Reverse()};
    return store::zones::Scan(call_.read());
  }

  // Reads nothing but what is shown, however many zones there are.
  void show_page() {
    const std::uint64_t total = store::zones::count(call_.read());
    const std::uint64_t before = std::min(page_.skipped(), total);
    store::zones::Scan scan = by_name();
    scan.skip(before);
    page_.pass(before);
    while (page_.wants()) {
      const auto zone = scan.next();
      if (!zone) break;
      show(*zone);
    }
    page_.pass(total - page_.total());
  }

  // Reads the names of all zones, for how many match must be told, and of the rest what is shown.
  void show_names() {
    store::zones::Scan scan = by_name();
    while (const auto name = scan.next_name()) {
      if (!filter_.matches_name(*name)) continue;
      if (!page_.wants()) {
        page_.pass();
      } else if (const auto zone = scan.zone()) {
        show(*zone);
      }
    }
  }

  bool is_shown(const store::Zone& zone) {
    return call_.caller.may(reads(Area::kZone), {zone.id, zone.account}) &&
           filter_.matches(zone, names_.of(zone.account));
  }

  void show(const store::Zone& zone) {
    if (page_.wants()) {
      page_.add(zone_json(zone, call_.caller, call_.read(), call_.now()));
    } else {
      page_.pass();
    }
  }

  std::string sort_key(const store::Zone& zone) {
    switch (filter_.order()) {
      case ZoneFilter::Order::kName: return {};
      case ZoneFilter::Order::kStatus: return std::string(status_name(zone.status));
      case ZoneFilter::Order::kAccountId: return zone.account.text();
      case ZoneFilter::Order::kAccountName: return std::string(names_.of(zone.account));
    }
    return {};
  }

  // Zones with the same key stay in the order of their names.
  void show_sorted() {
    std::vector<std::pair<std::string, store::Id>> order;
    store::zones::Scan scan(call_.read());
    while (const auto zone = scan.next()) {
      if (is_shown(*zone)) order.emplace_back(sort_key(*zone), zone->id);
    }
    if (filter_.direction() == Direction::kDescending) std::ranges::reverse(order);
    std::ranges::stable_sort(order, [&](const auto& a, const auto& b) {
      return filter_.direction() == Direction::kDescending ? a.first > b.first : a.first < b.first;
    });
    for (const auto& [key, id] : order) {
      if (!page_.wants()) {
        page_.pass();
      } else if (const auto zone = store::zones::get(call_.read(), id)) {
        page_.add(zone_json(*zone, call_.caller, call_.read(), call_.now()));
      }
    }
  }

  Call& call_;
  ZoneFilter filter_;
  PageBuilder page_;
  AccountNames names_;
};

Task<Outcome<Answer>> list_zones(Call& call) {
  const auto paging = BRINK_CO_TRY(call.query.paging(kPages));
  auto filter = BRINK_CO_TRY(ZoneFilter::parse(call.query));
  co_return ZoneList(call, std::move(filter), paging).make();
}

// --- making and changing ---

Outcome<store::ZoneType> parse_type(const Json& body) {
  const auto text = BRINK_TRY(text_member(body, "type", 32));
  if (!text || *text == "full") return store::ZoneType::kFull;
  if (*text == "partial") return store::ZoneType::kPartial;
  if (*text == "secondary") return store::ZoneType::kSecondary;
  return std::unexpected(
      ApiError(codes::kInvalid, R"(type: must be "full", "partial" or "secondary")").at("/type"));
}

// The account that the body names; else the only one that the caller may make zones in.
Outcome<store::Id> parse_account(const Call& call) {
  const auto may = [&](const store::Id& account) {
    return call.caller.may(writes(Area::kZone), {store::Id{}, account});
  };
  const auto unauthorized = [] {
    return refuse(codes::kZoneUnauthorized, "Requires the permission Zone Write on the account");
  };
  if (const Json* account = find_value(call.body, "account")) {
    const std::string text = BRINK_TRY(required_text(*account, "id", 64));
    const auto id = store::Id::parse(text);
    if (!id || !store::accounts::get(call.read(), *id) || !call.caller.sees_account(*id)) {
      // Whoever may not see an account need not learn whether it is there.
      if (!id || !may(*id) || !store::accounts::get(call.read(), *id))
        return std::unexpected(
            ApiError(codes::kInvalid, "account.id: there is no such account").at("/account/id"));
    }
    if (!may(*id)) return unauthorized();
    return *id;
  }
  std::optional<store::Id> only;
  store::accounts::Scan scan(call.read());
  while (const auto account = scan.next()) {
    if (!may(account->id)) continue;
    if (only) return std::unexpected(ApiError(codes::kInvalid, "account.id: must be given").at("/account"));
    only = account->id;
  }
  if (!only) return unauthorized();
  return *only;
}

// https from the first moment. Where there can be none now, CertificateRenewal makes it later.
std::optional<ZoneCertificate> first_certificate(const Call& call, std::string_view name) {
  if (call.services.authorities == nullptr) return std::nullopt;
  auto made = make_zone_certificate(*call.services.authorities, name);
  if (made) return *std::move(made);
  telemetry::log_error("no certificate of the local CA for a new zone",
                       {{"zone", name}, {"why", made.error().text()}});
  return std::nullopt;
}

Task<Outcome<Answer>> create_zone(Call& call) {
  if (!call.body.is_object()) co_return refuse(codes::kInvalid, "The body must be a JSON object");
  const std::string given = BRINK_CO_TRY(required_text(call.body, "name", 1000));
  const std::string name = BRINK_CO_TRY(parse_zone_name(given));
  const auto type = BRINK_CO_TRY(parse_type(call.body));
  const store::Id account = BRINK_CO_TRY(parse_account(call));
  const NodeFacts& node = call.services.node;
  auto result = co_await call.change(
      [name, type, account, caller = call.caller, servers = node.name_servers,
       active = node.activate_zones_at_once,
       certificate = first_certificate(call, name)](Changing& changing) -> Outcome<Json> {
        if (store::zones::find(changing.store, name))
          return refuse(codes::kZoneExists, name + " already exists");
        store::Zone zone{.id = changing.new_id(),
                         .account = account,
                         .name = name,
                         .type = type,
                         .created = changing.now(),
                         .modified = changing.now()};
        if (active) {
          zone.status = store::ZoneStatus::kActive;
          zone.activated = changing.now();
        }
        zone.name_servers.assign(servers.begin(), servers.end());
        BRINK_TRY(store::zones::put(changing.store, zone));
        if (certificate)
          BRINK_TRY(put_zone_certificate(changing.store, zone.id, changing.new_id(), *certificate));
        Json after = zone_json(zone, caller, changing.store, changing.now());
        BRINK_TRY(changing.audit({.action = "zone_create",
                                  .account = account,
                                  .resource_type = "zone",
                                  .resource = zone.id.text(),
                                  .zone = zone.id,
                                  .zone_name = name,
                                  .after = after}));
        return after;
      });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> get_zone(Call& call) {
  co_return Answer::of(zone_json(call.zone(), call.caller, call.read(), call.now()));
}

// What a file declares, the file must change: at the next start it would be as before.
Outcome<> check_not_declared(const store::Zone& zone) {
  if (zone.declared_in.empty()) return {};
  return refuse(codes::kInvalid,
                fmt::format("{} is declared in {}: change it there", zone.name, zone.declared_in));
}

struct ZoneWish {
  std::optional<bool> paused;
  std::optional<store::ZoneType> type;
};

Outcome<ZoneWish> parse_zone_wish(const Json& body) {
  if (!body.is_object()) return refuse(codes::kInvalid, "The body must be a JSON object");
  ZoneWish wish;
  wish.paused = BRINK_TRY(flag_member(body, "paused"));
  if (find_value(body, "type") != nullptr) wish.type = BRINK_TRY(parse_type(body));
  if (const Json* plan = find_value(body, "plan")) {
    const auto id = BRINK_TRY(text_member(*plan, "id", 64));
    if (id && *id != plan_json()["id"].get<std::string>())
      return std::unexpected(
          ApiError(codes::kNotSupported, "plan: Brink has one plan, which is free").at("/plan/id"));
  }
  if (const Json* servers = find_value(body, "vanity_name_servers");
      servers != nullptr && !servers->empty()) {
    return std::unexpected(
        ApiError(codes::kNotSupported,
                 "vanity_name_servers: name the node's own in [node] name_servers of brink.toml")
            .at("/vanity_name_servers"));
  }
  return wish;
}

Task<Outcome<Answer>> edit_zone(Call& call) {
  const ZoneWish wish = BRINK_CO_TRY(parse_zone_wish(call.body));
  auto result = co_await call.change(
      [wish, id = call.zone().id, caller = call.caller](Changing& changing) -> Outcome<Json> {
        auto zone = store::zones::get(changing.store, id);
        if (!zone) return refuse(codes::kNotFound);
        BRINK_TRY(check_not_declared(*zone));
        const Json before = zone_json(*zone, caller, changing.store, changing.now());
        const std::string name(zone->name);
        std::vector<std::string> servers(zone->name_servers.begin(), zone->name_servers.end());
        const std::string declaration(zone->declaration);  // of a file that says more of an API's zone
        zone->name = name;
        zone->declaration = declaration;
        zone->name_servers.assign(servers.begin(), servers.end());
        zone->paused = wish.paused.value_or(zone->paused);
        zone->type = wish.type.value_or(zone->type);
        zone->modified = changing.now();
        zone->declared_in = {};
        BRINK_TRY(store::zones::put(changing.store, *zone));
        Json after = zone_json(*zone, caller, changing.store, changing.now());
        BRINK_TRY(changing.audit({.action = "zone_edit",
                                  .account = zone->account,
                                  .resource_type = "zone",
                                  .resource = id.text(),
                                  .zone = id,
                                  .zone_name = name,
                                  .before = before,
                                  .after = after}));
        return after;
      });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> delete_zone(Call& call) {
  auto result =
      co_await call.change([id = call.zone().id, caller = call.caller](Changing& changing) -> Outcome<Json> {
        const auto zone = store::zones::get(changing.store, id);
        if (!zone) return refuse(codes::kNotFound);
        BRINK_TRY(check_not_declared(*zone));
        const Json before = zone_json(*zone, caller, changing.store, changing.now());
        const store::Id account = zone->account;
        const std::string name(zone->name);
        BRINK_TRY(store::zones::remove(changing.store, id));
        BRINK_TRY(changing.audit({.action = "zone_delete",
                                  .account = account,
                                  .resource_type = "zone",
                                  .resource = id.text(),
                                  .zone = id,
                                  .zone_name = name,
                                  .before = before}));
        return Json{{"id", id.text()}};
      });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

// Asks the DNS beside what else goes on; the zone shows what came of it.
Task<Outcome<Answer>> check_activation(Call& call) {
  const store::Id id = call.zone().id;
  Answer answer = Answer::of({{"id", id.text()}});
  if (call.zone().status == store::ZoneStatus::kActive) co_return answer;
  if (call.services.node.activate_zones_at_once) {
    BRINK_CO_TRY(co_await call.change([id](Changing& changing) -> Outcome<Json> {
      BRINK_TRY(activate(changing, id));
      return Json();
    }));
    co_return answer;
  }
  if (call.zone().name_servers.empty()) {
    co_return refuse(
        codes::kInvalid,
        "The zone was told no name servers that its parent could name: set [node] name_servers in "
        "brink.toml before it is made, or [control] activate_zones");
  }
  if (call.services.activation == nullptr || !call.services.activation->check_soon(id, call.audit_origin()))
    co_return refuse(codes::kBusy, "Too many zones are being checked; try again");
  co_return answer;
}

// --- plans, holds ---

Task<Outcome<Answer>> list_plans(Call&) { co_return one_page(Json::array({plan_json()})); }

Task<Outcome<Answer>> get_subscription(Call& call) {
  co_return Answer::of(
      {{"id", call.zone().id.text()},
       {"state", "Provisioned"},
       {"price", 0},
       {"currency", "USD"},
       {"frequency", "monthly"},
       {"rate_plan", {{"id", "free"}, {"public_name", "Free Website"}, {"currency", "USD"}}}});
}

Task<Outcome<Answer>> get_hold(Call&) {
  co_return Answer::of({{"hold", false}, {"include_subdomains", false}, {"hold_after", nullptr}});
}

Task<Outcome<Answer>> refuse_hold(Call&) {
  co_return refuse(codes::kNotSupported, "Brink has no zone holds: a node has each name once");
}

using enum http::Method;
constexpr Permission kSee = reads(Area::kZone);
constexpr Permission kEdit = writes(Area::kZone);

constexpr Endpoint kEndpoints[] = {
    {kGet, "/zones", Where::kAnywhere, std::nullopt, Content::kNone, list_zones,
     "The zones that the token may read. Filters: `name` (also `contains:`, `starts_with:`, `ends_with:`, "
     "`equal:`, "
     "`not_equal:`), `status`, `type`, `account.id`, `account.name`, `match`; `order`, `direction`.",
     true},
    {kPost, "/zones", Where::kAnywhere, std::nullopt, Content::kJson, create_zone,
     "Makes a zone; Zone Write on the account.", true},
    {kGet, "/zones/{zone_id}", Where::kZone, kSee, Content::kNone, get_zone, "A zone.", true},
    {kPatch, "/zones/{zone_id}", Where::kZone, kEdit, Content::kJson, edit_zone,
     "Changes `paused` or `type`.", true},
    {kDelete, "/zones/{zone_id}", Where::kZone, kEdit, Content::kNone, delete_zone,
     "Deletes it with all that belongs to it.", true},
    {kPut, "/zones/{zone_id}/activation_check", Where::kZone, kEdit, Content::kNone, check_activation,
     "Asks the DNS whether the zone's parent delegates to this edge, and makes the zone active where it "
     "does.",
     true},
    {kGet, "/zones/{zone_id}/available_plans", Where::kZone, kSee, Content::kNone, list_plans,
     "The one plan."},
    {kGet, "/zones/{zone_id}/available_rate_plans", Where::kZone, kSee, Content::kNone, list_plans,
     "The same."},
    {kGet, "/zones/{zone_id}/subscription", Where::kZone, kSee, Content::kNone, get_subscription,
     "The subscription to it."},
    {kGet, "/zones/{zone_id}/hold", Where::kZone, kSee, Content::kNone, get_hold, "That there is no hold."},
    {kPost, "/zones/{zone_id}/hold", Where::kZone, kEdit, Content::kNone, refuse_hold,
     "Refused: a node has each name once."},
    {kPatch, "/zones/{zone_id}/hold", Where::kZone, kEdit, Content::kNone, refuse_hold, "Refused, likewise."},
    {kDelete, "/zones/{zone_id}/hold", Where::kZone, kEdit, Content::kNone, refuse_hold,
     "Refused, likewise."},
};

}  // namespace

std::span<const Endpoint> zone_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
