// What makes the key of a cached response: custom_key, and vary.
#include "base/ascii.h"
#include "rules/read_act.h"

namespace brink::rules {
namespace {

constexpr std::size_t kMaxParameters = 100;
constexpr std::size_t kMaxContains = 3;
constexpr std::size_t kMaxVaryHeaders = 50;
constexpr std::size_t kMaxVaryNameBytes = 128;
constexpr std::size_t kMaxMediaTypes = 10;
constexpr std::size_t kMaxLanguages = 20;

// Have so many values that only a few of them may make a key.
constexpr std::string_view kWideHeaders[] = {"accept",          "accept-charset",  "accept-encoding",
                                             "accept-datetime", "accept-language", "referer",
                                             "user-agent"};

bool is_wide(std::string_view name) {
  return std::ranges::find(kWideHeaders, to_lower(name)) != std::end(kWideHeaders);
}

void read_cookies(Members& key, CustomKey& custom) {
  auto cookie = key.object("cookie");
  if (!cookie) return;
  custom.cookies = cookie->texts("include").value_or(std::vector<std::string>());
  custom.cookies_presence = cookie->texts("check_presence").value_or(std::vector<std::string>());
  cookie->finish();
}

void read_headers(Members& key, CustomKey& custom) {
  auto header = key.object("header");
  if (!header) return;
  custom.headers = header->texts("include").value_or(std::vector<std::string>());
  custom.headers_presence = header->texts("check_presence").value_or(std::vector<std::string>());
  if (std::ranges::any_of(custom.headers, is_wide))
    header->wrong("include", "accept, accept-*, referer and user-agent can only be in contains");
  if (auto contains = header->object("contains")) {
    for (const auto& [name, unused] : contains->json().items()) {
      auto values = contains->texts(name, 1);
      if (!contains->has(name)) contains->wrong(name, "it must be an array");
      if (!values) continue;
      if (is_wide(name) && values->size() > kMaxContains)
        contains->wrong(name, "it must have at most 3 values");
      custom.headers_contain.emplace_back(name, *std::move(values));
    }
  }
  custom.exclude_origin = header->flag("exclude_origin").value_or(false);
  header->finish();
}

void read_user(Members& key, CustomKey& custom) {
  auto user = key.object("user");
  if (!user) return;
  custom.user_device_type = user->flag("device_type").value_or(false);
  custom.user_geo = user->flag("geo").value_or(false);
  custom.user_lang = user->flag("lang").value_or(false);
  user->finish();
}

// ["a"], ["*"], {"list": ["a"]}, {"all": true}: two spellings are alive. Nothing where it is wrong; an empty
// list stands for all.
std::optional<std::vector<std::string>> read_names(Members& query, std::string_view name) {
  const Json* value = query.find(name);
  if (value == nullptr) return std::nullopt;
  std::optional<std::vector<std::string>> names;
  if (value->is_object()) {
    Members members(*value, query.pointer_of(name), query.problems());
    const auto all = members.flag("all");
    names = members.texts("list", 1, kMaxParameters);
    if (all == true && names) members.wrong_whole("it must have exactly one of all and list");
    if (all == false) members.wrong("all", "it can only be true");
    if (!members.has("all") && !members.has("list"))
      members.wrong_whole("it must have exactly one of all and list");
    members.finish();
    if (all == true) return std::vector<std::string>();
  } else {
    names = query.texts(name, 1, kMaxParameters);
  }
  if (names && std::ranges::find(*names, "*") != names->end()) {
    if (names->size() > 1) query.wrong(name, "* must stand alone");
    names->clear();
  }
  return names;
}

void read_query(Members& key, CustomKey& custom) {
  auto query = key.object("query_string");
  if (!query) return;
  if (query->has("include") == query->has("exclude"))
    query->wrong_whole("it must have exactly one of include and exclude");
  if (auto include = read_names(*query, "include")) {
    custom.query.kind = include->empty() ? QueryKey::Kind::kAll : QueryKey::Kind::kOnly;
    custom.query.names = *std::move(include);
  }
  if (auto exclude = read_names(*query, "exclude")) {
    custom.query.kind = exclude->empty() ? QueryKey::Kind::kNone : QueryKey::Kind::kAllBut;
    custom.query.names = *std::move(exclude);
  }
  query->finish();
}

constexpr std::pair<std::string_view, VaryAction> kVaryActions[] = {{"normalize", VaryAction::kNormalize},
                                                                    {"passthrough", VaryAction::kPassthrough},
                                                                    {"bypass", VaryAction::kBypass}};

std::optional<VaryAction> read_vary_action(Members& members) {
  const auto action = members.word<VaryAction>("action", kVaryActions);
  if (!members.has("action")) members.missing("action");
  return action;
}

bool is_vary_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxVaryNameBytes) return false;
  if (name.starts_with("cf-") || name.starts_with("cf_")) return false;
  if (name == "connection" || name == "host" || name == "cache-control") return false;
  return std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; });
}

std::vector<std::string> read_vary_values(Members& header, std::string_view member, std::size_t most) {
  auto values = header.texts(member, 1, most).value_or(std::vector<std::string>());
  const auto is_printable = [](std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
  };
  if (!std::ranges::all_of(values, is_printable)) header.wrong(member, "each must be printable ASCII");
  return values;
}

}  // namespace

std::optional<CustomKey> read::custom_key(Members& key) {
  auto members = key.object("custom_key");
  if (!members) return std::nullopt;
  CustomKey custom;
  read_cookies(*members, custom);
  read_headers(*members, custom);
  if (auto host = members->object("host")) {
    custom.host_resolved = host->flag("resolved").value_or(false);
    host->finish();
  }
  read_user(*members, custom);
  read_query(*members, custom);
  members->finish();
  return custom;
}

std::optional<Vary> read::vary(Members& members) {
  Vary vary;
  if (auto usual = members.object("default")) {
    vary.usual = read_vary_action(*usual).value_or(VaryAction::kNormalize);
    usual->finish();
  } else if (!members.has("default")) {
    members.missing("default");
  }
  if (auto headers = members.object("headers")) {
    if (headers->json().size() > kMaxVaryHeaders) {
      headers->wrong_whole("it must have at most 50 headers");
      return std::nullopt;
    }
    for (const auto& [name, unused] : headers->json().items()) {
      if (!is_vary_name(name)) headers->wrong(name, "a cached response cannot vary by a header of that name");
      auto header = headers->object(name);
      if (!header) {
        if (!headers->has(name)) headers->wrong(name, "it must be an object");
        continue;
      }
      VaryHeader one{.name = name, .action = read_vary_action(*header).value_or(VaryAction::kNormalize)};
      if (name == "accept") one.values = read_vary_values(*header, "media_types", kMaxMediaTypes);
      if (name == "accept-language") one.values = read_vary_values(*header, "languages", kMaxLanguages);
      header->finish();
      vary.headers.push_back(std::move(one));
    }
  }
  members.finish();
  return vary;
}

}  // namespace brink::rules
