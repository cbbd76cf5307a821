// What rules do: the parameters of each action, in their final types. Immutable once read
// (rules/read_ruleset.h), shared by all threads. The order in which rules act, and what wins, is the edge's.
#pragma once

#include "rules/list.h"
#include "rules/phase.h"
#include "rules/tree.h"

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace brink::rules {

// A text that is written in the rule, or the value of an expression.
using TextSource = std::variant<std::string, ExpressionPtr>;

// --- http_request_firewall_custom, http_ratelimit ---

struct CustomResponse {
  std::uint16_t status = 403;  // 400 to 499
  std::string content_type;
  std::string content;
};

struct Block {
  std::optional<CustomResponse> response;  // nothing: the block page
};

// Says that the rule matched, and nothing else.
struct Log {};

// Products that are no rulesets, which `skip` can pass over.
enum class Product : std::uint8_t {
  kBrowserIntegrity,  // "bic"
  kHotlink,           // "hot"
  kRateLimit,         // "rateLimit": the older rate limiting
  kSecurityLevel,
  kUserAgentBlocking,  // "uaBlock"
  kManagedRules,       // "waf": the older managed rules
  kZoneLockdown,
};
inline constexpr std::size_t kProductCount = static_cast<std::size_t>(Product::kZoneLockdown) + 1;

struct Skip {
  bool current_ruleset = false;     // the rest of this ruleset
  bool current_phase = false;       // the rest of this phase, custom rulesets that would follow too
  std::bitset<kPhaseCount> phases;  // whole phases that are still to come, at both levels
  std::bitset<kProductCount> products;
  std::vector<std::string> rulesets;  // managed rulesets that are not run
  // Rules that are not run, by their ruleset.
  std::vector<std::pair<std::string, std::vector<std::string>>> rules;
};

// What an `execute` says of the rules of a managed ruleset.
struct Override {
  std::optional<Action> action;
  std::optional<bool> enabled;
  std::string sensitivity_level;                // empty: none
  std::optional<std::int64_t> score_threshold;  // of a rule that decides by score
};

struct Execute {
  std::string ruleset;  // its id: a managed or custom ruleset of the same phase
  Override all;
  std::vector<std::pair<std::string, Override>> categories;  // in the order written: the last one holds
  std::vector<std::pair<std::string, Override>> rules;       // by rule id
};

// --- http_request_transform ---

struct RewriteUri {
  std::optional<TextSource> path;   // a static one begins with '/'
  std::optional<TextSource> query;  // without its '?'; empty drops it
  bool origin = true;               // whether the origin gets the rewritten URI
};

// --- http_request_late_transform, http_response_headers_transform ---

struct HeaderOperation {
  enum class Kind : std::uint8_t { kSet, kAdd, kRemove };
  std::string name;  // as written; compares without case
  Kind kind = Kind::kSet;
  // Of kSet and kAdd. An expression is of type Bytes, Int or Ip, and is written as to_string does.
  TextSource value;
};

struct RewriteHeaders {
  std::vector<HeaderOperation> operations;  // no name twice
};

// --- http_request_dynamic_redirect, http_request_redirect ---

struct Redirect {
  TextSource target;           // a static one is an absolute URL or a path
  std::uint16_t status = 301;  // 301, 302, 303, 307, 308
  bool preserve_query = false;
};

struct RedirectFromList {
  ListPtr list;  // of kind redirect, as it stood when the rule was read
  std::string list_name;
  FieldId key;  // http.request.full_uri or its raw form
};

// --- http_request_origin ---

struct Route {
  std::optional<std::string> host_header;  // also the SNI, unless that is given
  std::optional<std::string> origin_host;  // a name or an address: what is connected to
  std::optional<std::uint16_t> origin_port;
  std::optional<std::string> sni;
};

// --- http_config_settings ---

enum class SslMode : std::uint8_t { kOff, kFlexible, kFull, kStrict, kOriginPull };
enum class SecurityLevel : std::uint8_t { kOff, kEssentiallyOff, kLow, kMedium, kHigh, kUnderAttack };
enum class Polish : std::uint8_t { kOff, kLossless, kLossy, kWebp };
enum class Buffering : std::uint8_t { kNone, kStandard, kFull };

// Members that are nothing leave the zone's setting. Those without an effect on this server are kept in the
// rule's JSON alone; whoever writes them is told.
struct SetConfig {
  std::optional<SslMode> ssl;
  std::optional<SecurityLevel> security_level;
  std::optional<Polish> polish;
  std::optional<Buffering> request_body_buffering;
  std::optional<Buffering> response_body_buffering;
  std::optional<bool> automatic_https_rewrites;
  std::optional<bool> opportunistic_encryption;
  std::optional<bool> browser_integrity_check;  // "bic"
  std::optional<bool> email_obfuscation;
  std::optional<bool> server_side_excludes;
  std::optional<bool> hotlink_protection;
  std::optional<bool> rocket_loader;
  std::optional<bool> minify_css;  // "autominify"
  std::optional<bool> minify_html;
  std::optional<bool> minify_js;
};

// --- http_request_cache_settings ---

enum class EdgeTtlMode : std::uint8_t { kRespectOrigin, kOverrideOrigin, kBypassByDefault };
enum class BrowserTtlMode : std::uint8_t { kRespectOrigin, kOverrideOrigin, kBypassByDefault, kBypass };

struct StatusTtl {
  std::uint16_t from = 0;  // both ends belong to it
  std::uint16_t to = 999;
  std::int64_t seconds = 0;  // 0: no-cache; -1: no-store
};

struct EdgeTtl {
  EdgeTtlMode mode = EdgeTtlMode::kRespectOrigin;
  std::chrono::seconds time{0};     // with kOverrideOrigin
  std::vector<StatusTtl> statuses;  // the first that fits beats the mode
};

struct BrowserTtl {
  BrowserTtlMode mode = BrowserTtlMode::kRespectOrigin;
  std::chrono::seconds time{0};  // with kOverrideOrigin
};

// Which parts of the query are in the key.
struct QueryKey {
  enum class Kind : std::uint8_t { kAll, kNone, kOnly, kAllBut };
  Kind kind = Kind::kAll;
  std::vector<std::string> names;  // of kOnly and kAllBut
};

struct CustomKey {
  std::vector<std::string> cookies;           // with their values
  std::vector<std::string> cookies_presence;  // whether they are there
  std::vector<std::string> headers;
  std::vector<std::string> headers_presence;
  std::vector<std::pair<std::string, std::vector<std::string>>> headers_contain;
  bool exclude_origin = false;  // the Origin header is not in the key
  bool host_resolved = false;   // the origin's host instead of the request's
  bool user_device_type = false;
  bool user_geo = false;
  bool user_lang = false;
  QueryKey query;
};

enum class VaryAction : std::uint8_t { kNormalize, kPassthrough, kBypass };

struct VaryHeader {
  std::string name;  // lower case
  VaryAction action = VaryAction::kNormalize;
  std::vector<std::string> values;  // media types of accept, languages of accept-language
};

struct Vary {
  VaryAction usual = VaryAction::kNormalize;
  std::vector<VaryHeader> headers;
};

// Members that are nothing leave what earlier rules and the zone said.
struct SetCacheSettings {
  std::optional<bool> cache;  // eligible, or bypass
  std::optional<EdgeTtl> edge_ttl;
  std::optional<BrowserTtl> browser_ttl;
  std::optional<bool> disable_stale_while_updating;
  std::optional<bool> respect_strong_etags;
  std::optional<bool> origin_error_page_passthru;
  std::optional<bool> origin_cache_control;
  std::optional<std::chrono::seconds> read_timeout;
  std::optional<std::vector<std::uint16_t>> additional_cacheable_ports;
  std::optional<bool> origin_range_requests;  // "default" is nothing
  std::optional<bool> cache_reserve;
  std::optional<std::uint64_t> cache_reserve_minimum_bytes;
  std::optional<std::string> shared_dictionary_pattern;
  std::optional<bool> ignore_query_strings_order;
  std::optional<bool> cache_deception_armor;
  std::optional<bool> cache_by_device_type;
  std::optional<CustomKey> custom_key;
  std::optional<Vary> vary;
};

// --- http_custom_errors ---

struct ServeError {
  std::string content;  // with the tokens ::RAY_ID::, ::CLIENT_IP::, ::GEO::
  std::string content_type;
  std::optional<std::uint16_t> status;
};

// --- http_log_custom_fields ---

struct LogCustomField {
  struct Response {
    std::string name;
    bool preserve_duplicates = false;  // all values, as an array
  };
  std::vector<std::string> request_fields;              // header names in lower case, as they came
  std::vector<std::string> transformed_request_fields;  // as the origin gets them
  std::vector<Response> response_fields;                // as the client gets them
  std::vector<Response> raw_response_fields;            // as the origin sent them
  std::vector<std::string> cookie_fields;               // case counts
};

using Act = std::variant<Block, Log, Skip, Execute, RewriteUri, RewriteHeaders, Redirect, RedirectFromList,
                         Route, SetConfig, SetCacheSettings, ServeError, LogCustomField>;

}  // namespace brink::rules
