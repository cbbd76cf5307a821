#include "control/acme/order_run.h"

#include "base/encoding.h"
#include "control/acme/challenge_answer.h"
#include "control/acme/stored_certificate.h"
#include "tls/certificate.h"
#include "tls/chain.h"
#include "tls/request_builder.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

WallTime seconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

Failure cancelled() {
  return {.kind = FailureKind::kCancelled, .text = "cancelled", .type = {}, .retry_after = {}, .names = {}};
}

std::string new_order_content(const std::vector<std::string>& names) {
  Json identifiers = Json::array();
  for (const std::string& name : names) identifiers.push_back({{"type", "dns"}, {"value", name}});
  return api::json_text(Json{{"identifiers", std::move(identifiers)}});
}

// What is wrong with an authorization that has come to nothing.
Failure failure_of(const Authorization& authorization) {
  for (const Challenge& each : authorization.challenges) {
    if (!each.error) continue;
    Failure failure = *each.error;
    failure.text = fmt::format("{} of {}: {}", challenge_name(each.type), authorization.name, failure.text);
    failure.names = {authorization.name};
    return failure;
  }
  return {.kind = FailureKind::kInvalid,
          .text = fmt::format("the authorization of {} is no longer valid", authorization.name),
          .type = {},
          .retry_after = {},
          .names = {authorization.name}};
}

// The certificate as the edge will use it: for the key, for all names, with a chain that hangs together.
Outcome<std::shared_ptr<const tls::Certificate>> check(std::string_view chain, const std::string& key,
                                                       const std::vector<std::string>& names,
                                                       std::chrono::system_clock::time_point now) {
  const auto unusable = [](std::string_view why) {
    return fail_with(FailureKind::kProtocol, fmt::format("the server's certificate: {}", why));
  };
  auto certificate = tls::Certificate::parse(chain, key);
  if (!certificate) return unusable(certificate.error().text());
  if (auto linked = tls::check_chain(**certificate); !linked)
    return unusable(fmt::format("number {} of the chain is not signed by the next", linked.error().detail()));
  if ((*certificate)->not_after() <= now) return unusable("it has expired");
  for (const std::string& name : names) {
    if (!has_name((*certificate)->names(), name)) return unusable(fmt::format("it is not for {}", name));
  }
  return *certificate;
}

// Certificates of ACME that the new one replaces: those that are for nothing else.
Result<> forget_waiting(store::WriteTransaction& write, const store::Id& zone,
                        const std::vector<std::string>& names) {
  std::vector<Waiting> waiting = waiting_state(write, zone);
  std::erase_if(waiting, [&](const Waiting& each) { return has_name(names, each.name); });
  return put_waiting_state(write, zone, waiting);
}

}  // namespace

bool may_go_on(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kCancelled:
    case FailureKind::kUnreachable:
    case FailureKind::kServer:
    case FailureKind::kRateLimited:
    case FailureKind::kTimeout:
    case FailureKind::kConfiguration:
    case FailureKind::kStore: return true;
    case FailureKind::kRefused:
    case FailureKind::kInvalid:
    case FailureKind::kProtocol: return false;
  }
  return false;
}

Task<Outcome<Issued>> OrderRun::run() {
  auto order = co_await begin();
  std::optional<Deadline> issuance;
  while (order) {
    Outcome<> step;
    switch (order->status) {
      case Status::kPending:
        step = co_await authorize(*order);
        if (step)
          order = co_await poll_while(Status::kPending, place_.loop.after(place_.times.authorization),
                                      "to see that all names are authorized");
        break;
      case Status::kReady:
        issuance = place_.loop.after(place_.times.issuance);
        step = co_await finalize(*order);
        if (step) order = co_await poll_while(Status::kReady, *issuance, "to begin the certificate");
        break;
      case Status::kProcessing:
        if (!issuance) issuance = place_.loop.after(place_.times.issuance);
        order = co_await poll_while(Status::kProcessing, *issuance, "to make the certificate");
        break;
      case Status::kValid: {
        auto issued = co_await download(*order);
        if (issued) co_return issued;
        step = std::unexpected(std::move(issued.error()));
        break;
      }
      default:
        step = std::unexpected(order->error.value_or(Failure{.kind = FailureKind::kInvalid,
                                                             .text = "the order is no longer valid",
                                                             .type = {},
                                                             .retry_after = {},
                                                             .names = {}}));
    }
    if (!step) order = std::unexpected(std::move(step.error()));
  }
  Failure failure = std::move(order.error());
  if (!may_go_on(failure)) {
    (void)co_await change(
        [zone = zone_](store::WriteTransaction& write) { return remove_order_state(write, zone); });
  }
  co_return std::unexpected(std::move(failure));
}

