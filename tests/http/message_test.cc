#include "http/message.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::http {
namespace {

std::vector<std::string> lines_of(const Fields& fields) {
  std::vector<std::string> lines;
  for (const Field& field : fields)
    lines.push_back(std::string(field.name) + ": " + std::string(field.value));
  return lines;
}
using Lines = std::vector<std::string>;

TEST(Message, MethodsAreKnownByTheirExactNames) {
  EXPECT_EQ(find_method("GET"), Method::kGet);
  EXPECT_EQ(find_method("PATCH"), Method::kPatch);
  EXPECT_EQ(find_method("get"), Method::kOther);
  EXPECT_EQ(find_method("PROPFIND"), Method::kOther);
}

TEST(Message, SafeAndIdempotentMethods) {  // RFC 9110 9.2
  EXPECT_TRUE(is_safe(Method::kHead));
  EXPECT_FALSE(is_safe(Method::kPut));
  EXPECT_TRUE(is_idempotent(Method::kPut));
  EXPECT_TRUE(is_idempotent(Method::kDelete));
  EXPECT_FALSE(is_idempotent(Method::kPost));
  EXPECT_FALSE(is_idempotent(Method::kPatch));
  EXPECT_FALSE(is_idempotent(Method::kOther));
}

TEST(Fields, KeepTheOrderInWhichTheyCame) {
  RequestHead head;
  head.fields.add("X-B", "1");
  head.fields.add(FieldName::kAccept, "*/*");
  head.fields.add("x-b", "2");
  EXPECT_EQ(lines_of(head.fields), (Lines{"X-B: 1", "Accept: */*", "x-b: 2"}));
  EXPECT_EQ(head.fields.size(), 3U);
}

TEST(Fields, AreFoundIgnoringCase) {
  RequestHead head;
  head.fields.add("X-Custom", "1");
  head.fields.add("CONTENT-TYPE", "text/plain");
  EXPECT_EQ(head.fields.find("x-custom")->value, "1");
  EXPECT_EQ(head.fields.value(FieldName::kContentType), "text/plain");
  EXPECT_EQ(head.fields.find("content-type")->value, "text/plain");
  EXPECT_EQ(head.fields.find("x-other"), nullptr);
  EXPECT_EQ(head.fields.value(FieldName::kETag), "");
}

TEST(Fields, SetLeavesOneOfThatName) {
  RequestHead head;
  head.fields.add("Vary", "a");
  head.fields.add("X", "1");
  head.fields.add("vary", "b");
  head.fields.set(FieldName::kVary, "c");
  EXPECT_EQ(lines_of(head.fields), (Lines{"X: 1", "Vary: c"}));
  head.fields.set("x", "2");
  EXPECT_EQ(lines_of(head.fields), (Lines{"Vary: c", "x: 2"}));
}

TEST(Fields, CombineJoinsAllValues) {  // RFC 9110 5.3
  RequestHead head;
  head.fields.add("Accept", "a");
  EXPECT_EQ(head.fields.combined(FieldName::kAccept), "a");
  head.fields.add("accept", "");
  head.fields.add("ACCEPT", "b");
  EXPECT_EQ(head.fields.combined(FieldName::kAccept), "a, , b");
  EXPECT_EQ(head.fields.combined(FieldName::kVia), "");
}

TEST(Fields, GrowBeyondTheFirstBlock) {
  RequestHead head;
  for (int i = 0; i < 1000; ++i) head.fields.add(head.arena.copy("x-" + std::to_string(i)), "v");
  EXPECT_EQ(head.fields.size(), 1000U);
  EXPECT_EQ(head.fields.find("X-999")->name, "x-999");
  EXPECT_EQ(head.fields.remove_if([](const Field& field) { return field.name.ends_with('7'); }), 100U);
}

TEST(Message, PathQueryAndHost) {
  RequestHead head;
  head.target = "/a/b?c=d?e";
  EXPECT_EQ(head.path(), "/a/b");
  EXPECT_EQ(head.query(), "c=d?e");
  head.target = "/a";
  EXPECT_EQ(head.query(), "");
  head.authority = "example.com:8080";
  EXPECT_EQ(head.host(), "example.com");
  head.authority = "[2001:db8::1]:443";
  EXPECT_EQ(head.host(), "[2001:db8::1]");
  head.authority = "";
  EXPECT_EQ(head.host(), "");
}

TEST(Message, ContentLengthIsAWholeNumber) {
  for (auto [value, length] : std::initializer_list<std::pair<const char*, std::optional<std::uint64_t>>>{
           {"0", 0},
           {"42", 42},
           {"18446744073709551615", UINT64_MAX},
           {"18446744073709551616", {}},
           {"-1", {}},
           {"+1", {}},
           {"1 ", {}},
           {"0x10", {}},
           {"", {}},
           {"5, 5", {}}}) {
    RequestHead head;
    head.fields.add(FieldName::kContentLength, value);
    EXPECT_EQ(content_length(head.fields), length) << value;
  }
}

TEST(Message, HopByHopFieldsAndWhatConnectionNamesAreRemoved) {  // RFC 9110 7.6.1
  RequestHead head;
  for (auto [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"Connection", "X-Secret, keep-alive"},
                                                                  {"Keep-Alive", "timeout=5"},
                                                                  {"X-Secret", "1"},
                                                                  {"x-secret", "2"},
                                                                  {"Proxy-Connection", "close"},
                                                                  {"TE", "trailers"},
                                                                  {"Transfer-Encoding", "chunked"},
                                                                  {"Upgrade", "x"},
                                                                  {"Connection", "Via, content-length"},
                                                                  {"Via", "1.1 a"},
                                                                  {"Content-Length", "5"},
                                                                  {"X-Stays", "1"}}) {
    head.fields.add(name, value);
  }
  remove_hop_by_hop(head.fields);
  EXPECT_EQ(lines_of(head.fields), (Lines{"Content-Length: 5", "X-Stays: 1"}));
}

TEST(Message, SomeResponsesHaveNoContentByDefinition) {  // RFC 9110 6.4.1
  EXPECT_TRUE(has_no_content(Method::kHead, 200));
  EXPECT_TRUE(has_no_content(Method::kGet, 204));
  EXPECT_TRUE(has_no_content(Method::kGet, 304));
  EXPECT_TRUE(has_no_content(Method::kGet, 103));
  EXPECT_FALSE(has_no_content(Method::kGet, 205));
  EXPECT_FALSE(has_no_content(Method::kPost, 404));
}

TEST(Message, ReasonPhrases) {
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(299), "");
}

}  // namespace
}  // namespace brink::http
