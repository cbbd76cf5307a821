#include "tests/http/h2/given_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::http::h2 {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int kSettingsInitialWindow = 4;

TEST(ServerSession, AnswersARequest) {
  ServerStory story;
  story.begin();
  story.peer.send(headers(1, request_fields("/a?b=c")));
  EXPECT_EQ(story.status_of(1), "200");
  story.until([&] { return story.peer.has_ended(1); });
  EXPECT_EQ(story.peer.content(1), "hello");
  EXPECT_EQ(story.peer.find(FrameType::kHeaders, 1)->field("content-length"), "5");
  EXPECT_THAT(story.service.requests, ElementsAre("GET /a?b=c"));
  story.until([&] { return story.service.served == 1; });
}

TEST(ServerSession, SaysItsSettingsFirst) {
  ServerStory story;
  story.limits.streams = 7;
  story.begin();
  story.until([&] { return story.peer.find(FrameType::kSettings) != nullptr; });
  const Frame& first = story.peer.frames().front();
  ASSERT_EQ(first.type, FrameType::kSettings);
  std::map<std::uint32_t, std::uint32_t> said;
  for (std::size_t at = 0; at < first.payload.size(); at += 6)
    said[number_at(first.payload, at, 2)] = number_at(first.payload, at + 2, 4);
  EXPECT_EQ(said[3], 7U);           // MAX_CONCURRENT_STREAMS
  EXPECT_EQ(said[4], 256U * 1024);  // INITIAL_WINDOW_SIZE
  EXPECT_EQ(said[6], 64U * 1024);   // MAX_HEADER_LIST_SIZE
  EXPECT_EQ(said[8], 1U);           // ENABLE_CONNECT_PROTOCOL
  EXPECT_EQ(said[9], 1U);           // NO_RFC7540_PRIORITIES
}

TEST(ServerSession, BuildsTheHeadOfTheModel) {
  ServerStory story;
  std::string seen;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    const RequestHead& head = stream.request();
    EXPECT_EQ(head.version, Version::kHttp2);
    EXPECT_EQ(head.method, Method::kPost);
    EXPECT_EQ(head.scheme, "https");
    EXPECT_EQ(head.authority, "example.com:8443");
    EXPECT_EQ(head.path(), "/p");
    EXPECT_EQ(head.query(), "q=1");
    EXPECT_TRUE(head.accepts_trailers);
    EXPECT_FALSE(head.expects_continue);
    for (const Field& field : head.fields)
      seen += std::string(field.name) + "=" + std::string(field.value) + "|";
    EXPECT_GT(stream.request_head_bytes(), 9U);
    EXPECT_EQ(stream.body(), nullptr);
    co_await ScriptedService::answer(stream, "");
  };
  story.begin();
  story.peer.send(headers(1, {{":method", "POST"},
                              {":path", "/p?q=1"},
                              {":scheme", "https"},
                              {":authority", "example.com:8443"},
                              {"host", "EXAMPLE.com:8443"},
                              {"cookie", "a=1"},
                              {"x-odd", "\"q\""},
                              {"te", "trailers"},
                              {"cookie", "b=2"},
                              {"accept", "*/*"},
                              {"cookie", "c=3"}}));
  EXPECT_EQ(story.status_of(1), "200");
  EXPECT_EQ(seen, "x-odd=\"q\"|accept=*/*|Cookie=a=1; b=2; c=3|");
}

TEST(ServerSession, TakesHostWhereThereIsNoAuthority) {
  ServerStory story;
  std::string authority;
  story.service.script = [&](ServerStream& stream) {
    authority = stream.request().authority;
    return ScriptedService::answer(stream, "");
  };
  story.begin();
  story.peer.send(
      headers(1, {{":method", "GET"}, {":path", "/"}, {":scheme", "http"}, {"host", "example.org"}}));
  EXPECT_EQ(story.status_of(1), "200");
  EXPECT_EQ(authority, "example.org");
}

// --- heads that are refused ---

struct Malformed {
  const char* what;
  FieldList fields;
};
void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.what; }

FieldList without(std::string_view name) {
  FieldList fields = request_fields();
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  return fields;
}
FieldList with(std::string_view name, std::string value) {
  FieldList fields = request_fields();
  for (auto& [key, old] : fields) {
    if (key == name) old = value;
  }
  return fields;
}
FieldList plus(const FieldList& more) { return request_fields("/", "GET", more); }

