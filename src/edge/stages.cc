#include "edge/stages.h"

#include "base/ascii.h"
#include "edge/access_log.h"
#include "edge/edge_thread.h"
#include "edge/error_page.h"
#include "edge/forwarding.h"
#include "edge/rules/blocking.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"
#include "edge/websocket.h"
#include "http/client.h"
#include "runtime/task_group.h"

#include <fmt/format.h>

namespace brink::edge {

using http::FieldName;
using http::Method;

namespace {

Flow refuse(Request& request, const Failure& failure) {
  request.failure = &failure;
  return Flow::kRespond;
}

// --- inward ---

// A zone of brink.toml that has the name, then one of the store, then the one of brink.toml that takes every
// name.
const Zone* zone_of(Request& request) {
  const ZoneTable& declared = request.snapshot->by_host;
  const std::string_view host = request.head.host();
  if (const Zone* zone = declared.find_by_name(host)) return zone;
  request.stored_zone = request.thread.shared().stored_zones.find(host);
  return request.stored_zone != nullptr ? request.stored_zone.get() : declared.any();
}

Flow find_zone(Request& request) {
  request.zone = zone_of(request);
  if (request.zone == nullptr) return refuse(request, kNoSuchZone);
  request.exchange.zone = request.zone->name;
  const bool secure = request.stream.connection().tls != nullptr;
  if (secure && request.zone->tls == config::TlsMode::kOff) return refuse(request, kPlainTextOnly);
  auto rules = request.stored_zone != nullptr ? request.zone->rules
                                              : request.thread.shared().stored_zones.rules_of(*request.zone);
  if (rules != nullptr) request.rules = std::make_unique<RuleState>(request, std::move(rules));
  return Flow::kContinue;
}

// RFC 8555 section 8.3: whoever issues a certificate asks for this by plain http, of whatever zone.
Flow answer_acme(Request& request) {
  constexpr std::string_view kPrefix = "/.well-known/acme-challenge/";
  const std::string_view path = request.head.path();
  if (!path.starts_with(kPrefix)) return Flow::kContinue;
  const auto answer = request.thread.shared().stored_zones.acme_answer(path.substr(kPrefix.size()));
  if (!answer) return Flow::kContinue;  // another's challenge: the origin's
  http::ResponseHead& response = request.respond(200);
  response.fields.add(FieldName::kContentType, "application/octet-stream");
  response.fields.add(FieldName::kCacheControl, "no-store");
  request.own_body = std::make_unique<http::FixedBody>(Slice::copy_of(*answer));
  request.response_body = request.own_body.get();
  return Flow::kRespond;
}

Flow insist_on_https(Request& request) {
  if (!request.zone->always_use_https || request.stream.connection().tls != nullptr) return Flow::kContinue;
  http::ResponseHead& response = request.respond(301);
  response.fields.add(FieldName::kLocation,
                      response.arena.join("https://", request.head.host(), request.head.target));
  return Flow::kRespond;
}

// Methods that end here: RFC 9110 section 7.6.2 and section 9.3.8 (TRACE shows a client the fields added on
// the way, so it is refused as everywhere).
Flow check_method(Request& request) {
  const Method method = request.head.method;
  if (method == Method::kTrace || method == Method::kConnect) return refuse(request, kMethodNotAllowed);
  if (!request.zone->websockets && equals_ignoring_case(request.head.upgrade, "websocket"))
    return refuse(request, kUpgradeRefused);
  const http::Field* max_forwards = request.head.fields.find(FieldName::kMaxForwards);
  if (method != Method::kOptions || max_forwards == nullptr) return Flow::kContinue;
  const auto left = parse_decimal<std::uint32_t>(max_forwards->value);
  if (!left) return Flow::kContinue;
  if (*left == 0) {
    http::ResponseHead& answer = request.respond(204);
    answer.fields.add(FieldName::kAllow, "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH");
    return Flow::kRespond;
  }
  request.head.fields.set(FieldName::kMaxForwards,
                          request.head.arena.copy(fmt::format_int(*left - 1).c_str()));
  return Flow::kContinue;
}

Flow set_request_fields(Request& request) {
  if (!add_forwarding_fields(request)) return refuse(request, kLoopDetected);
  return Flow::kContinue;
}

// Passes informational responses on as they come, in their order. What asked for the 100 was Brink itself.
class InformationalRelay final : public http::InformationalSink {
 public:
  InformationalRelay(http::ServerStream& stream, CancelScope& scope)
      : stream_(stream), sending_("informational responses", scope) {}

  void on_informational(const http::ResponseHead& head) override {
    if (head.status == 100 || waiting_.size() >= kMost) return;  // a peer that sends more has no good reason
    auto& copy = waiting_.emplace_back(std::make_unique<http::ResponseHead>());
    copy->status = head.status;
    for (const http::Field& field : head.fields)
      copy->fields.add(copy->arena.copy(field.name), copy->arena.copy(field.value));
    if (sending_.running() == 0) sending_.spawn(send_waiting());
  }
  [[nodiscard]] bool was_used() const { return !waiting_.empty(); }
  // Once the final response is there: nothing may come after it.
  Task<void> finish() {
    (void)co_await sending_.join(Deadline::never());
    co_await sending_.finish();
  }

