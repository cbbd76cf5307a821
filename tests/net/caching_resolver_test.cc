#include "net/caching_resolver.h"

#include "tests/runtime/run_task.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Outcome = std::optional<Result<Resolution>>;

// A resolver that answers when the test says so.
class ScriptedResolver final : public Resolver {
 public:
  explicit ScriptedResolver(Loop& loop) : loop_(loop) {}

  Task<Result<Resolution>> resolve(std::string_view host, Deadline deadline) override {
    ++lookups[std::string(host)];
    if (waits) {
      Event& event = release[std::string(host)];
      if (auto waited = co_await event.wait(deadline); !waited) {
        if (waited.error().is(WaitError::kTimeout)) co_return fail(ResolveError::kTimeout);
        co_return std::unexpected(waited.error());
      }
    }
    if (failure) co_return std::unexpected(*failure);
    co_return Resolution{.addresses = {address}, .expires = loop_.now() + ttl};
  }

  bool waits = false;
  std::map<std::string, Event> release;
  std::optional<Error> failure;
  IpAddress address = IpAddress::v4(0xc0000201);
  seconds ttl{60};
  std::map<std::string, int> lookups;

 private:
  Loop& loop_;
};

struct Fixture {
  explicit Fixture(const ResolverCacheLimits& limits = {}) : cache(loop, behind, limits) {}

  void start(const std::string& host, Outcome& outcome, TaskGroup& group,
             Deadline deadline = Deadline::never()) {
    group.spawn([](Resolver& r, std::string name, Deadline until, Outcome& out) -> Task<void> {
      out.emplace(co_await r.resolve(name, until));
    }(cache, host, deadline, outcome));
  }
  Result<Resolution> resolve(const std::string& host = "name.test") {
    return run_task(loop, cache.resolve(host, Deadline::never()));
  }
  void turns() {
    for (int i = 0; i < 5; ++i) loop.run_once(Deadline::at(loop.now()));
  }
  void advance(Duration duration) {
    time.advance(duration);
    turns();
  }

  ManualTime time;
  Loop loop{time};
  ScriptedResolver behind{loop};
  CachingResolver cache;
};

TEST(CachingResolver, AnswersFromTheCacheUntilTheTtlIsOver) {
  Fixture fixture;
  const auto first = fixture.resolve();
  ASSERT_TRUE(first);
  fixture.advance(seconds(59));
  EXPECT_EQ(fixture.resolve()->expires, first->expires);
  EXPECT_EQ(fixture.behind.lookups["name.test"], 1);
  fixture.advance(seconds(1));
  fixture.behind.address = IpAddress::v4(0xc0000202);
  EXPECT_EQ(fixture.resolve()->addresses[0].text(), "192.0.2.2");
  EXPECT_EQ(fixture.behind.lookups["name.test"], 2);
  EXPECT_EQ(fixture.cache.counts().hits, 1U);
  EXPECT_EQ(fixture.cache.counts().lookups, 2U);
}

TEST(CachingResolver, KeepsTheTtlWithinItsBounds) {
  Fixture fixture({.min_ttl = seconds(2), .max_ttl = seconds(100)});
  fixture.behind.ttl = seconds(0);
  EXPECT_EQ(fixture.resolve("short.test")->expires, fixture.loop.now() + seconds(2));
  fixture.behind.ttl = hours(24);
  EXPECT_EQ(fixture.resolve("long.test")->expires, fixture.loop.now() + seconds(100));
}

TEST(CachingResolver, TakesNamesWithoutRegardToCase) {
  Fixture fixture;
  ASSERT_TRUE(fixture.resolve("Name.TEST"));
  ASSERT_TRUE(fixture.resolve("name.test"));
  EXPECT_EQ(fixture.behind.lookups["name.test"], 1);
}

TEST(CachingResolver, AsksNobodyForAddressesOrForWhatIsNoName) {
  Fixture fixture;
  EXPECT_EQ(fixture.resolve("2001:db8::1")->expires, TimePoint::max());
  EXPECT_TRUE(fixture.resolve("no name").error().is(ResolveError::kBadName));
  EXPECT_TRUE(fixture.behind.lookups.empty());
  EXPECT_EQ(fixture.cache.size(), 0U);
}

