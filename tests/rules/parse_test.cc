#include "rules/parse.h"

#include "tests/rules/examples.h"

#include <string>

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

ParseError error_of(std::string_view text, const ParseOptions& options = {}) {
  auto parsed = parse_filter(text, options);
  EXPECT_FALSE(parsed.has_value()) << text;
  return parsed ? ParseError{} : parsed.error();
}

bool parses(std::string_view text, const ParseOptions& options = {}) {
  const auto parsed = parse_filter(text, options);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().text(text));
  return parsed.has_value();
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  while (times-- > 0) result += text;
  return result;
}

TEST(Parse, NamesThePlaceOfEachError) {
  struct Case {
    std::string_view text;
    std::size_t column;
    std::size_t length;
    std::string_view message;
  };
  const Case cases[] = {
      {"http.host eq www.example.com", 14, 15, "unknown identifier"},
      {"HTTP.host eq \"x\"", 1, 9, "unknown identifier"},
      {"sslandssl", 1, 9, "unknown identifier"},
      {"not in {1 2}", 5, 2, "unknown identifier"},
      {"http.response.code eq 200", 1, 18, "unknown identifier"},
      {"cf.colo.id eq 1", 1, 10, "unknown identifier"},
      {"ssl eq true", 5, 7, "unrecognised input"},
      {"ssl and", 8, 0, "unrecognised input"},
      {"", 1, 0, "unrecognised input"},
      {"ssl ssl", 5, 3, "unrecognised input"},
      {"ip.src eq 203.0.113.0/24", 22, 3, "unrecognised input"},
      {"http.request.headers[\"x\"][0] eq r\"K-\"7\"\"", 38, 3, "unrecognised input"},
      {"ssl\tand ssl", 4, 1, "unrecognised input: a tab, where only spaces and line breaks can stand"},
      {"http.host", 10, 0, "expected ComparisonOp"},
      {"http.host EQ \"x\"", 11, 2, "expected ComparisonOp"},
      {"ip.src not in {192.0.2.1}", 8, 3, "expected ComparisonOp"},
      {"(ssl", 5, 0, "expected literal \")\""},
      {"ip.src in 203.0.113.0/24", 11, 14, "expected literal \"{\""},
      {"ip.src in {192.0.2.1", 21, 0, "expected literal \"}\""},
      {"http.host contains http.host", 20, 9, "expected \" or r"},
      {"http.host eq 1", 14, 1, "expected \" or r"},
      {"ip.src.asnum in {1, 2}", 19, 1, "expected digit"},
      {"ip.src.asnum eq $x", 17, 2, "expected digit"},
      {"ip.src lt 192.0.2.1", 8, 2, "cannot perform this operation on type Ip"},
      {"http.request.headers[\"a\"] eq \"b\"", 27, 2, "cannot perform this operation on type Array<Bytes>"},
      {"ip.src.asnum contains \"1\"", 14, 8, "cannot perform this operation on type Int"},
      {"http.request.headers.names[*] eq \"Host\"", 1, 39,
       "expected value of type Bool, but got Array<Bool>"},
      {"ip.src.asnum eq \"64500\"", 17, 7, "expected value of type Int, but got Bytes"},
      {"ip.src eq \"192.0.2.1\"", 11, 11, "expected value of type Ip, but got Bytes"},
      {"http.host eq ip.src", 14, 6, "expected value of type Bytes, but got Ip"},
      {"ssl and http.request.headers.names[*] eq \"a\"", 9, 36,
       "expected value of type Bool, but got Array<Bool>"},
      {"ip.src.asnum eq 9223372036854775808", 17, 19,
       "number too large to fit in target type while parsing with radix 10"},
      {"ip.src.asnum eq -9223372036854775809", 17, 20,
       "number too small to fit in target type while parsing with radix 10"},
      {"ip.src.asnum eq 08", 17, 2, "invalid digit found in string while parsing with radix 8"},
      {"ip.src.asnum eq 10fe", 17, 4, "invalid digit found in string while parsing with radix 10"},
      {"ip.src eq 192.0.2.256", 11, 11, "couldn't parse address in network: invalid IP address syntax"},
      {"ip.src eq 192.0.2.01", 11, 10, "couldn't parse address in network: invalid IP address syntax"},
      {"ip.src in {203.0.113.7/24}", 12, 14, "host part of address was not zero"},
      {"ip.src in {10.0.0.0..::1}", 12, 13, "incompatible range bounds"},
      {"ip.src.asnum in {10..5}", 18, 5, "incompatible range bounds"},
      {"http.host wildcard \"a**b\"", 20, 6, "wildcard contains a double star"},
      {"http.host contains \"a\\n\"", 22, 2, "expected \", xHH or OOO after \\"},
      {"http.host contains \"a", 20, 2, "could not find an ending quote"},
      {"http.host contains r#\"a\"", 20, 5, "could not find an ending quote"},
      {"any(http.user_agent eq \"x\")", 5, 22,
       "invalid type of argument #0: expected value of type Array<Bool>, but got Bool"},
      {"any()", 1, 5, "invalid number of arguments"},
      {"lower() eq \"x\"", 1, 7, "invalid number of arguments"},
      {"starts_with(\"abc\", \"a\")", 13, 5,
       "invalid kind of argument #0: expected argument of kind Field, but got Literal"},
      {"lower(ip.src) eq \"x\"", 7, 6,
       "invalid type of argument #0: expected value of type Bytes, but got Ip"},
      {"http.host[0] eq \"x\"", 10, 3, "cannot access index ArrayIndex(0) for type Bytes"},
      {"http.request.headers.names[\"x\"] eq \"x\"", 27, 5,
       "cannot access index MapKey(\"x\") for type Array<Bytes>"},
      {"http.request.headers[\"a\"][-1] eq \"x\"", 27, 3, "expected \", digit or *"},
      {"http.host eq http.request.headers.names[*]", 14, 29, "invalid use of map each access operator"},
      {"concat(\"a\", http.request.headers.names[*]) eq \"x\"", 13, 29,
       "invalid use of map each access operator"},
      {"ip.src in $A", 11, 2, "invalid list name \"A\""},
      {"ip.src in $nowhere", 11, 8, "unknown list \"nowhere\""},
  };
  for (const Case& given : cases) {
    const ParseError error = error_of(given.text);
    EXPECT_EQ(error.message, given.message) << given.text;
    EXPECT_EQ(error.span.start + 1, given.column) << given.text;
    EXPECT_EQ(error.span.length, given.length) << given.text;
    EXPECT_TRUE(error.unavailable.empty()) << given.text;
  }
}

