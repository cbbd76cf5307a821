// The phases of the Rules language as stages of a request (edge/stages.h). Each does nothing where the zone
// has no rules for it. What wins where several rules match is said at each.
#pragma once

#include "edge/stages.h"

namespace brink::edge {

// --- towards the origin, in this order ---

// Makes what rules see of the URI normal: http_request_sanitize.
Flow sanitize(Request& request);
// http_request_dynamic_redirect: the first rule that matches answers.
Flow redirect_single(Request& request);
// http_request_transform: path and query, each as the last rule that matches makes it.
Flow rewrite_uri(Request& request);
// http_config_settings: each setting as the last rule that matches has it.
Flow change_settings(Request& request);
// http_request_origin: likewise the Host, the origin's name and port, the SNI.
Flow choose_origin(Request& request);
// Reads the beginning of the content, where a rule looks at it.
Task<Flow> read_content(Request& request);
// http_request_firewall_custom: the first `block` that matches answers, unless a `skip` came before.
Flow check_custom_rules(Request& request);
// http_ratelimit: counts, and blocks what is above a limit.
Flow limit_rates(Request& request);
// For limits that count what goes to the origin; called when it goes.
void count_for_origin(Request& request);
// http_request_redirect: redirects of lists.
Flow redirect_by_list(Request& request);
// http_request_late_transform: header by header, all rules that match.
Flow rewrite_request_headers(Request& request);
// http_request_cache_settings: each setting as the last rule that matches has it; the cache reads them.
Flow choose_cache_settings(Request& request);

// --- towards the client ---

// http_custom_errors: the content of responses of 400 and above.
Flow serve_custom_errors(Request& request);
// http_response_headers_transform.
Flow rewrite_response_headers(Request& request);
// http_ratelimit, for limits that count responses.
Flow count_responses(Request& request);
// http_log_custom_fields.
Flow choose_log_fields(Request& request);

}  // namespace brink::edge
