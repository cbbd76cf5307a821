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
};
const ErrorDomain& error_domain(ResolveError);

struct Resolution {
  std::vector<IpAddress> addresses;  // at least one; in the order of preference (RFC 6724)
  TimePoint expires = TimePoint::max();
};

// The most addresses that an answer holds; what servers say beyond it is left out.
inline constexpr std::size_t kMaxResolvedAddresses = 32;

class Resolver {
 public:
  virtual ~Resolver() = default;
  // `host` is a name or an IP address without brackets; addresses are answered at once and never expire. Must
  // stay alive until the task ends. Belongs to one loop; any number of calls at a time. Cancelling one does
  // not disturb the others.
  virtual Task<Result<Resolution>> resolve(std::string_view host, Deadline deadline) = 0;
};

}  // namespace brink::net