TEST(Parse, TellsErrorsInThreeLines) {
  const std::string_view one = "http.host eq www.example.com";
  EXPECT_EQ(error_of(one).text(one),
            "Filter parsing error (1:14):\n"
            "http.host eq www.example.com\n"
            "             ^^^^^^^^^^^^^^^ unknown identifier\n");
  const std::string_view several = "  ssl and\nhttp.host eq 1 and\nssl  ";
  EXPECT_EQ(error_of(several).text(several),
            "Filter parsing error (2:14):\n"
            "http.host eq 1 and\n"
            "             ^ expected \" or r\n");
  EXPECT_EQ(error_of("ssl and").text("ssl and"),
            "Filter parsing error (1:8):\n"
            "ssl and\n"
            "       ^ unrecognised input\n");
}

TEST(Parse, RefusesFieldsThatThisServerDoesNotHave) {
  const ParseError error = error_of("ssl and cf.bot_management.score lt 30");
  EXPECT_EQ(error.unavailable, "the field cf.bot_management.score is not available on this server");
  EXPECT_EQ(error.span.start, 8U);
  EXPECT_TRUE(parses("cf.bot_management.score lt 30", {.stored = true}));
}

TEST(Parse, KnowsWhereFieldsCanBeRead) {
  EXPECT_TRUE(parses("http.response.code eq 404", {.phase = Phase::kRatelimit, .counting = true}));
  EXPECT_EQ(error_of("http.response.code eq 404", {.phase = Phase::kRatelimit}).message,
            "unknown identifier");
  EXPECT_EQ(error_of("http.request.body.raw eq \"\"", {.phase = Phase::kRequestTransform}).message,
            "unknown identifier");
  EXPECT_TRUE(
      parse_value("cf.colo.id", {}, {.phase = Phase::kRatelimit, .characteristic = true}).has_value());
}

TEST(Parse, TellsWhatAnExpressionNeeds) {
  testing::Lists lists;
  lists.add("office", "192.0.2.0/24\n");
  const auto parsed = parse_filter(
      "  ip.src in $office or not ip.src in $office and http.host matches \"a\" and ip.geoip.country eq "
      "\"DE\"",
      {.lists = &lists});
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ((*parsed)->lists, std::vector<std::string>{"office"});
  EXPECT_EQ((*parsed)->regexes, 1U);
  EXPECT_EQ((*parsed)->fields.count(), 3U);
  EXPECT_TRUE((*parsed)->fields.test(static_cast<std::size_t>(FieldId::kIpSrcCountry)));
  EXPECT_TRUE((*parsed)->source.starts_with("  ip.src"));
  EXPECT_EQ((*parsed)->root->span.start, 0U);
}

TEST(Parse, TakesListsByTheTypeOfTheirItems) {
  testing::Lists lists;
  lists.add("office", "192.0.2.0/24\n");
  lists.add("numbers", "64500\n");
  EXPECT_FALSE(parse_filter("http.host in $office", {.lists = &lists}).has_value());
  EXPECT_FALSE(parse_filter("ip.src in $numbers", {.lists = &lists}).has_value());
  EXPECT_TRUE(parses("ip.src.asnum in $numbers", {.lists = &lists}));
}

