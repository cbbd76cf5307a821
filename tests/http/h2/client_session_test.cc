#include "tests/http/h2/given_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::http::h2 {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int kSettingsMaxStreams = 3;
constexpr int kSettingsInitialWindow = 4;
constexpr int kSettingsConnectProtocol = 8;

// A client story with one request that has been sent.
struct OneRequest {
  Exchange exchange;  // outlives the session, whose end ends it
  ClientStory story;

  void send(Body* body = nullptr, const std::vector<std::pair<int, std::uint32_t>>& settings = {}) {
    story.begin(settings);
    ask(exchange, body);
    story.until([&] { return story.origin.find(FrameType::kHeaders, 1) != nullptr; }, "the request");
  }
  void ask(Exchange& one, Body* body = nullptr, bool read = true) {
    if (one.head.authority.empty()) one.head.authority = "example.com";
    one.stream = story.session->new_stream();
    story.spawn(one.run(body, read));
  }
  void until_finished() {
    story.until([&] { return exchange.finished; }, "the end of the request");
  }
};

FieldList response(std::string_view status, const FieldList& more = {}) {
  FieldList fields{{":status", std::string(status)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

TEST(ClientSession, SendsARequestAndReadsTheResponse) {
  OneRequest one;
  one.exchange.head.target = "/a?b";
  one.exchange.head.scheme = "https";
  one.exchange.head.accepts_trailers = true;
  one.exchange.head.fields.add("X-Cased", "1");
  one.exchange.head.fields.add("Connection", "x");
  one.exchange.head.fields.add(FieldName::kUserAgent, "test");
  one.send();
  const Frame* request = one.story.origin.find(FrameType::kHeaders, 1);
  EXPECT_THAT(request->fields,
              ElementsAre(Pair(":method", "GET"), Pair(":scheme", "https"), Pair(":authority", "example.com"),
                          Pair(":path", "/a?b"), Pair("x-cased", "1"), Pair("user-agent", "test"),
                          Pair("te", "trailers")));
  EXPECT_TRUE(request->ends_stream());
  one.story.origin.send(headers(1, response("200", {{"content-length", "5"}, {"x", "y"}}), false) +
                        data(1, "hel") + data(1, "lo", true));
  one.until_finished();
  EXPECT_FALSE(one.exchange.error);
  EXPECT_EQ(one.exchange.response->status, 200);
  EXPECT_EQ(one.exchange.response->version, Version::kHttp2);
  EXPECT_EQ(one.exchange.response->fields.value(FieldName::kContentLength), "5");
  EXPECT_EQ(one.exchange.content, "hello");
  EXPECT_EQ(one.exchange.stream->response_bytes(), 5U);
}

TEST(ClientSession, SaysItsPrefaceAndThatItWantsNoPush) {
  ClientStory story;
  story.begin();
  story.until([&] { return story.origin.find(FrameType::kSettings) != nullptr; });
  const Frame& first = story.origin.frames().front();
  std::map<std::uint32_t, std::uint32_t> said;
  for (std::size_t at = 0; at < first.payload.size(); at += 6)
    said[number_at(first.payload, at, 2)] = number_at(first.payload, at + 2, 4);
  EXPECT_EQ(said.at(2), 0U);           // ENABLE_PUSH
  EXPECT_EQ(said.at(4), 256U * 1024);  // INITIAL_WINDOW_SIZE
}

TEST(ClientSession, SendsABodyAsItComesAndItsTrailers) {
  OneRequest one;
  one.exchange.head.method = Method::kPost;
  one.exchange.head.method_name = "POST";
  HandFedBody body;
  one.send(&body);
  EXPECT_FALSE(one.story.origin.find(FrameType::kHeaders, 1)->ends_stream());
  body.feed("one");
  one.story.until([&] { return one.story.origin.content(1) == "one"; });
  one.story.origin.send(headers(1, response("200"), false));  // while the request goes on
  one.story.until([&] { return one.exchange.started; });
  body.feed("two");
  body.with_trailers = true;
  body.fields.add("x-sum", "6");
  body.end();
  one.story.until([&] { return one.story.origin.has_ended(1); });
  EXPECT_EQ(one.story.origin.content(1), "onetwo");
  EXPECT_THAT(one.story.origin.all(FrameType::kHeaders, 1).back()->fields, ElementsAre(Pair("x-sum", "6")));
  one.story.origin.send(data(1, "done") + headers(1, {{"grpc-status", "0"}}));
  one.until_finished();
  EXPECT_EQ(one.exchange.content, "done");
  EXPECT_THAT(one.exchange.trailers, ElementsAre(Pair("grpc-status", "0")));
  EXPECT_EQ(one.exchange.stream->request_bytes(), 6U);
  EXPECT_TRUE(one.story.session->can_take_request());
}

TEST(ClientSession, ABodyOfKnownLengthSaysIt) {
  OneRequest one;
  FixedBody body(Slice::of_static("hello"));
  one.send(&body);
  EXPECT_EQ(one.story.origin.find(FrameType::kHeaders, 1)->field("content-length"), "5");
  one.story.until([&] { return one.story.origin.has_ended(1); });
  EXPECT_EQ(one.story.origin.content(1), "hello");
  one.story.origin.send(headers(1, response("204")));
  one.until_finished();
  EXPECT_EQ(one.exchange.response->status, 204);
}

TEST(ClientSession, HandsInformationalResponsesOn) {
  OneRequest one;
  one.send();
  one.story.origin.send(headers(1, response("103", {{"link", "</a>"}}), false) +
                        headers(1, response("103"), false) + headers(1, response("200")));
  one.until_finished();
  EXPECT_THAT(one.exchange.informational, ElementsAre(103, 103));
  EXPECT_EQ(one.exchange.response->status, 200);
  EXPECT_FALSE(one.exchange.response->fields.has(FieldName::kLink));
}

TEST(ClientSession, ABodyThatExpects100Waits) {
  OneRequest one;
  one.exchange.head.expects_continue = true;
  FixedBody body(Slice::of_static("hello"));
  one.send(&body);
  EXPECT_EQ(one.story.origin.find(FrameType::kHeaders, 1)->field("expect"), "100-continue");
  one.story.settle();
  EXPECT_EQ(one.story.origin.content(1), "");
  one.story.origin.send(headers(1, response("100"), false));
  one.story.until([&] { return one.story.origin.has_ended(1); });
  EXPECT_EQ(one.story.origin.content(1), "hello");
  one.story.origin.send(headers(1, response("200")));
  one.until_finished();
  EXPECT_THAT(one.exchange.informational, ElementsAre(100));
}

TEST(ClientSession, ABodyThatExpects100DoesNotWaitForEver) {
  OneRequest one;
  one.exchange.head.expects_continue = true;
  FixedBody body(Slice::of_static("hello"));
  one.send(&body);
  one.story.pass(2s);
  one.story.until([&] { return one.story.origin.has_ended(1); });
  one.story.origin.send(headers(1, response("200")));
  one.until_finished();
}

TEST(ClientSession, AnEarlyResponseNeedsNotTheWholeRequest) {
  OneRequest one;
  HandFedBody body;
  one.send(&body);
  one.story.origin.send(headers(1, response("413"), false) + data(1, "too much", true) +
                        reset(1, ErrorCode::kNoError));
  one.until_finished();
  EXPECT_FALSE(one.exchange.error);
  EXPECT_EQ(one.exchange.response->status, 413);
  EXPECT_EQ(one.exchange.content, "too much");
}

TEST(ClientSession, OpensTheWindowsOnlyByWhatIsRead) {
  OneRequest one;
  one.story.options.stream_window = 70'000;
  one.story.begin();
  one.ask(one.exchange, nullptr, false);
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 1) != nullptr; });
  // Taken by hand: run() neither reads nor finishes before the test says so.
  one.story.origin.send(frame(FrameType::kSettings, kAck, 0) + headers(1, response("200"), false));
  for (int i = 0; i < 7; ++i) one.story.origin.send(data(1, std::string(10'000, 'x')));
  one.until_finished();
  EXPECT_EQ(one.story.origin.find(FrameType::kWindowUpdate, 1), nullptr);
}

TEST(ClientSession, WhatIsNotReadOpensTheConnectionsWindowAtTheEnd) {
  OneRequest one;
  one.story.options.connection_window = 100'000;
  one.story.begin();
  one.ask(one.exchange, nullptr, false);
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 1) != nullptr; });
  one.story.origin.forget();
  one.story.origin.send(headers(1, response("200"), false));
  for (int i = 0; i < 6; ++i) one.story.origin.send(data(1, std::string(10'000, 'x')));
  one.until_finished();
  one.story.until([&] { return one.story.origin.find(FrameType::kWindowUpdate, 0) != nullptr; });
  EXPECT_EQ(one.story.origin.reset_code(1), ErrorCode::kCancel);
}

// --- responses that are refused ---

struct BadResponse {
  const char* what;
  std::string bytes;
};
void PrintTo(const BadResponse& bad, std::ostream* out) { *out << bad.what; }

const BadResponse kBadResponses[] = {
    {"no status", headers(1, {{"x", "y"}})},
    {"an empty block", frame(FrameType::kHeaders, kEndHeaders | kEndStream, 1)},
    {"two statuses", headers(1, response("200", {{":status", "200"}}))},
    {"a status of two digits", headers(1, response("20"))},
    {"a status of letters", headers(1, response("abc"))},
    {"status 600", headers(1, response("600"))},
    {"status 101", headers(1, response("101"), false)},
    {"a pseudo-field of requests", headers(1, response("200", {{":path", "/"}}))},
    {"a status after a field", headers(1, {{"x", "y"}, {":status", "200"}})},
    {"a capital", headers(1, response("200", {{"X-Upper", "1"}}))},
    {"a line in a value", headers(1, response("200", {{"x", "a\r\nb: c"}}))},
    {"connection", headers(1, response("200", {{"connection", "close"}}))},
    {"transfer-encoding", headers(1, response("200", {{"transfer-encoding", "chunked"}}))},
    {"two content-lengths",
     headers(1, response("200", {{"content-length", "1"}, {"content-length", "1"}}), false)},
    {"a content-length of letters", headers(1, response("200", {{"content-length", "x"}}), false)},
    {"a content-length without content", headers(1, response("200", {{"content-length", "1"}}))},
    {"an informational response that ends", headers(1, response("103"))},
    {"content before the head", data(1, "x")},
};
class RefusedResponse : public testing::TestWithParam<BadResponse> {};
INSTANTIATE_TEST_SUITE_P(Rfc9113, RefusedResponse, testing::ValuesIn(kBadResponses));

TEST_P(RefusedResponse, FailsItsRequestAlone) {
  OneRequest one;
  one.send();
  one.story.origin.send(GetParam().bytes);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kMalformedResponse))
      << one.exchange.error->text();
  one.story.until([&] { return one.story.origin.reset_code(1).has_value(); });
  EXPECT_EQ(one.story.origin.reset_code(1), ErrorCode::kProtocolError);
  EXPECT_TRUE(one.story.session->can_take_request());
}

TEST(ClientSession, ContentUnlikeItsLengthBreaksTheBody) {
  for (const char* length : {"3", "7"}) {
    OneRequest one;
    one.send();
    one.story.origin.send(headers(1, response("200", {{"content-length", length}}), false));
    one.story.until([&] { return one.exchange.started; });
    one.story.origin.send(data(1, "hello", true));
    one.until_finished();
    EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kBodyBroken));
  }
}

