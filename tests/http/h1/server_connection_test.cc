#include "http/h1/server_connection.h"

#include "http/h1/writer.h"
#include "tests/http/h1/connection_rig.h"
#include "tests/http/h1/fed_body.h"

#include <vector>

namespace brink::http::h1 {
namespace {

using namespace std::chrono_literals;

// Answers by a script; remembers what it was told.
class ScriptedService final : public Service {
 public:
  Task<void> serve(ServerStream& stream) override {
    requests.push_back(std::string(stream.request().method_name) + " " +
                       std::string(stream.request().target));
    co_await script(stream);
    ++served;
  }
  std::unique_ptr<Body> on_unreadable_request(const UnreadableRequest& request,
                                              ResponseHead* answer) override {
    unreadable.push_back(std::to_string(request.status) + " " + request.why.text());
    unreadable_targets.emplace_back(request.head != nullptr ? request.head->target : "none");
    answer->fields.add(FieldName::kContentType, "text/plain");
    return std::make_unique<FixedBody>(Slice::copy_of(request.why.text()));
  }
  void on_limit(Limit limit) override { limits.push_back(std::string(limit_name(limit))); }

  std::function<Task<void>(ServerStream&)> script;
  std::vector<std::string> requests;
  std::vector<std::string> unreadable;
  std::vector<std::string> unreadable_targets;  // as far as they were read
  std::vector<std::string> limits;
  std::vector<std::string> errors;  // what scripts noted
  int served = 0;
};

Task<void> answer(ServerStream& stream, std::string_view text, std::uint16_t status = 200) {
  ResponseHead head;
  head.status = status;
  FixedBody body(Slice::copy_of(text));
  SendReport report;
  (void)co_await stream.send(head, &body, report);
}

class H1Server : public testing::Test {
 protected:
  ~H1Server() override { stop(); }

  void connect(std::unique_ptr<net::Transport> transport) {
    connection =
        std::make_unique<ServerConnection>(std::move(transport), facts, service, limits, timeouts, rig.loop);
    group.emplace("connections", rig.loop);
    group->spawn(run());
    rig.turn();
  }
  void connect() { connect(rig.transport()); }
  Task<void> run() {
    preface = co_await connection->run();
    ended = true;
  }
  void stop() {
    if (!group) return;
    group->cancel();
    ASSERT_TRUE(rig.turn_until([&] { return group->running() == 0; }));
    group.reset();
  }
  bool ends() {
    return rig.turn_until([&] { return ended; });
  }
  void answer_with(std::string_view text) {
    service.script = [text = std::string(text)](ServerStream& stream) { return answer(stream, text); };
  }
  // Reads the request's content and answers with it.
  void echo() {
    service.script = [this](ServerStream& stream) -> Task<void> {
      std::string content;
      if (stream.body() != nullptr) {
        auto read = co_await read_all(*stream.body());
        if (!read) {
          service.errors.push_back(read.error().text());
          co_return;
        }
        content = *read;
        if (const Fields* trailers = stream.body()->trailers()) {
          for (const Field& field : *trailers)
            content += "|" + std::string(field.name) + "=" + std::string(field.value);
        }
      }
      co_await answer(stream, content);
    };
  }

