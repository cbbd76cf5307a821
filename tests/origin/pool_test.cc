#include "origin/pool.h"

#include "origin/fetch.h"
#include "runtime/loop_thread.h"
#include "tests/origin/scripted_origin.h"
#include "tests/runtime/run_task.h"

#include <latch>

#include <gtest/gtest.h>

namespace brink::origin {
namespace {

using namespace std::chrono_literals;

// What came of one request.
struct Outcome {
  std::optional<Error> error;
  std::string content;
  http::OriginFacts facts;
};

class PoolTest : public testing::Test {
 protected:
  PoolTest() : server(loop), pool(loop, 0, directory, resolver) {
    directory.pools = {&pool};
    settings.name = "test";
    settings.host = "127.0.0.1";
    settings.port = server.port();
    settings.connect_timeout = 5s;
    settings.queue_timeout = 5s;
  }
  ~PoolTest() override {
    run_task(loop, pool.close());
    run_task(loop, server.stop());
  }
  OriginPtr origin() {
    if (made == nullptr) made = std::make_shared<const Origin>(settings, nullptr);
    return made;
  }
  Task<void> request(std::string target, Outcome& outcome, http::Method method = http::Method::kGet) {
    http::RequestHead head;
    head.method = method;
    head.method_name = method == http::Method::kGet ? "GET" : "POST";
    head.authority = "origin.test";
    head.target = target;
    Fetch fetch(pool, origin(), outcome.facts);
    auto response = co_await fetch.start(head, nullptr, client);
    if (!response) {
      outcome.error = response.error();
    } else {
      http::Body& body = *fetch.response_body();
      for (;;) {
        http::BodyRead read = body.try_read();
        if (read.status == http::BodyRead::Status::kData) {
          outcome.content += read.slice.bytes();
        } else if (read.status == http::BodyRead::Status::kPending) {
          (void)co_await body.wait(Deadline::never());
        } else {
          break;
        }
      }
    }
    co_await fetch.finish();
  }
  Outcome get(const std::string& target, http::Method method = http::Method::kGet) {
    Outcome outcome;
    run_task(loop, request(target, outcome, method));
    return outcome;
  }