TEST(CachingResolver, RemembersForAShortTimeThatThereIsNoSuchName) {
  Fixture fixture;
  fixture.behind.failure = Error(ResolveError::kNoSuchName);
  EXPECT_TRUE(fixture.resolve().error().is(ResolveError::kNoSuchName));
  fixture.behind.failure.reset();
  fixture.advance(seconds(4));
  EXPECT_TRUE(fixture.resolve().error().is(ResolveError::kNoSuchName));
  EXPECT_EQ(fixture.behind.lookups["name.test"], 1);
  fixture.advance(seconds(1));
  EXPECT_TRUE(fixture.resolve());
}

TEST(CachingResolver, AsksFailingServersNoSoonerThanAfterASecond) {
  Fixture fixture;
  fixture.behind.failure = Error(ResolveError::kServerFailure);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(fixture.resolve().error().is(ResolveError::kServerFailure));
  EXPECT_EQ(fixture.behind.lookups["name.test"], 1);
  fixture.behind.failure.reset();
  fixture.advance(seconds(1));
  EXPECT_TRUE(fixture.resolve());
}

TEST(CachingResolver, LooksANameUpOnceForAllWhoAskAtATime) {
  Fixture fixture;
  fixture.behind.waits = true;
  TaskGroup group("test", fixture.loop);
  std::vector<Outcome> outcomes(10);
  for (Outcome& outcome : outcomes) fixture.start("name.test", outcome, group);
  Outcome other;
  fixture.start("other.test", other, group);
  fixture.turns();
  EXPECT_EQ(fixture.behind.lookups["name.test"], 1);
  fixture.behind.release["name.test"].notify();
  fixture.turns();
  for (const Outcome& outcome : outcomes) ASSERT_TRUE(outcome && *outcome);
  EXPECT_FALSE(other.has_value());
  EXPECT_EQ(fixture.cache.counts().joined, 9U);
  EXPECT_EQ(fixture.cache.counts().hits, 0U);
  run_task(fixture.loop, group.finish());
}

TEST(CachingResolver, SharesAFailureWithThoseWhoJoined) {
  Fixture fixture;
  fixture.behind.waits = true;
  fixture.behind.failure = Error(ResolveError::kServerFailure);
  TaskGroup group("test", fixture.loop);
  std::vector<Outcome> outcomes(3);
  for (Outcome& outcome : outcomes) fixture.start("name.test", outcome, group);
  fixture.behind.release["name.test"].notify();
  fixture.turns();
  for (const Outcome& outcome : outcomes) EXPECT_TRUE(outcome->error().is(ResolveError::kServerFailure));
  EXPECT_EQ(fixture.behind.lookups["name.test"], 1);
}

TEST(CachingResolver, AnotherGoesOnWhereTheOneWhoLooksUpIsCancelled) {
  Fixture fixture;
  fixture.behind.waits = true;
  TaskGroup doomed("doomed", fixture.loop);
  TaskGroup group("test", fixture.loop);
  Outcome cancelled, kept;
  fixture.start("name.test", cancelled, doomed);
  fixture.start("name.test", kept, group);
  run_task(fixture.loop, doomed.finish());
  EXPECT_TRUE(cancelled->error().is(WaitError::kCancelled));
  fixture.turns();
  EXPECT_EQ(fixture.behind.lookups["name.test"], 2);
  fixture.behind.release["name.test"].notify();
  fixture.turns();
  EXPECT_TRUE(kept && *kept);
}

