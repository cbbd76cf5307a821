// The actions that answer with a text written in the rule: block and serve_error.
#include "rules/read_act.h"

namespace brink::rules {
namespace {

constexpr std::size_t kMaxBlockBytes = 2048;
constexpr std::size_t kMaxRateLimitBlockBytes = 30 * 1024;
constexpr std::size_t kMaxErrorBytes = 10'240;

}  // namespace

std::optional<Act> read::block(Members& parameters, RuleReading& reading) {
  Block block;
  if (auto response = parameters.object("response")) {
    for (const char* name : {"status_code", "content_type", "content"}) {
      if (!response->has(name)) response->missing(name);
    }
    CustomResponse& custom = block.response.emplace();
    custom.status = static_cast<std::uint16_t>(response->integer("status_code", 400, 499).value_or(403));
    custom.content_type = read_content_type(*response).value_or("");
    custom.content = response
                         ->text("content", 1,
                                reading.phase == Phase::kRatelimit ? kMaxRateLimitBlockBytes : kMaxBlockBytes)
                         .value_or("");
    response->finish();
  }
  parameters.finish();
  return block;
}

std::optional<Act> read::serve_error(Members& parameters, RuleReading&) {
  ServeError error;
  if (parameters.has("asset_name")) {
    parameters.wrong("asset_name", "this server keeps no assets of custom pages; use content",
                     problem_code::kUnavailable);
  } else if (!parameters.has("content")) {
    parameters.missing("content");
  }
  if (parameters.has("content") && !parameters.has("content_type")) parameters.missing("content_type");
  error.content = parameters.text("content", 1, kMaxErrorBytes).value_or("");
  error.content_type = read_content_type(parameters).value_or("");
  if (const auto status = parameters.integer("status_code", 400, 999))
    error.status = static_cast<std::uint16_t>(*status);
  parameters.finish();
  return error;
}

}  // namespace brink::rules