  Rig rig;
  ConnectionFacts facts;
  ServerLimits limits;
  ServerTimeouts timeouts;
  ScriptedService service;
  std::unique_ptr<ServerConnection> connection;
  std::optional<TaskGroup> group;
  std::optional<Http2Preface> preface;
  bool ended = false;
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

TEST_F(H1Server, AnswersRequestsOneAfterAnotherOnOneConnection) {
  answer_with("hello");
  connect();
  for (int i = 0; i < 3; ++i) {
    rig.send(kGet);
    EXPECT_TRUE(rig.receives(kHello));
  }
  EXPECT_FALSE(ended);
}

TEST_F(H1Server, ARequestCostsOneReadAndOneWrite) {
  answer_with("hello");
  connect();
  for (int i = 0; i < 10; ++i) {
    rig.send(kGet);
    EXPECT_TRUE(rig.receives(kHello));
  }
  EXPECT_EQ(rig.counts.reads, 10);
  EXPECT_EQ(rig.counts.empty_reads, 0);
  EXPECT_EQ(rig.counts.writes, 10);
}

TEST_F(H1Server, PipelinedRequestsAreAnsweredInOrder) {
  echo();
  connect();
  rig.send(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcPOST /2 HTTP/1.1\r\nHost: "
      "x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nde\r\n0\r\n\r\nHEAD /3 HTTP/1.1\r\nHost: x\r\n\r\nGET /4 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(rig.receives(
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nde"
      "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(service.requests, (std::vector<std::string>{"POST /1", "POST /2", "HEAD /3", "GET /4"}));
  EXPECT_EQ(rig.counts.reads, 1);
}

TEST_F(H1Server, AThousandPipelinedRequestsAreAnswered) {
  answer_with("hello");
  connect();
  std::string requests, responses;
  for (int i = 0; i < 1000; ++i) {
    requests += kGet;
    responses += kHello;
  }
  rig.send(requests);
  EXPECT_TRUE(rig.receives(responses));
}

TEST_F(H1Server, ARequestMayComeByteByByte) {
  echo();
  connect();
  for (char c : std::string_view("\r\nPOST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                 "chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-T: 1\r\n\r\n")) {
    rig.send({&c, 1});
  }
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc|X-T=1"));
}

TEST_F(H1Server, AHeadLargerThanTheFirstBufferIsRead) {
  answer_with("hello");
  connect();
  rig.send("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(30'000, 'a') +
           "\r\nB: " + std::string(30'000, 'b') + "\r\n\r\n");
  EXPECT_TRUE(rig.receives(kHello));
}

TEST_F(H1Server, ABigUploadArrivesWhole) {
  std::string sum;
  service.script = [&](ServerStream& stream) -> Task<void> {
    auto read = co_await read_all(*stream.body());
    sum = read ? *read : read.error().text();
    EXPECT_EQ(stream.body_bytes_received(), sum.size());
    co_await answer(stream, "hello");
  };
  connect();
  std::string big(3'000'000, '?');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i * i % 26);
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
  rig.send(big);
  EXPECT_TRUE(rig.receives(kHello));
  EXPECT_TRUE(sum == big);
}

TEST_F(H1Server, TheRequestIsDescribed) {
  service.script = [&](ServerStream& stream) -> Task<void> {
    EXPECT_EQ(stream.request().authority, "x");
    EXPECT_EQ(stream.request_head_bytes(), kGet.size());
    EXPECT_EQ(stream.body(), nullptr);
    EXPECT_EQ(&stream.connection(), &facts);
    EXPECT_EQ(stream.started(), rig.loop.now());
    co_await answer(stream, "hello");
  };
  connect();
  rig.advance(3s);
  rig.send(kGet);
  EXPECT_TRUE(rig.receives(kHello));
}

TEST_F(H1Server, TheReportCountsHeadAndContent) {
  SendReport report;
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    FedBody body;
    body.feed("hel");
    body.feed("lo");
    body.end();
    EXPECT_TRUE((co_await stream.send(head, &body, report)).has_value());
  };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_EQ(report.head_bytes, 47U);
  EXPECT_EQ(report.body_bytes, 5U);
  EXPECT_EQ(rig.counts.writes, 1);
}

TEST_F(H1Server, ContentOfUnknownLengthIsChunkedAndNotHeldBack) {
  FedBody body;
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    EXPECT_TRUE((co_await stream.send(head, &body, report)).has_value());
  };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  body.feed("one");
  EXPECT_TRUE(rig.receives("3\r\none\r\n"));
  body.feed("0123456789abcdef");
  EXPECT_TRUE(rig.receives("10\r\n0123456789abcdef\r\n"));
  body.end();
  EXPECT_TRUE(rig.receives("0\r\n\r\n"));
  EXPECT_FALSE(ended);
}

TEST_F(H1Server, TrailersGoToWhoTakesThem) {  // RFC 9110 6.5.1
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    Arena arena;
    Fields trailers(arena);
    trailers.add("X-Sum", "1");
    trailers.add("Content-Length", "7");
    FedBody body;
    body.feed("a");
    body.end(&trailers);
    SendReport report;
    EXPECT_TRUE((co_await stream.send(head, &body, report)).has_value());
  };
  connect();
  rig.send("GET / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n");
  EXPECT_TRUE(
      rig.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"));
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"));
}

TEST_F(H1Server, Http10IsAnsweredWithoutChunksAndClosed) {
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    FedBody body;
    body.feed("abc");
    body.end();
    SendReport report;
    (void)co_await stream.send(head, &body, report);
  };
  connect();
  rig.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc"));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, Http10MayKeepItsConnection) {
  answer_with("hello");
  connect();
  for (int i = 0; i < 2; ++i) {
    rig.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"));
  }
}

TEST_F(H1Server, ACutResponseWithoutLengthIsAReset) {  // its end would look like the content's
  FedBody body;
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    const auto sent = co_await stream.send(head, &body, report);
    EXPECT_TRUE(!sent && sent.error().is(ServerError::kResponseBroken));
    EXPECT_EQ(report.body_bytes, 3U);
  };
  connect();
  rig.send("GET / HTTP/1.0\r\n\r\n");
  body.feed("abc");
  EXPECT_TRUE(rig.receives_something_with("abc"));
  body.break_off(ServerError::kClientGone);
  EXPECT_TRUE(rig.sees_reset());
}

TEST_F(H1Server, ACutChunkedResponseHasNoLastChunk) {
  FedBody body;
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    EXPECT_FALSE((co_await stream.send(head, &body, report)).has_value());
  };
  connect();
  rig.send(kGet);
  body.feed("abc");
  EXPECT_TRUE(rig.receives_something_with("abc\r\n"));
  body.break_off(ServerError::kClientGone);
  EXPECT_TRUE(ends());
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
  EXPECT_TRUE(rig.sees_end());
}

class H1ServerLength : public H1Server, public testing::WithParamInterface<std::string_view> {};

TEST_P(H1ServerLength, ContentThatIsNotAsLongAsItsLengthIsCutOff) {
  FedBody body;
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    head.fields.add("Content-Length", "5");
    SendReport report;
    const auto sent = co_await stream.send(head, &body, report);
    EXPECT_TRUE(!sent && sent.error().is(ServerError::kResponseBroken));
  };
  connect();
  rig.send(kGet);
  body.feed("12");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12"));
  body.feed(GetParam());
  body.end();
  EXPECT_TRUE(ends());
  rig.settle();
  EXPECT_LT(rig.received.size(), 3U);
  EXPECT_TRUE(rig.sees_end());
}
INSTANTIATE_TEST_SUITE_P(Lengths, H1ServerLength, testing::Values("34", "3456"));