const Malformed kMalformed[] = {
    {"CR LF in a value", plus({{"x", "a\r\nx-evil: 1"}})},
    {"NUL in a value", plus({{"x", std::string("a\0b", 3)}})},
    {"a control in a value", plus({{"x", "a\x01"}})},
    {"a space before a value", plus({{"x", " a"}})},
    {"a tab after a value", plus({{"x", "a\t"}})},
    {"CR LF in a name", plus({{"x: 1\r\nx-evil", "1"}})},
    {"a capital in a name", plus({{"X-Upper", "1"}})},
    {"a capital in a well-known name", plus({{"Accept", "1"}})},
    {"a colon in a name", plus({{"x:y", "1"}})},
    {"an empty name", plus({{"", "1"}})},
    {"a high byte in a name", plus({{"x\xe9", "1"}})},
    {"connection", plus({{"connection", "close"}})},
    {"keep-alive", plus({{"keep-alive", "1"}})},
    {"proxy-connection", plus({{"proxy-connection", "close"}})},
    {"transfer-encoding", plus({{"transfer-encoding", "chunked"}})},
    {"upgrade", plus({{"upgrade", "h2c"}})},
    {"te: gzip", plus({{"te", "gzip"}})},
    {"te: trailers, gzip", plus({{"te", "trailers, gzip"}})},
    {"a space in the path", with(":path", "/a b")},
    {"a line in the path", with(":path", "/a\r\nX: 1")},
    {"a fragment in the path", with(":path", "/a#b")},
    {"a high byte in the path", with(":path", "/\xc3\xa9")},
    {"no slash in the path", with(":path", "a")},
    {"* with GET", with(":path", "*")},
    {"an empty path", with(":path", "")},
    {"an absolute path", with(":path", "http://example.com/")},
    {"a space in the method", with(":method", "GET /x")},
    {"an empty method", with(":method", "")},
    {"another scheme", with(":scheme", "ftp")},
    {"an empty scheme", with(":scheme", "")},
    {"a user in the authority", with(":authority", "user@example.com")},
    {"a line in the authority", with(":authority", "example.com\r\nX: 1")},
    {"an empty authority", with(":authority", "")},
    {"no method", without(":method")},
    {"no scheme", without(":scheme")},
    {"no path", without(":path")},
    {"no authority", without(":authority")},
    {"two methods",
     [] {
       auto f = request_fields();
       f.push_back({":method", "GET"});
       return f;
     }()},
    {"two schemes",
     [] {
       auto f = request_fields();
       f.push_back({":scheme", "https"});
       return f;
     }()},
    {"two paths",
     [] {
       auto f = request_fields();
       f.push_back({":path", "/"});
       return f;
     }()},
    {"two authorities",
     [] {
       auto f = request_fields();
       f.push_back({":authority", "example.com"});
       return f;
     }()},
    {"a pseudo-field after a field",
     [] {
       auto f = plus({{"x", "1"}});
       f.push_back({":path", "/"});
       return f;
     }()},
    {"an unknown pseudo-field",
     [] {
       auto f = request_fields();
       f.push_back({":evil", "1"});
       return f;
     }()},
    {":status",
     [] {
       auto f = request_fields();
       f.push_back({":status", "200"});
       return f;
     }()},
    {"host unlike authority", plus({{"host", "other.example"}})},
    {"two hosts", plus({{"host", "example.com"}, {"host", "example.com"}})},
    {"an empty host", plus({{"host", ""}})},
    {"content-length with nothing after it", plus({{"content-length", "5"}})},
    {"two content-lengths", plus({{"content-length", "0"}, {"content-length", "0"}})},
    {"a negative content-length", plus({{"content-length", "-1"}})},
    {"a content-length with a sign", plus({{"content-length", "+0"}})},
    {"a content-length of more than 64 bits", plus({{"content-length", "18446744073709551616"}})},
    {":protocol without CONNECT",
     [] {
       auto f = request_fields();
       f.push_back({":protocol", "websocket"});
       return f;
     }()},
    {"CONNECT with path and without :protocol", with(":method", "CONNECT")},
    {"an extended CONNECT that has ended",
     [] {
       auto f = with(":method", "CONNECT");
       f.push_back({":protocol", "websocket"});
       return f;
     }()},
};

class MalformedRequest : public testing::TestWithParam<Malformed> {};
INSTANTIATE_TEST_SUITE_P(Rfc9113, MalformedRequest, testing::ValuesIn(kMalformed));

TEST_P(MalformedRequest, ResetsItsStreamAndLeavesTheOthersAlone) {
  ServerStory story;
  story.begin();
  story.peer.send(headers(1, GetParam().fields) + headers(3, request_fields("/good")));
  EXPECT_EQ(story.status_of(3), "200");
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kProtocolError);
  EXPECT_THAT(story.service.requests, ElementsAre("GET /good"));
  EXPECT_THAT(story.service.unreadable, ElementsAre(400));
  EXPECT_EQ(story.peer.goaway_code(), std::nullopt);
}

TEST(ServerSession, AnswersTooBigAHeadWith431) {
  ServerStory story;
  story.limits.header_bytes = 1000;
  story.begin();
  story.peer.send(headers(1, plus({{"x", std::string(900, 'x')}})) + headers(3, request_fields("/good")));
  EXPECT_EQ(story.status_of(1), "431");
  EXPECT_EQ(story.status_of(3), "200");
  EXPECT_EQ(story.service.limits[Limit::kHeaderBytes], 1);
  EXPECT_THAT(story.service.unreadable, ElementsAre(431));
  const Frame* head = story.peer.find(FrameType::kHeaders, 1);
  EXPECT_EQ(head->field("content-type"), "text/plain");
  EXPECT_FALSE(head->field("date").empty());
  story.until([&] { return story.peer.find(FrameType::kData, 1) != nullptr; });
  EXPECT_EQ(story.peer.find(FrameType::kData, 1)->payload, "the head is larger than allowed");
}

TEST(ServerSession, AnswersTooManyFieldsWith431) {
  ServerStory story;
  story.limits.header_count = 4;
  story.begin();
  story.peer.send(headers(1, plus({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}})));
  EXPECT_EQ(story.status_of(1), "200");
  story.peer.send(headers(3, plus({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}})));
  EXPECT_EQ(story.status_of(3), "431");
  EXPECT_EQ(story.service.limits[Limit::kHeaderCount], 1);
}

TEST(ServerSession, AnswersTooLongATargetWith414) {
  ServerStory story;
  story.limits.uri_bytes = 10;
  story.begin();
  story.peer.send(headers(1, request_fields("/123456789")) + headers(3, request_fields("/1234567890")));
  EXPECT_EQ(story.status_of(1), "200");
  EXPECT_EQ(story.status_of(3), "414");
  EXPECT_EQ(story.service.limits[Limit::kUriBytes], 1);
}

TEST(ServerSession, DoesNotServePlainConnect) {
  ServerStory story;
  story.begin();
  story.peer.send(headers(1, {{":method", "CONNECT"}, {":authority", "example.com:443"}}, false));
  EXPECT_EQ(story.status_of(1), "501");
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kNoError);
  EXPECT_TRUE(story.service.requests.empty());
}

// --- content ---

TEST(ServerSession, HandsContentAndTrailersToTheService) {
  ServerStory story;
  std::string content;
  FieldList trailers;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    EXPECT_EQ(stream.body()->length(), std::nullopt);
    content = co_await read_all(*stream.body());
    for (const Field& field : *stream.body()->trailers()) trailers.emplace_back(field.name, field.value);
    EXPECT_EQ(stream.body_bytes_received(), 11U);
    co_await ScriptedService::answer(stream, "");
  };
  story.begin();
  story.peer.send(
      headers(1, request_fields("/", "POST"), false) + data(1, "hello ") + data(1, "world") +
      headers(1, {{"x-sum", "7"}, {"content-length", "3"}, {"host", "evil"}, {"grpc-status", "0"}}));
  EXPECT_EQ(story.status_of(1), "200");
  EXPECT_EQ(content, "hello world");
  EXPECT_THAT(trailers, ElementsAre(Pair("x-sum", "7"), Pair("grpc-status", "0")));
}

