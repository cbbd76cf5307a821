#include "edge/websocket.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "base/random.h"
#include "tls/digest.h"

namespace brink::edge {

using http::FieldName;

namespace {

bool is_from_http2(const Request& request) {
  return equals_ignoring_case(request.head.upgrade, "websocket") &&
         request.exchange.version >= http::Version::kHttp2;
}

// RFC 6455 section 4.2.2.
std::string accept_for(std::string_view key) {
  return base64_encode(tls::sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace

void begin_websocket(Request& request) {
  if (!is_from_http2(request)) return;
  unsigned char nonce[16];
  fill_secret(nonce);
  const std::string key = base64_encode({reinterpret_cast<const char*>(nonce), sizeof nonce});
  request.head.fields.set(FieldName::kSecWebSocketKey, request.head.arena.copy(key));
  if (!request.head.fields.has(FieldName::kSecWebSocketVersion))
    request.head.fields.add(FieldName::kSecWebSocketVersion, "13");
}

bool finish_websocket(Request& request, http::ResponseHead& response) {
  if (response.status != 101 || !is_from_http2(request)) return true;
  const bool fits = response.fields.value(FieldName::kSecWebSocketAccept) ==
                    accept_for(request.head.fields.value(FieldName::kSecWebSocketKey));
  response.fields.remove(FieldName::kSecWebSocketAccept);
  return fits;
}

}  // namespace brink::edge
