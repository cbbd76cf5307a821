// How a request is refused by a rule.
#pragma once

#include "edge/failure.h"
#include "edge/request.h"
#include "rules/action.h"

#include <optional>
#include <string_view>

namespace brink::edge {

// Answers with the rule's own response, else with the page of `failure`. `error_type` is what
// cf.response.error_type is then.
void block(Request& request, const std::optional<rules::CustomResponse>& response, const Failure& failure,
           std::string_view error_type);

// Says when a request that a rate limit stopped may come again.
void add_retry_after(const Request& request, http::ResponseHead& response);

}  // namespace brink::edge