TEST_F(H1Server, ABodyThatFailsBeforeAnythingIsOutMakesRoomForAnotherResponse) {
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    FedBody body;
    body.break_off(ServerError::kClientGone);
    SendReport report;
    const auto sent = co_await stream.send(head, &body, report);
    EXPECT_TRUE(!sent && sent.error().is(ServerError::kResponseBroken));
    EXPECT_EQ(report.head_bytes, 0U);
    co_await answer(stream, "sorry", 502);
  };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\nsorry"));
}

TEST_F(H1Server, AHeadThatCannotBeWrittenMakesRoomForAnotherResponse) {
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    head.fields.add("X-A", "b\r\nSet-Cookie: evil");
    SendReport report;
    const auto sent = co_await stream.send(head, nullptr, report);
    EXPECT_TRUE(!sent && sent.error().is(WriteError::kUnwritableHead));
    co_await answer(stream, "sorry", 500);
  };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nsorry"));
}

TEST_F(H1Server, SomeResponsesHaveNoContent) {
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    head.status = stream.request().target == "/204" ? 204 : stream.request().target == "/304" ? 304 : 200;
    if (head.status != 204) head.fields.add("Content-Length", "12");
    FedBody never;
    SendReport report;
    EXPECT_TRUE((co_await stream.send(head, &never, report)).has_value());
    EXPECT_EQ(never.reads, 0);
  };
  connect();
  rig.send(
      "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /204 HTTP/1.1\r\nHost: x\r\n\r\nGET /304 HTTP/1.1\r\nHost: "
      "x\r\n\r\n");
  EXPECT_TRUE(
      rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
                   "HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n"));
}