// --- the order ---

Task<Outcome<Order>> OrderRun::begin() {
  std::optional<OrderState> kept;
  if (auto read = place_.store.read()) kept = order_state(**read, zone_);
  if (kept && kept->directory == place_.directory && !kept->url.empty() && tls::Es256Key::parse(kept->key)) {
    state_ = std::move(*kept);
    auto order = co_await fetch();
    const bool is_alive = order && order->status != Status::kInvalid;
    if (is_alive || (!order && may_go_on(order.error()))) {
      names_ = state_.names;
      co_return order;
    }
    // The server has forgotten or given it up: a new one.
  }
  if (names_.empty()) co_return fail_with(FailureKind::kInvalid, "the server has given the order up");
  co_return co_await place_new();
}

Task<Outcome<Order>> OrderRun::place_new() {
  BRINK_CO_TRY(co_await change(
      [zone = zone_](store::WriteTransaction& write) { return remove_order_state(write, zone); }));
  const Directory directory = BRINK_CO_TRY(co_await place_.client.directory());
  auto answer = co_await place_.client.post(directory.new_order, new_order_content(names_));
  if (!answer) {
    // Most limits of newOrder are of the names or of a domain above them, not of the account.
    Failure failure = std::move(answer.error());
    if (failure.is(FailureKind::kRateLimited) && failure.names.empty()) failure.names = names_;
    co_return std::unexpected(std::move(failure));
  }
  const HttpResponse response = std::move(*answer);
  Order order = BRINK_CO_TRY(read_order(response.content));
  if (response.location.empty())
    co_return fail_with(FailureKind::kProtocol, "the server does not say where the order is");
  state_ = {.directory = place_.directory,
            .url = response.location,
            .key = tls::Es256Key::make().pem(),
            .names = names_,
            .answers = {},
            .records = {}};
  BRINK_CO_TRY(co_await change([zone = zone_, state = state_](store::WriteTransaction& write) {
    return put_order_state(write, zone, state);
  }));
  co_return order;
}

Task<Outcome<Order>> OrderRun::fetch() {
  const HttpResponse response = BRINK_CO_TRY(co_await place_.client.get(state_.url));
  co_return read_order(response.content);
}

Task<Outcome<Order>> OrderRun::poll_while(Status status, Deadline deadline, std::string_view what) {
  std::chrono::milliseconds next = place_.times.first_poll;
  for (;;) {
    const HttpResponse response = BRINK_CO_TRY(co_await place_.client.get(state_.url));
    Order order = BRINK_CO_TRY(read_order(response.content));
    if (order.status != status) co_return order;
    if (auto waited = co_await pause(response, next, deadline); !waited) {
      if (waited.error().is(FailureKind::kTimeout))
        waited.error().text = fmt::format("the server takes too long {}", what);
      co_return std::unexpected(std::move(waited.error()));
    }
  }
}

// Until it is worth asking again (RFC 8555 section 7.5.1).
Task<Outcome<>> OrderRun::pause(const HttpResponse& last, std::chrono::milliseconds& next,
                                Deadline deadline) {
  std::chrono::milliseconds wait = next;
  if (const auto wanted = place_.client.parse_retry_after(last.retry_after))
    wait = std::max<std::chrono::milliseconds>(*wanted, place_.times.first_poll);
  next = std::min(next * 2, place_.times.last_poll);
  const Deadline until = place_.loop.after(wait);
  if (deadline.has_passed(until.when()))
    co_return fail_with(FailureKind::kTimeout, "the server takes too long");
  if (!co_await sleep_until(until)) co_return std::unexpected(cancelled());
  co_return Outcome<>();
}

