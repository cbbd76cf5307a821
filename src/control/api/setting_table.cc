#include "control/api/setting_table.h"

#include "base/ascii.h"
#include "control/api/timestamp.h"
#include "store/zones.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

using enum SettingKind;
using enum SettingEffect;

constexpr std::string_view kOnOff[] = {"on", "off"};
constexpr std::string_view kOnOffOpen[] = {"on", "off", "open"};
constexpr std::string_view kOnOffCustom[] = {"on", "off", "custom"};
constexpr std::string_view kBrowserTtls[] = {
    "0",      "30",     "60",      "120",     "300",     "1200",    "1800",     "3600",    "7200",   "10800",
    "14400",  "18000",  "28800",   "43200",   "57600",   "72000",   "86400",    "172800",  "259200", "345600",
    "432000", "691200", "1382400", "2073600", "2678400", "5356800", "16070400", "31536000"};
constexpr std::string_view kChallengeTtls[] = {"300",   "900",    "1800",    "2700",    "3600",
                                               "7200",  "10800",  "14400",   "28800",   "57600",
                                               "86400", "604800", "2592000", "31536000"};
constexpr std::string_view kEdgeTtls[] = {
    "30",    "60",    "300",   "1200",  "1800",   "3600",   "7200",   "10800",  "14400",  "18000", "28800",
    "43200", "57600", "72000", "86400", "172800", "259200", "345600", "432000", "518400", "604800"};
constexpr std::string_view kUploads[] = {
    "100", "125", "150", "175", "200",  "225",  "250",  "275",  "300",  "325",  "350",  "375",  "400",
    "425", "450", "475", "500", "1000", "1500", "2000", "2500", "3000", "3500", "4000", "4500", "5000"};
constexpr std::string_view kCacheLevels[] = {"bypass", "basic", "simplified", "aggressive",
                                             "cache_everything"};
constexpr std::string_view kFlattening[] = {"flatten_at_root", "flatten_all"};
constexpr std::string_view kTlsVersions[] = {"1.0", "1.1", "1.2", "1.3"};
constexpr std::string_view kHttpVersions[] = {"1", "2"};
constexpr std::string_view kPolish[] = {"off", "lossless", "lossy"};
constexpr std::string_view kPseudoIpv4[] = {"off", "add_header", "overwrite_header"};
constexpr std::string_view kSecurityLevels[] = {"off",  "essentially_off", "low", "medium",
                                                "high", "under_attack"};
constexpr std::string_view kSsl[] = {"off", "flexible", "full", "strict", "origin_pull"};
constexpr std::string_view kTls13[] = {"on", "off", "zrt"};
constexpr std::string_view kNoHeader =
    R"({"strict_transport_security":{"enabled":false,"max_age":0,"include_subdomains":false,"preload":false,"nosniff":false}})";

constexpr std::string_view kOn = R"("on")";
constexpr std::string_view kOff = R"("off")";
constexpr std::size_t kMaxCiphers = 64;
constexpr std::int64_t kMaxTextBytes = 1024;

constexpr SettingRow on_off(std::string_view id, std::string_view default_json, SettingEffect effect) {
  return {id, kChoice, effect, default_json, kOnOff};
}
constexpr SettingRow choice(std::string_view id, std::string_view default_json, SettingEffect effect,
                            std::span<const std::string_view> choices) {
  return {id, kChoice, effect, default_json, choices};
}
constexpr SettingRow number_choice(std::string_view id, std::string_view default_json,
                                   std::span<const std::string_view> choices) {
  return {id, kNumberChoice, kBuiltIn, default_json, choices};
}
constexpr SettingRow number(std::string_view id, std::string_view default_json, std::int64_t least,
                            std::int64_t most) {
  return {id, kNumber, kBuiltIn, default_json, {}, least, most};
}
constexpr SettingRow text(std::string_view id, std::string_view default_json, SettingEffect effect) {
  return {id, kText, effect, default_json, {}, 0, kMaxTextBytes};
}
constexpr SettingRow enabled(std::string_view id, SettingEffect effect) {
  return {id, kEnabled, effect, R"({"enabled":false})", {}};
}

