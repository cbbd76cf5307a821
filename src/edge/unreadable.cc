#include "edge/unreadable.h"

#include "edge/error_page.h"
#include "edge/forwarding.h"

#include <fmt/format.h>

namespace brink::edge {

std::unique_ptr<http::Body> refuse_unreadable(EdgeThread& thread, const http::UnreadableRequest& request,
                                              http::ResponseHead* answer) {
  thread.metrics().count_unreadable(request.status);

  http::RequestHead nothing;
  nothing.method_name = {};
  nothing.target = {};
  const http::RequestHead& head = request.head != nullptr ? *request.head : nothing;
  const std::string why = request.why.text();
  http::Exchange exchange;
  exchange.ray = thread.next_ray();
  exchange.connection = &request.connection;
  exchange.request = &head;
  exchange.version = head.version;
  exchange.scheme = request.connection.tls != nullptr ? "https" : "http";
  exchange.authority = head.authority;
  exchange.target = head.target;
  exchange.started = exchange.response_started = exchange.ended = thread.loop().now();
  exchange.started_wall = thread.loop().wall_now();
  exchange.client_ip = request.connection.client.ip();
  exchange.status = request.status;
  exchange.refused_because = why;

  std::unique_ptr<http::Body> page;
  if (answer != nullptr) {
    const std::string explanation = fmt::format("The request could not be read: {}.", why);
    const Failure failure{request.status, {}, http::reason_phrase(request.status), explanation};
    page = error_page(failure, exchange, *answer);
    add_identity_fields(*answer, exchange);
    exchange.response_content_type = answer->fields.value(http::FieldName::kContentType);
    exchange.response_body_bytes = page == nullptr ? 0 : page->length().value_or(0);
  }
  thread.access_log().write(exchange);
  return page;
}

}  // namespace brink::edge