TEST(ClientSession, AHeadResponseHasALengthAndNoContent) {
  OneRequest one;
  one.exchange.head.method = Method::kHead;
  one.exchange.head.method_name = "HEAD";
  one.send();
  one.story.origin.send(headers(1, response("200", {{"content-length", "500"}})));
  one.until_finished();
  EXPECT_FALSE(one.exchange.error);
  EXPECT_EQ(one.exchange.response->fields.value(FieldName::kContentLength), "500");
}

TEST(ClientSession, TooBigAHeadFailsItsRequestAlone) {
  OneRequest one;
  one.story.options.header_bytes = 1000;
  one.send();
  one.story.origin.send(headers(1, response("200", {{"x", std::string(2000, 'x')}})));
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kHeadTooLarge));
  EXPECT_TRUE(one.story.session->can_take_request());
}

// --- resets and ends ---

TEST(ClientSession, TellsResetFromRefused) {
  OneRequest one;
  one.send();
  Exchange second;
  one.ask(second);
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 3) != nullptr; });
  one.story.origin.send(reset(1, ErrorCode::kInternalError) + reset(3, ErrorCode::kRefusedStream));
  one.story.until([&] { return one.exchange.finished && second.finished; });
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kReset));
  EXPECT_EQ(one.exchange.error->detail(), 2);
  EXPECT_TRUE(one.exchange.stream->may_have_been_processed());
  EXPECT_TRUE(second.error && second.error->is(ClientError::kRefused));
  EXPECT_FALSE(second.stream->may_have_been_processed());
}