 private:
  static constexpr std::size_t kMost = 16;

  Task<void> send_waiting() {
    while (sent_ < waiting_.size()) {
      const auto head = std::move(waiting_[sent_++]);
      if (!co_await stream_.send_informational(*head)) co_return;
    }
  }

  http::ServerStream& stream_;
  std::vector<std::unique_ptr<http::ResponseHead>> waiting_;  // those that were sent are empty
  std::size_t sent_ = 0;
  TaskGroup sending_;
};

Task<Flow> ask_origin(Request& request) {
  const Zone& zone = *request.zone;
  if (!zone.origin_host.empty()) request.head.authority = zone.origin_host;
  origin::OriginPtr origin = zone.origin_for(request.stream.connection().tls != nullptr);
  if (const RuleState* state = request.rules.get()) {
    if (state->route.host_header != nullptr) request.head.authority = *state->route.host_header;
    origin = request.thread.shared().routed_origins.find(origin, state->route, state->config.ssl);
    if (origin == nullptr) co_return refuse(request, failure_of(origin::OriginError::kTlsHandshake));
  }
  request.head.scheme = origin->settings.https ? "https" : "http";
  origin::Fetch& fetch = request.fetch.emplace(request.thread.origins(), origin, request.exchange.origin);
  begin_websocket(request);
  count_for_origin(request);
  InformationalRelay relay(request.stream, co_await current_scope());
  auto response =
      co_await fetch.start(request.head, request.request_body, request.stream.connection(), &relay);
  if (relay.was_used()) co_await relay.finish();
  if (response && !finish_websocket(request, **response))
    response = fail(http::ClientError::kMalformedResponse);
  if (response) {
    request.response = *response;
    request.response_body = fetch.response_body();
  } else {
    request.failure = &failure_of(response.error());
  }
  co_return Flow::kRespond;
}

// --- outward ---

Flow make_error_page(Request& request) {
  if (request.failure == nullptr) return Flow::kContinue;
  http::ResponseHead& page = request.respond(request.failure->status);
  request.own_body = error_page(*request.failure, request.exchange, page);
  request.response_body = request.own_body.get();
  if (RuleState* state = request.rules.get()) {
    add_retry_after(request, page);
    if (state->error_type.empty() && page.status >= 500) state->error_type = "5xx";
  }
  request.exchange.proxy_error = request.failure->proxy_status;
  return Flow::kContinue;
}

Flow set_response_fields(Request& request) {
  add_response_fields(request);
  return Flow::kContinue;
}

Task<Result<>> send(Request& request) {
  http::Exchange& exchange = request.exchange;
  exchange.status = request.response->status;
  // A copy: an origin's head is gone by the time the log is written.
  exchange.response_content_type =
      request.head.arena.copy(request.response->fields.value(FieldName::kContentType));
  exchange.response_started = request.thread.loop().now();
  http::SendReport report;
  const bool upgraded = request.response->status == 101;
  if (upgraded) request.thread.metrics().add_upgraded(1);
  auto sent = co_await request.stream.send(*request.response, request.response_body, report);
  if (upgraded) request.thread.metrics().add_upgraded(-1);
  exchange.response_complete = sent.has_value();
  exchange.response_head_bytes = report.head_bytes;
  exchange.response_body_bytes = report.body_bytes;
  co_return sent;
}

Task<Flow> send_response(Request& request) {
  const auto sent = co_await send(request);
  // The origin's content broke off before anything had gone out: the visitor can still be told.
  const bool untold = !sent && sent.error().is(http::ServerError::kResponseBroken) &&
                      request.exchange.response_head_bytes == 0;
  if (untold && request.failure == nullptr) {
    request.failure = &failure_of(http::ClientError::kBodyBroken);
    make_error_page(request);
    set_response_fields(request);
    (void)co_await send(request);
  }
  co_return Flow::kContinue;
}

using enum Direction;

constexpr Stage kStages[] = {
    {"zone", "", kInward, "finds the zone that has the host name; without one, 404", find_zone},
    {"acme", "", kInward, "answers HTTP-01 challenges that are Brink's own (RFC 8555)", answer_acme},
    {"https", "", kInward, "redirects to https where the zone's `always_use_https` is on", insist_on_https},
    {"method", "", kInward,
     "refuses TRACE, CONNECT and WebSockets of zones without them, counts Max-Forwards down", check_method},
    {"sanitize", "http_request_sanitize", kInward, "makes the path that rules see normal", sanitize},
    {"single_redirects", "http_request_dynamic_redirect", kInward, "redirects by the first rule that matches",
     redirect_single},
    {"url_rewrites", "http_request_transform", kInward, "changes path and query", rewrite_uri},
    {"configuration", "http_config_settings", kInward, "changes settings for this request", change_settings},
    {"origin_rules", "http_request_origin", kInward, "chooses the origin, its Host and its SNI",
     choose_origin},
    {"content", "", kInward, "reads the beginning of the content where a rule looks at it", nullptr,
     read_content},
    {"custom_rules", "http_request_firewall_custom", kInward, "blocks, logs, skips", check_custom_rules},
    {"rate_limits", "http_ratelimit", kInward, "counts requests, blocks those above a limit", limit_rates},
    {"bulk_redirects", "http_request_redirect", kInward, "redirects by lists", redirect_by_list},
    {"request_fields", "", kInward,
     "says who asks: Via, Forwarded, X-Forwarded-*, CF-Connecting-IP, CF-Ray; ends loops",
     set_request_fields},
    {"request_headers", "http_request_late_transform", kInward, "changes the fields that the origin gets",
     rewrite_request_headers},
    {"cache_rules", "http_request_cache_settings", kInward, "chooses what the cache is to do",
     choose_cache_settings},
    {"origin", "", kInward, "asks the origin over a kept or a new connection", nullptr, ask_origin},
    {"error_page", "", kOutward, "makes a page, or problem+json, of a failure", make_error_page},
    {"custom_errors", "http_custom_errors", kOutward, "shows the owner's own content instead of an error's",
     serve_custom_errors},
    {"response_fields", "", kOutward, "adds Via, Date, CF-Ray, Proxy-Status, Server-Timing",
     set_response_fields},
    {"response_headers", "http_response_headers_transform", kOutward,
     "changes the fields that the client gets", rewrite_response_headers},
    {"response_counts", "http_ratelimit", kOutward, "counts for the limits that look at responses",
     count_responses},
    {"log_fields", "http_log_custom_fields", kOutward, "chooses fields for the log", choose_log_fields},
    {"send", "", kOutward, "streams the response to the client at the client's pace", nullptr, send_response},
};
static_assert(std::size(kStages) <= http::Exchange::kMaxNotes);

// Notes what a stage did; the clock is read only where somebody will look at the times.
class StageTimer {
 public:
  StageTimer(Request& request, std::size_t stage)
      : request_(request), stage_(stage), timed_(request.snapshot->config.edge.server_timing) {
    if (timed_) began_ = Clock::now();
  }
  void note(Flow flow) {
    http::StageNote& note = request_.exchange.notes[request_.exchange.note_count++];
    note.stage = static_cast<std::uint8_t>(stage_);
    note.decision = flow == Flow::kContinue ? "continue" : "respond";
    if (timed_) note.took = Clock::now() - began_;
  }

