#include "control/endpoints.h"

#include "http/date.h"
#include "runtime/loop.h"
#include "telemetry/prometheus.h"

namespace brink::control {

using http::FieldName;

namespace {

Answer metrics(const NodeState& state) {
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .content = telemetry::prometheus_text(state.segments)};
}

// Whether the process can answer at all: that it did is the answer.
Answer healthz(const NodeState&) { return {.content = "ok\n"}; }

Answer readyz(const NodeState& state) {
  if (state.ready) return {.content = "ready\n"};
  return {.status = 503, .content = "not ready: draining, or a role does not serve yet\n"};
}

constexpr Endpoint kEndpoints[] = {
    {"/metrics", "all metrics of all roles in Prometheus' text format", metrics},
    {"/healthz", "200 while the control role answers", healthz},
    {"/readyz", "200 while every role serves, 503 while the node starts or drains", readyz},
};

Answer answer_for(const http::RequestHead& request, const NodeState& state) {
  for (const Endpoint& endpoint : kEndpoints) {
    if (request.path() != endpoint.path) continue;
    if (request.method == http::Method::kGet || request.method == http::Method::kHead)
      return endpoint.answer(state);
    return {.status = 405, .content = "only GET is answered here\n"};
  }
  std::string known = "nothing here; there are:\n";
  for (const Endpoint& endpoint : kEndpoints) known += std::string(endpoint.path) + "\n";
  return {.status = 404, .content = std::move(known)};
}

}  // namespace

std::span<const Endpoint> endpoints() { return kEndpoints; }

Task<void> Endpoints::serve(http::ServerStream& stream) {
  const http::RequestHead& request = stream.request();
  Answer answer = answer_for(request, state_);
  http::ResponseHead head;
  head.status = answer.status;
  http::add_date(head, loop_.wall_now());
  head.fields.add(FieldName::kContentType, answer.content_type);
  head.fields.add(FieldName::kCacheControl, "no-store");
  if (answer.status == 405) head.fields.add(FieldName::kAllow, "GET, HEAD");
  http::FixedBody body(Slice::copy_of(answer.content));
  http::SendReport report;
  const bool head_only = request.method == http::Method::kHead;
  if (head_only)
    head.fields.add(FieldName::kContentLength, head.arena.copy(std::to_string(answer.content.size())));
  (void)co_await stream.send(head, head_only ? nullptr : &body, report);
}

std::unique_ptr<http::Body> Endpoints::on_unreadable_request(const http::UnreadableRequest& request,
                                                             http::ResponseHead* answer) {
  if (answer == nullptr) return nullptr;
  answer->fields.add(FieldName::kContentType, "text/plain; charset=utf-8");
  answer->fields.add(FieldName::kCacheControl, "no-store");
  return std::make_unique<http::FixedBody>(Slice::copy_of(request.why.text() + "\n"));
}

}  // namespace brink::control
