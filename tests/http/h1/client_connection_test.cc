#include "http/h1/client_connection.h"

#include "http/h1/writer.h"
#include "tests/http/h1/connection_rig.h"
#include "tests/http/h1/fed_body.h"

#include <vector>

namespace brink::http::h1 {
namespace {

using namespace std::chrono_literals;

class HeardInformational final : public InformationalSink {
 public:
  void on_informational(const ResponseHead& head) override {
    heard.push_back(std::to_string(head.status) + " " + std::string(head.fields.value(FieldName::kLink)));
  }
  std::vector<std::string> heard;
};

class H1Client : public testing::Test {
 protected:
  H1Client() {
    request.authority = "x";
    connection.emplace(rig.transport());
  }
  ~H1Client() override {
    if (!group) return;
    group->cancel();
    EXPECT_TRUE(rig.turn_until([&] { return group->running() == 0; }));
  }

  // Begins an exchange; its response's head and content are noted when they come.
  void ask(Body* body = nullptr) {
    outcome.clear();
    content.clear();
    content_outcome.clear();
    done = false;
    if (!group) group.emplace("exchange", rig.loop);
    group->spawn(exchange(body));
    rig.turn();
  }
  Task<void> exchange(Body* body) {
    auto head = co_await connection->start(request, body, timeouts, &informational);
    if (head) {
      outcome = std::to_string((*head)->status);
      version = (*head)->version;
      if (Body* response = connection->response_body()) {
        for (bool more = true; more;) {
          BodyRead read = response->try_read();
          switch (read.status) {
            case BodyRead::Status::kData: content += read.slice.bytes(); break;
            case BodyRead::Status::kPending:
              if (auto waited = co_await response->wait(Deadline::never()); !waited) {
                content_outcome = waited.error().text();
                more = false;
              }
              break;
            case BodyRead::Status::kFailed:
              content_outcome = read.error->text();
              more = false;
              break;
            case BodyRead::Status::kEnd:
              content_outcome = "complete";
              if (const Fields* trailers = response->trailers())
                content += "|" + std::string(trailers->value(FieldName::kETag));
              more = false;
              break;
          }
        }
      }
    } else {
      outcome = head.error().text();
    }
    if (holds_before_finish) (void)co_await finish_now.wait(Deadline::never());
    co_await connection->finish();
    done = true;
  }
  bool finishes() {
    return rig.turn_until([&] { return done; });
  }
  // Answers what was asked with `response` and waits for the end of the exchange.
  void answered_with(std::string_view response) {
    rig.send(response);
    ASSERT_TRUE(finishes()) << outcome;
  }

  Rig rig;
  RequestHead request;
  ClientTimeouts timeouts;
  HeardInformational informational;
  std::optional<ClientConnection> connection;
  std::optional<TaskGroup> group;
  std::string outcome;  // status, or what went wrong before
  std::string content;
  std::string content_outcome;  // "complete", or what went wrong
  Version version = Version::kHttp2;
  Event finish_now;
  bool holds_before_finish = false;
  bool done = false;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(H1Client, CarriesOneExchangeAfterAnother) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection->is_reusable());
    ask();
    EXPECT_FALSE(connection->is_reusable());
    EXPECT_TRUE(rig.receives(kGet));
    answered_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(outcome, "200");
    EXPECT_EQ(content, "hello");
    EXPECT_EQ(content_outcome, "complete");
    EXPECT_TRUE(connection->may_have_been_processed());
    EXPECT_EQ(connection->response_bytes(), 5U);
  }
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, AnExchangeCostsOneWriteAndOneRead) {
  for (int i = 0; i < 10; ++i) {
    ask();
    EXPECT_TRUE(rig.receives(kGet));
    answered_with("HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + std::string(1024, 'x'));
    EXPECT_EQ(content.size(), 1024U);
  }
  EXPECT_EQ(rig.counts.writes, 10);
  EXPECT_EQ(rig.counts.reads, 10);
  EXPECT_EQ(rig.counts.empty_reads, 0);
}

TEST_F(H1Client, AResponseMayComeByteByByte) {
  ask();
  for (char c : std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                 "chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nETag: \"e\"\r\n\r\n")) {
    rig.send({&c, 1});
  }
  ASSERT_TRUE(finishes());
  EXPECT_EQ(content, "hello|\"e\"");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, ABigResponseComesWhole) {
  std::string big(5'000'000, '?');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i * i % 26);
  ask();
  rig.send("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n");
  answered_with(big);
  EXPECT_TRUE(content == big);
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, ResponsesWithoutContentLeaveNothingOpen) {
  request.method = Method::kHead;
  request.method_name = "HEAD";
  ask();
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(connection->response_body(), nullptr);
  EXPECT_TRUE(connection->is_reusable());
  request.method = Method::kGet;
  request.method_name = "GET";
  for (std::string_view response :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    ask();
    answered_with(response);
    EXPECT_EQ(content_outcome, "");
    EXPECT_TRUE(connection->is_reusable()) << response;
  }
}