TEST(Parse, TellsFieldsFromLiteralsOnTheRightSide) {
  EXPECT_TRUE(parses("http.request.uri.path ne raw.http.request.uri.path"));
  EXPECT_TRUE(parses("ip.src eq face::1"));
  EXPECT_TRUE(parses("ip.src eq ::1"));
  EXPECT_TRUE(parses("ip.src eq cf.edge.server_ip"));
  EXPECT_TRUE(parses("http.host eq 01:2e:f3"));
  EXPECT_TRUE(parses("http.host eq ab:cd"));
  EXPECT_TRUE(parses("http.host eq lower(http.host)"));
  EXPECT_TRUE(parses("http.host in {\"a\" r\"b\" 0a-0b}"));
}

TEST(Parse, HoldsNestingToItsLimit) {
  const std::string deepest = repeated("(", kMaxNesting) + "ssl" + repeated(")", kMaxNesting);
  EXPECT_TRUE(parses(deepest));
  const std::string_view message = "maximum nesting depth exceeded (limit: 128)";
  EXPECT_EQ(error_of("(" + deepest + ")").message, message);
  EXPECT_EQ(error_of(repeated("!", 4000) + "ssl").message, message);
  EXPECT_EQ(error_of(repeated("any(", 1000)).message, message);
  EXPECT_EQ(error_of(repeated("lower(", 600)).message, message);
  EXPECT_EQ(error_of(repeated("not ", 129) + "ssl").message, message);
  EXPECT_EQ(error_of(repeated("(", 10'000)).message, "the expression is longer than 4096 characters");
}

TEST(Parse, HoldsTheTextToItsLimit) {
  const std::string fits = "http.host eq \"" + repeated("\xc3\xa4", kMaxExpressionCharacters - 15) + "\"";
  EXPECT_TRUE(parses(fits));
  EXPECT_TRUE(parses(" " + fits + " ")) << "white space at the ends does not count";
}

TEST(Parse, RefusesWhatIsTooLong) {
  const ParseError error = error_of(repeated("ssl and ", 12'800) + "ssl");
  EXPECT_EQ(error.message, "the expression is longer than 4096 characters");
  EXPECT_EQ(error.span.start, kMaxExpressionCharacters);
  EXPECT_FALSE(parse_filter(repeated("\x80", 100'000), {}).has_value());
}

TEST(Parse, CountsRegularExpressions) {
  std::string text = "http.host matches \"a\"";
  for (std::size_t n = 1; n < kMaxRegexes; ++n) text += " or http.host ~ \"a\"";
  EXPECT_TRUE(parses(text));
  EXPECT_EQ(error_of(text + " or http.host ~ \"b\"").message,
            "more than 64 regular expressions in one expression");
}

TEST(Parse, CallsReplacingFunctionsOnce) {
  EXPECT_EQ(
      error_of("regex_replace(http.host, \"a\", \"b\") eq regex_replace(http.host, \"c\", \"d\")").message,
      "regex_replace can be called only once in an expression");
  EXPECT_EQ(
      error_of("regex_replace(wildcard_replace(http.host, \"a\", \"b\"), \"a\", \"b\") eq \"c\"").message,
      "regex_replace and wildcard_replace cannot be nested in each other");
  EXPECT_TRUE(parses("regex_replace(http.host, \"a\", \"b\") eq wildcard_replace(http.host, \"c\", \"d\")"));
}

TEST(Parse, RefusesPatternsThatWouldCostTooMuch) {
  EXPECT_FALSE(parse_filter("http.host matches \"(((a{1000}){1000}){1000})\"", {}).has_value());
  EXPECT_FALSE(parse_filter("http.host wildcard \"" + repeated("*a", 40) + "\"", {}).has_value());
}

TEST(ParseValue, AcceptsTheWantedTypes) {
  const Type texts[] = {Scalar::kBytes};
  EXPECT_TRUE(parse_value("http.host", texts, {}).has_value());
  EXPECT_TRUE(parse_value("\"https://a.example/\"", texts, {}).has_value());
  EXPECT_EQ(parse_value("ip.src", texts, {}).error().message, "expected value of type Bytes, but got Ip");
  EXPECT_EQ(parse_value("http.request.headers.names[*]", texts, {}).error().message,
            "expected value of type Bytes, but got Array<Bytes>");
  const Type header[] = {Scalar::kBytes, Scalar::kInt, Scalar::kIp};
  EXPECT_TRUE(parse_value("ip.src", header, {}).has_value());
  EXPECT_EQ(parse_value("ssl", header, {}).error().message,
            "expected value of type Bytes, Int or Ip, but got Bool");
  const Type tags[] = {Type::array_of(Scalar::kBytes)};
  EXPECT_TRUE(parse_value("http.request.headers[\"a\"][*]", tags, {}).has_value());
  EXPECT_EQ(parse_value("http.host eq \"x\"", texts, {}).error().message, "unrecognised input");
}

}  // namespace
}  // namespace brink::rules
