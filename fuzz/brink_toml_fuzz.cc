// config::read: any text is a configuration or has problems that can be told, in bounded time and stack.
#include "base/assert.h"
#include "config/read.h"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace config = brink::config;
  const auto result = config::read({reinterpret_cast<const char*>(data), size}, "brink.toml");
  if (!result) {
    BRINK_ASSERT(!result.error().empty());
    BRINK_ASSERT(result.error().size() <= config::limits::kMaxProblems + 1);
    for (const config::Problem& problem : result.error()) {
      BRINK_ASSERT(problem.text().starts_with("brink.toml"));
      BRINK_ASSERT(problem.text().find('\n') == std::string::npos);
    }
    return 0;
  }
  for (const config::Zone& zone : result->zones) {
    BRINK_ASSERT(!zone.name.empty() && !zone.hosts.empty());
    BRINK_ASSERT(!zone.origin.host.empty() || !zone.origin.unix_path.empty());
    for (const config::Certificate& each : zone.certificates)
      BRINK_ASSERT(!each.certificate.empty() && !each.key.empty());
  }
  return 0;
}
