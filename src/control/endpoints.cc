#include "control/endpoints.h"

#include "http/date.h"
#include "runtime/loop.h"
#include "telemetry/prometheus.h"

namespace brink::control {

using http::FieldName;

namespace {

PlainAnswer metrics(const NodeState& state) {
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .content = telemetry::prometheus_text(state.segments)};
}

// Whether the process can answer at all: that it did is the answer.
PlainAnswer healthz(const NodeState&) { return {.content = "ok\n"}; }

PlainAnswer readyz(const NodeState& state) {
  if (state.ready) return {.content = "ready\n"};
  return {.status = 503, .content = "not ready: draining, or a role does not serve yet\n"};
}

constexpr PlainEndpoint kEndpoints[] = {
    {"/metrics", "all metrics of all roles in Prometheus' text format", metrics},
    {"/healthz", "200 while the control role answers", healthz},
    {"/readyz", "200 while every role serves, 503 while the node starts or drains", readyz},
};

PlainAnswer answer_for(const http::RequestHead& request, const NodeState& state) {
  for (const PlainEndpoint& endpoint : kEndpoints) {
    if (request.path() != endpoint.path) continue;
    if (request.method == http::Method::kGet || request.method == http::Method::kHead)
      return endpoint.answer(state);
    return {.status = 405, .content = "only GET is answered here\n"};
  }
  std::string known = "nothing here; there are:\n/client/v4\n";
  for (const PlainEndpoint& endpoint : kEndpoints) known += std::string(endpoint.path) + "\n";
  return {.status = 404, .content = std::move(known)};
}

bool is_api(std::string_view path) {
  return path.starts_with(api::kPrefix) &&
         (path.size() == api::kPrefix.size() || path[api::kPrefix.size()] == '/');
}

}  // namespace

std::span<const PlainEndpoint> plain_endpoints() { return kEndpoints; }

Task<void> Endpoints::serve(http::ServerStream& stream, bool is_node_owner) {
  const http::RequestHead& request = stream.request();
  if (!is_api(request.path())) {
    co_await serve_plain(stream);
    co_return;
  }
  if (api_ == nullptr) {
    std::string why = "The store is not open yet";
    if (!waits_because_.empty()) why += ": " + waits_because_;
    api::Answer answer = api::Answer::failed({{10503, 503, ""}, std::move(why)});
    answer.fields.emplace_back("Retry-After", "1");
    co_await api::send_answer(stream, std::move(answer), api::new_ray(random_), node_, loop_.wall_now());
    co_return;
  }
  const net::SocketAddress& client = stream.connection().client;
  const bool has_address = !client.is_unix() && !is_node_owner;
  const api::Peer peer{.is_node_owner = is_node_owner,
                       .address = client.ip(),
                       .text = has_address ? client.ip().text() : "local"};
  co_await api_->serve(stream, peer);
}

Task<void> Endpoints::serve_plain(http::ServerStream& stream) {
  const http::RequestHead& request = stream.request();
  const PlainAnswer answer = answer_for(request, state_);
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

std::unique_ptr<http::Body> Endpoints::refuse_unreadable(const http::UnreadableRequest& request,
                                                         http::ResponseHead* answer) {
  if (answer == nullptr) return nullptr;
  answer->fields.add(FieldName::kCacheControl, "no-store");
  if (request.head != nullptr && !is_api(request.head->path())) {
    answer->fields.add(FieldName::kContentType, "text/plain; charset=utf-8");
    return std::make_unique<http::FixedBody>(Slice::copy_of(request.why.text() + "\n"));
  }
  answer->fields.add(FieldName::kContentType, "application/json");
  answer->fields.add(FieldName::kCfRay, answer->arena.copy(api::new_ray(random_) + "-" + node_.site));
  return std::make_unique<http::FixedBody>(Slice::copy_of(api::unreadable_content(request)));
}

}  // namespace brink::control
