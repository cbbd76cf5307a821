#include "net/cares_resolver.h"

#include "tests/net/dns_server.h"
#include "tests/runtime/run_task.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Behaviour = DnsZone::Behaviour;
using Outcome = std::optional<Result<Resolution>>;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

std::vector<std::string> texts(const Resolution& resolution) {
  std::vector<std::string> out;
  for (const IpAddress& address : resolution.addresses) out.push_back(address.text());
  std::ranges::sort(out);
  return out;
}

struct Fixture {
  Result<Resolution> resolve(const std::string& host, Duration patience = kPatience) {
    return run_task(loop, resolver->resolve(host, loop.after(patience)));
  }
  void start(const std::string& host, Outcome& outcome, TaskGroup& group,
             Deadline deadline = Deadline::never()) {
    group.spawn([](Resolver& r, std::string name, Deadline until, Outcome& out) -> Task<void> {
      out.emplace(co_await r.resolve(name, until));
    }(*resolver, host, deadline, outcome));
  }
  Loop loop;
  DnsServer server{loop};
  std::unique_ptr<CaresResolver> resolver =
      CaresResolver::make(loop,
                          {.servers = server.address(), .attempt_timeout = milliseconds(250), .tries = 1})
          .value();
};

TEST(CaresResolver, AnswersTheAddressesOfBothFamilies) {
  Fixture fixture;
  fixture.server.zones["both.test"] = {.addresses = {ip("192.0.2.1"), ip("192.0.2.2"), ip("2001:db8::1")}};
  const auto resolution = fixture.resolve("both.test");
  ASSERT_TRUE(resolution) << resolution.error().text();
  EXPECT_EQ(texts(*resolution), (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "2001:db8::1"}));
}