TEST_F(H1Server, AClientThatSaysCloseIsClosed) {
  answer_with("hello");
  connect();
  rig.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, TheServiceMayCloseAfterItsResponse) {
  service.script = [](ServerStream& stream) {
    stream.close_after_response();
    return answer(stream, "hello");
  };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
  rig.close();
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, TheNumberOfRequestsIsLimited) {
  limits.requests_per_connection = 2;
  answer_with("hello");
  connect();
  rig.send(std::string(kGet) + std::string(kGet) + std::string(kGet));
  EXPECT_TRUE(
      rig.receives(kHello + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_EQ(service.limits, (std::vector<std::string>{"requests_per_connection"}));
}

TEST_F(H1Server, AServiceThatDoesNotAnswerAbortsTheClient) {
  service.script = [](ServerStream&) -> Task<void> { co_return; };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.sees_reset());
}

// --- content of requests ---

TEST_F(H1Server, ContinueIsSentWhenContentIsRead) {  // RFC 9110 10.1.1
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 100 Continue\r\n\r\n"));
  rig.send("body");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

TEST_F(H1Server, ContinueIsNotSentToWhoDidNotWait) {
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbo");
  rig.settle();
  EXPECT_EQ(rig.received, "");
  rig.send("dy");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
}

TEST_F(H1Server, AnExpectationCanBeRefusedWithoutContinue) {
  answer_with("hello");
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
}

TEST_F(H1Server, AServiceThatForwardsTheContinueSendsNoSecond) {
  service.script = [](ServerStream& stream) -> Task<void> {
    ResponseHead informational;
    informational.status = 100;
    EXPECT_TRUE((co_await stream.send_informational(informational)).has_value());
    auto read = co_await read_all(*stream.body());
    co_await answer(stream, *read);
  };
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 100 Continue\r\n\r\n"));
  rig.send("body");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
}

TEST_F(H1Server, InformationalResponsesGoBeforeTheFinalOne) {
  service.script = [](ServerStream& stream) -> Task<void> {
    ResponseHead hints;
    hints.status = 103;
    hints.fields.add("Link", "</a.css>; rel=preload");
    EXPECT_TRUE((co_await stream.send_informational(hints)).has_value());
    co_await answer(stream, "hello");
  };
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + kHello));
  rig.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"));
}

TEST_F(H1Server, ALittleUnreadContentIsDiscarded) {
  answer_with("hello");
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_TRUE(rig.receives(kHello));
  rig.send(std::string(1000, 'x') + std::string(kGet));
  EXPECT_TRUE(rig.receives(kHello));
}

TEST_F(H1Server, AnEarlyResponseToALongUploadReachesAClientThatIsStillSending) {  // RFC 9112 9.6
  answer_with("hello");
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_FALSE(ended) << "it listens while the client sends";
  rig.send(std::string(7'000'000, 'x'));
  EXPECT_FALSE(rig.was_reset);
  rig.close();
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, AClientThatNeverStopsIsListenedToForALimitedTime) {
  answer_with("hello");
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  EXPECT_TRUE(rig.receives_something_with("Connection: close"));
  EXPECT_TRUE(rig.sees_end());
  rig.advance(ServerConnection::kLingerTime - 1s);
  EXPECT_FALSE(ended);
  rig.advance(2s);
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, ContentLargerThanTheLimitIsRefusedUnread) {
  limits.body_bytes = 100;
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n");
  EXPECT_TRUE(rig.receives_something_with("the request's content is larger than allowed"));
  EXPECT_TRUE(rig.received.starts_with("HTTP/1.1 413 Content Too Large\r\nDate: "));
  EXPECT_TRUE(rig.received.contains("\r\nConnection: close\r\n"));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(service.requests.empty());
  EXPECT_EQ(service.unreadable.size(), 1U);
  EXPECT_EQ(service.limits, (std::vector<std::string>{"body_bytes"}));
}

