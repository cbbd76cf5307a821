#include "control/api/api.h"

#include "base/ascii.h"
#include "control/api/endpoint.h"
#include "control/api/request_content.h"
#include "store/accounts.h"
#include "store/audit_log.h"
#include "telemetry/log.h"

#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

// Zones' and the user's own endpoints say 9109 where others say 10000.
const ErrorCode& forbidden_code(const Endpoint& endpoint) {
  const bool says_unauthorized = endpoint.permission && (endpoint.permission->area == Area::kZone ||
                                                         endpoint.permission->area == Area::kUserDetails);
  return says_unauthorized ? codes::kZoneUnauthorized : codes::kForbidden;
}

ApiError unknown_object(const Call& call) {
  return {codes::kNotFound, fmt::format("Could not route to {}, perhaps your object identifier is invalid?",
                                        call.head.path().substr(kPrefix.size(), 200))};
}

// IPv6 networks of 64 bits count as one: they are given to one customer.
std::string counted_as(const net::IpAddress& address) {
  if (address.is_v4()) return address.text();
  return std::string(reinterpret_cast<const char*>(address.bytes().data()), 8);
}

void add_rate_fields(Answer& answer, const RateWindow& window, const RateWindow::State& state) {
  answer.fields.emplace_back("ratelimit",
                             fmt::format("\"default\";r={};t={}", state.remaining, state.reset.count()));
  answer.fields.emplace_back("ratelimit-policy",
                             fmt::format("\"default\";q={};w={}", window.limit(), window.window().count()));
  answer.fields.emplace_back("x-ratelimit-limit", std::to_string(window.limit()));
  answer.fields.emplace_back("x-ratelimit-remaining", std::to_string(state.remaining));
  answer.fields.emplace_back("x-ratelimit-reset", std::to_string(state.reset.count()));
}

void add_retry_after(Answer& answer, std::chrono::seconds pause) {
  answer.fields.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(1, pause.count())));
}

// Takes over the error, keeps the header fields.
void refuse_with(Answer& answer, ApiError error) {
  answer.status = error.status;
  answer.errors.push_back(std::move(error));
}

}  // namespace

Api::Api(Services services)
    : services_(services),
      calls_(limits_.calls, kRateWindow),
      guesses_(kMaxGuesses, kRateWindow),
      guess_entries_(kMaxGuessEntries, kRateWindow),
      background_("control API", services.loop) {}

Api::~Api() = default;

void Api::use(RateLimits limits, const NodeKeys& keys) {
  limits_ = std::move(limits);
  keys_ = keys;
  calls_.set_limit(limits_.calls);
}

Task<void> Api::finish() {
  (void)co_await background_.join(services_.loop.after(std::chrono::seconds(5)));
  co_await background_.finish();
}

Task<void> Api::serve(http::ServerStream& stream, const Peer& peer) {
  const std::string ray = new_ray(services_.random);
  Answer made = co_await answer(stream, peer, ray);
  co_await send_answer(stream, std::move(made), ray, services_.node, services_.loop.wall_now());
}

Task<Answer> Api::answer(http::ServerStream& stream, const Peer& peer, const std::string& ray) {
  const http::RequestHead& head = stream.request();
  Route route = find_route(head.method_name, head.path());
  if (route.refusal) co_return *std::move(route.refusal);
  const Endpoint& endpoint = *route.endpoint;

  Call call(head, endpoint, services_);
  call.ray = ray;
  for (const RouteParameter& parameter : route.parameters)
    call.add_parameter(std::string(parameter.name), std::string(parameter.text), parameter.id);
  auto query = Query::parse(head.query());
  if (!query) co_return Answer::failed(query.error());
  call.query = *std::move(query);

  Answer fields;  // whatever the answer will be, these go with it
  if (auto admitted = admit(call, peer, fields); !admitted) {
    refuse_with(fields, std::move(admitted.error()));
    co_return fields;
  }
  if (endpoint.content != Content::kNone && stream.body() != nullptr) {
    call.end_read();  // no snapshot is held for a client that sends slowly
    auto content = co_await read_content(stream, endpoint.most_bytes);
    if (!content) {
      refuse_with(fields, std::move(content.error()));
      co_return fields;
    }
    if (auto read = call.begin_read(); !read) co_return Answer::failed(read.error());
    if (auto still = check_scope(call); !still) co_return Answer::failed(still.error());
    call.raw_body = *std::move(content);
  }
  if (auto parsed = parse_content(call); !parsed) {
    refuse_with(fields, std::move(parsed.error()));
    co_return fields;
  }
  Outcome<Answer> outcome = co_await endpoint.handler(call);
  Answer result = outcome ? *std::move(outcome) : Answer::failed(std::move(outcome.error()));
  std::ranges::move(fields.fields, std::back_inserter(result.fields));
  if (result.status == 503) add_retry_after(result, std::chrono::seconds(1));
  co_return result;
}

