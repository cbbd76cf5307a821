// A client session and a server session with each other: what either of them can do, at the size of real
// life.
#include "base/random.h"
#include "tests/http/h2/given_session.h"

#include <gtest/gtest.h>

namespace brink::http::h2 {
namespace {

class BothSessions final : public Story {
 public:
  explicit BothSessions(int buffer_bytes = 0) : sockets_(buffer_bytes) {}
  ~BothSessions() {
    if (client) client->close();
    until([&] { return group_.running() == 0; }, "the end of the sessions");
  }
  void begin() {
    client = std::make_unique<ClientSession>(attached(std::move(sockets_.first)), options);
    server = std::make_unique<ServerSession>(attached(std::move(sockets_.second)), facts, service, limits,
                                             timeouts, loop);
    group_.spawn(server->run());
    group_.spawn(client->run());
    settle();
  }
  void spawn(Task<void> task) { group_.spawn(std::move(task)); }

  ServerLimits limits;
  ServerTimeouts timeouts;
  ConnectionFacts facts;
  ScriptedService service;
  ClientOptions options;
  std::unique_ptr<ClientSession> client;
  std::unique_ptr<ServerSession> server;

 private:
  std::unique_ptr<net::Transport> attached(net::Fd socket) {
    auto transport = std::make_unique<net::TcpTransport>(std::move(socket));
    if (!transport->attach(loop)) std::abort();
    return transport;
  }
  SocketPair sockets_;
  TaskGroup group_{"test", loop};
};

std::string some_bytes(std::size_t size, std::uint64_t seed) {
  FastRandom random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random.next());
  return bytes;
}

// Sends back what comes, as it comes, with a trailer that says how much it was.
Task<void> echo(ServerStream& stream) {
  class Echo final : public Body {
   public:
    explicit Echo(Body* source) : source_(source) { fields_.add("x-seen", "all"); }
    std::optional<std::uint64_t> length() const override {
      return source_ == nullptr ? std::optional<std::uint64_t>(0) : source_->length();
    }
    BodyRead try_read() override { return source_ == nullptr ? BodyRead::end() : source_->try_read(); }
    WaitPlace& wait_place() override { return source_ == nullptr ? place_ : source_->wait_place(); }
    const Fields* trailers() const override { return &fields_; }

   private:
    Body* source_;
    Arena arena_;
    Fields fields_{arena_};
    WaitPlace place_;
  } body(stream.body());
  ResponseHead head;
  head.fields.add("x-path", stream.request().target);
  SendReport report;
  (void)co_await stream.send(head, &body, report);
}

TEST(Sessions, ManyRequestsAtOnceComeBackWhole) {
  BothSessions both(8192);
  both.service.script = echo;
  both.begin();
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::vector<std::unique_ptr<FixedBody>> bodies;
  std::vector<std::string> contents;
  for (std::size_t i = 0; i < 60; ++i) {
    contents.push_back(some_bytes(i * i * 97, i));
    auto exchange = std::make_unique<Exchange>();
    exchange->head.authority = "example.com";
    exchange->head.target = exchange->head.arena.copy("/" + std::to_string(i));
    bodies.push_back(std::make_unique<FixedBody>(Slice::copy_of(contents.back())));
    exchange->stream = both.client->new_stream();
    both.spawn(exchange->run(bodies.back().get()));
    exchanges.push_back(std::move(exchange));
  }
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    both.until([&] { return exchanges[i]->finished; });
    ASSERT_FALSE(exchanges[i]->error) << i << exchanges[i]->error->text();
    EXPECT_EQ(exchanges[i]->response->fields.find("x-path")->value, "/" + std::to_string(i));
    EXPECT_EQ(exchanges[i]->content, contents[i]);
    EXPECT_EQ(exchanges[i]->trailers.size(), 1U);
  }
  EXPECT_EQ(both.service.served, 60);
}

TEST(Sessions, ABodyOfMegabytesPassesBothWays) {
  BothSessions both;
  both.service.script = echo;
  both.begin();
  const std::string content = some_bytes(9'000'001, 1);
  Exchange exchange;
  exchange.head.authority = "example.com";
  HandFedBody body;
  for (std::size_t at = 0; at < content.size(); at += 70'000) body.feed(content.substr(at, 70'000));
  body.end();
  exchange.stream = both.client->new_stream();
  both.spawn(exchange.run(&body));
  both.until([&] { return exchange.finished; });
  EXPECT_FALSE(exchange.error);
  EXPECT_EQ(exchange.content, content);
}