// In the order of their names.
constexpr SettingRow kRows[] = {
    on_off("0rtt", kOff, kBuiltIn),
    {"advanced_ddos", kChoice, kStored, kOn, kOnOff, 0, 0, false},
    {"aegis", kEnabled, kRefused, "null", {}},
    on_off("always_online", kOff, kBuiltIn),
    on_off("always_use_https", kOff, kBuiltIn),
    on_off("automatic_https_rewrites", kOn, kBuiltIn),
    enabled("automatic_platform_optimization", kStored),
    on_off("brotli", kOn, kBuiltIn),
    number_choice("browser_cache_ttl", "14400", kBrowserTtls),
    on_off("browser_check", kOn, kBuiltIn),
    choice("cache_level", R"("aggressive")", kBuiltIn, kCacheLevels),
    number_choice("challenge_ttl", "1800", kChallengeTtls),
    on_off("china_network_enabled", kOff, kStored),
    {"ciphers", kCiphers, kBuiltIn, "[]", {}},
    choice("cname_flattening", R"("flatten_at_root")", kBuiltIn, kFlattening),
    text("content_converter", kOff, kStored),
    on_off("development_mode", kOff, kBuiltIn),
    on_off("early_hints", kOff, kBuiltIn),
    number_choice("edge_cache_ttl", "7200", kEdgeTtls),
    on_off("email_obfuscation", kOn, kBuiltIn),
    on_off("fonts", kOff, kStored),
    choice("h2_prioritization", kOff, kStored, kOnOffCustom),
    on_off("hotlink_protection", kOff, kBuiltIn),
    on_off("http2", kOn, kBuiltIn),
    on_off("http3", kOn, kBuiltIn),
    choice("image_resizing", kOff, kBuiltIn, kOnOffOpen),
    on_off("ip_geolocation", kOn, kBuiltIn),
    on_off("ipv6", kOn, kBuiltIn),
    number_choice("max_upload", "100", kUploads),
    choice("min_tls_version", R"("1.2")", kBuiltIn, kTlsVersions),
    on_off("mirage", kOff, kStored),
    enabled("nel", kBuiltIn),
    on_off("opportunistic_encryption", kOn, kBuiltIn),
    on_off("opportunistic_onion", kOn, kStored),
    on_off("orange_to_orange", kOff, kStored),
    on_off("origin_error_page_pass_thru", kOff, kBuiltIn),
    number("origin_h2_max_streams", "200", 1, 1000),
    choice("origin_max_http_version", R"("2")", kBuiltIn, kHttpVersions),
    choice("polish", kOff, kBuiltIn, kPolish),
    on_off("pre_render", kOff, kStored),
    on_off("prefetch_preload", kOff, kBuiltIn),
    on_off("privacy_pass", kOff, kStored),
    number("proxy_read_timeout", "100", 1, 6000),
    choice("pseudo_ipv4", kOff, kBuiltIn, kPseudoIpv4),
    on_off("redirects_for_ai_training", kOff, kStored),
    on_off("replace_insecure_js", kOn, kStored),
    on_off("response_buffering", kOff, kBuiltIn),
    on_off("rocket_loader", kOff, kStored),
    on_off("search_for_agents", kOff, kStored),
    {"security_header", kSecurityHeader, kBuiltIn, kNoHeader, {}},
    choice("security_level", R"("medium")", kBuiltIn, kSecurityLevels),
    on_off("server_side_exclude", kOn, kStored),
    on_off("sha1_support", kOff, kRefused),
    on_off("sort_query_string_for_cache", kOff, kBuiltIn),
    choice("ssl", R"("full")", kBuiltIn, kSsl),
    enabled("ssl_recommender", kStored),
    on_off("tls_1_2_only", kOff, kRefused),
    choice("tls_1_3", kOn, kBuiltIn, kTls13),
    on_off("tls_client_auth", kOff, kBuiltIn),
    choice("transformations", kOff, kBuiltIn, kOnOffOpen),
    text("transformations_allowed_origins", R"("")", kBuiltIn),
    on_off("true_client_ip_header", kOff, kBuiltIn),
    on_off("waf", kOff, kStored),
    on_off("webmcp_enabled", kOff, kStored),
    text("webmcp_packs", kOff, kStored),
    on_off("webp", kOff, kBuiltIn),
    on_off("websockets", kOn, kBuiltIn),
};

std::unexpected<ApiError> wrong(const SettingRow& row, std::string_view must_be) {
  return std::unexpected(
      ApiError(codes::kSetting,
               fmt::format("Invalid value for zone setting {}: it must be {}", row.id, must_be))
          .at("/value"));
}

std::string alternatives(const SettingRow& row) {
  return fmt::format("one of {}", fmt::join(row.choices, ", "));
}

Outcome<Json> parse_choice(const SettingRow& row, const Json& value) {
  const auto* word = value.get_ptr<const std::string*>();
  if (word == nullptr || std::ranges::find(row.choices, *word) == row.choices.end())
    return wrong(row, alternatives(row));
  return value;
}

std::optional<std::int64_t> integer(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return std::nullopt;
  return value.get<std::int64_t>();
}

Outcome<Json> parse_number_choice(const SettingRow& row, const Json& value) {
  const auto given = integer(value);
  if (!given || std::ranges::find(row.choices, std::to_string(*given)) == row.choices.end())
    return wrong(row, alternatives(row));
  return Json(*given);
}

Outcome<Json> parse_number(const SettingRow& row, const Json& value) {
  const auto given = integer(value);
  if (!given || *given < row.least || *given > row.most)
    return wrong(row, fmt::format("an integer from {} to {}", row.least, row.most));
  return Json(*given);
}