TEST(ServerSession, OpensTheWindowsOnlyByWhatIsRead) {
  ServerStory story;
  story.limits.h2_stream_window = 40'000;
  story.limits.h2_connection_window = 100'000;
  Event go_on;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    (void)co_await go_on.wait(Deadline::never());
    const std::string content = co_await read_all(*stream.body());
    EXPECT_EQ(content.size(), 40'000U);
    co_await ScriptedService::answer(stream, "");
  };
  story.begin();
  story.until([&] { return story.peer.find(FrameType::kSettings) != nullptr; });
  story.peer.send(frame(FrameType::kSettings, kAck, 0) + headers(1, request_fields("/", "POST"), false));
  story.settle();
  story.peer.forget();
  for (int i = 0; i < 4; ++i) story.peer.send(data(1, std::string(10'000, 'x')));
  story.settle();
  EXPECT_EQ(story.peer.find(FrameType::kWindowUpdate, 1), nullptr) << "nothing has been read";
  go_on.notify();
  story.until([&] { return story.peer.find(FrameType::kWindowUpdate, 1) != nullptr; });
  story.peer.send(data(1, "", true));
  EXPECT_EQ(story.status_of(1), "200");
}

TEST(ServerSession, EndsAStreamThatOverflowsItsWindow) {
  ServerStory story;
  story.limits.h2_stream_window = 10'000;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    Event never;
    (void)co_await never.wait(Deadline::never());
    EXPECT_EQ(stream.body()->try_read().status, BodyRead::Status::kFailed);
  };
  story.begin();
  story.until([&] { return story.peer.find(FrameType::kSettings) != nullptr; });
  story.peer.send(frame(FrameType::kSettings, kAck, 0) + headers(1, request_fields("/", "POST"), false) +
                  data(1, std::string(10'000, 'x')) + data(1, "x"));
  story.until([&] { return story.peer.reset_code(1) || story.peer.goaway_code(); });
  EXPECT_EQ(story.peer.reset_code(1).value_or(*story.peer.goaway_code()), ErrorCode::kFlowControlError);
  story.until([&] { return story.service.served == 1; }, "the cancelled service's end");
}

TEST(ServerSession, WhatNobodyReadsDoesNotShutTheConnectionsWindow) {
  ServerStory story;
  story.limits.h2_connection_window = 100'000;
  story.begin();
  std::int32_t id = 1;
  for (int i = 0; i < 30; ++i, id += 2) {
    // Answered unread; and reset before it is even begun.
    story.peer.send(headers(id, request_fields("/", "POST"), false) +
                    data(id, std::string(10'000, 'x'), true));
    story.until([&] { return story.peer.has_ended(id); });
    id += 2;
    story.peer.send(headers(id, request_fields("/", "POST"), false) +
                    data(id, std::string(10'000, 'x'), true) + reset(id, ErrorCode::kCancel));
    story.settle(5);
    ASSERT_EQ(story.peer.goaway_code(), std::nullopt) << i;
  }
  EXPECT_GE(story.peer.all(FrameType::kWindowUpdate, 0).size(), 5U);
}

struct Lengths {
  const char* declared;
  std::string sent;
};
class ContentUnlikeItsLength : public testing::TestWithParam<Lengths> {};
INSTANTIATE_TEST_SUITE_P(Rfc9113, ContentUnlikeItsLength,
                         testing::Values(Lengths{"3", "hello"}, Lengths{"10", "hello"},
                                         Lengths{"0", "hello"}));

TEST_P(ContentUnlikeItsLength, BreaksTheBodyAndResetsTheStream) {
  ServerStory story;
  std::optional<Error> error;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    co_await read_all(*stream.body(), &error);
  };
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST", {{"content-length", GetParam().declared}}), false) +
                  data(1, GetParam().sent, true));
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kProtocolError);
  story.settle();
  if (story.service.served == 1) {
    EXPECT_TRUE(error.has_value());
  }
}

TEST(ServerSession, RefusesContentThatSaysItIsTooLong) {
  ServerStory story;
  story.limits.body_bytes = 10;
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST", {{"content-length", "11"}}), false));
  EXPECT_EQ(story.status_of(1), "413");
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kNoError);
  EXPECT_EQ(story.service.limits[Limit::kBodyBytes], 1);
  EXPECT_TRUE(story.service.requests.empty());
}

TEST(ServerSession, CutsContentOffAtTheLimit) {
  ServerStory story;
  story.limits.body_bytes = 10;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    std::optional<Error> error;
    co_await read_all(*stream.body(), &error);
    EXPECT_TRUE(error && error->is(ServerError::kBodyTooLarge));
    co_await ScriptedService::answer(stream, "too much", 413);
  };
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST"), false) + data(1, "1234567890") + data(1, "1"));
  EXPECT_EQ(story.status_of(1), "413");
  EXPECT_EQ(story.service.limits[Limit::kBodyBytes], 1);
}

TEST(ServerSession, DoesNotWaitForARequestThatNobodyReads) {
  ServerStory story;
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST"), false) + data(1, "some"));
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.content(1), "hello");
  EXPECT_TRUE(story.peer.has_ended(1));
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kNoError);
}

TEST(ServerSession, MalformedTrailersBreakTheBody) {
  for (const FieldList& trailers :
       {FieldList{{":path", "/"}}, FieldList{{"X-Upper", "1"}}, FieldList{{"x", "a\r\nb"}},
        FieldList{{"transfer-encoding", "chunked"}}, FieldList{{"connection", "close"}}}) {
    ServerStory story;
    bool complete = true;
    story.service.script = [&](ServerStream& stream) -> Task<void> {
      std::optional<Error> error;
      co_await read_all(*stream.body(), &error);
      complete = !error;
    };
    story.begin();
    story.peer.send(headers(1, request_fields("/", "POST"), false));
    story.until([&] { return story.service.requests.size() == 1; });
    story.peer.send(data(1, "hello") + headers(1, trailers));
    story.until([&] { return story.peer.reset_code(1).has_value(); });
    EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kProtocolError);
    story.until([&] { return story.service.served == 1; });
    EXPECT_FALSE(complete);
  }
}

TEST(ServerSession, Says100WhenTheContentIsWanted) {
  ServerStory story;
  Event want;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    EXPECT_TRUE(stream.request().expects_continue);
    (void)co_await want.wait(Deadline::never());
    co_await ScriptedService::answer(stream, co_await read_all(*stream.body()));
  };
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST", {{"expect", "100-continue"}}), false));
  story.settle();
  EXPECT_EQ(story.peer.find(FrameType::kHeaders, 1), nullptr);
  want.notify();
  EXPECT_EQ(story.status_of(1), "100");
  story.peer.send(data(1, "content", true));
  story.until([&] { return story.peer.has_ended(1); });
  EXPECT_EQ(story.peer.all(FrameType::kHeaders, 1).size(), 2U);
  EXPECT_EQ(story.peer.content(1), "content");
}

// --- responses ---

TEST(ServerSession, SendsInformationalResponsesAndTrailers) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) -> Task<void> {
    ResponseHead hints;
    hints.status = 103;
    hints.fields.add("Link", "</a.css>; rel=preload");
    EXPECT_TRUE(co_await stream.send_informational(hints));
    HandFedBody body;
    body.feed("content");
    body.end();
    body.with_trailers = true;
    body.fields.add("Grpc-Status", "0");
    body.fields.add("X-Mixed-Case", "1");
    ResponseHead head;
    head.fields.add("Connection", "keep-alive");
    head.fields.add("Transfer-Encoding", "chunked");
    head.fields.add("X-Cased", "2");
    SendReport report;
    EXPECT_TRUE(co_await stream.send(head, &body, report));
    EXPECT_EQ(report.body_bytes, 7U);
    EXPECT_GT(report.head_bytes, 9U);
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.service.served == 1 && story.peer.has_ended(1); });
  const auto heads = story.peer.all(FrameType::kHeaders, 1);
  ASSERT_EQ(heads.size(), 3U);
  EXPECT_THAT(heads[0]->fields, ElementsAre(Pair(":status", "103"), Pair("link", "</a.css>; rel=preload")));
  EXPECT_THAT(heads[1]->fields, ElementsAre(Pair(":status", "200"), Pair("x-cased", "2")));
  EXPECT_THAT(heads[2]->fields, ElementsAre(Pair("grpc-status", "0"), Pair("x-mixed-case", "1")));
  EXPECT_TRUE(heads[2]->ends_stream());
  EXPECT_EQ(story.peer.content(1), "content");
}