TEST(ClientSession, GoawayRefusesWhatWasNotSeenAndFinishesTheRest) {
  OneRequest one;
  one.send();
  Exchange second;
  one.ask(second);
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 3) != nullptr; });
  one.story.origin.send(goaway(1, ErrorCode::kNoError));
  one.story.until([&] { return second.finished; });
  EXPECT_TRUE(second.error && second.error->is(ClientError::kRefused));
  EXPECT_FALSE(one.story.session->can_take_request());
  one.story.origin.send(headers(1, response("200")));
  one.until_finished();
  EXPECT_FALSE(one.exchange.error);
  one.story.until([&] { return one.story.is_over(); }, "the end of the session");
}

TEST(ClientSession, ALostConnectionFailsAll) {
  OneRequest one;
  one.send();
  Exchange second;
  one.ask(second);
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 3) != nullptr; });
  one.story.origin.send(headers(3, response("200", {{"content-length", "9"}}), false) + data(3, "some"));
  one.story.until([&] { return second.started; });
  one.story.origin.close();
  one.story.until([&] { return one.exchange.finished && second.finished; });
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kConnectionClosed));
  EXPECT_TRUE(second.error && second.error->is(ClientError::kBodyBroken));
  EXPECT_FALSE(one.story.session->can_take_request());
  one.story.until([&] { return one.story.is_over(); });
}