Outcome<Json> parse_text(const SettingRow& row, const Json& value) {
  const auto* given = value.get_ptr<const std::string*>();
  if (given == nullptr || given->size() > static_cast<std::size_t>(row.most))
    return wrong(row, fmt::format("a string of at most {} bytes", row.most));
  return value;
}

Outcome<Json> parse_ciphers(const SettingRow& row, const Json& value) {
  constexpr std::string_view kMustBe =
      "a list of cipher names of OpenSSL, such as ECDHE-RSA-AES128-GCM-SHA256";
  if (!value.is_array() || value.size() > kMaxCiphers) return wrong(row, kMustBe);
  for (const Json& each : value) {
    const auto* name = each.get_ptr<const std::string*>();
    const bool good =
        name != nullptr && !name->empty() && name->size() <= 64 &&
        std::ranges::all_of(*name, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
    if (!good) return wrong(row, kMustBe);
  }
  return value;
}

Outcome<Json> parse_enabled(const SettingRow& row, const Json& value) {
  const Json* flag = find_value(value, "enabled");
  if (flag == nullptr || !flag->is_boolean()) return wrong(row, R"({"enabled": true} or {"enabled": false})");
  return Json{{"enabled", *flag}};
}

// Members that are missing are those of the default, so that what is answered is whole.
Outcome<Json> parse_security_header(const SettingRow& row, const Json& value) {
  constexpr std::string_view kMustBe =
      R"({"strict_transport_security": {"enabled", "max_age", "include_subdomains", "preload", "nosniff"}})";
  const Json* given = find_value(value, "strict_transport_security");
  if (given == nullptr || !given->is_object()) return wrong(row, kMustBe);
  Json header = stored_json(kNoHeader)["strict_transport_security"];
  for (const char* name : {"enabled", "include_subdomains", "preload", "nosniff"}) {
    const Json* flag = find_value(*given, name);
    if (flag == nullptr) continue;
    if (!flag->is_boolean()) return wrong(row, kMustBe);
    header[name] = *flag;
  }
  if (const Json* age = find_value(*given, "max_age")) {
    constexpr std::int64_t kMostSeconds = 63'072'000 * 10LL;
    const auto seconds = integer(*age);
    if (!seconds || *seconds < 0 || *seconds > kMostSeconds)
      return wrong(row, fmt::format("max_age from 0 to {} seconds", kMostSeconds));
    header["max_age"] = *seconds;
  }
  return Json{{"strict_transport_security", std::move(header)}};
}

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

Outcome<const SettingRow*> find_setting(std::string_view id) {
  const auto* row = std::ranges::find(kRows, id, &SettingRow::id);
  if (row == std::end(kRows))
    return refuse(codes::kSetting, fmt::format("Unknown zone setting \"{}\"", id.substr(0, 100)));
  if (row->effect == kRefused)
    return refuse(codes::kSetting, fmt::format("Brink does not have the zone setting \"{}\"", row->id));
  return row;
}

Outcome<Json> parse_setting(const SettingRow& row, const Json& body) {
  if (!row.editable)
    return refuse(codes::kSetting, fmt::format("The zone setting \"{}\" is read-only", row.id));
  const Json* value = find_member(body, "value");
  if (value == nullptr && row.kind == kEnabled && find_member(body, "enabled") != nullptr) value = &body;
  if (value == nullptr) return wrong(row, R"(given as {"value": ...})");
  switch (row.kind) {
    case kChoice: return parse_choice(row, *value);
    case kNumberChoice: return parse_number_choice(row, *value);
    case kNumber: return parse_number(row, *value);
    case kText: return parse_text(row, *value);
    case kCiphers: return parse_ciphers(row, *value);
    case kEnabled: return parse_enabled(row, *value);
    case kSecurityHeader: return parse_security_header(row, *value);
  }
  return wrong(row, "something else");
}

Json setting_json(const SettingRow& row, const store::ReadTransaction& read, const store::Id& zone,
                  store::Time now) {
  const auto kept = store::settings::get(read, zone, row.id);
  Json json = {{"id", row.id},
               {"value", stored_json(kept ? kept->value : row.default_json)},
               {"editable", row.editable},
               {"modified_on", nullptr}};
  if (kept) {
    json["modified_on"] = timestamp(kept->modified);
    if (json["value"].is_null()) json["value"] = stored_json(row.default_json);
  }
  if (row.id == "development_mode") {
    const auto left = development_mode_left(read, zone, now);
    json["time_remaining"] = left.count();
    json["value"] = left.count() > 0 ? "on" : "off";
  }
  return json;
}

std::chrono::seconds development_mode_left(const store::ReadTransaction& read, const store::Id& zone,
                                           store::Time now) {
  const auto kept = store::settings::get(read, zone, "development_mode");
  if (!kept || kept->value != kOn) return std::chrono::seconds(0);
  const auto left = std::chrono::ceil<std::chrono::seconds>(kept->modified + kDevelopmentMode - now);
  return std::clamp(left, std::chrono::seconds(0), kDevelopmentMode);
}

}  // namespace brink::control::api
