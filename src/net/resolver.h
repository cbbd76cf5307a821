// Host names to addresses. This is the seam: origins resolve through it, whether the answer comes from the
// system's servers (net/cares_resolver.h), from a cache before them (net/caching_resolver.h) or from Brink's
// own resolver.
#pragma once

#include "base/error.h"
#include "net/address.h"
#include "runtime/task.h"

#include <string_view>
#include <vector>

namespace brink::net {

enum class ResolveError {
  kNoSuchName = 1,  // the servers say that there is no such name, or none with an address
  kBadName,         // not a host name
  kServerFailure,   // the servers did not answer, or with a failure
  kTimeout,         // no answer until the deadline
  kTooMany,         // too many names are being resolved already
};
const ErrorDomain& error_domain(ResolveError);

struct Resolution {
  std::vector<IpAddress> addresses;  // at least one, in the order of preference (RFC 6724)
  TimePoint expires = TimePoint::max();
};

// The most addresses that an answer holds; what servers say beyond it is left out.
inline constexpr std::size_t kMaxResolvedAddresses = 32;

class Resolver {
 public:
  virtual ~Resolver() = default;
  // `host` is a name, or an IP address without brackets: that is answered at once and never expires. It stays
  // alive until the task ends, and so does the resolver. Belongs to one loop; any number of calls at a time.
  // Cancelling one (WaitError::kCancelled) does not disturb the others.
  virtual Task<Result<Resolution>> resolve(std::string_view host, Deadline deadline) = 0;
};

// Whether `text` can be the name of a host: letters, digits, hyphens and underscores in labels of at most 63,
// at most 253 in all, a dot at the end allowed; and not a number at the end, as in the old forms of IPv4
// addresses ("127.1").
[[nodiscard]] bool is_host_name(std::string_view text);

// Whether a name is "localhost" or under it: that is this machine, and no server is asked (RFC 6761
// section 6.3).
[[nodiscard]] bool is_localhost(std::string_view host);
// ::1 and 127.0.0.1.
[[nodiscard]] Resolution localhost_resolution();

}  // namespace brink::net
