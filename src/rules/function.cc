#include "rules/function.h"

#include "base/assert.h"
#include "rules/functions/functions.h"

#include <algorithm>
#include <array>

namespace brink::rules {
namespace {

// In the order of FunctionId, which is that of the names.
constexpr auto kFunctions = std::to_array<Function>({
    {FunctionId::kCidr, "cidr", "cidr(IP field, Integer, Integer)", "IP",
     "The network of an address: so many leading bits (1 to 32) of an IPv4 address, so many (1 to 128) of an "
     "IPv6 address are kept.",
     check_cidr, call_cidr},
    {FunctionId::kCidr6, "cidr6", "cidr6(IP field, Integer)", "IP",
     "The network of an IPv6 address; an IPv4 address stays as it is.", check_cidr6, call_cidr6},
    {FunctionId::kCoalesce, "coalesce", "coalesce(x, y, ...)", "type of x",
     "The first of 2 to 32 arguments of one type that is not missing.", check_coalesce, call_coalesce},
    {FunctionId::kConcat, "concat", "concat(x, y, ...)", "String or Array",
     "2 to 32 strings, or arrays of one type, one after another; missing ones are left out.", check_concat,
     call_concat},
    {FunctionId::kDecodeBase64, "decode_base64", "decode_base64(String field)", "String",
     "The bytes that a base64 text stands for, in the standard alphabet or that for URLs, with or without "
     "padding; missing where it is none.",
     check_decode_base64, call_decode_base64},
    {FunctionId::kEncodeBase64, "encode_base64", "encode_base64(String, flags?)", "String",
     "Base64 without padding; flags: u takes the alphabet for URLs, p adds padding.", check_encode_base64,
     call_encode_base64},
    {FunctionId::kEndsWith, "ends_with", "ends_with(String field, String)", "Boolean",
     "Whether the first string ends in the second, byte for byte.", check_ends_with, call_ends_with},
    {FunctionId::kHasKey, "has_key", "has_key(Map field, String)", "Boolean",
     "Whether the map has the key; false for a missing map.", check_has_key, call_has_key},
    {FunctionId::kHasValue, "has_value", "has_value(Array or Map field, value)", "Boolean",
     "Whether some element of the array, or some value of the map, equals the value; false for a missing "
     "collection.",
     check_has_value, call_has_value},
    {FunctionId::kHashInRange, "hash_in_range", "hash_in_range(Integer, Integer, x, ...)", "Integer",
     "An integer from the first bound up to, but not including, the second, made from the values by XXH3: "
     "the "
     "same on every node, and spread evenly.",
     check_hash_in_range, call_hash_in_range},
    {FunctionId::kIsTimedHmacValidV0, "is_timed_hmac_valid_v0",
     "is_timed_hmac_valid_v0(key, String, ttl, Integer, separator length?, flags?)", "Boolean",
     "Whether the string is a message, a separator, a timestamp, - and the HMAC-SHA256 of message and "
     "timestamp, "
     "and the timestamp is not older than ttl seconds. The flag s takes base64 for URLs.",
     check_is_timed_hmac_valid_v0, call_is_timed_hmac_valid_v0},
    {FunctionId::kJoin, "join", "join(Array<String>, String)", "String",
     "The array's strings with the separator between them.", check_join, call_join},
    {FunctionId::kLen, "len", "len(String or Array)", "Integer", "The count of bytes, or of elements.",
     check_len, call_len},
    {FunctionId::kLookupJsonInteger, "lookup_json_integer", "lookup_json_integer(String field, key, ...)",
     "Integer",
     "The integer at a path of attribute names and positions in a JSON text; missing where there is no plain "
     "integer of 64 bits.",
     check_lookup_json_integer, call_lookup_json_integer},
    {FunctionId::kLookupJsonString, "lookup_json_string", "lookup_json_string(String field, key, ...)",
     "String",
     "The string at a path of attribute names and positions in a JSON text, without its escapes; missing "
     "where "
     "there is no string.",
     check_lookup_json_string, call_lookup_json_string},
    {FunctionId::kLower, "lower", "lower(String)", "String", "ASCII letters in lower case.",
     check_change_of_case, call_lower},
    {FunctionId::kRegexReplace, "regex_replace", "regex_replace(String, regular expression, replacement)",
     "String",
     "The first match replaced, where ${1} to ${8} are its groups and $$ is a dollar; once in an expression.",
     check_regex_replace, call_regex_replace},
    {FunctionId::kRemoveBytes, "remove_bytes", "remove_bytes(String, String)", "String",
     "The first string without any of the bytes of the second.", check_remove_bytes, call_remove_bytes},
    {FunctionId::kRemoveQueryArgs, "remove_query_args", "remove_query_args(query field, name, ...)", "String",
     "http.request.uri.query, or its raw twin, without the arguments of these names.",
     check_remove_query_args, call_remove_query_args},
    {FunctionId::kSha256, "sha256", "sha256(String)", "String", "The 32 bytes of the SHA-256 digest.",
     check_sha256, call_sha256},
    {FunctionId::kSplit, "split", "split(String, separator, limit?)", "Array<String>",
     "The pieces between separators; at most limit (1 to 128, 128 where it is absent), the last of which is "
     "the "
     "rest.",
     check_split, call_split},
    {FunctionId::kStartsWith, "starts_with", "starts_with(String field, String)", "Boolean",
     "Whether the first string begins with the second, byte for byte.", check_starts_with, call_starts_with},
    {FunctionId::kSubstring, "substring", "substring(String field, Integer, Integer?)", "String",
     "The bytes from one index up to, but not including, another; negative indexes count from the end.",
     check_substring, call_substring},
    {FunctionId::kToString, "to_string", "to_string(Integer, Boolean or IP)", "String",
     "Decimal digits; true or false; an address as RFC 5952 writes it.", check_to_string, call_to_string},
    {FunctionId::kUpper, "upper", "upper(String)", "String", "ASCII letters in upper case.",
     check_change_of_case, call_upper},
    {FunctionId::kUrlDecode, "url_decode", "url_decode(String, flags?)", "String",
     "%HH and + decoded once; flags: r repeats until nothing changes (at most 10 times), u decodes %uHHHH as "
     "well.",
     check_url_decode, call_url_decode},
    {FunctionId::kUuidv4, "uuidv4", "uuidv4(String)", "String",
     "A UUID of version 4 from 16 random bytes, such as cf.random_seed.", check_uuidv4, call_uuidv4},
    {FunctionId::kWildcardReplace, "wildcard_replace",
     "wildcard_replace(String field, wildcard, replacement, flag?)", "String",
     "The replacement where the whole string matches, with ${1} to ${8} for what the stars took, else the "
     "string "
     "as it is; the flag s makes case count. Once in an expression.",
     check_wildcard_replace, call_wildcard_replace},
});
static_assert(kFunctions.size() == kFunctionCount);
static_assert(std::ranges::is_sorted(kFunctions, {}, &Function::name));
static_assert(std::ranges::is_sorted(kFunctions, {}, &Function::id));

}  // namespace

std::span<const Function> functions() { return kFunctions; }

const Function& facts_of(FunctionId id) {
  const auto at = static_cast<std::size_t>(id);
  BRINK_ASSERT(at < kFunctions.size());
  return kFunctions[at];
}

const Function* find_function(std::string_view name) {
  const auto found = std::ranges::lower_bound(kFunctions, name, {}, &Function::name);
  return found != kFunctions.end() && found->name == name ? &*found : nullptr;
}

}  // namespace brink::rules