TEST(CaresResolver, AnswersWhereThereIsOnlyOneFamily) {
  Fixture fixture;
  fixture.server.zones["four.test"] = {.addresses = {ip("192.0.2.1")}};
  fixture.server.zones["six.test"] = {.addresses = {ip("2001:db8::1")}};
  EXPECT_EQ(texts(*fixture.resolve("four.test")), std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(texts(*fixture.resolve("six.test")), std::vector<std::string>{"2001:db8::1"});
}

TEST(CaresResolver, AnswerExpiresWithItsShortestTtl) {
  Fixture fixture;
  fixture.server.zones["plain.test"] = {.addresses = {ip("192.0.2.1")}, .ttl = 77};
  fixture.server.zones["alias.test"] = {
      .addresses = {ip("192.0.2.1")}, .ttl = 500, .cname = "target.test", .cname_ttl = 44};
  for (const auto& [name, ttl] : {std::pair("plain.test", 77), std::pair("alias.test", 44)}) {
    const TimePoint before = fixture.loop.now();
    const auto resolution = fixture.resolve(name);
    ASSERT_TRUE(resolution) << name;
    EXPECT_GE(resolution->expires, before + seconds(ttl)) << name;
    EXPECT_LE(resolution->expires, fixture.loop.now() + seconds(ttl)) << name;
  }
}

TEST(CaresResolver, AnswersAddressesAtOnceAndForEver) {
  Fixture fixture;
  for (const char* text : {"192.0.2.1", "2001:db8::1", "::1"}) {
    const auto resolution = fixture.resolve(text);
    ASSERT_TRUE(resolution);
    EXPECT_EQ(texts(*resolution), std::vector<std::string>{text});
    EXPECT_EQ(resolution->expires, TimePoint::max());
  }
}

TEST(CaresResolver, KnowsLocalhostWithoutAsking) {
  Fixture fixture;
  for (const std::string name : {"localhost", "app.localhost", "LOCALHOST."}) {
    const auto resolution = fixture.resolve(name);
    ASSERT_TRUE(resolution) << name << ": " << resolution.error().text();
    EXPECT_EQ(texts(*resolution), (std::vector<std::string>{"127.0.0.1", "::1"}));
    EXPECT_EQ(fixture.server.questions(name), 0);
  }
}

TEST(CaresResolver, HonoursTheHostsFile) {
  std::ifstream hosts("/etc/hosts");
  std::string address, name;
  for (std::string line; std::getline(hosts, line) && name.empty();) {
    std::istringstream words(line);
    words >> address >> name;
    if (!IpAddress::parse(address) || !is_host_name(name) || is_localhost(name)) name.clear();
  }
  if (name.empty()) GTEST_SKIP() << "/etc/hosts names no other host than localhost";
  Fixture fixture;
  const auto resolution = fixture.resolve(name);
  ASSERT_TRUE(resolution) << name << ": " << resolution.error().text();
  EXPECT_NE(std::ranges::find(resolution->addresses, ip(address)), resolution->addresses.end());
  EXPECT_EQ(fixture.server.questions(name), 0);
}

TEST(CaresResolver, TellsItsFailuresApart) {
  Fixture fixture;
  fixture.server.zones["broken.test"] = {.behaviour = Behaviour::kServerFailure};
  fixture.server.zones["silent.test"] = {.behaviour = Behaviour::kSilent};
  fixture.server.zones["garbage.test"] = {.behaviour = Behaviour::kGarbage};
  fixture.server.zones["empty.test"] = {};
  EXPECT_TRUE(fixture.resolve("missing.test").error().is(ResolveError::kNoSuchName));
  EXPECT_TRUE(fixture.resolve("empty.test").error().is(ResolveError::kNoSuchName));
  EXPECT_TRUE(fixture.resolve("broken.test").error().is(ResolveError::kServerFailure));
  EXPECT_TRUE(fixture.resolve("garbage.test").error().is(ResolveError::kServerFailure));
  EXPECT_TRUE(fixture.resolve("silent.test").error().is(ResolveError::kServerFailure));
  EXPECT_TRUE(fixture.resolve("silent.test", milliseconds(5)).error().is(ResolveError::kTimeout));
  EXPECT_TRUE(fixture.resolve("no name").error().is(ResolveError::kBadName));
}

TEST(CaresResolver, AnswersWhenTheServerCannotBeReached) {
  Loop loop;
  std::string nobody;
  {
    DnsServer gone(loop);
    nobody = gone.address();
  }
  auto resolver =
      CaresResolver::make(loop, {.servers = nobody, .attempt_timeout = milliseconds(50), .tries = 1}).value();
  EXPECT_TRUE(run_task(loop, resolver->resolve("any.test", Deadline::never()))
                  .error()
                  .is(ResolveError::kServerFailure));
}

TEST(CaresResolver, AsksTheNextServerWhereOneIsSilent) {
  Loop loop;
  DnsServer silent(loop), good(loop);
  silent.zones["name.test"] = {.behaviour = Behaviour::kSilent};
  good.zones["name.test"] = {.addresses = {ip("192.0.2.1")}};
  auto resolver = CaresResolver::make(loop, {.servers = silent.address() + "," + good.address(),
                                             .attempt_timeout = milliseconds(50)})
                      .value();
  const auto resolution = run_task(loop, resolver->resolve("name.test", loop.after(kPatience)));
  ASSERT_TRUE(resolution) << resolution.error().text();
  EXPECT_EQ(texts(*resolution), std::vector<std::string>{"192.0.2.1"});
}

TEST(CaresResolver, ResolvesManyNamesAtATime) {
  Fixture fixture;
  constexpr int kNames = 100;
  std::vector<Outcome> outcomes(kNames);
  TaskGroup group("test", fixture.loop);
  for (int i = 0; i < kNames; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    fixture.server.zones[name] = {.addresses = {IpAddress::v4(0xc0000200U + static_cast<unsigned>(i))}};
    fixture.start(name, outcomes[static_cast<std::size_t>(i)], group);
  }
  ASSERT_TRUE(run_task(fixture.loop, group.join(fixture.loop.after(kPatience))));
  for (int i = 0; i < kNames; ++i) {
    const auto& outcome = *outcomes[static_cast<std::size_t>(i)];
    ASSERT_TRUE(outcome) << i << outcome.error().text();
    EXPECT_EQ(texts(*outcome), std::vector<std::string>{"192.0.2." + std::to_string(i)});
  }
}

TEST(CaresResolver, CancellingOneDoesNotDisturbTheOthers) {
  Fixture fixture;
  fixture.server.zones["silent.test"] = {.behaviour = Behaviour::kSilent};
  fixture.server.zones["good.test"] = {.addresses = {ip("192.0.2.1")}};
  Outcome cancelled, first, second;
  TaskGroup doomed("doomed", fixture.loop);
  TaskGroup group("test", fixture.loop);
  fixture.start("silent.test", cancelled, doomed);  // this one drives, until it is cancelled
  fixture.start("good.test", first, group);
  fixture.start("good.test", second, group);
  run_task(fixture.loop, doomed.finish());
  EXPECT_TRUE(cancelled->error().is(WaitError::kCancelled));
  ASSERT_TRUE(run_task(fixture.loop, group.join(fixture.loop.after(kPatience))));
  EXPECT_TRUE(first->has_value());
  EXPECT_TRUE(second->has_value());
}

TEST(CaresResolver, BoundsTheQuestionsAtATime) {
  Fixture fixture;
  fixture.server.zones["silent.test"] = {.behaviour = Behaviour::kSilent};
  TaskGroup group("test", fixture.loop);
  std::vector<Outcome> outcomes(CaresResolver::kMaxQueries + 1);
  for (Outcome& outcome : outcomes) fixture.start("silent.test", outcome, group);
  ASSERT_TRUE(outcomes.back().has_value());
  EXPECT_TRUE(outcomes.back()->error().is(ResolveError::kTooMany));
  EXPECT_FALSE(outcomes.front().has_value());
  ASSERT_TRUE(run_task(fixture.loop, group.join(fixture.loop.after(kPatience))));
  fixture.server.zones["good.test"] = {.addresses = {ip("192.0.2.1")}};
  EXPECT_TRUE(fixture.resolve("good.test")) << "there is room again";
}

TEST(CaresResolver, DiesWithQuestionsThatNobodyWaitsForAnyMore) {
  const auto count_open_fds = [] {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
  };
  const int before = count_open_fds();
  {
    Fixture fixture;
    fixture.server.zones["silent.test"] = {.behaviour = Behaviour::kSilent};
    EXPECT_TRUE(fixture.resolve("silent.test", milliseconds(2)).error().is(ResolveError::kTimeout));
  }
  EXPECT_EQ(count_open_fds(), before);
}

TEST(HostName, UnderLocalhostIsThisMachine) {
  for (const char* name : {"localhost", "LocalHost.", "a.localhost", "a.b.localhost."})
    EXPECT_TRUE(is_localhost(name)) << name;
  for (const char* name : {"", "host", "notlocalhost", "localhost.example", "localhosts"})
    EXPECT_FALSE(is_localhost(name)) << name;
}

TEST(HostName, IsWhatHostsAreCalled) {
  for (const char* name : {"example.com", "a", "a-b.c_d.example", "xn--bcher-kva.example", "example.com.",
                           "1.example", "3com"}) {
    EXPECT_TRUE(is_host_name(name)) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a.."),
        std::string("a b"), std::string("a/b"), std::string("a:80"), std::string("[::1]"),
        std::string("b\xc3\xbc"
                    "cher.example"),
        std::string("127.1"), std::string("1.2.3.4.5"), std::string("2130706433"), std::string(64, 'a'),
        std::string("a\0b", 3)}) {
    EXPECT_FALSE(is_host_name(name)) << name;
  }
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(i < 3 ? 63 : 61, 'a') + (i < 3 ? "." : "");
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_TRUE(is_host_name(longest));
  EXPECT_TRUE(is_host_name(longest + "."));
  EXPECT_FALSE(is_host_name(longest + "a"));
}

}  // namespace
}  // namespace brink::net
