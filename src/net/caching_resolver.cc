#include "net/caching_resolver.h"

#include "base/ascii.h"

#include <algorithm>

namespace brink::net {

// One name. It is idle, or one call looks it up while others have joined it.
struct CachingResolver::Entry : ListHook<> {
  explicit Entry(std::string n) : name(std::move(n)) {}

  std::string name;
  std::vector<IpAddress> addresses;  // of the last good answer
  std::optional<Error> error;        // of the last lookup, where it failed and nothing stood in
  TimePoint valid_until{};           // of the addresses, or of the error
  TimePoint stale_until{};           // of the addresses
  bool is_looked_up = false;
  IntrusiveList<Joined> joined;
};

// A call that waits for another's lookup.
struct CachingResolver::Joined : ListHook<> {
  Event ended;
};

CachingResolver::CachingResolver(Loop& loop, Resolver& behind, const ResolverCacheLimits& limits)
    : loop_(loop), behind_(behind), limits_(limits) {}

CachingResolver::~CachingResolver() {
  for (const auto& [name, entry] : entries_) BRINK_ASSERT(!entry->is_looked_up && entry->joined.empty());
}

Task<Result<Resolution>> CachingResolver::resolve(std::string_view host, Deadline deadline) {
  if (const auto literal = IpAddress::parse(host)) co_return Resolution{.addresses = {*literal}};
  if (!is_host_name(host)) co_return fail(ResolveError::kBadName);
  if (is_localhost(host)) co_return localhost_resolution();
  const std::string name = to_lower(host);

  for (bool has_joined = false;;) {
    Entry* entry = entry_for(name);
    if (entry == nullptr) co_return co_await behind_.resolve(name, deadline);
    if (auto answer = answer_of(*entry)) {
      if (!has_joined) ++counts_.hits;
      co_return *std::move(answer);
    }
    if (!entry->is_looked_up) co_return co_await look_up(*entry, deadline);

    // Where the other's lookup ends without an answer that holds for us as well (it was cancelled, or its
    // deadline passed), the next round makes it ours.
    if (!std::exchange(has_joined, true)) ++counts_.joined;
    Joined joined;
    entry->joined.push_back(joined);
    if (auto waited = co_await joined.ended.wait(deadline); !waited) {
      if (waited.error().is(WaitError::kTimeout)) co_return fail(ResolveError::kTimeout);
      co_return std::unexpected(waited.error());
    }
  }
}

CachingResolver::Entry* CachingResolver::entry_for(const std::string& name) {
  auto found = entries_.find(name);
  if (found == entries_.end()) {
    if (entries_.size() >= limits_.names && !make_room()) return nullptr;
    found = entries_.emplace(name, std::make_unique<Entry>(name)).first;
  }
  Entry& entry = *found->second;
  entry.unlink();
  by_use_.push_back(entry);
  return &entry;
}

bool CachingResolver::make_room() {
  Entry* victim = nullptr;
  by_use_.for_each([&](Entry& entry) {
    if (victim == nullptr && !entry.is_looked_up && entry.joined.empty()) victim = &entry;
  });
  if (victim == nullptr) return false;
  ++counts_.evicted;
  entries_.erase(entries_.find(victim->name));
  return true;
}

std::optional<Result<Resolution>> CachingResolver::answer_of(const Entry& entry) const {
  if (loop_.now() >= entry.valid_until) return std::nullopt;
  if (entry.error) return std::unexpected(*entry.error);
  return Resolution{.addresses = entry.addresses, .expires = entry.valid_until};
}

Task<Result<Resolution>> CachingResolver::look_up(Entry& entry, Deadline deadline) {
  // Ends the lookup however it comes to its end, so that those who have joined go on.
  struct LookingUp {
    explicit LookingUp(Entry& e) : entry(e) { entry.is_looked_up = true; }
    ~LookingUp() {
      entry.is_looked_up = false;
      entry.joined.for_each([](Joined& joined) { joined.ended.notify(); });
    }
    Entry& entry;
  };
  const LookingUp looking_up(entry);
  ++counts_.lookups;
  if (loop_.now() < entry.stale_until) deadline = earlier(deadline, loop_.after(limits_.stale_after));
  co_return learn(entry, co_await behind_.resolve(entry.name, deadline));
}

Result<Resolution> CachingResolver::learn(Entry& entry, Result<Resolution> outcome) {
  const TimePoint now = loop_.now();
  if (outcome) {
    const TimePoint earliest = now + limits_.min_ttl;
    const TimePoint latest = now + limits_.max_ttl;
    entry.addresses = std::move(outcome->addresses);
    entry.error.reset();
    entry.valid_until = std::clamp(outcome->expires, earliest, latest);
    entry.stale_until = entry.valid_until + limits_.stale;
    return *answer_of(entry);
  }
  const Error& error = outcome.error();
  if (error.is(WaitError::kCancelled)) return outcome;
  if (error.is(ResolveError::kNoSuchName)) {
    entry.stale_until = now;  // the servers did answer
    entry.error = error;
    entry.valid_until = now + limits_.no_such_name_ttl;
    return outcome;
  }
  if (now < entry.stale_until) {
    ++counts_.stale;
    entry.error.reset();
    entry.valid_until = now + limits_.failure_ttl;
    return *answer_of(entry);
  }
  if (error.is(ResolveError::kServerFailure)) {
    entry.error = error;
    entry.valid_until = now + limits_.failure_ttl;
  }
  return outcome;  // a caller's own deadline says nothing about the name
}

}  // namespace brink::net