// Whether the call may be made at all: rate limits, who it is, what they may do.
Outcome<> Api::admit(Call& call, const Peer& peer, Answer& answer) {
  const bool exempt = is_exempt(peer);
  const std::string address = counted_as(peer.address);
  const TimePoint now = services_.loop.now();
  if (!exempt && has_credentials(call.head)) {
    if (const auto state = guesses_.state(address, now); state.remaining == 0) {
      add_retry_after(answer, state.reset);
      add_rate_fields(answer, guesses_, state);
      return refuse(codes::kTooManyRequests,
                    "Too many wrong tokens or keys from this address; try again later");
    }
  }
  BRINK_TRY(call.begin_read());
  if (call.endpoint.where != Where::kPublic) {
    const Demand demand{.says_verify = call.endpoint.path.ends_with("/tokens/verify"),
                        .takes_origin_ca_key = call.endpoint.path.starts_with("/certificates")};
    auto who = authenticate(call.head, peer, keys_, call.read(), call.now(), demand);
    if (!who) {
      if (is_guess(who.error())) {
        if (!exempt) (void)guesses_.count(address, now);
        note_guess(call, peer, who.error());
      }
      return std::unexpected(who.error());
    }
    call.caller = std::move(who->caller);
    if (who->note_use) note_use(call.caller.token);
  }
  if (!exempt && limits_.calls > 0 && call.caller.kind != Caller::Kind::kNobody) {
    const store::Id& counted =
        call.caller.kind == Caller::Kind::kAccountToken ? call.caller.token_account : call.caller.user;
    const auto state = calls_.count(counted.view(), now);
    add_rate_fields(answer, calls_, state);
    if (state.over) {
      add_retry_after(answer, state.reset);
      return refuse(codes::kTooManyRequests,
                    fmt::format("More than {} calls in {} minutes; wait {} seconds", limits_.calls,
                                kRateWindow.count() / 60, state.reset.count()));
    }
  }
  return check_scope(call);
}

Outcome<> Api::check_scope(Call& call) const {
  const Endpoint& endpoint = call.endpoint;
  switch (endpoint.where) {
    case Where::kPublic:
    case Where::kAnybody:
    case Where::kAnywhere: return {};
    case Where::kUser:
      if (!endpoint.permission || call.caller.may_as_user(*endpoint.permission)) return {};
      return refuse(forbidden_code(endpoint));
    case Where::kAccount: return check_account(call);
    case Where::kZone: return check_zone(call);
  }
  return {};
}

Outcome<> Api::check_account(Call& call) const {
  const store::Id& account = call.id("account_id");
  if (!store::accounts::get(call.read(), account) || !call.caller.sees_account(account))
    return std::unexpected(unknown_object(call));
  if (!call.endpoint.permission || call.caller.may_in_account(*call.endpoint.permission, account)) return {};
  return refuse(forbidden_code(call.endpoint));
}

Outcome<> Api::check_zone(Call& call) const {
  auto zone = store::zones::get(call.read(), call.id("zone_id"));
  if (!zone || !call.caller.sees({zone->id, zone->account})) return std::unexpected(unknown_object(call));
  const ZoneIdentity identity{zone->id, zone->account};
  call.set_zone(*std::move(zone));
  if (!call.endpoint.permission || call.caller.may(*call.endpoint.permission, identity)) return {};
  return refuse(forbidden_code(call.endpoint));
}

bool Api::is_exempt(const Peer& peer) const {
  if (peer.is_node_owner) return true;
  return std::ranges::any_of(limits_.exempt,
                             [&](const net::IpNetwork& network) { return network.contains(peer.address); });
}

// --- what is written beside the calls ---

Task<void> Api::apply_quietly(store::Writer::Change change) {
  if (auto applied = co_await services_.writer.apply(std::move(change)); !applied)
    telemetry::log_warn("cannot note the use of a token", {{"why", applied.error().text()}});
}

// Guesses go into the audit log, as many as nobody can fill the disk with.
void Api::note_guess(const Call& call, const Peer& peer, const ApiError& error) {
  if (background_.running() >= kMaxBackgroundChanges) return;
  if (guess_entries_.count("", services_.loop.now()).over) return;
  AuditOrigin origin = call.audit_origin();
  origin.actor_address = peer.text;
  const bool key = error.code == codes::kUnknownKey.code || error.code == codes::kUnknownServiceKey.code;
  origin.actor_context = key ? "api_key" : "api_token";
  background_.spawn(
      apply_quietly([origin = std::move(origin), key, status = error.status,
                     seed = services_.random.next()](store::WriteTransaction& transaction) -> Result<> {
        // The log is an account's: that of the node's operator.
        store::accounts::Scan scan(transaction);
        const auto account = scan.next();
        if (!account) return {};
        const AuditNote note{
            .action = "login_failed", .account = account->id, .resource_type = key ? "key" : "token"};
        FastRandom random(seed);
        store::AuditEntry entry = entry_of(origin, note);
        entry.id = store::Id::random(random);
        entry.when = transaction.now();
        entry.succeeded = false;
        entry.status = status;
        return store::audit_log::add(transaction, entry);
      }));
}

void Api::note_use(const store::Id& id) {
  if (background_.running() >= kMaxBackgroundChanges) return;
  background_.spawn(apply_quietly([id](store::WriteTransaction& transaction) -> Result<> {
    const auto hour = std::chrono::floor<std::chrono::hours>(transaction.now());
    const auto token = store::tokens::get(transaction, id);
    if (!token || token->last_used >= hour) return {};
    const std::string name(token->name), policies(token->policies), condition(token->condition);
    store::Token used = *token;
    used.name = name;
    used.policies = policies;
    used.condition = condition;
    used.last_used = hour;
    return store::tokens::put(transaction, used);
  }));
}

}  // namespace brink::control::api
