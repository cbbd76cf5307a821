// The response for a failure: a page for people, problem+json (RFC 9457) for programs, by the request's
// Accept.
#pragma once

#include "edge/failure.h"
#include "http/body.h"
#include "http/exchange.h"
#include "http/message.h"

#include <memory>
#include <string>
#include <string_view>

namespace brink::edge {

// Fills `response` (which must be fresh) and answers its content; nullptr for HEAD. Both are told never to be
// stored by a cache. The page names the ray id, the host and what failed.
[[nodiscard]] std::unique_ptr<http::Body> error_page(const Failure& failure, const http::Exchange& exchange,
                                                     http::ResponseHead& response);

// Whether a client that says `accept` would rather have JSON than HTML: JSON has the higher weight (RFC 9110
// section 12.5.1), or the same and is named first. Who says nothing, or takes anything, gets HTML.
[[nodiscard]] bool prefers_json(std::string_view accept);

// As text of an HTML document or of a quoted attribute.
[[nodiscard]] std::string html_escaped(std::string_view text);

}  // namespace brink::edge