TEST(CachingResolver, EachCallKeepsItsOwnDeadline) {
  Fixture fixture;
  fixture.behind.waits = true;
  TaskGroup group("test", fixture.loop);
  Outcome hasty, patient, joined_hasty;
  fixture.start("name.test", hasty, group, fixture.loop.after(seconds(1)));
  fixture.start("name.test", patient, group, fixture.loop.after(seconds(10)));
  fixture.start("name.test", joined_hasty, group, fixture.loop.after(seconds(1)));
  fixture.advance(milliseconds(1002));
  EXPECT_TRUE(hasty->error().is(ResolveError::kTimeout));
  EXPECT_TRUE(joined_hasty->error().is(ResolveError::kTimeout));
  EXPECT_FALSE(patient.has_value());
  fixture.behind.release["name.test"].notify();
  fixture.turns();
  EXPECT_TRUE(patient && *patient);
}

TEST(CachingResolver, ServesTheLastAnswerWhereTheServersFail) {
  Fixture fixture({.stale = seconds(600)});
  ASSERT_TRUE(fixture.resolve());
  fixture.behind.failure = Error(ResolveError::kServerFailure);
  fixture.advance(seconds(61));
  const auto stale = fixture.resolve();
  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->addresses[0].text(), "192.0.2.1");
  EXPECT_EQ(fixture.cache.counts().stale, 1U);
  EXPECT_TRUE(fixture.resolve()) << "and does not ask at each call";
  EXPECT_EQ(fixture.behind.lookups["name.test"], 2);
  fixture.advance(seconds(601));
  EXPECT_TRUE(fixture.resolve().error().is(ResolveError::kServerFailure)) << "but not for ever";
}

TEST(CachingResolver, ServesTheLastAnswerSoonWhereTheServersAreSilent) {
  Fixture fixture;
  ASSERT_TRUE(fixture.resolve());
  fixture.advance(seconds(61));
  fixture.behind.waits = true;
  TaskGroup group("test", fixture.loop);
  Outcome outcome;
  fixture.start("name.test", outcome, group, fixture.loop.after(seconds(30)));
  fixture.advance(milliseconds(1700));
  EXPECT_FALSE(outcome.has_value());
  fixture.advance(milliseconds(102));
  EXPECT_TRUE(outcome && *outcome);
  EXPECT_EQ(fixture.cache.counts().stale, 1U);
}

TEST(CachingResolver, BelievesThatANameIsGone) {
  Fixture fixture;
  ASSERT_TRUE(fixture.resolve());
  fixture.behind.failure = Error(ResolveError::kNoSuchName);
  fixture.advance(seconds(61));
  EXPECT_TRUE(fixture.resolve().error().is(ResolveError::kNoSuchName));
  fixture.behind.failure = Error(ResolveError::kServerFailure);
  fixture.advance(seconds(6));
  EXPECT_TRUE(fixture.resolve().error().is(ResolveError::kServerFailure))
      << "what was before that does not come back";
}

TEST(CachingResolver, DropsTheLongestUnusedNameForANewOne) {
  Fixture fixture({.names = 3});
  for (const char* name : {"a.test", "b.test", "c.test", "a.test", "d.test"})
    ASSERT_TRUE(fixture.resolve(name));
  EXPECT_EQ(fixture.cache.size(), 3U);
  EXPECT_EQ(fixture.cache.counts().evicted, 1U);
  ASSERT_TRUE(fixture.resolve("a.test"));
  EXPECT_EQ(fixture.behind.lookups["a.test"], 1);
  ASSERT_TRUE(fixture.resolve("b.test"));
  EXPECT_EQ(fixture.behind.lookups["b.test"], 2);
}

TEST(CachingResolver, LooksUpBesideItselfWhereItIsFullOfLookups) {
  Fixture fixture({.names = 2});
  fixture.behind.waits = true;
  TaskGroup group("test", fixture.loop);
  Outcome a, b, c;
  fixture.start("a.test", a, group);
  fixture.start("b.test", b, group);
  fixture.start("c.test", c, group);
  EXPECT_EQ(fixture.cache.size(), 2U);
  fixture.behind.release["c.test"].notify();
  fixture.turns();
  EXPECT_TRUE(c && *c);
  run_task(fixture.loop, group.finish());
}

}  // namespace
}  // namespace brink::net