TEST(Sessions, SmallWindowsOnlySlowThingsDown) {
  BothSessions both;
  both.limits.h2_stream_window = 1000;
  both.options.stream_window = 700;
  both.service.script = echo;
  both.begin();
  const std::string content = some_bytes(100'000, 2);
  Exchange exchange;
  exchange.head.authority = "example.com";
  FixedBody body(Slice::copy_of(content));
  exchange.stream = both.client->new_stream();
  both.spawn(exchange.run(&body));
  both.until([&] { return exchange.finished; });
  EXPECT_FALSE(exchange.error);
  EXPECT_EQ(exchange.content, content);
}

TEST(Sessions, ATunnelCarriesBothDirections) {
  BothSessions both;
  both.service.script = [](ServerStream& stream) -> Task<void> {
    EXPECT_EQ(stream.request().upgrade, "websocket");
    ResponseHead head;
    head.status = 101;
    SendReport report;
    EXPECT_TRUE(co_await stream.send(head, stream.body(), report));
  };
  both.begin();
  Exchange exchange;
  exchange.head.authority = "example.com";
  exchange.head.upgrade = "websocket";
  HandFedBody body;
  exchange.stream = both.client->new_stream();
  both.spawn(exchange.run(&body));
  both.until([&] { return exchange.started; });
  ASSERT_FALSE(exchange.error);
  EXPECT_EQ(exchange.response->status, 101);
  for (int i = 0; i < 50; ++i) {
    body.feed("message " + std::to_string(i) + ";");
    both.settle(3);
  }
  body.end();
  both.until([&] { return exchange.finished; });
  EXPECT_TRUE(exchange.content.ends_with("message 49;"));
}

TEST(Sessions, HeadsBiggerThanAFramePass) {
  BothSessions both;
  std::string seen;
  both.service.script = [&](ServerStream& stream) -> Task<void> {
    seen = stream.request().fields.find("x-big")->value;
    ResponseHead head;
    head.fields.add("x-big", seen);
    SendReport report;
    EXPECT_TRUE(co_await stream.send(head, nullptr, report));
    EXPECT_GT(report.head_bytes, 40'000U);
  };
  both.begin();
  Exchange exchange;
  exchange.head.authority = "example.com";
  std::string big = "~";
  for (int i = 0; big.size() < 45'000; ++i) big += std::to_string(i) + "~~";
  exchange.head.fields.add("x-big", big);
  exchange.stream = both.client->new_stream();
  both.spawn(exchange.run());
  both.until([&] { return exchange.finished; });
  ASSERT_FALSE(exchange.error);
  EXPECT_EQ(seen, big);
  EXPECT_EQ(exchange.response->fields.find("x-big")->value, big);
}

// Whoever gives up, and when: nothing is left over, and the connection lives on.
TEST(Sessions, GivingUpAtAnyTimeLeavesNothingBehind) {
  BothSessions both(8192);
  both.limits.h2_resets = 1'000'000;
  FastRandom random(4);
  both.service.script = [&](ServerStream& stream) -> Task<void> {
    if (random.below(4) == 0) co_return;  // without an answer
    if (random.below(4) == 0 && stream.body() != nullptr) (void)stream.body()->try_read();
    co_await echo(stream);
  };
  both.begin();
  int begun = 0;
  int finished = 0;
  const auto one = [&](std::uint64_t seed) -> Task<void> {
    FastRandom own(seed);
    RequestHead head;
    head.authority = "example.com";
    FixedBody body(Slice::copy_of(std::string(own.below(100'000), 'x')));
    auto stream = both.client->new_stream();
    auto response = co_await stream->start(head, own.below(3) == 0 ? nullptr : &body, {}, nullptr);
    for (std::uint64_t reads = own.below(10); response && reads > 0 && stream->response_body() != nullptr;
         --reads) {
      const BodyRead read = stream->response_body()->try_read();
      if (read.status == BodyRead::Status::kPending &&
          !co_await stream->response_body()->wait(Deadline::never()))
        break;
      if (read.status == BodyRead::Status::kEnd || read.status == BodyRead::Status::kFailed) break;
    }
    co_await stream->finish();
    ++finished;
  };
  while (begun < 500) {
    if (both.client->can_take_request() && begun - finished < 40)
      both.spawn(one(static_cast<std::uint64_t>(++begun)));
    both.turn();
  }
  both.until([&] { return finished == begun; });
  EXPECT_EQ(both.client->streams_in_use(), 0U);
  EXPECT_TRUE(both.client->can_take_request());
  both.until([&] { return both.server->open_streams() == 0; });
  both.service.script = echo;
  Exchange last;
  last.head.authority = "example.com";
  last.stream = both.client->new_stream();
  both.spawn(last.run());
  both.until([&] { return last.finished; });
  EXPECT_FALSE(last.error);
}

TEST(Sessions, ADrainOfTheServerLetsTheClientFinishAndMoveOn) {
  BothSessions both;
  Event go_on;
  both.service.script = [&](ServerStream& stream) -> Task<void> {
    (void)co_await go_on.wait(Deadline::never());
    co_await ScriptedService::answer(stream, "done");
  };
  both.begin();
  Exchange exchange;
  exchange.head.authority = "example.com";
  exchange.stream = both.client->new_stream();
  both.spawn(exchange.run());
  both.until([&] { return both.service.requests.size() == 1; });
  both.server->drain();
  both.until([&] { return !both.client->can_take_request(); });
  go_on.notify();
  both.until([&] { return exchange.finished; });
  EXPECT_FALSE(exchange.error);
  EXPECT_EQ(exchange.content, "done");
}

}  // namespace
}  // namespace brink::http::h2