TEST_F(H1Client, ContentThatEndsWithTheConnectionIsComplete) {
  ask();
  rig.send("HTTP/1.0 200 OK\r\n\r\nold ");
  rig.send("times");
  rig.half_close();
  ASSERT_TRUE(finishes());
  EXPECT_EQ(version, Version::kHttp10);
  EXPECT_EQ(content, "old times");
  EXPECT_EQ(content_outcome, "complete");
  EXPECT_FALSE(connection->is_reusable());
}

class H1ClientCutOff : public H1Client, public testing::WithParamInterface<std::string_view> {};

TEST_P(H1ClientCutOff, ContentThatIsCutOffIsSeenAsSuch) {
  ask();
  rig.send(GetParam());
  rig.half_close();
  ASSERT_TRUE(finishes());
  EXPECT_EQ(content, "abc");
  EXPECT_EQ(content_outcome, "the origin's response ended before it was complete");
  EXPECT_FALSE(connection->is_reusable());
}
INSTANTIATE_TEST_SUITE_P(
    Framings, H1ClientCutOff,
    testing::Values("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));

struct Refused {
  std::string response;
  std::string outcome;
};
class H1ClientRefusing : public H1Client, public testing::WithParamInterface<Refused> {};

TEST_P(H1ClientRefusing, AmbiguousResponsesAreRefused) {
  ask();
  rig.send(GetParam().response);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, GetParam().outcome);
  EXPECT_FALSE(connection->is_reusable());
}
constexpr const char* kImproper = "the origin's response is not proper HTTP";
INSTANTIATE_TEST_SUITE_P(
    Responses, H1ClientRefusing,
    testing::Values(
        Refused{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", kImproper},
        Refused{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", kImproper},
        Refused{"garbage", kImproper}, Refused{"HTTP/1.1 200 OK\nA: b\n\n", kImproper},
        Refused{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", kImproper},
        Refused{"HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'a'),
                "the head of the origin's response is too large"}));

TEST_F(H1Client, BadChunksBreakTheContent) {
  ask();
  answered_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");
  EXPECT_EQ(content, "abc");
  EXPECT_EQ(content_outcome, kImproper);
  EXPECT_FALSE(connection->is_reusable());
}

TEST_F(H1Client, WhatNobodyAskedForMakesTheConnectionUnusable) {
  ask();
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
  EXPECT_EQ(content, "ok");
  EXPECT_FALSE(connection->is_reusable());
}

TEST_F(H1Client, BytesAtRestMakeTheConnectionUnusable) {
  ask();
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(connection->is_reusable());
  rig.send("x");
  EXPECT_TRUE(rig.turn_until([&] { return !connection->is_reusable(); }));
}

TEST_F(H1Client, AnOriginThatClosesAtRestIsNoticed) {
  ask();
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(connection->is_reusable());
  rig.close();
  EXPECT_TRUE(rig.turn_until([&] { return !connection->is_reusable(); }));
}

TEST_F(H1Client, AnOriginThatSaysCloseIsNotAskedAgain) {
  ask();
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_FALSE(connection->is_reusable());
}

TEST_F(H1Client, AConnectionThatClosesBeforeItAnswers) {
  ask();
  EXPECT_TRUE(rig.receives(kGet));
  rig.close();
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, "the origin closed the connection before it answered");
  EXPECT_TRUE(connection->may_have_been_processed());
}

TEST_F(H1Client, AConnectionThatIsReset) {
  ask();
  EXPECT_TRUE(rig.receives(kGet));
  rig.reset();
  ASSERT_TRUE(finishes());
  EXPECT_TRUE(outcome.starts_with("the connection to the origin broke: ")) << outcome;
}

TEST_F(H1Client, ARequestThatCannotBeWrittenDoesNotGoOut) {
  request.fields.add("X-A", "b\r\nc");
  ask();
  ASSERT_TRUE(finishes());
  EXPECT_FALSE(connection->may_have_been_processed());
  rig.settle();
  EXPECT_EQ(rig.received, "");
}

TEST_F(H1Client, TheFirstByteHasItsTime) {
  ask();
  rig.advance(timeouts.first_byte - 1s);
  EXPECT_FALSE(done);
  rig.advance(2s);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, "the origin did not begin its response in time");
}

TEST_F(H1Client, ContentThatStopsComingTimesOut) {
  ask();
  rig.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  rig.advance(timeouts.between_bytes - 1s);
  rig.send("d");
  rig.advance(timeouts.between_bytes - 1s);
  EXPECT_FALSE(done);
  rig.advance(2s);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(content, "abcd");
  EXPECT_EQ(content_outcome, "the origin's response stopped coming");
}

// --- content of requests ---

TEST_F(H1Client, SmallContentGoesOutWithTheHead) {
  request.method = Method::kPost;
  request.method_name = "POST";
  FixedBody body(Slice::copy_of("hello"));
  ask(&body);
  EXPECT_TRUE(rig.receives("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"));
  EXPECT_EQ(rig.counts.writes, 1);
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(connection->request_bytes(), 5U);
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, AMethodThatUsuallyHasContentSaysThatItHasNone) {  // RFC 9110 8.6
  request.method = Method::kPost;
  request.method_name = "POST";
  ask();
  EXPECT_TRUE(rig.receives("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
}

TEST_F(H1Client, ContentOfUnknownLengthIsChunkedWithItsTrailers) {
  Arena arena;
  Fields trailers(arena);
  trailers.add("X-Sum", "1");
  FedBody body;
  ask(&body);
  EXPECT_TRUE(rig.receives("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  body.feed("one");
  EXPECT_TRUE(rig.receives("3\r\none\r\n"));
  body.end(&trailers);
  EXPECT_TRUE(rig.receives("0\r\nX-Sum: 1\r\n\r\n"));
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, TheFirstBytesTimeBeginsWhenTheRequestHasBeenSent) {
  FedBody body;
  ask(&body);
  rig.advance(timeouts.first_byte + 10s);
  EXPECT_FALSE(done) << "the client is slow, not the origin";
  body.feed("x");
  body.end();
  rig.settle();
  rig.advance(timeouts.first_byte - 1s);
  EXPECT_FALSE(done);
  rig.advance(2s);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, "the origin did not begin its response in time");
}

TEST_F(H1Client, AnEarlyResponseIsReadWhileContentIsBeingSent) {
  FedBody body;
  body.set_length(1000);
  ask(&body);
  body.feed("abc");
  EXPECT_TRUE(rig.receives_something_with("abc"));
  answered_with("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_EQ(outcome, "413");
  EXPECT_EQ(content, "no");
  EXPECT_FALSE(connection->is_reusable()) << "the request was not sent whole";
}

TEST_F(H1Client, AnAnswerBeforeTheConnectionIsClosedIsReadAlthoughSendingFails) {
  holds_before_finish = true;
  FedBody body;
  body.set_length(100'000'000);
  ask(&body);
  rig.send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\n");
  rig.half_close();
  for (int i = 0; i < 10; ++i) body.feed(std::string(10'000, 'x'));
  EXPECT_TRUE(rig.turn_until([&] { return content_outcome == "complete"; }));
  EXPECT_EQ(outcome, "413");
  finish_now.notify();
  ASSERT_TRUE(finishes());
}

TEST_F(H1Client, BothDirectionsFlowAtOnce) {
  FedBody body;
  ask(&body);
  body.feed("one");
  EXPECT_TRUE(rig.receives_something_with("one\r\n"));
  rig.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nONE\r\n");
  EXPECT_TRUE(rig.turn_until([&] { return content == "ONE"; }));
  body.feed("two");
  EXPECT_TRUE(rig.receives_something_with("two\r\n"));
  body.end();
  EXPECT_TRUE(rig.receives_something_with("0\r\n\r\n"));
  answered_with("3\r\nTWO\r\n0\r\n\r\n");
  EXPECT_EQ(content, "ONETWO");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, ABodyThatFailsEndsTheExchangeWithItsError) {
  FedBody body;
  ask(&body);
  body.feed("abc");
  EXPECT_TRUE(rig.receives_something_with("abc\r\n"));
  body.break_off(ClientError::kReset);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, Error(ClientError::kReset).text());
  EXPECT_FALSE(rig.received.ends_with("0\r\n\r\n")) << "the origin must not take it for the end";
  EXPECT_FALSE(connection->is_reusable());
}

TEST_F(H1Client, ABodyThatFailsBeforeAnythingIsOutLeavesNothingToRetry) {
  FedBody body;
  body.break_off(ClientError::kReset);
  ask(&body);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, Error(ClientError::kReset).text());
  EXPECT_FALSE(connection->may_have_been_processed());
}

TEST_F(H1Client, ABodyThatFailsDuringTheResponseBreaksTheResponse) {
  FedBody body;
  ask(&body);
  rig.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_TRUE(rig.turn_until([&] { return content == "abc"; }));
  body.break_off(ClientError::kReset);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(content_outcome, Error(ClientError::kReset).text());
}

TEST_F(H1Client, AnOriginThatTakesNothingTimesOut) {
  rig.holds_back = true;
  FedBody body;
  body.set_length(100'000'000);
  ask(&body);
  for (int i = 0; i < 200; ++i) body.feed(std::string(100'000, 'x'));
  rig.settle();
  EXPECT_LT(body.reads, 190);
  rig.advance(timeouts.between_bytes + 1s);
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, "the origin did not begin its response in time");
}

TEST_F(H1Client, CancellingEndsAnExchange) {
  FedBody body;
  ask(&body);
  body.feed("abc");
  rig.settle();
  group->cancel();
  ASSERT_TRUE(finishes());
  EXPECT_EQ(outcome, "cancelled");
}

// --- informational responses ---

TEST_F(H1Client, InformationalResponsesAreToldOf) {
  ask();
  answered_with(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(informational.heard, (std::vector<std::string>{"103 </a>", "102 "}));
  EXPECT_EQ(content, "ok");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, EndlessInformationalResponsesAreRefused) {
  ask();
  std::string flood;
  for (unsigned i = 0; i <= ClientConnection::kMaxInformational; ++i)
    flood += "HTTP/1.1 103 Early Hints\r\n\r\n";
  answered_with(flood);
  EXPECT_EQ(outcome, kImproper);
}

TEST_F(H1Client, ExpectedContinueHoldsTheContentBack) {  // RFC 9110 10.1.1
  request.expects_continue = true;
  request.fields.add("Expect", "100-continue");
  FedBody body;
  body.set_length(4);
  body.feed("body");
  ask(&body);
  EXPECT_TRUE(rig.receives("GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
  EXPECT_EQ(body.reads, 0);
  rig.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(rig.receives("body"));
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(connection->is_reusable());
}

TEST_F(H1Client, ContentIsSentAfterAWhileWithoutContinue) {
  request.expects_continue = true;
  FedBody body;
  body.set_length(4);
  body.feed("body");
  ask(&body);
  EXPECT_TRUE(rig.receives("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"));
  rig.advance(ClientConnection::kContinueTime + 10ms);
  EXPECT_TRUE(rig.receives("body"));
}

TEST_F(H1Client, ARefusedExpectationSendsNoContent) {
  request.expects_continue = true;
  FedBody body;
  body.set_length(4);
  body.feed("body");
  ask(&body);
  answered_with("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(outcome, "417");
  EXPECT_EQ(body.reads, 0);
  EXPECT_FALSE(connection->is_reusable());
}

// --- upgrades ---

TEST_F(H1Client, AnUpgradeCarriesBytesBothWaysUntilBothEnd) {
  request.upgrade = "websocket";
  FedBody from_client;
  ask(&from_client);
  EXPECT_TRUE(rig.receives("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"));
  from_client.feed("early");
  rig.settle();
  EXPECT_EQ(from_client.reads, 0) << "nothing before the 101";
  rig.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi");
  EXPECT_TRUE(rig.receives("early"));
  EXPECT_EQ(outcome, "101");
  EXPECT_TRUE(rig.turn_until([&] { return content == "hi"; }));
  from_client.end();
  EXPECT_TRUE(rig.sees_end());
  rig.send(" there");
  rig.half_close();
  ASSERT_TRUE(finishes());
  EXPECT_EQ(content, "hi there");
  EXPECT_EQ(content_outcome, "complete");
  EXPECT_FALSE(connection->is_reusable());
}

TEST_F(H1Client, ARefusedUpgradeIsAnOrdinaryExchange) {
  request.upgrade = "websocket";
  FedBody from_client;
  ask(&from_client);
  answered_with("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_EQ(outcome, "403");
  EXPECT_EQ(content, "no");
  EXPECT_EQ(from_client.reads, 0);
  EXPECT_TRUE(connection->is_reusable());
}

// --- moving ---

TEST_F(H1Client, AConnectionAtRestMovesToAnotherLoop) {
  ask();
  answered_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  connection->detach();
  Loop other{rig.time};
  ASSERT_TRUE(connection->attach(other).has_value());
  EXPECT_TRUE(connection->is_reusable());
  TaskGroup there("exchange", other);
  there.spawn(exchange(nullptr));
  rig.received.clear();
  rig.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
  content.clear();
  done = false;
  for (int i = 0; i < 1'000'000 && !done; ++i) other.run_once(Deadline::at(other.now()));
  EXPECT_TRUE(done);
  EXPECT_EQ(content, "yes");
  connection->detach();
  ASSERT_TRUE(connection->attach(rig.loop).has_value());
}

}  // namespace
}  // namespace brink::http::h1