// --- authorizations ---

Task<Outcome<std::vector<Authorization>>> OrderRun::fetch_authorizations(const Order& order) {
  std::vector<Authorization> all;
  for (const std::string& url : order.authorizations) {
    const HttpResponse response = BRINK_CO_TRY(co_await place_.client.get(url));
    all.push_back(BRINK_CO_TRY(read_authorization(response.content)));
  }
  co_return all;
}

// The first that is configured and offered; after a failure the next, and so on.
Outcome<const Challenge*> OrderRun::choose(const Authorization& authorization) const {
  std::vector<const Challenge*> offered;
  for (const ChallengeType type : place_.policy.types) {
    const auto found = std::ranges::find(authorization.challenges, type, &Challenge::type);
    if (found != authorization.challenges.end()) offered.push_back(&*found);
  }
  if (offered.empty()) {
    auto failure = fail_with(
        FailureKind::kInvalid,
        fmt::format("the server offers none of the configured challenges for {}", authorization.name));
    failure.error().names = {authorization.name};
    return failure;
  }
  const auto begun = std::ranges::find_if(
      offered, [](const Challenge* each) { return each->status == Status::kProcessing; });
  if (begun != offered.end()) return *begun;
  std::size_t failures = 0;
  if (auto read = place_.store.read()) {
    const std::vector<Waiting> waiting = waiting_state(**read, zone_);
    const auto found = std::ranges::find(waiting, authorization.name, &Waiting::name);
    if (found != waiting.end()) failures = found->failures;
  }
  return offered[failures % offered.size()];
}

Task<Outcome<>> OrderRun::authorize(const Order& order) {
  const std::vector<Authorization> all = BRINK_CO_TRY(co_await fetch_authorizations(order));
  std::vector<std::pair<const Authorization*, const Challenge*>> chosen;
  std::vector<std::string> pending;  // URLs
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].status == Status::kValid) continue;
    if (all[i].status != Status::kPending) co_return std::unexpected(failure_of(all[i]));
    chosen.emplace_back(&all[i], BRINK_CO_TRY(choose(all[i])));
    pending.push_back(order.authorizations[i]);
  }
  BRINK_CO_TRY(co_await present(chosen));
  for (const auto& [authorization, challenge] : chosen) {
    if (challenge->status == Status::kPending)
      BRINK_CO_TRY(co_await place_.client.post(challenge->url, "{}"));
  }
  const Deadline deadline = place_.loop.after(place_.times.authorization);
  for (const std::string& url : pending) BRINK_CO_TRY(co_await await_valid(url, deadline));
  co_return Outcome<>();
}

// Puts the answers where they are looked for.
Task<Outcome<>> OrderRun::present(
    const std::vector<std::pair<const Authorization*, const Challenge*>>& chosen) {
  std::vector<ChallengeAnswer> rows;
  std::vector<std::pair<ChallengeAnswer, store::Id>> records;
  for (const auto& [authorization, challenge] : chosen) {
    auto answer =
        BRINK_CO_TRY(answer_to(*challenge, authorization->name, place_.client.key(), place_.loop.wall_now()));
    if (challenge->type == ChallengeType::kDns01) {
      records.emplace_back(std::move(answer), store::Id::random(place_.random));
    } else {
      if (!has_name(state_.answers, answer.place)) state_.answers.push_back(answer.place);
      rows.push_back(std::move(answer));
    }
  }
  const bool is_in_dns = !records.empty();
  BRINK_CO_TRY(co_await change([zone = zone_, state = state_, rows = std::move(rows),
                                records = std::move(records)](store::WriteTransaction& write) -> Result<> {
    OrderState kept = state;
    if (auto before = order_state(write, zone)) kept.records = std::move(before->records);
    for (const ChallengeAnswer& each : rows)
      BRINK_TRY(store::acme_state::put(write, each.place, each.content));
    for (const auto& [answer, id] : records) {
      const std::string text = BRINK_TRY(put_txt_record(write, zone, answer, id)).text();
      if (!has_name(kept.records, text)) kept.records.push_back(text);
    }
    return put_order_state(write, zone, kept);
  }));
  if (is_in_dns && !co_await sleep_until(place_.loop.after(place_.times.dns_wait)))
    co_return std::unexpected(cancelled());
  co_return Outcome<>();
}