TEST_F(H1Server, ChunkedContentLargerThanTheLimitIsRefusedWhenItIsSeen) {
  limits.body_bytes = 100;
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'x') +
           "\r\n1\r\ny\r\n0\r\n\r\n");
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 413 Content Too Large\r\n"));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_EQ(service.errors, (std::vector<std::string>{"the request's content is larger than allowed"}));
}

TEST_F(H1Server, MalformedChunksAreA400) {
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n");
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(service.errors, (std::vector<std::string>{"the request's content is malformed"}));
}

TEST_F(H1Server, AClientThatLeavesInTheMiddleOfItsContentIsGone) {
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
  rig.half_close();
  EXPECT_TRUE(ends());
  EXPECT_EQ(service.errors, (std::vector<std::string>{"the client closed the connection"}));
}

TEST_F(H1Server, ContentThatStopsComingIsA408) {
  echo();
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
  rig.advance(timeouts.request_body - 1s);
  rig.send("d");
  rig.advance(timeouts.request_body - 1s);
  EXPECT_EQ(service.served, 0) << "progress starts the time anew";
  rig.advance(2s);
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(service.limits, (std::vector<std::string>{"request_body"}));
}

TEST_F(H1Server, ASlowServiceIsNotTheClientsFault) {
  std::optional<Event> go;
  go.emplace();
  service.script = [&](ServerStream& stream) -> Task<void> {
    BodyRead first = stream.body()->try_read();
    EXPECT_EQ(first.status, BodyRead::Status::kPending);
    (void)co_await go->wait(Deadline::never());
    auto read = co_await read_all(*stream.body());
    co_await answer(stream, read ? *read : read.error().text());
  };
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
  rig.advance(timeouts.request_body + 1s);
  rig.send("body");
  go->notify();
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"));
}

TEST_F(H1Server, WhatIsNotReadIsNotTakenFromTheClient) {  // back-pressure
  std::optional<Event> go;
  go.emplace();
  service.script = [&](ServerStream& stream) -> Task<void> {
    (void)co_await go->wait(Deadline::never());
    auto read = co_await read_all(*stream.body());
    co_await answer(stream, std::to_string(read->size()));
  };
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");
  const int before = rig.counts.reads;
  rig.settle();
  EXPECT_EQ(rig.counts.reads, before);
  go->notify();
  rig.send(std::string(5'000'000, 'x'));
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n5000000"));
}

TEST_F(H1Server, BothDirectionsFlowAtOnce) {
  service.script = [](ServerStream& stream) -> Task<void> {
    // Echoes while it reads: the response's body is the request's.
    ResponseHead head;
    SendReport report;
    EXPECT_TRUE((co_await stream.send(head, stream.body(), report)).has_value());
  };
  connect();
  rig.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  EXPECT_TRUE(
      rig.receives("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n"));
  rig.send("3\r\ntwo\r\n");
  EXPECT_TRUE(rig.receives("3\r\ntwo\r\n"));
  rig.send("0\r\n\r\n");
  EXPECT_TRUE(rig.receives("0\r\n\r\n"));
  EXPECT_TRUE(rig.sees_end());
}

// --- unreadable requests ---

struct Unreadable {
  std::string request;
  std::string status;
  std::string limit = {};
};
class H1ServerUnreadable : public H1Server, public testing::WithParamInterface<Unreadable> {};

