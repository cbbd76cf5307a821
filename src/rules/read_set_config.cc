// set_config: what acts here is read into SetConfig; the rest is checked, kept with the rule, and told to
// whoever wrote it.
#include "rules/read_act.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

using Flag = std::optional<bool> SetConfig::*;

struct FlagRow {
  std::string_view name;
  Flag into;  // nullptr: nothing here knows it
  bool only_true = false;
};

constexpr FlagRow kFlags[] = {
    {"automatic_https_rewrites", &SetConfig::automatic_https_rewrites},
    {"opportunistic_encryption", &SetConfig::opportunistic_encryption},
    {"bic", &SetConfig::browser_integrity_check},
    {"email_obfuscation", &SetConfig::email_obfuscation},
    {"server_side_excludes", &SetConfig::server_side_excludes},
    {"hotlink_protection", &SetConfig::hotlink_protection},
    {"rocket_loader", &SetConfig::rocket_loader},
    {"fonts", nullptr},
    {"content_converter", nullptr},
    {"mirage", nullptr},
    {"sxg", nullptr},
    {"disable_rum", nullptr, true},
    {"disable_zaraz", nullptr, true},
    {"disable_apps", nullptr, true},
    {"disable_pay_per_crawl", nullptr, true},
};

constexpr std::pair<std::string_view, SslMode> kSsl[] = {{"off", SslMode::kOff},
                                                         {"flexible", SslMode::kFlexible},
                                                         {"full", SslMode::kFull},
                                                         {"strict", SslMode::kStrict},
                                                         {"origin_pull", SslMode::kOriginPull}};
constexpr std::pair<std::string_view, SecurityLevel> kLevels[] = {
    {"off", SecurityLevel::kOff},   {"essentially_off", SecurityLevel::kEssentiallyOff},
    {"low", SecurityLevel::kLow},   {"medium", SecurityLevel::kMedium},
    {"high", SecurityLevel::kHigh}, {"under_attack", SecurityLevel::kUnderAttack}};
constexpr std::pair<std::string_view, Polish> kPolish[] = {{"off", Polish::kOff},
                                                           {"lossless", Polish::kLossless},
                                                           {"lossy", Polish::kLossy},
                                                           {"webp", Polish::kWebp}};
constexpr std::pair<std::string_view, Buffering> kRequestBuffering[] = {
    {"none", Buffering::kNone}, {"standard", Buffering::kStandard}, {"full", Buffering::kFull}};
constexpr std::pair<std::string_view, Buffering> kResponseBuffering[] = {{"none", Buffering::kNone},
                                                                         {"standard", Buffering::kStandard}};

// The settings that act on this server. All others are kept, without effect.
constexpr std::string_view kActing[] = {"ssl"};

void read_flags(Members& parameters, SetConfig& config) {
  for (const FlagRow& row : kFlags) {
    const auto flag = parameters.flag(row.name);
    if (!flag) continue;
    if (row.only_true && !*flag) parameters.wrong(row.name, "it can only be true");
    if (row.into != nullptr) config.*row.into = flag;
  }
}

void read_autominify(Members& parameters, SetConfig& config) {
  auto minify = parameters.object("autominify");
  if (!minify) return;
  config.minify_css = minify->flag("css");
  config.minify_html = minify->flag("html");
  config.minify_js = minify->flag("js");
  minify->finish();
}

void warn_of_the_rest(const Members& parameters, const RuleReading& reading) {
  for (const auto& [name, value] : parameters.json().items()) {
    if (value.is_null() || std::ranges::find(kActing, name) != std::end(kActing)) continue;
    reading.warn(parameters.pointer_of(name),
                 fmt::format("{} is kept, but has no effect on this server", name));
  }
}

}  // namespace

std::optional<Act> read::set_config(Members& parameters, RuleReading& reading) {
  if (parameters.json().empty()) parameters.wrong_whole("set_config needs at least one member");
  for (const std::string_view name : {"redirects_for_ai_training", "webmcp_enabled", "webmcp_packs"}) {
    if (parameters.has(name))
      parameters.wrong(name, "it is not available on this server", problem_code::kUnavailable);
  }
  SetConfig config;
  read_flags(parameters, config);
  read_autominify(parameters, config);
  config.ssl = parameters.word<SslMode>("ssl", kSsl);
  config.security_level = parameters.word<SecurityLevel>("security_level", kLevels);
  config.polish = parameters.word<Polish>("polish", kPolish);
  config.request_body_buffering = parameters.word<Buffering>("request_body_buffering", kRequestBuffering);
  config.response_body_buffering = parameters.word<Buffering>("response_body_buffering", kResponseBuffering);
  const std::size_t problems = reading.problems.size();
  parameters.finish();
  if (problems == reading.problems.size()) warn_of_the_rest(parameters, reading);
  return config;
}

}  // namespace brink::rules
