#include "control/apply/applier.h"

#include "store/accounts.h"
#include "telemetry/log.h"

#include <utility>

#include <fmt/format.h>

namespace brink::control::apply {
namespace {

using api::Json;
using api::Outcome;

constexpr int kZonesPerTurn = 256;  // that are looked at before others have the loop

enum class Taken : std::uint8_t { kBack = 1 };
const ErrorDomain& error_domain(Taken) {
  static const class Domain final : public ErrorDomain {
    [[nodiscard]] std::string_view name() const override { return "apply"; }
    [[nodiscard]] std::string message(int, std::int64_t) const override {
      return "the change was taken back";
    }
  } domain;
  return domain;
}

// Of one zone: what the writer's thread works with and the loop takes. Shared, for either may be gone before
// the other.
struct Work {
  std::shared_ptr<const DesiredState> state;
  std::string name;
  Options options;
  api::AuditOrigin origin;
  NewZoneTerms terms;
  std::uint64_t seed = 0;
  std::vector<Step> steps;
  std::optional<api::ApiError> refusal;
};

const DesiredZone* desired_of(const DesiredState& state, const std::string& name) {
  const auto found = state.zones.find(name);
  return found != state.zones.end() ? &found->second : nullptr;
}

// In the writer's thread: the plan is made anew from what is there now.
Result<> change_zone(Work& work, store::WriteTransaction& transaction) {
  const DesiredZone* desired = desired_of(*work.state, work.name);
  ZonePlan plan;
  if (desired != nullptr) {
    plan = plan_zone(transaction, *desired);
  } else {
    const auto zone = store::zones::find(transaction, work.name);
    if (!zone || !is_declared(*zone)) return {};
    plan = plan_undeclared(transaction, *zone, work.options.prune);
  }
  if (plan.is_empty()) return {};
  api::Changing changing(transaction, work.origin, work.seed);
  const auto done = execute(changing, plan, desired, work.terms);
  work.steps = std::move(plan.steps);
  if (!done) work.refusal = done.error();
  if (!done || work.options.dry_run) return fail(Taken::kBack);
  return {};
}

// The names of zones with something to do: first those that no file names any more.
Task<Outcome<std::vector<std::string>>> find_work(api::Services services, const DesiredState& state,
                                                  bool prune) {
  std::vector<std::string> names;
  const auto read = BRINK_CO_TRY(services.store.read());
  int looked_at = 0;
  const auto is_turn_over = [&] { return ++looked_at % kZonesPerTurn == 0; };
  store::zones::Scan scan(*read);
  while (const auto zone = scan.next()) {
    const std::string name(zone->name);
    if (is_declared(*zone) && desired_of(state, name) == nullptr &&
        !plan_undeclared(*read, *zone, prune).is_empty())
      names.push_back(name);
    if (is_turn_over() && !co_await sleep_until(services.loop.after(Duration::zero())))
      co_return api::refuse(api::codes::kBusy, "The node is ending");
  }
  for (const auto& [name, zone] : state.zones) {
    if (!plan_zone(*read, zone).is_empty()) names.push_back(name);
    if (is_turn_over() && !co_await sleep_until(services.loop.after(Duration::zero())))
      co_return api::refuse(api::codes::kBusy, "The node is ending");
  }
  co_return names;
}

NewZoneTerms terms_for(const api::Services& services, const std::string& name, bool is_new) {
  NewZoneTerms terms;
  terms.name_servers = services.node.name_servers;
  if (!is_new || services.authorities == nullptr) return terms;
  auto certificate = api::make_zone_certificate(*services.authorities, name);
  if (certificate) {
    terms.certificate = *std::move(certificate);
  } else {
    telemetry::log_error("no certificate of the local CA for a new zone",
                         {{"zone", name}, {"why", certificate.error().text()}});
  }
  return terms;
}

Outcome<bool> is_new_zone(const api::Services& services, const std::string& name) {
  const auto read = BRINK_TRY(services.store.read());
  return !store::zones::find(*read, name);
}

// Who the operator is, where nobody calls.
Outcome<> name_operator(const api::Services& services, api::AuditOrigin& origin) {
  origin.actor_context = "file";
  if (!origin.actor.is_nil() || !origin.actor_email.empty()) return {};
  const auto read = BRINK_TRY(services.store.read());
  if (const auto user = store::users::first(*read)) {
    origin.actor = user->id;
    origin.actor_email = std::string(user->email);
  }
  return {};
}

}  // namespace

Json Report::json() const {
  Json json = {{"steps", Json::array()}, {"failures", Json::array()}};
  for (const Step& step : steps) json["steps"].push_back(step_json(step));
  for (const Failure& each : failures)
    json["failures"].push_back({{"zone", each.zone}, {"place", each.place}, {"message", each.message}});
  return json;
}

Task<Outcome<Report>> apply(api::Services services, std::shared_ptr<const DesiredState> desired,
                            Options options, api::AuditOrigin origin) {
  BRINK_CO_TRY(name_operator(services, origin));
  const auto names = BRINK_CO_TRY(co_await find_work(services, *desired, options.prune));
  Report report;
  for (const std::string& name : names) {
    const bool is_new = BRINK_CO_TRY(is_new_zone(services, name));
    auto work = std::make_shared<Work>();
    work->state = desired;
    work->name = name;
    work->options = options;
    work->origin = origin;
    work->terms = terms_for(services, name, is_new && !options.dry_run);
    work->seed = services.random.next();
    const auto committed = co_await services.writer.apply(
        [work](store::WriteTransaction& transaction) { return change_zone(*work, transaction); });
    const bool is_ours = committed || committed.error().is(Taken::kBack);
    const DesiredZone* zone = desired_of(*desired, name);
    const std::string place = zone != nullptr ? zone->place : "";
    // Otherwise the writer's thread may still be at it.
    if (!is_ours) {
      report.failures.push_back({name, place, committed.error().text()});
      if (committed.error().in<WaitError>()) co_return report;
    } else if (work->refusal) {
      report.failures.push_back({name, place, work->refusal->message});
    } else {
      std::ranges::move(work->steps, std::back_inserter(report.steps));
    }
  }
  co_return report;
}

}  // namespace brink::control::apply
