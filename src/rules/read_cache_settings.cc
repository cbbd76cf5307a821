#include "rules/read_act.h"

namespace brink::rules {
namespace {

constexpr std::pair<std::string_view, EdgeTtlMode> kEdgeModes[] = {
    {"respect_origin", EdgeTtlMode::kRespectOrigin},
    {"override_origin", EdgeTtlMode::kOverrideOrigin},
    {"bypass_by_default", EdgeTtlMode::kBypassByDefault}};
constexpr std::pair<std::string_view, BrowserTtlMode> kBrowserModes[] = {
    {"respect_origin", BrowserTtlMode::kRespectOrigin},
    {"override_origin", BrowserTtlMode::kOverrideOrigin},
    {"bypass_by_default", BrowserTtlMode::kBypassByDefault},
    {"bypass", BrowserTtlMode::kBypass}};
constexpr std::pair<std::string_view, std::optional<bool>> kRangeModes[] = {
    {"on", true}, {"off", false}, {"default", std::nullopt}};

constexpr std::size_t kMaxStatusTtls = 1000;
constexpr std::size_t kMaxPorts = 1000;
constexpr std::int64_t kMaxSeconds = 10LL * 365 * 86'400;

// `mode`, and `default` with override_origin alone.
template <class Mode>
std::optional<Mode> read_mode(Members& ttl, Words<Mode> modes, Mode overrides, std::chrono::seconds& time) {
  const auto mode = ttl.word<Mode>("mode", modes);
  if (!mode && !ttl.has("mode")) ttl.missing("mode");
  const auto seconds = ttl.integer("default", 0, kMaxSeconds);
  if (mode == overrides && !ttl.has("default")) ttl.missing("default");
  if (mode && mode != overrides && ttl.has("default"))
    ttl.wrong("default", "it can only stand with the mode override_origin");
  time = std::chrono::seconds(seconds.value_or(0));
  return mode;
}

std::optional<StatusTtl> read_status_ttl(Members& entry) {
  StatusTtl status;
  const auto seconds = entry.integer("value", -1, kMaxSeconds);
  if (!entry.has("value")) entry.missing("value");
  status.seconds = seconds.value_or(0);
  if (entry.has("status_code") == entry.has("status_code_range"))
    entry.wrong_whole("it must have exactly one of status_code and status_code_range");
  if (const auto code = entry.integer("status_code", 100, 999))
    status.from = status.to = static_cast<std::uint16_t>(*code);
  if (auto range = entry.object("status_code_range")) {
    if (!range->has("from") && !range->has("to")) range->wrong_whole("it needs from or to, or both");
    status.from = static_cast<std::uint16_t>(range->integer("from", 100, 999).value_or(100));
    status.to = static_cast<std::uint16_t>(range->integer("to", 100, 999).value_or(999));
    if (status.from > status.to) range->wrong_whole("from must not be above to");
    range->finish();
  }
  entry.finish([](std::string_view name) -> std::string_view {
    return name == "status_code_value" ? "the documented name is status_code" : "";
  });
  return status;
}

std::optional<EdgeTtl> read_edge_ttl(Members& parameters) {
  auto members = parameters.object("edge_ttl");
  if (!members) return std::nullopt;
  EdgeTtl ttl;
  ttl.mode = read_mode<EdgeTtlMode>(*members, kEdgeModes, EdgeTtlMode::kOverrideOrigin, ttl.time)
                 .value_or(EdgeTtlMode::kRespectOrigin);
  if (const Json* entries = members->array("status_code_ttl", 1, kMaxStatusTtls)) {
    for (std::size_t i = 0; i < entries->size(); ++i) {
      Members entry((*entries)[i], pointer_to(members->pointer_of("status_code_ttl"), i),
                    parameters.problems());
      if (const auto status = read_status_ttl(entry)) ttl.statuses.push_back(*status);
    }
  }
  members->finish();
  return ttl;
}

std::optional<BrowserTtl> read_browser_ttl(Members& parameters) {
  auto members = parameters.object("browser_ttl");
  if (!members) return std::nullopt;
  BrowserTtl ttl;
  ttl.mode = read_mode<BrowserTtlMode>(*members, kBrowserModes, BrowserTtlMode::kOverrideOrigin, ttl.time)
                 .value_or(BrowserTtlMode::kRespectOrigin);
  members->finish();
  return ttl;
}

void read_ports(Members& parameters, SetCacheSettings& settings) {
  const Json* ports = parameters.array("additional_cacheable_ports", 0, kMaxPorts);
  if (ports == nullptr) return;
  auto& out = settings.additional_cacheable_ports.emplace();
  for (const Json& port : *ports) {
    if (!port.is_number_integer() || port < 1 || port > 65'535) {
      parameters.wrong("additional_cacheable_ports", "each must be an integer from 1 to 65535");
      return;
    }
    out.push_back(port.get<std::uint16_t>());
  }
}

void read_reserve(Members& parameters, SetCacheSettings& settings) {
  auto reserve = parameters.object("cache_reserve");
  if (!reserve) return;
  settings.cache_reserve = reserve->flag("eligible");
  if (!reserve->has("eligible")) reserve->missing("eligible");
  if (const auto size = reserve->integer("minimum_file_size", 0, INT64_MAX))
    settings.cache_reserve_minimum_bytes = static_cast<std::uint64_t>(*size);
  reserve->finish([](std::string_view name) -> std::string_view {
    return name == "min_file_size" ? "the documented name is minimum_file_size" : "";
  });
}

void read_key(Members& parameters, SetCacheSettings& settings) {
  auto key = parameters.object("cache_key");
  if (!key) return;
  settings.ignore_query_strings_order = key->flag("ignore_query_strings_order");
  settings.cache_deception_armor = key->flag("cache_deception_armor");
  settings.cache_by_device_type = key->flag("cache_by_device_type");
  settings.custom_key = read::custom_key(*key);
  key->finish();
}

// An object with one member that is a flag, or another kind of value.
void read_small_objects(Members& parameters, SetCacheSettings& settings) {
  if (auto stale = parameters.object("serve_stale")) {
    settings.disable_stale_while_updating = stale->flag("disable_stale_while_updating");
    stale->finish();
  }
  if (auto ranges = parameters.object("origin_range_requests")) {
    settings.origin_range_requests =
        ranges->word<std::optional<bool>>("mode", kRangeModes).value_or(std::nullopt);
    if (!ranges->has("mode")) ranges->missing("mode");
    ranges->finish();
  }
  if (auto dictionary = parameters.object("shared_dictionary")) {
    settings.shared_dictionary_pattern = dictionary->text("match_pattern", 1, 4096);
    if (!dictionary->has("match_pattern")) dictionary->missing("match_pattern");
    dictionary->finish();
  }
}

}  // namespace

std::optional<Act> read::set_cache_settings(Members& parameters, RuleReading&) {
  if (parameters.json().empty()) parameters.wrong_whole("set_cache_settings needs at least one member");
  SetCacheSettings settings;
  settings.cache = parameters.flag("cache");
  settings.edge_ttl = read_edge_ttl(parameters);
  settings.browser_ttl = read_browser_ttl(parameters);
  settings.respect_strong_etags = parameters.flag("respect_strong_etags");
  settings.origin_error_page_passthru = parameters.flag("origin_error_page_passthru");
  settings.origin_cache_control = parameters.flag("origin_cache_control");
  if (const auto timeout = parameters.integer("read_timeout", 100, 6000))
    settings.read_timeout = std::chrono::seconds(*timeout);
  read_small_objects(parameters, settings);
  read_ports(parameters, settings);
  read_reserve(parameters, settings);
  read_key(parameters, settings);
  if (auto vary = parameters.object("vary")) settings.vary = read::vary(*vary);
  parameters.finish();
  return settings;
}

}  // namespace brink::rules