TEST_P(H1ServerUnreadable, IsAnsweredAndClosed) {
  const auto& [request, status, limit] = GetParam();
  answer_with("hello");
  connect();
  rig.send(request);
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 " + status + "\r\nDate: "));
  EXPECT_TRUE(rig.received.contains("\r\nConnection: close\r\n"));
  EXPECT_TRUE(rig.sees_end());
  rig.close();
  EXPECT_TRUE(ends());
  EXPECT_TRUE(service.requests.empty());
  ASSERT_EQ(service.unreadable.size(), 1U);
  EXPECT_TRUE(service.unreadable[0].starts_with(status.substr(0, 3)));
  EXPECT_EQ(service.limits, limit.empty() ? std::vector<std::string>{} : std::vector<std::string>{limit});
}
INSTANTIATE_TEST_SUITE_P(
    Requests, H1ServerUnreadable,
    testing::Values(Unreadable{"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400 Bad Request"},
                    Unreadable{"GET / HTTP/1.1\nHost: x\n\n", "400 Bad Request"},
                    Unreadable{"GET /" + std::string(17'000, 'a'), "414 URI Too Long", "uri_bytes"},
                    Unreadable{"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(66'000, 'a'),
                               "431 Request Header Fields Too Large", "header_bytes"},
                    Unreadable{"GET https://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "421 Misdirected Request"},
                    Unreadable{"GET / HTTP/3.0\r\n\r\n", "505 HTTP Version Not Supported"},
                    Unreadable{"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                               "501 Not Implemented"}));

TEST_F(H1Server, AnUnreadableRequestIsShownToTheServiceAsFarAsItWasRead) {
  answer_with("hello");
  connect();
  rig.send("GET /seen HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(rig.receives_something_with("Content-Type: text/plain\r\nContent-Length: 18\r\n"));
  EXPECT_TRUE(rig.received.ends_with("\r\n\r\nmore than one Host"));
  EXPECT_EQ(service.unreadable_targets, (std::vector<std::string>{"/seen"}));
}

TEST_F(H1Server, NothingIsShownOfAnUnreadableRequestLine) {
  answer_with("hello");
  connect();
  rig.send("GET  /seen HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(service.unreadable_targets, (std::vector<std::string>{"none"}));
}

TEST_F(H1Server, AnUnreadableHeadRequestIsAnsweredWithoutContent) {
  answer_with("hello");
  connect();
  rig.send("HEAD / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(rig.received.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(rig.received.ends_with("\r\n\r\n"));
}

TEST_F(H1Server, AnUnreadableRequestAfterOthersDoesNotHarmTheirAnswers) {
  answer_with("hello");
  connect();
  rig.send(std::string(kGet) + "BROKEN\r\n\r\n");
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(rig.received.starts_with(kHello));
}

TEST_F(H1Server, ASlowHeadIsA408FromItsFirstByteOn) {
  answer_with("hello");
  connect();
  rig.advance(timeouts.keep_alive - 1s);
  rig.send("GET / HT");
  rig.advance(timeouts.request_header - 1s);
  rig.send("T");
  EXPECT_FALSE(ended);
  rig.advance(2s);
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(service.limits, (std::vector<std::string>{"request_header"}));
}

TEST_F(H1Server, AConnectionAtRestEndsAfterItsTime) {
  answer_with("hello");
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives(kHello));
  rig.advance(timeouts.keep_alive - 1s);
  EXPECT_FALSE(ended);
  rig.advance(2s);
  EXPECT_TRUE(rig.sees_end());
  EXPECT_EQ(rig.received, "");
  EXPECT_EQ(service.limits, (std::vector<std::string>{"keep_alive"}));
}

TEST_F(H1Server, AClientThatTakesNothingIsLeft) {
  rig.holds_back = true;
  FedBody body;
  Result<> outcome;
  service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    outcome = co_await stream.send(head, &body, report);
  };
  connect();
  rig.send(kGet);
  for (int i = 0; i < 200; ++i) body.feed(std::string(60'000, 'x'));
  rig.settle();
  EXPECT_EQ(service.served, 0);
  EXPECT_LT(body.reads, 180) << "what nobody takes is not read";
  rig.advance(timeouts.write + 1s);
  EXPECT_TRUE(ends());
  EXPECT_TRUE(!outcome && outcome.error().is(ServerError::kWriteTimeout));
  EXPECT_EQ(service.limits, (std::vector<std::string>{"write"}));
}

// --- clients that go ---

TEST_F(H1Server, AClientThatHalfClosesGetsItsWholeAnswer) {
  std::optional<Event> go;
  go.emplace();
  service.script = [&](ServerStream& stream) -> Task<void> {
    EXPECT_TRUE((co_await go->wait(Deadline::never())).has_value());
    co_await answer(stream, "hello");
  };
  connect();
  rig.send(kGet);
  rig.half_close();
  EXPECT_EQ(service.served, 0);
  go->notify();
  EXPECT_TRUE(rig.receives(kHello));
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, AClientThatResetsCancelsItsRequest) {
  Result<> outcome;
  Event never;
  service.script = [&](ServerStream&) -> Task<void> { outcome = co_await never.wait(Deadline::never()); };
  connect();
  rig.send(kGet);
  EXPECT_EQ(service.served, 0);
  rig.reset();
  EXPECT_TRUE(ends());
  EXPECT_EQ(service.served, 1);
  EXPECT_TRUE(!outcome && outcome.error().is(WaitError::kCancelled));
}

TEST_F(H1Server, AClientThatClosesAtRestEndsTheConnection) {
  answer_with("hello");
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives(kHello));
  rig.close();
  EXPECT_TRUE(ends());
  EXPECT_TRUE(service.limits.empty());
}

// --- draining ---

TEST_F(H1Server, DrainingEndsAConnectionAtRest) {
  answer_with("hello");
  connect();
  rig.send(kGet);
  EXPECT_TRUE(rig.receives(kHello));
  connection->drain();
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(ends());
}

TEST_F(H1Server, DrainingLetsARequestFinish) {
  std::optional<Event> go;
  go.emplace();
  service.script = [&](ServerStream& stream) -> Task<void> {
    (void)co_await go->wait(Deadline::never());
    co_await answer(stream, "hello");
  };
  connect();
  rig.send(kGet);
  connection->drain();
  rig.settle();
  EXPECT_FALSE(ended);
  go->notify();
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
}

TEST_F(H1Server, AFirstRequestIsAnsweredWhileDraining) {  // the client could not know
  facts.accepted = rig.loop.now();
  answer_with("hello");
  connect();
  connection->drain();
  rig.settle();
  EXPECT_FALSE(ended);
  rig.send(kGet);
  EXPECT_TRUE(rig.receives("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"));
  EXPECT_TRUE(rig.sees_end());
}

TEST_F(H1Server, DrainingDoesNotWaitLongForAFirstRequest) {
  facts.accepted = rig.loop.now();
  answer_with("hello");
  connect();
  connection->drain();
  rig.settle();
  EXPECT_FALSE(ended);
  rig.advance(ServerConnection::kFirstRequestTime + 10ms);
  EXPECT_TRUE(ends());
  EXPECT_TRUE(rig.sees_end());
  EXPECT_TRUE(service.limits.empty());
}

TEST_F(H1Server, CancellingEndsTheConnectionAtOnce) {
  Event never;
  service.script = [&](ServerStream&) -> Task<void> { (void)co_await never.wait(Deadline::never()); };
  connect();
  rig.send(kGet);
  stop();
  EXPECT_TRUE(ended);
  rig.settle();
  EXPECT_TRUE(rig.ended || rig.was_reset);
}

// --- other protocols ---

class H1Tunnel : public H1Server {
 protected:
  void accept_upgrade() {
    service.script = [this](ServerStream& stream) -> Task<void> {
      EXPECT_EQ(stream.request().upgrade, "websocket");
      EXPECT_NE(stream.body(), nullptr);
      EXPECT_EQ(stream.body()->try_read().status, BodyRead::Status::kPending) << "nothing before the 101";
      TaskGroup readers("readers", co_await current_scope());
      readers.spawn(read_client(*stream.body()));
      ResponseHead head;
      head.status = 101;
      head.upgrade = "websocket";
      SendReport report;
      outcome = co_await stream.send(head, &from_origin, report);
      sent_bytes = report.body_bytes;
      co_await readers.finish();
    };
  }
  Task<void> read_client(Body& body) {
    auto read = co_await read_all(body);
    from_client = read ? *read : read.error().text();
  }

  const std::string request =
      "GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
      "13\r\n\r\n";
  const std::string switched =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
  FedBody from_origin;
  std::string from_client = "(nothing)";
  Result<> outcome;
  std::uint64_t sent_bytes = 0;
};

TEST_F(H1Tunnel, CarriesBytesBothWaysUntilBothEnd) {
  accept_upgrade();
  connect();
  rig.send(request + "early");
  EXPECT_TRUE(rig.receives(switched));
  from_origin.feed("\x81\x02hi");
  EXPECT_TRUE(rig.receives("\x81\x02hi"));
  rig.send(" late");
  from_origin.end();
  EXPECT_TRUE(rig.sees_end()) << "the origin's end is passed on";
  EXPECT_EQ(service.served, 0) << "the client's direction is still open";
  rig.send(" later");
  rig.half_close();
  EXPECT_TRUE(ends());
  EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(from_client, "early late later");
  EXPECT_EQ(sent_bytes, 4U);
}

TEST_F(H1Tunnel, TheClientsEndDoesNotEndTheOriginsDirection) {
  accept_upgrade();
  connect();
  rig.send(request);
  EXPECT_TRUE(rig.receives(switched));
  rig.half_close();
  EXPECT_EQ(from_client, "");
  from_origin.feed("still here");
  EXPECT_TRUE(rig.receives("still here"));
  from_origin.end();
  EXPECT_TRUE(ends());
  EXPECT_TRUE(outcome.has_value());
}

TEST_F(H1Tunnel, ATunnelWithoutBytesEndsAfterItsTime) {
  accept_upgrade();
  connect();
  rig.send(request);
  EXPECT_TRUE(rig.receives(switched));
  rig.advance(timeouts.tunnel_idle - 1s);
  rig.send("ping");
  rig.advance(timeouts.tunnel_idle - 1s);
  from_origin.feed("pong");
  EXPECT_TRUE(rig.receives("pong"));
  rig.advance(timeouts.tunnel_idle - 1s);
  EXPECT_FALSE(ended) << "bytes in either direction keep it";
  rig.advance(2s);
  EXPECT_TRUE(ends());
  EXPECT_EQ(service.limits, (std::vector<std::string>{"tunnel_idle"}));
}

TEST_F(H1Tunnel, ARefusedUpgradeIsAnOrdinaryExchange) {
  service.script = [this](ServerStream& stream) -> Task<void> {
    TaskGroup readers("readers", co_await current_scope());
    readers.spawn(read_client(*stream.body()));
    co_await answer(stream, "hello");
    EXPECT_TRUE((co_await readers.join(Deadline::never())).has_value()) << "the reader sees an end";
    co_await readers.finish();
  };
  connect();
  rig.send(request);
  EXPECT_TRUE(rig.receives(kHello));
  EXPECT_EQ(from_client, "");
  rig.send(request);
  EXPECT_TRUE(rig.receives(kHello));
}

TEST_F(H1Tunnel, ABrokenOriginResetsTheClient) {
  accept_upgrade();
  connect();
  rig.send(request);
  EXPECT_TRUE(rig.receives(switched));
  from_origin.break_off(ServerError::kClientGone);
  EXPECT_TRUE(rig.sees_reset());
}

TEST_F(H1Server, AnHttp2PrefaceIsHandedOver) {  // RFC 9113 3.3
  const std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04";
  connect();
  rig.send(bytes.substr(0, 10));
  EXPECT_FALSE(ended);
  rig.send(bytes.substr(10));
  EXPECT_TRUE(ends());
  ASSERT_TRUE(preface.has_value());
  EXPECT_EQ(preface->already_read, bytes);
  ASSERT_NE(preface->transport, nullptr);
  const iovec piece{const_cast<char*>("hello"), 5};
  EXPECT_EQ(preface->transport->try_write({&piece, 1}).bytes, 5U);
  EXPECT_TRUE(rig.receives("hello"));
}

TEST_F(H1Server, AnHttp2PrefaceIsNotLookedForUnderTlsNorAfterARequest) {
  answer_with("hello");
  connect();
  rig.send(std::string(kGet) + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_TRUE(rig.receives_something_with("HTTP/1.1 505 HTTP Version Not Supported"));
}

}  // namespace
}  // namespace brink::http::h1
