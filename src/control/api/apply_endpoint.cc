// POST /brink/apply: what `brink apply` asks of the node. Brink's own; for the owner of the node alone.
#include "config/read.h"
#include "control/api/endpoint_groups.h"
#include "control/apply/applier.h"

namespace brink::control::api {
namespace {

constexpr std::size_t kMostBytes = std::size_t{96} << 20;

Outcome<std::vector<apply::ZoneFile>> parse_files(const Json& body) {
  std::vector<apply::ZoneFile> files;
  const Json* list = find_value(body, "files");
  if (list == nullptr) return files;
  if (!list->is_array() || list->size() > apply::kMaxZoneFiles)
    return std::unexpected(
        ApiError(codes::kInvalid, R"(files: must be an array of {"path", "name", "text"})").at("/files"));
  for (const Json& each : *list) {
    auto path = BRINK_TRY(required_text(each, "path", 4096));
    auto name = BRINK_TRY(required_text(each, "name", 4096));
    auto text = BRINK_TRY(text_member(each, "text", apply::kMaxZoneFileBytes));
    files.push_back({std::move(path), std::move(name), std::move(text).value_or("")});
  }
  return files;
}

// All that is wrong, one in the chain for each.
std::unexpected<ApiError> refuse_files(const std::vector<config::Problem>& problems) {
  ApiError error(codes::kInvalid, "The files have problems");
  for (const config::Problem& problem : problems) error.because(ApiError(codes::kInvalid, problem.text()));
  return std::unexpected(std::move(error));
}

Task<Outcome<Answer>> apply_files(Call& call) {
  if (call.caller.kind != Caller::Kind::kNodeOwner)
    co_return refuse(codes::kForbidden, "Only the owner of the node may, over its Unix socket");
  const Json* main = find_value(call.body, "config");
  if (main == nullptr)
    co_return std::unexpected(ApiError(codes::kInvalid, R"(config: must be {"path", "text"})").at("/config"));
  const auto path = BRINK_CO_TRY(required_text(*main, "path", 4096));
  const auto text = BRINK_CO_TRY(required_text(*main, "text", kMostBytes));
  const auto files = BRINK_CO_TRY(parse_files(call.body));
  const apply::Options options{.dry_run = BRINK_CO_TRY(flag_member(call.body, "dry_run")).value_or(false),
                               .prune = BRINK_CO_TRY(flag_member(call.body, "prune")).value_or(false)};
  const auto config = config::read(text, path);
  if (!config) co_return refuse_files(config.error());
  auto desired = apply::desired_state(*config, files);
  if (!desired) co_return refuse_files(desired.error());

  AuditOrigin origin = call.audit_origin();
  call.end_read();
  const auto report = BRINK_CO_TRY(
      co_await apply::apply(call.services, std::make_shared<const apply::DesiredState>(*std::move(desired)),
                            options, std::move(origin)));
  co_return Answer::of(report.json());
}

constexpr Endpoint kEndpoints[] = {
    {http::Method::kPost, "/brink/apply", Where::kAnybody, std::nullopt, Content::kJson, apply_files,
     "What `brink apply` does (docs/zones.md): `config` and `files` as texts, `dry_run`, `prune`. Only over "
     "the Unix socket of the node's owner.",
     false, kMostBytes},
};

}  // namespace

std::span<const Endpoint> apply_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
