#include "net/resolver.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>

namespace brink::net {
namespace {

class ResolveDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "resolve"; }
  std::string message(int code, std::int64_t) const override {
    switch (static_cast<ResolveError>(code)) {
      case ResolveError::kNoSuchName: return "no such host name, or it has no address";
      case ResolveError::kBadName: return "not a host name";
      case ResolveError::kServerFailure: return "the name servers do not answer, or with a failure";
      case ResolveError::kTimeout: return "no answer from the name servers in time";
      case ResolveError::kTooMany: return "too many host names are being resolved";
    }
    return "unknown";
  }
};

constexpr ResolveDomain kResolveDomain;

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

}  // namespace

const ErrorDomain& error_domain(ResolveError) { return kResolveDomain; }

bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kMaxName) return false;
  std::string_view label;
  for (std::size_t start = 0; start <= text.size(); start += label.size() + 1) {
    label = text.substr(start, text.find('.', start) - start);
    if (label.empty() || label.size() > kMaxLabel) return false;
    const auto may_be_in_a_label = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; };
    if (!std::ranges::all_of(label, may_be_in_a_label)) return false;
  }
  return !std::ranges::all_of(label, is_digit);
}

bool is_localhost(std::string_view host) {
  constexpr std::string_view kLocalhost = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < kLocalhost.size()) return false;
  const auto end = host.substr(host.size() - kLocalhost.size());
  return equals_ignoring_case(end, kLocalhost) &&
         (host.size() == end.size() || host[host.size() - end.size() - 1] == '.');
}

Resolution localhost_resolution() {
  constexpr std::array<std::uint8_t, 16> kLoopbackV6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return {.addresses = {IpAddress::v6(kLoopbackV6), IpAddress::v4(0x7f000001)}};
}

}  // namespace brink::net
