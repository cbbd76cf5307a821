// The functions of the language by theme, each as its check and its call (rules/function.h says what they
// promise). The table in rules/function.cc names them.
#pragma once

#include "rules/functions/arguments.h"

namespace brink::rules {

// --- text.cc ---
Checked check_ends_with(Arguments, Prepared&);
Value call_ends_with(Values, const Prepared&, Arena&);
Checked check_starts_with(Arguments, Prepared&);
Value call_starts_with(Values, const Prepared&, Arena&);
Checked check_change_of_case(Arguments, Prepared&);
Value call_lower(Values, const Prepared&, Arena&);
Value call_upper(Values, const Prepared&, Arena&);
Checked check_remove_bytes(Arguments, Prepared&);
Value call_remove_bytes(Values, const Prepared&, Arena&);
Checked check_substring(Arguments, Prepared&);
Value call_substring(Values, const Prepared&, Arena&);
Checked check_to_string(Arguments, Prepared&);
Value call_to_string(Values, const Prepared&, Arena&);
Checked check_remove_query_args(Arguments, Prepared&);
Value call_remove_query_args(Values, const Prepared&, Arena&);

// --- collections.cc ---
Checked check_coalesce(Arguments, Prepared&);
Value call_coalesce(Values, const Prepared&, Arena&);
Checked check_concat(Arguments, Prepared&);
Value call_concat(Values, const Prepared&, Arena&);
Checked check_has_key(Arguments, Prepared&);
Value call_has_key(Values, const Prepared&, Arena&);
Checked check_has_value(Arguments, Prepared&);
Value call_has_value(Values, const Prepared&, Arena&);
Checked check_join(Arguments, Prepared&);
Value call_join(Values, const Prepared&, Arena&);
Checked check_len(Arguments, Prepared&);
Value call_len(Values, const Prepared&, Arena&);
Checked check_split(Arguments, Prepared&);
Value call_split(Values, const Prepared&, Arena&);

// --- network.cc ---
Checked check_cidr(Arguments, Prepared&);
Value call_cidr(Values, const Prepared&, Arena&);
Checked check_cidr6(Arguments, Prepared&);
Value call_cidr6(Values, const Prepared&, Arena&);

// --- encoding.cc ---
Checked check_decode_base64(Arguments, Prepared&);
Value call_decode_base64(Values, const Prepared&, Arena&);
Checked check_encode_base64(Arguments, Prepared&);
Value call_encode_base64(Values, const Prepared&, Arena&);
Checked check_url_decode(Arguments, Prepared&);
Value call_url_decode(Values, const Prepared&, Arena&);

// --- hashing.cc ---
Checked check_hash_in_range(Arguments, Prepared&);
Value call_hash_in_range(Values, const Prepared&, Arena&);
Checked check_sha256(Arguments, Prepared&);
Value call_sha256(Values, const Prepared&, Arena&);
Checked check_uuidv4(Arguments, Prepared&);
Value call_uuidv4(Values, const Prepared&, Arena&);

// --- timed_hmac.cc ---
Checked check_is_timed_hmac_valid_v0(Arguments, Prepared&);
Value call_is_timed_hmac_valid_v0(Values, const Prepared&, Arena&);

// --- json.cc ---
Checked check_lookup_json_integer(Arguments, Prepared&);
Value call_lookup_json_integer(Values, const Prepared&, Arena&);
Checked check_lookup_json_string(Arguments, Prepared&);
Value call_lookup_json_string(Values, const Prepared&, Arena&);

// --- replacing.cc ---
Checked check_regex_replace(Arguments, Prepared&);
Value call_regex_replace(Values, const Prepared&, Arena&);
Checked check_wildcard_replace(Arguments, Prepared&);
Value call_wildcard_replace(Values, const Prepared&, Arena&);

}  // namespace brink::rules
