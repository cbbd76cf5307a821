// /zones/{zone_id}/url_normalization: what the phase http_request_sanitize does with the URLs of requests.
#include "control/api/endpoint_groups.h"
#include "control/api/timestamp.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace brink::control::api {
namespace {

// Where the zone's choice lies among its settings, as {"type", "scope"}.
constexpr std::string_view kSetting = "url_normalization";
constexpr std::string_view kUsual = R"({"scope":"incoming","type":"rfc3986"})";

Outcome<std::string> read_word(const Json& body, std::string_view name,
                               std::initializer_list<std::string_view> words) {
  const auto word = BRINK_TRY(required_text(body, name, 32));
  if (std::ranges::find(words, word) != words.end()) return word;
  return std::unexpected(
      ApiError(codes::kInvalid, fmt::format("{}: must be one of {}", name, fmt::join(words, ", ")))
          .at(fmt::format("/{}", name)));
}

Json present(const store::ReadTransaction& read, const store::Id& zone) {
  const auto setting = store::settings::get(read, zone, kSetting);
  return stored_json(setting ? setting->value : kUsual);
}

Outcome<> audit(Changing& changing, const store::Zone& zone, Json before, Json after) {
  return changing.audit({.action = "url_normalization_update",
                         .account = zone.account,
                         .resource_type = "url_normalization",
                         .resource = zone.id.text(),
                         .zone = zone.id,
                         .zone_name = std::string(zone.name),
                         .before = std::move(before),
                         .after = std::move(after)});
}

Task<Outcome<Answer>> get_normalization(Call& call) {
  co_return Answer::of(present(call.read(), call.zone().id));
}

// Nothing puts the default in its place.
Task<Outcome<Json>> write(Call& call, std::optional<Json> wanted) {
  co_return co_await call.change(
      [wanted = std::move(wanted), id = call.zone().id](Changing& changing) -> Outcome<Json> {
        const auto zone = store::zones::get(changing.store, id);
        if (!zone) return refuse(codes::kNotFound);
        Json before = present(changing.store, id);
        Json after = wanted ? *wanted : stored_json(kUsual);
        BRINK_TRY(audit(changing, *zone, std::move(before), after));
        if (wanted) {
          const std::string value = json_text(*wanted);
          BRINK_TRY(store::settings::put(changing.store, id,
                                         {.id = kSetting, .value = value, .modified = changing.now()}));
        } else {
          BRINK_TRY(store::settings::remove(changing.store, id, kSetting));
        }
        return after;
      });
}

Task<Outcome<Answer>> put_normalization(Call& call) {
  const auto type = BRINK_CO_TRY(read_word(call.body, "type", {"rfc3986", "cloudflare"}));
  const auto scope = BRINK_CO_TRY(read_word(call.body, "scope", {"incoming", "both", "none"}));
  auto result = co_await write(call, Json{{"type", type}, {"scope", scope}});
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> delete_normalization(Call& call) {
  auto result = co_await write(call, std::nullopt);
  BRINK_CO_TRY(std::move(result));
  Answer answer;
  answer.status = 204;
  co_return answer;
}

using enum http::Method;
constexpr Permission kSee = reads(Area::kSanitize);
constexpr Permission kEdit = writes(Area::kSanitize);

constexpr Endpoint kEndpoints[] = {
    {kGet, "/zones/{zone_id}/url_normalization", Where::kZone, kSee, Content::kNone, get_normalization,
     "How the URLs of requests are normalized before rules see them.", true},
    {kPut, "/zones/{zone_id}/url_normalization", Where::kZone, kEdit, Content::kJson, put_normalization,
     "`type`: `rfc3986` or `cloudflare`; `scope`: `incoming`, `both` (the origin gets it too) or `none`.",
     true},
    {kDelete, "/zones/{zone_id}/url_normalization", Where::kZone, kEdit, Content::kNone, delete_normalization,
     "Back to `rfc3986`, `incoming`.", true},
};

}  // namespace

std::span<const Endpoint> url_normalization_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
