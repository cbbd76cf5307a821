#include "control/acme/issuance.h"

#include "store/change_log.h"
#include "telemetry/log.h"
#include "telemetry/rfc3339.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

using telemetry::MetricId;

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 10;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) text += (i == 0 ? "" : " ") + names[i];
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

std::string text_of(WallTime time) {
  std::string text(telemetry::kRfc3339Size, '\0');
  telemetry::write_rfc3339(time, text.data());
  return text;
}

// Whose fault it is: the names', or that of the server, the network or the configuration.
bool is_of_names(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kRefused:
    case FailureKind::kInvalid:
    case FailureKind::kTimeout:
    case FailureKind::kProtocol: return failure.type != "accountDoesNotExist";
    default: return false;
  }
}

}  // namespace

Issuance::Issuance(IssuancePlace place, IssuanceTerms terms, Client& client)
    : place_(place), terms_(std::move(terms)), client_(client) {}

Issuance::~Issuance() {
  if (place_.metrics == nullptr) return;
  for (const auto& [zone, counts] : counts_) {
    place_.metrics->gauge(MetricId::kAcmeCertificates).add(-counts.certificates);
    place_.metrics->gauge(MetricId::kAcmeNamesWaiting).add(-counts.waiting);
  }
}

WallTime Issuance::now() const { return std::chrono::floor<std::chrono::seconds>(place_.loop.wall_now()); }

Task<void> Issuance::run() {
  TaskGroup orders("acme orders", co_await current_scope());
  orders_ = &orders;
  if (const auto read = place_.store.read()) pause_ = pause_state(**read, terms_.directory);
  for (;;) {
    Result<> done = looked_at_all_ ? Result<>() : co_await look_at_all();
    if (done) {
      take_changes();
      done = co_await place_due_orders();
    }
    if (!done && done.error().is(WaitError::kCancelled)) break;
    std::chrono::nanoseconds wait = kLongestWait;
    if (!due_.empty() && running_.size() < kMaxOrders) {
      const std::chrono::nanoseconds left = due_.begin()->first - place_.loop.wall_now();
      wait = std::clamp<std::chrono::nanoseconds>(left, std::chrono::milliseconds(10), kLongestWait);
    }
    if (!looked_at_all_) wait = std::chrono::seconds(1);  // the store could not be read
    const auto woken = co_await wake_.wait(place_.loop.after(std::chrono::duration_cast<Duration>(wait)));
    if (!woken && woken.error().is(WaitError::kCancelled)) break;
  }
  co_await orders.finish();
  orders_ = nullptr;
}

// --- which zones ---

void Issuance::clear_due(const store::Id& zone) {
  const auto known = due_of_.find(zone);
  if (known == due_of_.end()) return;
  due_.erase({known->second, zone});
  due_of_.erase(known);
}

void Issuance::set_due(const store::Id& zone, WallTime when) {
  clear_due(zone);
  due_.emplace(when, zone);
  due_of_.emplace(zone, when);
}

Task<Result<>> Issuance::look_at_all() {
  std::string last;
  for (;;) {
    {
      auto read = place_.store.read();
      if (!read) {
        telemetry::log_error("ACME cannot read the store", {{"why", read.error().text()}});
        co_return std::unexpected(read.error());
      }
      if (last.empty()) seen_ = (*read)->sequence();  // what comes later is in the log of changes
      store::zones::Scan scan(**read, last);
      std::size_t looked = 0;
      for (;;) {
        const auto zone = scan.next();
        if (!zone) {
          looked_at_all_ = true;
          co_return Result<>();
        }
        if (zone->name == last) continue;
        last = zone->name;
        look_at(**read, zone->id);
        if (++looked == kZonesInTurn) break;
      }
    }
    BRINK_CO_TRY(co_await next_turn());
  }
}

// The zones that were changed since are looked at in a moment, all changes of that moment together.
void Issuance::take_changes() {
  if (place_.store.sequence() == seen_) return;
  const auto read = place_.store.read();
  if (!read) return;
  store::ChangeScan scan(**read, seen_);
  if (!scan.is_complete()) {
    looked_at_all_ = false;
    wake_.notify();
    return;
  }
  const WallTime when = now() + kSettle;
  while (const auto operation = scan.next()) {
    const auto zone = store::zone_of(*operation);
    if (!zone) continue;
    const auto known = due_of_.find(*zone);
    if (known == due_of_.end() || known->second > when) set_due(*zone, when);
  }
  seen_ = (*read)->sequence();
}

// Enters when the zone is to be looked at again: now, where there is something to order.
void Issuance::look_at(const store::ReadTransaction& read, const store::Id& id) {
  clear_due(id);
  const auto zone = store::zones::get(read, id);
  const Situation situation = zone ? situation_of(read, *zone, terms_.policy, now()) : Situation();
  count(id, situation);
  if (running_.contains(id)) return;  // it is looked at again when the order is over
  const Plan plan = plan_for(situation, now());
  const bool leaves_rows = !zone && !waiting_state(read, id).empty();
  if (!plan.order.empty() || leaves_rows || order_state(read, id)) {
    set_due(id, now());
  } else if (plan.next) {
    set_due(id, *plan.next);
  }
}