TEST(ServerSession, SendsNoContentWhereThereIsNone) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, "content",
                                   stream.request().target == "/204"   ? 204
                                   : stream.request().target == "/304" ? 304
                                                                       : 200);
  };
  story.begin();
  story.peer.send(headers(1, request_fields("/", "HEAD")) + headers(3, request_fields("/204")) +
                  headers(5, request_fields("/304")));
  story.until([&] { return story.peer.has_ended(1) && story.peer.has_ended(3) && story.peer.has_ended(5); });
  for (const int stream : {1, 3, 5}) {
    EXPECT_TRUE(story.peer.find(FrameType::kHeaders, stream)->ends_stream());
    EXPECT_EQ(story.peer.find(FrameType::kData, stream), nullptr);
    EXPECT_EQ(story.peer.find(FrameType::kHeaders, stream)->field("content-length"), "");
  }
}

TEST(ServerSession, SendsABodyAsItComes) {
  ServerStory story;
  HandFedBody body;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    EXPECT_TRUE(co_await stream.send(head, &body, report));
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  EXPECT_EQ(story.status_of(1), "200");
  body.feed("one");
  story.until([&] { return story.peer.content(1) == "one"; });
  story.settle();
  body.feed("two");
  body.feed("three");
  story.until([&] { return story.peer.content(1) == "onetwothree"; });
  body.end();
  story.until([&] { return story.peer.has_ended(1) && story.service.served == 1; });
}

TEST(ServerSession, ResetsWhereTheBodyBreaksOff) {
  ServerStory story;
  HandFedBody body;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    const auto sent = co_await stream.send(head, &body, report);
    EXPECT_TRUE(!sent && sent.error().is(ServerError::kResponseBroken));
    EXPECT_EQ(report.body_bytes, 4U);
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  body.feed("some");
  story.until([&] { return story.peer.content(1) == "some"; });
  body.fail(ServerError::kClientGone);
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kInternalError);
  EXPECT_FALSE(story.peer.has_ended(1));
  story.until([&] { return story.service.served == 1; });
}

TEST(ServerSession, ResetsWhereTheBodyIsUnlikeItsContentLength) {
  for (const char* length : {"3", "7"}) {
    ServerStory story;
    story.service.script = [&](ServerStream& stream) -> Task<void> {
      ResponseHead head;
      head.fields.add("content-length", length);
      FixedBody body(Slice::of_static("hello"));
      SendReport report;
      EXPECT_FALSE(co_await stream.send(head, &body, report));
    };
    story.begin();
    story.peer.send(headers(1, request_fields()));
    story.until([&] { return story.peer.reset_code(1).has_value(); });
    EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kInternalError);
    EXPECT_FALSE(story.peer.has_ended(1));
  }
}

TEST(ServerSession, ResetsWhereTheServiceDoesNotAnswer) {
  ServerStory story;
  story.service.script = [](ServerStream&) -> Task<void> { co_return; };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kInternalError);
}