  Loop loop;
  ScriptedOrigin server;
  LiteralResolver resolver;
  PoolDirectory directory;
  Pool pool;
  Settings settings;
  OriginPtr made;
  http::ConnectionFacts client;
};

TEST_F(PoolTest, AConnectionIsKeptAndUsedAgain) {
  EXPECT_EQ(get("/one").content, "answer to /one");
  const Outcome second = get("/two");
  EXPECT_EQ(second.content, "answer to /two");
  EXPECT_TRUE(second.facts.reused);
  EXPECT_EQ(server.connections_accepted, 1);
  EXPECT_EQ(origin()->connections.load(), 1u);
}

TEST_F(PoolTest, AConnectionThatTheOriginClosesIsNotKept) {
  server.closes_after_response = true;
  EXPECT_EQ(get("/one").content, "answer to /one");
  EXPECT_EQ(get("/two").content, "answer to /two");
  EXPECT_EQ(server.connections_accepted, 2);
  EXPECT_EQ(origin()->connections.load(), 0u);
}

TEST_F(PoolTest, AGetIsRepeatedWhereAKeptConnectionDiesUnderIt) {
  get("/one");
  server.dies_unanswered = 1;
  const Outcome second = get("/two");
  EXPECT_FALSE(second.error);
  EXPECT_EQ(second.content, "answer to /two");
  EXPECT_EQ(second.facts.attempts, 2);
  EXPECT_FALSE(second.facts.reused);
}

TEST_F(PoolTest, AGetIsNotRepeatedWhereAFreshConnectionDiesUnderIt) {
  server.dies_unanswered = 1;
  const Outcome only = get("/one");
  ASSERT_TRUE(only.error);
  EXPECT_EQ(only.facts.attempts, 1);
  EXPECT_EQ(server.requests, 1);
}

TEST_F(PoolTest, APostIsNeverRepeatedOnceItWasSent) {
  get("/one");
  server.dies_unanswered = 1;
  const Outcome post = get("/two", http::Method::kPost);
  ASSERT_TRUE(post.error);
  EXPECT_EQ(server.requests, 2);
  EXPECT_EQ(post.facts.attempts, 1);
}

TEST_F(PoolTest, RequestsBeyondTheLimitWaitForAConnection) {
  settings.max_connections = 1;
  server.hold();
  Outcome first, second, third;
  TaskGroup requests("requests", loop);
  requests.spawn(request("/1", first));
  requests.spawn(request("/2", second));
  requests.spawn(request("/3", third));
  run_until(loop, [&] { return server.requests == 1; });
  EXPECT_EQ(origin()->queued.load(), 2u);
  server.release();
  run_until(loop, [&] { return requests.running() == 0; });
  EXPECT_EQ(second.content, "answer to /2");
  EXPECT_EQ(third.content, "answer to /3");
  EXPECT_EQ(server.connections_accepted, 1);
  EXPECT_EQ(origin()->queued.load(), 0u);
}

TEST_F(PoolTest, AFullQueueRefusesAtOnce) {
  settings.max_connections = 1;
  settings.max_queue = 1;
  server.hold();
  Outcome first, second;
  TaskGroup requests("requests", loop);
  requests.spawn(request("/1", first));
  requests.spawn(request("/2", second));
  run_until(loop, [&] { return server.requests == 1; });
  const Outcome third = get("/3");
  ASSERT_TRUE(third.error);
  EXPECT_TRUE(third.error->is(OriginError::kQueueFull));
  server.release();
  run_until(loop, [&] { return requests.running() == 0; });
}

TEST_F(PoolTest, WaitingInTheQueueEndsByItsTimeout) {
  settings.max_connections = 1;
  settings.queue_timeout = 30ms;
  server.hold();
  Outcome first;
  TaskGroup requests("requests", loop);
  requests.spawn(request("/1", first));
  run_until(loop, [&] { return server.requests == 1; });
  const Outcome second = get("/2");
  ASSERT_TRUE(second.error);
  EXPECT_TRUE(second.error->is(OriginError::kQueueTimeout));
  server.release();
  run_until(loop, [&] { return requests.running() == 0; });
}

TEST_F(PoolTest, ACancelledRequestLeavesNothingBehind) {
  settings.max_connections = 1;
  server.hold();
  Outcome first, second;
  {
    TaskGroup requests("requests", loop);
    requests.spawn(request("/1", first));
    requests.spawn(request("/2", second));
    run_until(loop, [&] { return server.requests == 1; });
    run_task(loop, requests.finish());
  }
  EXPECT_TRUE(first.error);
  EXPECT_TRUE(second.error);
  EXPECT_EQ(origin()->connections.load(), 0u);
  EXPECT_EQ(origin()->queued.load(), 0u);
  server.release();
  EXPECT_EQ(get("/3").content, "answer to /3");
}

TEST_F(PoolTest, WhatHasBeenAtRestTooLongIsClosed) {
  settings.idle_timeout = 1ms;
  get("/one");
  EXPECT_EQ(origin()->connections.load(), 1u);
  run_until(loop, [&] {
    pool.close_stale();
    return origin()->connections.load() == 0;
  });
}

TEST_F(PoolTest, TellsAnOriginThatRefusesFromOneWithoutAddress) {
  net::Fd nobody = *net::listen_on(*net::SocketAddress::parse("127.0.0.1:0"));
  settings.port = net::local_address(nobody.get())->port();
  nobody.reset();
  settings.retries = 0;
  const Outcome refused = get("/");
  ASSERT_TRUE(refused.error);
  EXPECT_TRUE(refused.error->is(OriginError::kRefused));
  made = nullptr;
  settings.host = "no-such-name.test";
  const Outcome nameless = get("/");
  ASSERT_TRUE(nameless.error);
  EXPECT_TRUE(nameless.error->is(OriginError::kResolve));
}

// Two loops in threads of their own, one origin: what one has at rest the other takes.
TEST(PoolAcrossLoops, AConnectionAtRestIsHandedOver) {
  struct Side {
    explicit Side(std::size_t index, PoolDirectory& directory)
        : thread("pool-" + std::to_string(index)),
          pool(thread.loop(), index, directory, resolver),
          tasks("tasks", thread.loop()) {}
    LoopThread thread;
    LiteralResolver resolver;
    Pool pool;
    TaskGroup tasks;
  };
  LoopThread server_thread("origin");
  auto server = std::make_unique<ScriptedOrigin>(server_thread.loop());
  ASSERT_TRUE(server_thread.start());

  PoolDirectory directory;
  Side first(0, directory), second(1, directory);
  directory.pools = {&first.pool, &second.pool};
  ASSERT_TRUE(first.thread.start());
  ASSERT_TRUE(second.thread.start());
  Settings settings;
  settings.host = "127.0.0.1";
  settings.port = server->port();

  const http::ConnectionFacts client;
  const auto fetch_on = [&](Side& side, const OriginPtr& origin) {
    http::OriginFacts facts;
    std::latch done(1);
    side.thread.loop().post([&] {
      side.tasks.spawn([](Side& on, const OriginPtr& from, const http::ConnectionFacts& who,
                          http::OriginFacts& into, std::latch& ended) -> Task<void> {
        http::RequestHead head;
        head.authority = "origin.test";
        Fetch fetch(on.pool, from, into);
        auto response = co_await fetch.start(head, nullptr, who);
        while (response) {
          const http::BodyRead read = fetch.response_body()->try_read();
          if (read.status == http::BodyRead::Status::kPending) {
            (void)co_await fetch.response_body()->wait(Deadline::never());
          } else if (read.status != http::BodyRead::Status::kData) {
            break;
          }
        }
        co_await fetch.finish();
        ended.count_down();
      }(side, origin, client, facts, done));
    });
    done.wait();
    return facts;
  };
  // A hand-over that takes longer than a request's patience with it is no failure: the machine may be busy.
  bool handed_over = false;
  for (int i = 0; i < 100 && !handed_over; ++i) {
    const OriginPtr origin = std::make_shared<const Origin>(settings, nullptr);
    EXPECT_FALSE(fetch_on(first, origin).reused);
    const http::OriginFacts facts = fetch_on(second, origin);
    EXPECT_EQ(facts.status, 200);
    handed_over = facts.reused;
    if (handed_over) EXPECT_EQ(origin->connections.load(), 1u);
  }
  EXPECT_TRUE(handed_over);

  std::latch closed(3);
  for (Side* side : {&first, &second}) {
    side->thread.loop().post([side, &closed] {
      side->tasks.spawn([](Side& on, std::latch& ended) -> Task<void> {
        co_await on.pool.close();
        ended.count_down();
      }(*side, closed));
    });
  }
  TaskGroup stopping("stopping", server_thread.loop());
  server_thread.loop().post([&] {
    stopping.spawn([](ScriptedOrigin& origin_server, std::latch& ended) -> Task<void> {
      co_await origin_server.stop();
      ended.count_down();
    }(*server, closed));
  });
  closed.wait();
  for (LoopThread* thread : {&first.thread, &second.thread, &server_thread}) {
    thread->stop();
    thread->join();
  }
}

}  // namespace
}  // namespace brink::origin
