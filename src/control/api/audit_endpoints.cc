// The audit logs, v1 and v2 (api.md 5.17).
#include "control/api/audit_json.h"
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "control/api/timestamp.h"
#include "store/accounts.h"
#include "store/audit_log.h"

#include <charconv>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr PageRule kPages{.least = 1, .most = 1000, .usual = 100};

Outcome<std::optional<store::Time>> time_of(const Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text || text->empty()) return std::nullopt;
  const auto time = parse_timestamp(*text);
  if (!time)
    return refuse(codes::kInvalid, fmt::format("query parameter {}: must be a date or a time", name));
  return *time;
}

struct Span {
  store::Time since{};
  store::Time before = store::Time::max();
  bool newest_first = true;
};

Outcome<Span> parse_span(const Query& query) {
  Span span;
  if (const auto since = BRINK_TRY(time_of(query, "since"))) span.since = *since;
  if (const auto before = BRINK_TRY(time_of(query, "before"))) span.before = *before;
  span.newest_first = BRINK_TRY(query.direction(Direction::kDescending)) == Direction::kDescending;
  return span;
}

// Whether the query wants `value` under `name`; where it says nothing, everything is wanted.
bool is_wanted(const Query& query, std::string_view name, std::string_view value) {
  const auto wanted = query.all(name);
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool is_wanted_v1(const Query& query, const store::AuditEntry& entry) {
  const bool hides_users =
      query.find("hide_user_logs").value_or("") == "true" && entry.resource_type == "user";
  return !hides_users && is_wanted(query, "id", entry.id.uuid()) &&
         is_wanted(query, "action.type", entry.action) &&
         is_wanted(query, "actor.email", entry.actor_email) &&
         is_wanted(query, "actor.ip", entry.actor_address) && is_wanted(query, "zone.name", entry.zone_name);
}

Answer list_v1(const Call& call, const std::vector<store::Id>& accounts, const Span& span,
               const Paging& paging) {
  PageBuilder page(paging);
  for (const store::Id& account : accounts) {
    store::audit_log::Scan scan(call.read(), account, span.since, span.before, span.newest_first);
    while (const auto entry = scan.next()) {
      if (!is_wanted_v1(call.query, *entry)) continue;
      if (page.wants()) {
        page.add(audit_v1_json(*entry));
      } else {
        page.pass();
      }
    }
  }
  return std::move(page).finish();
}

Task<Outcome<Answer>> list_account_log(Call& call) {
  const Span span = BRINK_CO_TRY(parse_span(call.query));
  co_return list_v1(call, {call.id("account_id")}, span, BRINK_CO_TRY(call.query.paging(kPages)));
}

// Of all the user's accounts, one after another.
Task<Outcome<Answer>> list_user_log(Call& call) {
  const Span span = BRINK_CO_TRY(parse_span(call.query));
  std::vector<store::Id> accounts;
  store::accounts::Scan scan(call.read());
  while (const auto account = scan.next()) accounts.push_back(account->id);
  co_return list_v1(call, accounts, span, BRINK_CO_TRY(call.query.paging(kPages)));
}

// --- v2 ---

// A filter of v2 by its name in the query, and what an entry has there. Each also works as "<name>.not".
struct Field {
  std::string_view name;
  std::string (*value)(const store::AuditEntry& entry);
};

constexpr Field kFields[] = {
    {"actor_email", [](const store::AuditEntry& entry) { return std::string(entry.actor_email); }},
    {"actor_type",
     [](const store::AuditEntry& entry) { return std::string(entry.actor.is_nil() ? "account" : "user"); }},
    {"actor_context", [](const store::AuditEntry& entry) { return std::string(entry.actor_context); }},
    {"actor_ip_address", [](const store::AuditEntry& entry) { return std::string(entry.actor_address); }},
    {"actor_token_id", [](const store::AuditEntry& entry) { return entry.token.text(); }},
    {"actor_token_name", [](const store::AuditEntry& entry) { return std::string(entry.token_name); }},
    {"action_type", [](const store::AuditEntry& entry) { return std::string(action_kind(entry.action)); }},
    {"action_result",
     [](const store::AuditEntry& entry) { return std::string(entry.succeeded ? "success" : "failure"); }},
    {"audit_log_id", [](const store::AuditEntry& entry) { return entry.id.uuid(); }},
    {"raw_cf_ray_id", [](const store::AuditEntry& entry) { return std::string(entry.ray); }},
    {"raw_method", [](const store::AuditEntry& entry) { return std::string(entry.method); }},
    {"raw_status_code", [](const store::AuditEntry& entry) { return std::to_string(entry.status); }},
    {"raw_uri", [](const store::AuditEntry& entry) { return std::string(entry.uri); }},
    {"resource_id", [](const store::AuditEntry& entry) { return std::string(entry.resource); }},
    {"resource_product", [](const store::AuditEntry& entry) { return std::string(entry.resource_type); }},
    {"resource_type", [](const store::AuditEntry& entry) { return std::string(entry.resource_type); }},
    {"resource_scope",
     [](const store::AuditEntry& entry) { return std::string(entry.zone.is_nil() ? "accounts" : "zones"); }},
    {"zone_id", [](const store::AuditEntry& entry) { return entry.zone.text(); }},
    {"zone_name", [](const store::AuditEntry& entry) { return std::string(entry.zone_name); }},
};

bool is_wanted_v2(const Query& query, const store::AuditEntry& entry) {
  for (const Field& field : kFields) {
    if (!is_wanted(query, field.name, field.value(entry))) return false;
    const auto unwanted = query.all(fmt::format("{}.not", field.name));
    if (!unwanted.empty() && std::ranges::find(unwanted, field.value(entry)) != unwanted.end()) return false;
  }
  return true;
}

// The last entry of the page before: its time and its id.
struct Place {
  store::Time when;
  store::Id id;
  friend auto operator<=>(const Place&, const Place&) = default;
};

std::string cursor_text(const Place& place) {
  return fmt::format("{}-{}", place.when.time_since_epoch().count(), place.id.text());
}

Outcome<std::optional<Place>> parse_cursor(const Query& query) {
  const auto text = query.find("cursor");
  if (!text || text->empty()) return std::nullopt;
  const auto dash = text->find('-');
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  const auto id = dash == std::string_view::npos ? std::nullopt : store::Id::parse(text->substr(dash + 1));
  if (error != std::errc() || end != text->data() + std::min(dash, text->size()) || !id)
    return refuse(codes::kInvalid, "query parameter cursor: is none that this list has given");
  return Place{store::Time(std::chrono::microseconds(count)), *id};
}

Task<Outcome<Answer>> list_v2(Call& call) {
  Span span = BRINK_CO_TRY(parse_span(call.query));
  for (const char* name : {"since", "before"}) {
    if (!call.query.has(name))
      co_return refuse(codes::kInvalid, fmt::format("query parameter {}: must be given", name));
  }
  // A date as the end means the whole day.
  if (call.query.find("before")->size() == 10) span.before += std::chrono::days(1);
  const auto limit = BRINK_CO_TRY(call.query.number("limit", 1, kPages.most)).value_or(kPages.usual);
  const auto cursor = BRINK_CO_TRY(parse_cursor(call.query));
  if (cursor) {
    if (span.newest_first) {
      span.before = std::min(span.before, cursor->when + std::chrono::microseconds(1));
    } else {
      span.since = std::max(span.since, cursor->when);
    }
  }
  const store::Id account_id = call.id("account_id");
  const auto account = store::accounts::get(call.read(), account_id);
  Json entries = Json::array();
  std::string next;
  Place last{};
  store::audit_log::Scan scan(call.read(), account_id, span.since, span.before, span.newest_first);
  while (const auto entry = scan.next()) {
    const Place place{entry->when, entry->id};
    if (cursor && (span.newest_first ? place >= *cursor : place <= *cursor)) continue;
    if (!is_wanted_v2(call.query, *entry)) continue;
    if (entries.size() == limit) {
      next = cursor_text(last);
      break;
    }
    entries.push_back(audit_v2_json(*entry, account ? account->name : std::string_view()));
    last = place;
  }
  const std::string count = std::to_string(entries.size());
  Answer answer = Answer::of(std::move(entries));
  // The documentation names `cursor`; the npm package goes by `cursors.after`.
  answer.page = {{"count", count}, {"cursor", next}, {"cursors", Json::object()}};
  if (!next.empty()) (*answer.page)["cursors"]["after"] = next;
  co_return answer;
}

constexpr Endpoint kEndpoints[] = {
    {http::Method::kGet, "/accounts/{account_id}/audit_logs", Where::kAccount, reads(Area::kAuditLogs),
     Content::kNone, list_account_log,
     "Who changed what. Filters: `id`, `action.type`, `actor.email`, `actor.ip`, `zone.name`, `since`, "
     "`before`.",
     true},
    {http::Method::kGet, "/user/audit_logs", Where::kUser, reads(Area::kUserDetails), Content::kNone,
     list_user_log, "The same of all accounts.", true},
    {http::Method::kGet, "/accounts/{account_id}/logs/audit", Where::kAccount, reads(Area::kAuditLogs),
     Content::kNone, list_v2, "The same in the newer form, by `cursor`; `since` and `before` must be given.",
     true},
};

}  // namespace

std::span<const Endpoint> audit_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