TEST(ClientSession, ARequestOnADeadConnectionWasNotProcessed) {
  OneRequest one;
  one.story.begin();
  one.story.origin.close();
  one.story.until([&] { return one.story.is_over(); });
  one.ask(one.exchange);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kConnectionClosed));
  EXPECT_FALSE(one.exchange.stream->may_have_been_processed());
}

TEST(ClientSession, GarbageEndsTheConnection) {
  OneRequest one;
  one.send();
  one.story.origin.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kMalformedResponse));
  one.story.until([&] { return one.story.is_over(); });
}

TEST(ClientSession, FinishingEarlyResetsTheStream) {
  OneRequest one;
  one.story.begin();
  one.ask(one.exchange, nullptr, false);
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 1) != nullptr; });
  one.story.origin.send(headers(1, response("200"), false) + data(1, "some"));
  one.until_finished();
  one.story.until([&] { return one.story.origin.reset_code(1).has_value(); });
  EXPECT_EQ(one.story.origin.reset_code(1), ErrorCode::kCancel);
  EXPECT_EQ(one.story.session->streams_in_use(), 0U);
  one.story.origin.send(data(1, "late") + data(1, "later", true));  // crosses the reset
  one.story.settle();
  EXPECT_TRUE(one.story.session->can_take_request());
}