void Issuance::count(const store::Id& zone, const Situation& situation) {
  if (place_.metrics == nullptr) return;
  const auto waiting = std::ranges::count_if(situation.waiting, [&](const Waiting& each) {
    return std::ranges::binary_search(situation.wanted, each.name);
  });
  const Counts after{static_cast<std::int64_t>(situation.certificates.size()), waiting};
  const auto known = counts_.find(zone);
  const Counts before = known == counts_.end() ? Counts() : known->second;
  place_.metrics->gauge(MetricId::kAcmeCertificates).add(after.certificates - before.certificates);
  place_.metrics->gauge(MetricId::kAcmeNamesWaiting).add(after.waiting - before.waiting);
  if (after.certificates != 0 || after.waiting != 0) {
    counts_.insert_or_assign(zone, after);
  } else if (known != counts_.end()) {
    counts_.erase(known);
  }
}

// --- orders ---

Task<Result<>> Issuance::place_due_orders() {
  std::size_t looked = 0;
  while (!due_.empty() && due_.begin()->first <= now() && running_.size() < kMaxOrders) {
    const store::Id id = due_.begin()->second;
    std::string name;
    std::vector<std::string> names;
    bool is_ordered = false;
    bool is_gone = false;
    {
      const auto read = place_.store.read();
      if (!read) {
        set_due(id, now() + kSettle);
        co_return std::unexpected(read.error());
      }
      look_at(**read, id);
      const auto zone = store::zones::get(**read, id);
      if (zone && !running_.contains(id)) {
        name = zone->name;
        names = plan_for(situation_of(**read, *zone, terms_.policy, now()), now()).order;
        is_ordered = !names.empty() || order_state(**read, id).has_value();
      }
      is_gone = !zone && !running_.contains(id);
    }
    if (is_gone) {
      clear_due(id);
      co_await forget(id);
    } else if (is_ordered) {
      if (!co_await is_served()) {
        const WallTime then = pause_ ? std::max(pause_->until, now() + kSettle) : now() + kSettle;
        set_due(id, then);
      } else {
        clear_due(id);
        running_.insert(id);
        orders_->spawn(run_order(id, std::move(name), std::move(names)));
      }
    }
    if (++looked % kZonesInTurn == 0 || is_ordered) BRINK_CO_TRY(co_await next_turn());
  }
  co_return Result<>();
}

// What is left of a zone that was deleted.
Task<void> Issuance::forget(store::Id zone) {
  co_await change([zone](store::WriteTransaction& write) -> Result<> {
    BRINK_TRY(remove_order_state(write, zone));
    return put_waiting_state(write, zone, {});
  });
}

Task<bool> Issuance::is_served() {
  if (pause_ && pause_->until > now()) co_return false;
  if (!client_.account().empty()) co_return true;
  co_return co_await open_account();
}

Task<bool> Issuance::open_account() {
  std::optional<AccountState> known;
  if (const auto read = place_.store.read()) known = account_state(**read, terms_.directory);
  const std::string& email = terms_.account.email;
  Outcome<> opened;
  if (known && !known->url.empty()) {
    client_.set_account(known->url);
    if (known->email == email) co_return true;
    opened = co_await client_.set_contact(email);
    if (!opened) client_.set_account("");
    if (!opened && opened.error().type == "accountDoesNotExist") known->url.clear();
  }
  if (!known || known->url.empty()) {
    auto url = co_await client_.open_account(terms_.account);
    opened = url ? Outcome<>() : std::unexpected(std::move(url.error()));
  }
  if (!opened) {
    co_await pause_server(opened.error());
    co_return false;
  }
  telemetry::log_info("an ACME account is open",
                      {{"directory", terms_.directory}, {"account", client_.account()}});
  co_return co_await change(
      [directory = terms_.directory, state = AccountState{client_.key().pem(), client_.account(), email}](
          store::WriteTransaction& write) { return put_account_state(write, directory, state); });
}