 private:
  Request& request_;
  std::size_t stage_;
  bool timed_;
  TimePoint began_;
};

void begin(Request& request) {
  http::Exchange& exchange = request.exchange;
  const http::ConnectionFacts& connection = request.stream.connection();
  exchange.ray = request.thread.next_ray();
  exchange.connection = &connection;
  exchange.request = &request.head;
  exchange.version = request.head.version;
  exchange.scheme = connection.tls != nullptr ? "https" : "http";
  exchange.authority = request.head.authority;
  exchange.target = request.head.target;
  exchange.started = request.stream.started();
  exchange.started_wall =
      request.thread.loop().wall_now() - std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                             request.thread.loop().now() - exchange.started);
  exchange.client_ip = visitor_address(request);
  exchange.request_head_bytes = request.stream.request_head_bytes();
  exchange.cache_status = "none";
}

void end(Request& request) {
  http::Exchange& exchange = request.exchange;
  exchange.ended = request.thread.loop().now();
  exchange.request_body_bytes = request.stream.body_bytes_received();
  request.thread.metrics().count(request);
  request.thread.access_log().write(exchange);
}

}  // namespace

std::span<const Stage> stages() { return kStages; }

Task<void> serve(EdgeThread& thread, http::ServerStream& stream) {
  Request request(thread, stream, thread.snapshot());
  begin(request);

  bool responding = false;
  for (std::size_t i = 0; i < std::size(kStages); ++i) {
    const Stage& stage = kStages[i];
    if (stage.direction == Direction::kInward && responding) continue;
    StageTimer timer(request, i);
    const Flow flow = stage.run != nullptr ? stage.run(request) : co_await stage.run_async(request);
    timer.note(flow);
    if (flow == Flow::kRespond) responding = true;
  }

  if (request.fetch) co_await request.fetch->finish();
  end(request);
}

std::string stages_documentation() {
  std::string page =
      "# The stages of a request\n\n"
      "Every request goes through these stages in this order, whatever protocol it came by. An inward stage "
      "may answer\n"
      "the request; the inward stages after it are then left out. The names stand in `Server-Timing` and in "
      "traces.\n\n"
      "| stage | direction | Rules phase | what it does |\n|---|---|---|---|\n";
  for (const Stage& stage : kStages) {
    page +=
        fmt::format("| `{}` | {} | {} | {} |\n", stage.name,
                    stage.direction == Direction::kInward ? "to the origin" : "to the client",
                    stage.phase.empty() ? std::string("–") : fmt::format("`{}`", stage.phase), stage.meaning);
  }
  return page;
}

}  // namespace brink::edge