TEST(ClientSession, ABodyThatFailsFailsTheRequest) {
  OneRequest one;
  HandFedBody body;
  one.send(&body);
  body.fail(ServerError::kBodyTimeout);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ServerError::kBodyTimeout));
  one.story.until([&] { return one.story.origin.reset_code(1).has_value(); });
  EXPECT_FALSE(one.story.origin.has_ended(1));
}

TEST(ClientSession, CountsTheStreamsTheOriginAllows) {
  OneRequest one;
  one.story.begin({{kSettingsMaxStreams, 2}});
  EXPECT_TRUE(one.story.session->can_take_request());
  Exchange second;
  one.ask(one.exchange);
  EXPECT_TRUE(one.story.session->can_take_request());
  one.ask(second);
  EXPECT_FALSE(one.story.session->can_take_request());
  one.story.until([&] { return one.story.origin.find(FrameType::kHeaders, 3) != nullptr; });
  one.story.origin.send(headers(1, response("200")));
  one.until_finished();
  EXPECT_TRUE(one.story.session->can_take_request());
  one.story.origin.send(headers(3, response("200")));
  one.story.until([&] { return second.finished; });
}

TEST(ClientSession, ClosesOnceNothingIsUnderWay) {
  OneRequest one;
  one.send();
  one.story.session->close();
  EXPECT_FALSE(one.story.session->can_take_request());
  one.story.settle();
  EXPECT_FALSE(one.story.is_over());
  one.story.origin.send(headers(1, response("200")));
  one.until_finished();
  EXPECT_FALSE(one.exchange.error);
  one.story.until([&] { return one.story.is_over(); });
  EXPECT_EQ(one.story.origin.goaway_code(), ErrorCode::kNoError);
}

TEST(ClientSession, CancellingEndsItAtOnce) {
  OneRequest one;
  one.send();
  one.story.cancel();
  one.story.until([&] { return one.story.is_over() && one.exchange.finished; });
  EXPECT_TRUE(one.exchange.error.has_value());
}

// --- time ---

TEST(ClientSession, AResponseThatDoesNotBeginTimesOut) {
  OneRequest one;
  one.exchange.timeouts.first_byte = 20s;
  one.send();
  one.story.settle();
  one.story.pass(19s);
  EXPECT_FALSE(one.exchange.started);
  one.story.pass(2s);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kFirstByteTimeout));
  one.story.until([&] { return one.story.origin.reset_code(1) == ErrorCode::kCancel; });
}

TEST(ClientSession, TheTimeToTheFirstByteBeginsWhenTheRequestIsSent) {
  OneRequest one;
  one.exchange.timeouts.first_byte = 20s;
  one.story.options.ping_after = 1h;
  HandFedBody body;
  one.send(&body);
  one.story.pass(50s);
  EXPECT_FALSE(one.exchange.started) << "the client is slow, not the origin";
  body.end();
  one.story.until([&] { return one.story.origin.has_ended(1); });
  one.story.pass(21s);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kFirstByteTimeout));
}

TEST(ClientSession, AResponseThatStopsTimesOut) {
  OneRequest one;
  one.exchange.timeouts.between_bytes = 20s;
  one.send();
  one.story.origin.send(headers(1, response("200"), false) + data(1, "some"));
  one.story.until([&] { return one.exchange.started; });
  one.story.settle();
  one.story.pass(19s);
  one.story.origin.send(data(1, "more"));
  one.story.settle();
  one.story.pass(19s);
  EXPECT_FALSE(one.exchange.finished);
  one.story.pass(2s);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kBodyTimeout));
  EXPECT_EQ(one.exchange.content, "somemore");
}

