// A cache before another resolver. Answers live as long as their TTL says, within bounds; one lookup of a
// name at a time, with others who ask for it waiting for the same answer; and where the servers fail, the
// last answer serves on for a while (RFC 8767).
#pragma once

#include "base/intrusive_list.h"
#include "net/resolver.h"
#include "runtime/loop.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace brink::net {

struct ResolverCacheLimits {
  std::size_t names = 1024;
  std::chrono::seconds min_ttl{1};  // also of answers that say 0
  std::chrono::seconds max_ttl{3600};
  std::chrono::seconds no_such_name_ttl{5};  // that there is no such name
  std::chrono::seconds failure_ttl{1};       // that the servers failed: they are not asked again sooner
  std::chrono::seconds stale{3600};          // after its end an answer may stand in where the servers fail
  std::chrono::milliseconds stale_after{
      1800};  // without an answer, where there is such a one (RFC 8767 section 5)
};

struct ResolverCacheCounts {
  std::uint64_t hits = 0;     // answered from the cache, negative answers included
  std::uint64_t lookups = 0;  // asked of the resolver behind
  std::uint64_t joined = 0;   // waited for another's lookup
  std::uint64_t stale = 0;    // answered with what had expired
  std::uint64_t evicted = 0;  // names dropped for others
};

// Belongs to one loop. Nobody is resolving any more when it dies.
class CachingResolver final : public Resolver {
 public:
  // `behind` outlives it.
  CachingResolver(Loop& loop, Resolver& behind, const ResolverCacheLimits& limits = {});
  ~CachingResolver() override;

  Task<Result<Resolution>> resolve(std::string_view host, Deadline deadline) override;

  [[nodiscard]] const ResolverCacheCounts& counts() const { return counts_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry;
  struct Joined;

  // The name's entry, made where there is none; nullptr where there is no room, for every name is being
  // looked up.
  Entry* entry_for(const std::string& name);
  bool make_room();
  // The answer that holds now, if any.
  std::optional<Result<Resolution>> answer_of(const Entry& entry) const;
  Task<Result<Resolution>> look_up(Entry& entry, Deadline deadline);
  // Takes the outcome of a lookup into the entry and answers what the caller gets.
  Result<Resolution> learn(Entry& entry, Result<Resolution> outcome);

  Loop& loop_;
  Resolver& behind_;
  ResolverCacheLimits limits_;
  ResolverCacheCounts counts_;
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
  IntrusiveList<Entry> by_use_;  // the longest unused in front
};

}  // namespace brink::net