TEST(ServerSession, ABigBodyKeepsToTheWindows) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, std::string(300'000, 'x'));
  };
  story.begin({{kSettingsInitialWindow, 20'000}});
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.peer.content(1).size() == 20'000; });
  story.settle();
  EXPECT_EQ(story.peer.content(1).size(), 20'000U);
  story.peer.send(window_update(1, 280'000));
  story.until([&] { return story.peer.content(1).size() == 65'535; });  // the connection's window
  story.settle();
  EXPECT_EQ(story.peer.content(1).size(), 65'535U);
  story.peer.send(window_update(0, 300'000));
  story.until([&] { return story.peer.has_ended(1); });
  EXPECT_EQ(story.peer.content(1), std::string(300'000, 'x'));
}

TEST(ServerSession, AMoreUrgentStreamGoesFirst) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, std::string(200'000, 'x'));
  };
  story.begin({{kSettingsInitialWindow, 1'000'000}});
  story.peer.send(headers(1, plus({{"priority", "u=6"}})));
  story.until([&] { return story.peer.content(1).size() == 65'535; });
  story.peer.send(headers(3, plus({{"priority", "u=1"}})));
  story.until([&] { return story.peer.find(FrameType::kHeaders, 3) != nullptr; });
  story.peer.send(window_update(0, 200'000));
  story.until([&] { return story.peer.content(1).size() + story.peer.content(3).size() == 265'535; });
  EXPECT_EQ(story.peer.content(3).size(), 200'000U);
  // And the other way round, by PRIORITY_UPDATE.
  story.peer.send(frame(FrameType::kPriorityUpdate, 0, 0, number(1, 4) + "u=0"));
  story.peer.send(headers(5, plus({{"priority", "u=1"}})));
  story.until([&] { return story.peer.find(FrameType::kHeaders, 5) != nullptr; });
  story.peer.send(window_update(0, 134'465));
  story.until([&] { return story.peer.has_ended(1); });
  EXPECT_EQ(story.peer.content(5).size(), 0U);
}

TEST(ServerSession, IncrementalStreamsShareTheWindow) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, std::string(200'000, 'x'));
  };
  story.begin({{kSettingsInitialWindow, 1'000'000}});
  story.peer.send(headers(1, plus({{"priority", "u=3, i"}})) + headers(3, plus({{"priority", "i"}})));
  story.until([&] { return story.peer.content(1).size() + story.peer.content(3).size() == 65'535; });
  EXPECT_GT(story.peer.content(1).size(), 16'000U);
  EXPECT_GT(story.peer.content(3).size(), 16'000U);
}

// --- tunnels, RFC 8441 ---

TEST(ServerSession, AnExtendedConnectBecomesAnUpgradeAndATunnel) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) -> Task<void> {
    EXPECT_EQ(stream.request().method, Method::kGet);
    EXPECT_EQ(stream.request().method_name, "GET");
    EXPECT_EQ(stream.request().upgrade, "websocket");
    EXPECT_EQ(stream.request().target, "/chat");
    ResponseHead head;
    head.status = 101;
    head.upgrade = "websocket";
    head.fields.add("Sec-WebSocket-Accept", "x");
    SendReport report;
    EXPECT_TRUE(co_await stream.send(head, stream.body(), report));  // what comes goes back
  };
  story.begin();
  story.peer.send(headers(1,
                          {{":method", "CONNECT"},
                           {":protocol", "websocket"},
                           {":scheme", "https"},
                           {":path", "/chat"},
                           {":authority", "example.com"},
                           {"sec-websocket-version", "13"}},
                          false));
  EXPECT_EQ(story.status_of(1), "200");
  EXPECT_EQ(story.peer.find(FrameType::kHeaders, 1)->field("sec-websocket-accept"), "");
  story.peer.send(data(1, "ping"));
  story.until([&] { return story.peer.content(1) == "ping"; });
  story.peer.send(data(1, "pong", true));
  story.until([&] { return story.peer.has_ended(1); });
  EXPECT_EQ(story.peer.content(1), "pingpong");
  EXPECT_EQ(story.peer.reset_code(1), std::nullopt);
}

TEST(ServerSession, ATunnelWithoutBytesIsEnded) {
  ServerStory story;
  story.timeouts.tunnel_idle = 60s;
  story.service.script = [](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    head.status = 101;
    SendReport report;
    EXPECT_FALSE(co_await stream.send(head, stream.body(), report));
  };
  story.begin();
  story.peer.send(headers(1,
                          {{":method", "CONNECT"},
                           {":protocol", "websocket"},
                           {":scheme", "https"},
                           {":path", "/chat"},
                           {":authority", "example.com"}},
                          false));
  EXPECT_EQ(story.status_of(1), "200");
  story.pass(40s);
  story.peer.send(data(1, "x"));
  story.until([&] { return story.peer.content(1) == "x"; });
  story.pass(40s);
  EXPECT_EQ(story.peer.reset_code(1), std::nullopt) << "a byte has come meanwhile";
  story.pass(30s);
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.service.limits[Limit::kTunnelIdle], 1);
  story.until([&] { return story.service.served == 1; });
}

// --- clients that go, or do not listen ---

TEST(ServerSession, AResetCancelsTheService) {
  ServerStory story;
  std::optional<Error> error;
  story.service.script = [&](ServerStream&) -> Task<void> {
    Event never;
    if (auto waited = co_await never.wait(Deadline::never()); !waited) error = waited.error();
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.service.requests.size() == 1; });
  story.peer.send(reset(1, ErrorCode::kCancel));
  story.until([&] { return story.service.served == 1; });
  EXPECT_TRUE(error && error->is(WaitError::kCancelled));
}

TEST(ServerSession, AResetCancelsASend) {
  ServerStory story;
  HandFedBody body;
  std::optional<Error> error;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    ResponseHead head;
    SendReport report;
    if (auto sent = co_await stream.send(head, &body, report); !sent) error = sent.error();
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  EXPECT_EQ(story.status_of(1), "200");
  story.peer.send(reset(1, ErrorCode::kCancel));
  story.until([&] { return story.service.served == 1; });
  EXPECT_TRUE(error && error->is(ServerError::kClientGone));
}

TEST(ServerSession, AClientThatGoesCancelsAll) {
  ServerStory story;
  int cancelled = 0;
  story.service.script = [&](ServerStream&) -> Task<void> {
    Event never;
    if (!co_await never.wait(Deadline::never())) ++cancelled;
  };
  story.begin();
  story.peer.send(headers(1, request_fields()) + headers(3, request_fields()));
  story.until([&] { return story.service.requests.size() == 2; });
  story.peer.close();
  story.until([&] { return story.is_over(); });
  EXPECT_EQ(cancelled, 2);
}

TEST(ServerSession, CancellingEndsItAtOnce) {
  ServerStory story;
  story.service.script = [&](ServerStream&) -> Task<void> {
    Event never;
    (void)co_await never.wait(Deadline::never());
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.service.requests.size() == 1; });
  story.cancel();
  story.until([&] { return story.is_over(); });
  EXPECT_EQ(story.service.served, 1);
}

TEST(ServerSession, AWindowThatStaysShutEndsItsStream) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) { return ScriptedService::answer(stream, "hello"); };
  story.begin({{kSettingsInitialWindow, 0}});
  story.peer.send(headers(1, request_fields()));
  EXPECT_EQ(story.status_of(1), "200");
  story.pass(story.timeouts.write - 1s);
  EXPECT_EQ(story.peer.reset_code(1), std::nullopt);
  story.pass(2s);
  story.until([&] { return story.peer.reset_code(1).has_value(); });
  EXPECT_EQ(story.peer.reset_code(1), ErrorCode::kCancel);
  EXPECT_EQ(story.service.limits[Limit::kWrite], 1);
  story.until([&] { return story.service.served == 1; });
}

TEST(ServerSession, AStreamThatWaitsForItsTurnIsNotEnded) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, std::string(1'000'000, 'x'));
  };
  story.begin({{kSettingsInitialWindow, 2'000'000}});
  story.peer.send(headers(1, request_fields()) +
                  headers(3, request_fields()));  // the second waits for the first
  for (int i = 0; i < 10; ++i) {
    story.pass(20s);
    story.peer.send(window_update(0, 50'000));
  }
  story.settle();
  EXPECT_EQ(story.peer.reset_code(1), std::nullopt);
  EXPECT_EQ(story.peer.reset_code(3), std::nullopt);
  EXPECT_EQ(story.service.limits[Limit::kWrite], 0);
}

TEST(ServerSession, AClientThatTakesNothingIsClosed) {
  ServerStory story(4096);
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, std::string(1'000'000, 'x'));
  };
  story.begin({{kSettingsInitialWindow, 2'000'000}});
  story.peer.send(window_update(0, 2'000'000) + headers(1, request_fields()));
  story.until([&] { return story.service.requests.size() == 1; });
  story.peer.stop_reading();
  story.settle();
  story.pass(story.timeouts.write + 1s);
  story.until([&] { return story.is_over(); });
  EXPECT_GE(story.service.limits[Limit::kWrite], 1);
  EXPECT_EQ(story.service.served, 1);
}

TEST(ServerSession, AHeadThatDoesNotEndEndsTheConnection) {
  ServerStory story;
  story.begin();
  story.peer.send(frame(FrameType::kHeaders, 0, 1, header_block(request_fields())));
  story.settle();
  story.pass(story.timeouts.request_header + 1s);
  story.until([&] { return story.peer.goaway_code().has_value(); });
  EXPECT_EQ(story.service.limits[Limit::kRequestHeader], 1);
  EXPECT_THAT(story.service.unreadable, ElementsAre(408));
  story.until([&] { return story.peer.is_closed(); });
}

TEST(ServerSession, AConnectionThatDoesNotBeginIsEnded) {
  ServerStory story;
  story.begin_silently();
  story.settle();
  story.peer.send(kPreface.substr(0, 10));
  story.settle();
  story.pass(story.timeouts.request_header + 1s);
  story.until([&] { return story.is_over() || story.peer.goaway_code().has_value(); });
  EXPECT_EQ(story.service.limits[Limit::kRequestHeader], 1);
}

TEST(ServerSession, AnIdleConnectionGetsGoaway) {
  ServerStory story;
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.peer.has_ended(1); });
  story.pass(story.timeouts.keep_alive - 1s);
  EXPECT_EQ(story.peer.goaway_code(), std::nullopt);
  story.pass(2s);
  story.until([&] { return story.peer.goaway_code().has_value(); });
  EXPECT_EQ(story.peer.goaway_code(), ErrorCode::kNoError);
  EXPECT_EQ(story.service.limits[Limit::kKeepAlive], 1);
  story.until([&] { return story.peer.is_closed(); });
}

TEST(ServerSession, ContentThatDoesNotComeBreaksTheBody) {
  ServerStory story;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    std::optional<Error> error;
    co_await read_all(*stream.body(), &error);
    EXPECT_TRUE(error && error->is(ServerError::kBodyTimeout));
    co_await ScriptedService::answer(stream, "too late", 408);
  };
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST"), false) + data(1, "some"));
  story.settle();
  story.pass(story.timeouts.request_body - 1s);
  story.peer.send(data(1, "more"));
  story.settle();
  story.pass(story.timeouts.request_body - 1s);
  EXPECT_EQ(story.peer.find(FrameType::kHeaders, 1), nullptr) << "progress moves the deadline";
  story.pass(2s);
  EXPECT_EQ(story.status_of(1), "408");
  EXPECT_EQ(story.service.limits[Limit::kRequestBody], 1);
}

// --- the end ---

TEST(ServerSession, ADrainFinishesWhatIsUnderWay) {
  ServerStory story;
  Event go_on;
  story.service.script = [&](ServerStream& stream) -> Task<void> {
    (void)co_await go_on.wait(Deadline::never());
    co_await ScriptedService::answer(stream, "done");
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.service.requests.size() == 1; });
  story.session->drain();
  story.until([&] { return story.peer.find(FrameType::kGoaway) != nullptr; });
  EXPECT_EQ(number_at(story.peer.find(FrameType::kGoaway)->payload, 0, 4), 0x7fffffffU);
  story.pass(1500ms);  // the client does not answer the ping
  story.until([&] { return story.peer.all(FrameType::kGoaway, 0).size() == 2; });
  EXPECT_EQ(number_at(story.peer.all(FrameType::kGoaway, 0)[1]->payload, 0, 4), 1U);
  EXPECT_EQ(story.peer.goaway_code(), ErrorCode::kNoError);
  story.peer.send(headers(3, request_fields()));
  story.settle();
  EXPECT_EQ(story.service.requests.size(), 1U);
  go_on.notify();
  story.until([&] { return story.peer.has_ended(1) && story.peer.is_closed(); });
  EXPECT_EQ(story.peer.content(1), "done");
}

TEST(ServerSession, AStreamThatWasOnItsWayIsServedDuringADrain) {
  ServerStory story;
  Event go_on;
  story.begin();
  story.settle();
  story.session->drain();
  story.settle();
  story.peer.send(headers(1, request_fields()));
  EXPECT_EQ(story.status_of(1), "200");
  const Frame* ping = story.peer.find(FrameType::kPing);
  ASSERT_NE(ping, nullptr);
  story.peer.send(frame(FrameType::kPing, kAck, 0, ping->payload));
  story.until([&] { return story.peer.all(FrameType::kGoaway, 0).size() == 2 && story.peer.is_closed(); });
  EXPECT_EQ(number_at(story.peer.all(FrameType::kGoaway, 0)[1]->payload, 0, 4), 1U);
}

TEST(ServerSession, ClosesAfterAResponseThatSaysSo) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) {
    stream.close_after_response();
    return ScriptedService::answer(stream, "last");
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  story.until([&] { return story.peer.has_ended(1) && story.peer.goaway_code().has_value(); });
  story.pass(2s);
  story.until([&] { return story.peer.is_closed(); });
}

TEST(ServerSession, RequestsOfAConnectionAreCounted) {
  ServerStory story;
  story.limits.requests_per_connection = 2;
  story.begin();
  story.peer.send(headers(1, request_fields()));
  EXPECT_EQ(story.status_of(1), "200");
  EXPECT_EQ(story.peer.goaway_code(), std::nullopt);
  story.peer.send(headers(3, request_fields()));
  EXPECT_EQ(story.status_of(3), "200");
  story.until([&] { return story.peer.goaway_code() == ErrorCode::kNoError; });
  EXPECT_EQ(story.service.limits[Limit::kRequestsPerConnection], 1);
}

TEST(ServerSession, StreamsBeyondTheLimitAreRefused) {
  ServerStory story;
  story.limits.streams = 2;
  story.service.script = [&](ServerStream&) -> Task<void> {
    Event never;
    (void)co_await never.wait(Deadline::never());
  };
  story.begin();
  story.peer.send(headers(1, request_fields()) + headers(3, request_fields()) + headers(5, request_fields()));
  story.until([&] { return story.peer.reset_code(5).has_value(); });
  EXPECT_EQ(story.peer.reset_code(5), ErrorCode::kRefusedStream);
  EXPECT_EQ(story.service.limits[Limit::kStreams], 1);
  EXPECT_EQ(story.service.requests.size(), 2U);
  // Also where the client has heard of the limit.
  story.peer.send(frame(FrameType::kSettings, kAck, 0) + headers(7, request_fields()));
  story.until([&] { return story.peer.reset_code(7).has_value(); });
  EXPECT_EQ(story.peer.reset_code(7), ErrorCode::kRefusedStream);
}

// --- floods ---

struct Flood {
  const char* what;
  Limit limit;
  std::function<std::string()> bytes;
};
void PrintTo(const Flood& flood, std::ostream* out) { *out << flood.what; }

std::string times(int count, const std::string& bytes) {
  std::string out;
  for (int i = 0; i < count; ++i) out += bytes;
  return out;
}
template <class Make>
std::string on_streams(int count, Make make) {
  std::string out;
  for (int i = 0; i < count; ++i) out += make(2 * i + 1);
  return out;
}

const Flood kFloods[] = {
    {"streams that are opened and reset", Limit::kH2Resets,
     [] {
       return on_streams(
           300, [](int id) { return headers(id, request_fields()) + reset(id, ErrorCode::kCancel); });
     }},
    {"malformed requests", Limit::kH2Resets,
     [] { return on_streams(300, [](int id) { return headers(id, plus({{"connection", "x"}})); }); }},
    {"PING", Limit::kH2ControlFrames, [] { return times(1100, frame(FrameType::kPing, 0, 0, "12345678")); }},
    {"answers to PING", Limit::kH2ControlFrames,
     [] { return times(1100, frame(FrameType::kPing, kAck, 0, "12345678")); }},
    {"SETTINGS", Limit::kH2ControlFrames, [] { return times(1100, settings()); }},
    {"PRIORITY", Limit::kH2ControlFrames,
     [] { return times(1100, frame(FrameType::kPriority, 0, 3, number(0, 4) + "\x10")); }},
    {"WINDOW_UPDATE", Limit::kH2ControlFrames, [] { return times(1100, window_update(0, 1)); }},
    {"unknown frames", Limit::kH2ControlFrames,
     [] { return times(1100, frame(static_cast<FrameType>(0xee), 0, 0)); }},
    {"empty DATA", Limit::kH2EmptyFrames,
     [] { return headers(1, request_fields("/", "POST"), false) + times(200, data(1, "")); }},
    {"DATA of padding", Limit::kH2EmptyFrames,
     [] {
       return headers(1, request_fields("/", "POST"), false) +
              times(200, frame(FrameType::kData, kPadded, 1, std::string(1, '\0')));
     }},
    {"empty CONTINUATION", Limit::kHeaderBytes,
     [] {
       return frame(FrameType::kHeaders, 0, 1, header_block(request_fields())) +
              times(200, frame(FrameType::kContinuation, 0, 1));
     }},
    {"CONTINUATION", Limit::kHeaderBytes,
     [] {
       return frame(FrameType::kHeaders, 0, 1, header_block(request_fields())) +
              times(50, frame(FrameType::kContinuation, 0, 1, header_block({{"x", std::string(5000, 'x')}})));
     }},
};

class FloodOf : public testing::TestWithParam<Flood> {};
INSTANTIATE_TEST_SUITE_P(Bounded, FloodOf, testing::ValuesIn(kFloods));

TEST_P(FloodOf, IsEndedCalmly) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) -> Task<void> {
    if (stream.body() != nullptr) co_await read_all(*stream.body());
  };
  story.begin();
  story.settle();
  story.peer.send(GetParam().bytes());
  story.until([&] { return story.peer.goaway_code().has_value(); });
  EXPECT_EQ(story.peer.goaway_code(), ErrorCode::kEnhanceYourCalm);
  EXPECT_EQ(story.service.limits[GetParam().limit], 1);
  story.until([&] { return story.peer.is_closed(); });
  EXPECT_EQ(story.service.served, static_cast<int>(story.service.requests.size())) << "all tasks have ended";
}

TEST(ServerSession, UpdatesThatAnswerDataAreNoFlood) {
  ServerStory story;
  story.limits.h2_control_frames = 50;
  story.service.script = [](ServerStream& stream) {
    return ScriptedService::answer(stream, std::string(4'000'000, 'x'));
  };
  story.begin();
  story.peer.send(headers(1, request_fields()));
  std::size_t acknowledged = 0;
  story.until([&] {
    const auto frames = story.peer.all(FrameType::kData, 1);
    for (; acknowledged < frames.size(); ++acknowledged) {
      const auto bytes = static_cast<std::uint32_t>(frames[acknowledged]->payload.size());
      if (bytes > 0) story.peer.send(window_update(1, bytes) + window_update(0, bytes));
    }
    return story.peer.has_ended(1) || story.peer.is_closed();
  });
  EXPECT_TRUE(story.peer.has_ended(1));
  EXPECT_EQ(story.peer.goaway_code(), std::nullopt);
}

TEST(ServerSession, ManySmallPiecesAreNoFlood) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) -> Task<void> {
    co_await ScriptedService::answer(stream, co_await read_all(*stream.body()));
  };
  story.begin();
  story.peer.send(headers(1, request_fields("/", "POST"), false) + times(500, data(1, "x")) +
                  data(1, "", true));
  story.until([&] { return story.peer.has_ended(1); });
  EXPECT_EQ(story.peer.content(1), std::string(500, 'x'));
}

TEST(ServerSession, AnsweredStreamsPayForResets) {
  ServerStory story;
  story.limits.h2_resets = 5;
  story.begin();
  std::int32_t id = 1;
  for (int i = 0; i < 20; ++i, id += 4) {
    story.peer.send(headers(id, request_fields()));
    story.until([&] { return story.peer.has_ended(id); });
    story.peer.send(headers(id + 2, request_fields("/", "POST"), false) + reset(id + 2, ErrorCode::kCancel));
  }
  story.settle();
  EXPECT_EQ(story.peer.goaway_code(), std::nullopt);
}

TEST(ServerSession, StopsReadingWhereTheClientDoesNotListen) {
  ServerStory story(4096);
  story.limits.h2_control_frames = 1'000'000;
  story.begin();
  story.settle();
  story.peer.stop_reading();
  for (int i = 0; i < 200; ++i) {
    story.peer.send(times(100, frame(FrameType::kPing, 0, 0, "12345678")));
    story.turn();
  }
  story.pass(story.timeouts.write + 1s);
  story.until([&] { return story.is_over(); });
  EXPECT_EQ(story.service.limits[Limit::kWrite], 1);
}

// --- frames against the protocol ---

struct BadBytes {
  const char* what;
  std::string bytes;
  ErrorCode code;
};
void PrintTo(const BadBytes& bad, std::ostream* out) { *out << bad.what; }

const BadBytes kBadBytes[] = {
    {"DATA on an idle stream", data(1, "x"), ErrorCode::kProtocolError},
    {"HEADERS on stream 0", frame(FrameType::kHeaders, kEndHeaders | kEndStream, 0, "\x82"),
     ErrorCode::kProtocolError},
    {"an even stream", headers(2, request_fields()), ErrorCode::kProtocolError},
    {"broken HPACK", frame(FrameType::kHeaders, kEndHeaders, 1, std::string(20, '\xff')),
     ErrorCode::kCompressionError},
    {"an index of nothing", frame(FrameType::kHeaders, kEndHeaders, 1, "\xbe"), ErrorCode::kCompressionError},
    {"CONTINUATION of nothing", frame(FrameType::kContinuation, kEndHeaders, 1), ErrorCode::kProtocolError},
    {"something between HEADERS and CONTINUATION",
     frame(FrameType::kHeaders, 0, 1, "\x82") + frame(FrameType::kPing, 0, 0, "12345678"),
     ErrorCode::kProtocolError},
    {"PUSH_PROMISE", frame(FrameType::kPushPromise, kEndHeaders, 1, number(2, 4)), ErrorCode::kProtocolError},
    {"a window opened by nothing", window_update(0, 0), ErrorCode::kProtocolError},
    {"a window opened too far", window_update(0, 0x7fffffff), ErrorCode::kFlowControlError},
    {"PING on a stream", frame(FrameType::kPing, 0, 1, "12345678"), ErrorCode::kProtocolError},
    {"PING of 7 bytes", frame(FrameType::kPing, 0, 0, "1234567"), ErrorCode::kFrameSizeError},
    {"SETTINGS of one byte", frame(FrameType::kSettings, 0, 0, "x"), ErrorCode::kFrameSizeError},
    {"SETTINGS on a stream", frame(FrameType::kSettings, 0, 1), ErrorCode::kProtocolError},
    {"a window setting too big", settings({{4, 0x80000000}}), ErrorCode::kFlowControlError},
    {"a frame size too small", settings({{5, 100}}), ErrorCode::kProtocolError},
    {"padding beyond the frame",
     headers(1, request_fields("/", "POST"), false) + frame(FrameType::kData, kPadded, 1, "\xff"),
     ErrorCode::kProtocolError},
    {"too long a frame", number(1 << 20, 3) + std::string(6, '\0'), ErrorCode::kFrameSizeError},
    {"RST_STREAM of an idle stream", reset(1, ErrorCode::kCancel), ErrorCode::kProtocolError},
    {"HTTP/1.1", "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", ErrorCode::kFrameSizeError},
};

class FramesAgainstTheProtocol : public testing::TestWithParam<BadBytes> {};
INSTANTIATE_TEST_SUITE_P(Rfc9113, FramesAgainstTheProtocol, testing::ValuesIn(kBadBytes));

TEST_P(FramesAgainstTheProtocol, EndTheConnection) {
  ServerStory story;
  story.service.script = [](ServerStream& stream) -> Task<void> {
    if (stream.body() != nullptr) co_await read_all(*stream.body());
  };
  story.begin();
  story.settle();
  story.peer.send(GetParam().bytes);
  story.until([&] { return story.peer.goaway_code().has_value(); });
  EXPECT_EQ(story.peer.goaway_code(), GetParam().code);
  story.until([&] { return story.peer.is_closed(); });
}

}  // namespace
}  // namespace brink::http::h2