TEST(ClientSession, AnUploadThatTheOriginDoesNotTakeTimesOut) {
  OneRequest one;
  one.exchange.timeouts.between_bytes = 20s;
  FixedBody body(Slice::copy_of(std::string(1000, 'x')));
  one.send(&body, {{kSettingsInitialWindow, 100}});
  one.story.until([&] { return one.story.origin.content(1).size() == 100; });
  one.story.pass(21s);
  one.story.pass(21s);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kBodyTimeout));
}

TEST(ClientSession, AnOriginThatDoesNotAnswerAPingIsGone) {
  OneRequest one;
  one.exchange.timeouts.first_byte = 1h;
  one.send();
  one.story.settle();
  one.story.pass(one.story.options.ping_after + 1s);
  one.story.until([&] { return one.story.origin.find(FrameType::kPing) != nullptr; });
  one.story.origin.send(frame(FrameType::kPing, kAck, 0, one.story.origin.find(FrameType::kPing)->payload));
  one.story.settle();
  one.story.pass(one.story.options.ping_answer + 1s);
  EXPECT_FALSE(one.exchange.finished) << "it has answered";
  one.story.pass(6min);
  one.story.until([&] { return one.story.origin.all(FrameType::kPing, 0).size() == 2; });
  one.story.pass(one.story.options.ping_answer + 1s);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kConnectionFailed));
  one.story.until([&] { return one.story.is_over(); });
}

TEST(ClientSession, AnOriginThatDoesNotSpeakIsGone) {
  ClientStory story;
  story.begin();
  ClientStory silent;
  silent.begin_silently();
  silent.settle();
  silent.pass(silent.options.settings + 1s);
  silent.until([&] { return silent.is_over(); });
}

// --- upgrades ---

TEST(ClientSession, AnUpgradeNeedsAnOriginThatCan) {
  OneRequest one;
  one.exchange.head.upgrade = "websocket";
  one.story.begin();
  one.ask(one.exchange);
  one.until_finished();
  EXPECT_TRUE(one.exchange.error && one.exchange.error->is(ClientError::kUpgradeNotPossible));
}

TEST(ClientSession, AnUpgradeBecomesATunnel) {
  OneRequest one;
  one.exchange.head.upgrade = "websocket";
  one.exchange.head.target = "/chat";
  one.exchange.head.fields.add("Sec-WebSocket-Key", "x");
  HandFedBody body;
  one.send(&body, {{kSettingsConnectProtocol, 1}});
  const Frame* request = one.story.origin.find(FrameType::kHeaders, 1);
  EXPECT_EQ(request->field(":method"), "CONNECT");
  EXPECT_EQ(request->field(":protocol"), "websocket");
  EXPECT_EQ(request->field(":path"), "/chat");
  EXPECT_EQ(request->field("sec-websocket-key"), "");
  one.story.origin.send(headers(1, response("200"), false));
  one.story.until([&] { return one.exchange.started; });
  EXPECT_EQ(one.exchange.response->status, 101);
  EXPECT_EQ(one.exchange.response->upgrade, "websocket");
  body.feed("ping");
  one.story.until([&] { return one.story.origin.content(1) == "ping"; });
  one.story.origin.send(data(1, "pong", true));
  body.end();
  one.until_finished();
  EXPECT_EQ(one.exchange.content, "pong");
  one.story.until(
      [&] { return one.story.origin.has_ended(1) || one.story.origin.reset_code(1).has_value(); });
}

TEST(ClientSession, ARefusedUpgradeIsAnOrdinaryResponse) {
  OneRequest one;
  one.exchange.head.upgrade = "websocket";
  HandFedBody body;
  one.send(&body, {{kSettingsConnectProtocol, 1}});
  one.story.origin.send(headers(1, response("403"), false) + data(1, "no", true));
  one.until_finished();
  EXPECT_EQ(one.exchange.response->status, 403);
  EXPECT_EQ(one.exchange.content, "no");
}

}  // namespace
}  // namespace brink::http::h2