Task<Outcome<>> OrderRun::await_valid(std::string url, Deadline deadline) {
  std::chrono::milliseconds next = place_.times.first_poll;
  for (;;) {
    const HttpResponse response = BRINK_CO_TRY(co_await place_.client.get(url));
    const Authorization authorization = BRINK_CO_TRY(read_authorization(response.content));
    if (authorization.status == Status::kValid) co_return Outcome<>();
    if (authorization.status != Status::kPending) co_return std::unexpected(failure_of(authorization));
    if (auto waited = co_await pause(response, next, deadline); !waited) {
      if (waited.error().is(FailureKind::kTimeout))
        waited.error().text = fmt::format("the server takes too long to check {}", authorization.name);
      co_return std::unexpected(std::move(waited.error()));
    }
  }
}

// --- the certificate ---

Task<Outcome<>> OrderRun::finalize(const Order& order) {
  const auto key = tls::Es256Key::parse(state_.key);
  if (!key)
    co_return fail_with(FailureKind::kProtocol, "the order's key cannot be read: " + key.error().text());
  const auto request = tls::make_certificate_request(state_.names, *key);
  if (!request) co_return fail_with(FailureKind::kProtocol, "a name cannot stand in a certificate");
  auto answer =
      co_await place_.client.post(order.finalize, api::json_text(Json{{"csr", base64url_encode(*request)}}));
  // A request that was sent twice, for its answer was lost, finds the order further on: that is no failure.
  if (!answer && answer.error().type != "orderNotReady") co_return std::unexpected(std::move(answer.error()));
  co_return Outcome<>();
}

Task<Outcome<Issued>> OrderRun::download(const Order& order) {
  const HttpResponse response = BRINK_CO_TRY(co_await place_.client.get(order.certificate));
  const auto now = place_.loop.wall_now();
  const auto certificate = BRINK_CO_TRY(check(response.content, state_.key, state_.names, now));
  const WallTime expires = seconds_of(certificate->not_after());
  Issued issued{.names = state_.names,
                .expires = expires,
                .renew = renewal_time(seconds_of(certificate->not_before()), expires, place_.random)};
  const store::Id id = store::Id::random(place_.random);
  BRINK_CO_TRY(co_await change([zone = zone_, state = state_, chain = response.content, certificate, issued,
                                id, seed = place_.random.next()](store::WriteTransaction& write) -> Result<> {
    const std::string issuer = certificate->issuer_name();
    const std::string signature = certificate->signature_name();
    const std::string details = details_text(state.directory, issued.renew);
    BRINK_TRY(remove_order_state(write, zone));
    BRINK_TRY(forget_waiting(write, zone, state.names));
    return put_issued(write,
                      {.id = id,
                       .zone = zone,
                       .source = store::CertificateSource::kAcme,
                       .hosts = {state.names.begin(), state.names.end()},
                       .chain = chain,
                       .key = state.key,
                       .issuer = issuer,
                       .signature = signature,
                       .details = details,
                       .priority = kAcmePriority,
                       .uploaded = write.now(),
                       .modified = write.now(),
                       .expires = store::Time(issued.expires)},
                      seed);
  }));
  co_return issued;
}

Task<Outcome<>> OrderRun::change(store::Writer::Change change) {
  auto committed = co_await place_.writer.apply(std::move(change));
  if (committed) co_return Outcome<>();
  if (committed.error().is(WaitError::kCancelled)) co_return std::unexpected(cancelled());
  co_return fail_with(FailureKind::kStore, "the store: " + committed.error().text());
}

}  // namespace brink::control::acme