Task<void> Issuance::run_order(store::Id zone, std::string name, std::vector<std::string> names) {
  OrderRun order({.loop = place_.loop,
                  .store = place_.store,
                  .writer = place_.writer,
                  .random = place_.random,
                  .client = client_,
                  .directory = terms_.directory,
                  .policy = terms_.policy,
                  .times = terms_.times},
                 zone, std::move(names));
  auto issued = co_await order.run();
  const std::string_view result = issued ? "issued" : kind_name(issued.error().kind);
  if (place_.metrics != nullptr) place_.metrics->counter(MetricId::kAcmeOrders, {result}).add(1);
  if (issued) {
    telemetry::log_info("a certificate has come", {{"zone", name},
                                                   {"names", joined(issued->names)},
                                                   {"expires", text_of(issued->expires)},
                                                   {"renewal", text_of(issued->renew)}});
    co_await note_success();
  } else if (!issued.error().is(FailureKind::kCancelled)) {
    co_await note_failure(zone, std::move(name), order.names(), std::move(issued.error()));
  }
  running_.erase(zone);
  // Its rows say what comes next.
  if (const auto read = place_.store.read()) look_at(**read, zone);
  wake_.notify();
}

// --- failures ---

Task<void> Issuance::note_failure(store::Id zone, std::string name, std::vector<std::string> names,
                                  Failure failure) {
  if (failure.type == "accountDoesNotExist") client_.set_account("");
  const bool is_limit_of_names = failure.is(FailureKind::kRateLimited) && !failure.names.empty();
  if (!is_of_names(failure) && !is_limit_of_names) {
    telemetry::log_warn("no certificate", {{"zone", name}, {"names", joined(names)}, {"why", failure.text}});
    co_await pause_server(failure);
    co_return;
  }
  // Only those that the server names; all where it names none of them.
  std::vector<std::string> guilty;
  for (const std::string& each : names) {
    const std::string_view bare = each.starts_with("*.") ? std::string_view(each).substr(2) : each;
    if (has_name(failure.names, each) || has_name(failure.names, bare)) guilty.push_back(each);
  }
  if (guilty.empty()) guilty = names;

  std::vector<Waiting> waiting;
  if (const auto read = place_.store.read()) waiting = waiting_state(**read, zone);
  WallTime until = now();
  for (const std::string& each : guilty) {
    auto known = std::ranges::find(waiting, each, &Waiting::name);
    if (known == waiting.end()) known = waiting.insert(waiting.end(), Waiting{.name = each});
    ++known->failures;
    known->why = failure.text;
    known->until = now() + std::max(back_off(known->failures, place_.random),
                                    failure.retry_after.value_or(std::chrono::seconds(0)));
    until = std::max(until, known->until);
  }
  telemetry::log_warn(
      "no certificate",
      {{"zone", name}, {"names", joined(guilty)}, {"why", failure.text}, {"next_try", text_of(until)}});
  if (is_limit_of_names) {
    // It may be the account's limit all the same: the other zones find out one by one.
    failure.retry_after = kFirstPauseOfServer;
    co_await pause_server(failure);
  }
  co_await change([zone, waiting = std::move(waiting)](store::WriteTransaction& write) -> Result<> {
    if (!store::zones::exists(write, zone)) return remove_order_state(write, zone);
    return put_waiting_state(write, zone, waiting);
  });
}

// Nobody asks the server before that: neither now nor after a restart.
Task<void> Issuance::pause_server(const Failure& failure) {
  if (failure.is(FailureKind::kCancelled)) co_return;
  PauseState pause = pause_.value_or(PauseState());
  ++pause.failures;
  std::chrono::seconds wait = kFirstPauseOfServer;
  for (std::uint32_t i = 1; i < pause.failures && wait < kLongestPauseOfServer; ++i) wait *= 2;
  wait = std::min<std::chrono::seconds>(wait, kLongestPauseOfServer);
  if (failure.is(FailureKind::kRateLimited)) wait = failure.retry_after.value_or(kRateLimitPause);
  if (failure.retry_after) wait = std::max(wait, *failure.retry_after);
  pause.until = std::max(pause.until, now() + wait);
  pause.why = failure.text;
  pause_ = pause;
  telemetry::log_warn(
      "the ACME server is left in peace for a while",
      {{"directory", terms_.directory}, {"why", failure.text}, {"until", text_of(pause.until)}});
  if (place_.metrics != nullptr)
    place_.metrics->gauge(MetricId::kAcmePausedUntil).set(pause.until.time_since_epoch().count());
  if (failure.is(FailureKind::kConfiguration)) co_return;  // a restart may have mended it
  co_await change([directory = terms_.directory, pause](store::WriteTransaction& write) {
    return put_pause_state(write, directory, pause);
  });
}

Task<void> Issuance::note_success() {
  if (!pause_) co_return;
  pause_.reset();
  if (place_.metrics != nullptr) place_.metrics->gauge(MetricId::kAcmePausedUntil).set(0);
  co_await change([directory = terms_.directory](store::WriteTransaction& write) {
    return put_pause_state(write, directory, {});
  });
}

Task<bool> Issuance::change(store::Writer::Change change) {
  const auto committed = co_await place_.writer.apply(std::move(change));
  if (!committed && !committed.error().is(WaitError::kCancelled))
    telemetry::log_error("ACME cannot write into the store", {{"why", committed.error().text()}});
  co_return committed.has_value();
}

}  // namespace brink::control::acme
