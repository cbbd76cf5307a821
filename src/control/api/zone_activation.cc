#include "control/api/zone_activation.h"

#include "base/ascii.h"
#include "control/api/zone_json.h"
#include "store/zones.h"
#include "telemetry/log.h"

#include <algorithm>
#include <memory>

namespace brink::control::api {
namespace {

// What the thread answers. Shared, for the one who waits may go first.
struct Lookup {
  std::optional<std::vector<std::string>> servers;
  Event done;
};

struct Waiting {
  std::string name;
  std::vector<std::string> servers;  // this edge's, as the zone was told
};

std::optional<Waiting> waiting_zone(const store::ReadTransaction& read, const store::Id& id) {
  const auto zone = store::zones::get(read, id);
  if (!zone || zone->status == store::ZoneStatus::kActive) return std::nullopt;
  return Waiting{std::string(zone->name), {zone->name_servers.begin(), zone->name_servers.end()}};
}

bool names_one(const std::vector<std::string>& found, const std::vector<std::string>& ours) {
  return std::ranges::any_of(ours, [&](const std::string& each) {
    return std::ranges::any_of(found,
                               [&](const std::string& server) { return equals_ignoring_case(server, each); });
  });
}

}  // namespace

Outcome<> activate(Changing& changing, const store::Id& id) {
  auto zone = store::zones::get(changing.store, id);
  if (!zone || zone->status == store::ZoneStatus::kActive) return {};
  const std::string before(status_name(zone->status));
  const std::string name(zone->name), declared(zone->declared_in), declaration(zone->declaration);
  const std::vector<std::string> servers(zone->name_servers.begin(), zone->name_servers.end());
  zone->name = name;
  zone->declared_in = declared;
  zone->declaration = declaration;
  zone->name_servers.assign(servers.begin(), servers.end());
  zone->status = store::ZoneStatus::kActive;
  zone->activated = zone->modified = changing.now();
  BRINK_TRY(store::zones::put(changing.store, *zone));
  return changing.audit({.action = "zone_activate",
                         .account = zone->account,
                         .resource_type = "zone",
                         .resource = id.text(),
                         .zone = id,
                         .zone_name = name,
                         .before = {{"status", before}},
                         .after = {{"status", "active"}}});
}

ZoneActivation::ZoneActivation(store::Environment& store, store::Writer& writer, Loop& loop, LookUp look_up)
    : store_(store),
      writer_(writer),
      loop_(loop),
      look_up_(look_up),
      thread_("delegation"),
      checks_("delegation checks", loop) {}

ZoneActivation::~ZoneActivation() = default;

bool ZoneActivation::check_soon(const store::Id& zone, AuditOrigin origin) {
  if (checks_.running() >= kMaxChecks) return false;
  checks_.spawn(check(zone, std::move(origin)));
  return true;
}

Task<std::optional<std::vector<std::string>>> ZoneActivation::name_servers_of(std::string name) {
  auto lookup = std::make_shared<Lookup>();
  thread_.loop().post([lookup, name = std::move(name), look_up = look_up_, &loop = loop_] {
    auto servers = look_up(name);
    loop.post([lookup, servers = std::move(servers)]() mutable {
      lookup->servers = std::move(servers);
      lookup->done.notify();
    });
  });
  if (!co_await lookup->done.wait(Deadline::never())) co_return std::nullopt;
  co_return std::move(lookup->servers);
}

Task<void> ZoneActivation::check(store::Id id, AuditOrigin origin) {
  std::optional<Waiting> waiting;
  if (const auto read = store_.read()) waiting = waiting_zone(**read, id);
  if (!waiting || waiting->servers.empty()) co_return;
  const auto found = co_await name_servers_of(waiting->name);
  if (!found || !names_one(*found, waiting->servers)) co_return;
  const auto done = co_await writer_.apply([id, origin = std::move(origin), seed = random_.next()](
                                               store::WriteTransaction& transaction) -> Result<> {
    Changing changing(transaction, origin, seed);
    // What the store said has been kept by the transaction: it fails with its own error.
    (void)activate(changing, id);
    return {};
  });
  if (!done)
    telemetry::log_warn("a zone cannot be made active",
                        {{"zone", waiting->name}, {"why", done.error().text()}});
}

Task<void> ZoneActivation::keep_checking() {
  for (;;) {
    if (!co_await sleep_until(loop_.after(kBetweenRounds))) co_return;
    std::vector<store::Id> waiting;
    if (const auto read = store_.read()) {
      store::zones::Scan scan(**read);
      while (const auto zone = scan.next()) {
        if (zone->status == store::ZoneStatus::kPending && !zone->name_servers.empty())
          waiting.push_back(zone->id);
        if (waiting.size() == kMaxChecks) break;
      }
    }
    for (const store::Id& id : waiting) check_soon(id, {.actor_context = "delegation"});
  }
}

Task<void> ZoneActivation::finish() { co_await checks_.finish(); }

}  // namespace brink::control::api
