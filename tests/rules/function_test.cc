#include "rules/function.h"

#include "base/arena.h"

#include <deque>

#include <gtest/gtest.h>

namespace brink::rules {
namespace {

// An argument as an expression would have it: a literal, or a field with a value.
struct Given {
  Argument argument;
  Value value;
};

class FunctionTest : public testing::Test {
 protected:
  Given literal(std::string_view text) {
    const Value value = Value::of_bytes(text);
    return {{.type = Scalar::kBytes, .is_literal = true, .literal = value}, value};
  }
  Given literal(const char* text) { return literal(std::string_view(text)); }
  Given literal(std::int64_t number) {
    const Value value = Value::of_int(number);
    return {{.type = Scalar::kInt, .is_literal = true, .literal = value}, value};
  }
  Given literal(int number) { return literal(std::int64_t{number}); }
  Given field(std::string_view text, std::string_view name = "http.host") {
    return {{.type = Scalar::kBytes, .field_name = name}, Value::of_bytes(text)};
  }
  Given number(std::int64_t number) { return {{.type = Scalar::kInt}, Value::of_int(number)}; }
  Given boolean(bool value) { return {{.type = Scalar::kBool}, Value::of_bool(value)}; }
  Given ip(std::string_view text) {
    return {{.type = Scalar::kIp}, Value::of_ip(addresses_.emplace_back(*net::IpAddress::parse(text)))};
  }
  Given missing(Type type = Scalar::kBytes) { return {{.type = type}, {}}; }
  Given array(std::initializer_list<std::string_view> texts) {
    auto& values = arrays_.emplace_back();
    for (const auto text : texts) values.push_back(Value::of_bytes(text));
    return {{.type = Type::array_of(Scalar::kBytes)}, Value::of_array(values)};
  }
  Given headers() {
    static const Value accept[] = {Value::of_bytes("text/html"), Value::of_bytes("*/*")};
    static const MapEntry entries[] = {{"accept", Value::of_array(accept)}, {"x-empty", Value::of_array({})}};
    return {{.type = Type::map_of(Type::array_of(Scalar::kBytes))}, Value::of_map(entries)};
  }

  std::expected<Type, std::string> check(std::string_view name, const std::vector<Given>& given) {
    std::vector<Argument> arguments;
    for (const Given& one : given) arguments.push_back(one.argument);
    const Function* function = find_function(name);
    if (function == nullptr) return std::unexpected("no function " + std::string(name));
    Prepared prepared;
    const auto type = function->check(arguments, prepared);
    if (!type) return std::unexpected(type.error().text);
    return *type;
  }
  std::string problem(std::string_view name, const std::vector<Given>& given) {
    const auto type = check(name, given);
    return type ? "accepted" : type.error();
  }
  Value value(std::string_view name, const std::vector<Given>& given) {
    const Function* function = find_function(name);
    std::vector<Argument> arguments;
    std::vector<Value> values;
    for (const Given& one : given) {
      arguments.push_back(one.argument);
      values.push_back(one.value);
    }
    Prepared prepared;
    const auto type = function->check(arguments, prepared);
    EXPECT_TRUE(type) << name << ": " << type.error().text;
    if (!type) return {};
    return function->call(values, prepared, arena_);
  }
  // A string's bytes, an integer's digits, true, false, an address, [a, b], or "missing".
  std::string call(std::string_view name, const std::vector<Given>& given) {
    return text_of(value(name, given));
  }
  static std::string text_of(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::kMissing: return "missing";
      case Value::Kind::kBool: return value.is_true() ? "true" : "false";
      case Value::Kind::kInt: return std::to_string(value.integer());
      case Value::Kind::kBytes: return std::string(value.bytes());
      case Value::Kind::kIp: return value.ip().text();
      case Value::Kind::kMap: return "map";
      case Value::Kind::kArray: break;
    }
    std::string text;
    for (const Value& element : value.elements()) text += (text.empty() ? "" : ", ") + text_of(element);
    return "[" + text + "]";
  }

  Arena arena_;
  std::deque<net::IpAddress> addresses_;
  std::deque<std::vector<Value>> arrays_;
};

constexpr std::string_view kUri = "https://Shop.Example.com/Catalog/Red%20Shoes.HTML?color=red&size=42";
constexpr std::string_view kPath = "/Catalog/Red%20Shoes.HTML";
constexpr std::string_view kQuery = "color=red&size=42&color=Blue&gift&note=";

// --- The table ---

TEST(Functions, AreFoundByTheirNames) {
  for (const Function& function : functions()) {
    EXPECT_EQ(find_function(function.name), &function);
    EXPECT_EQ(&facts_of(function.id), &function);
    EXPECT_TRUE(function.signature.starts_with(std::string(function.name) + "("));
    EXPECT_TRUE(function.meaning.ends_with("."));
  }
  EXPECT_EQ(find_function("any"), nullptr);
  EXPECT_EQ(find_function("LOWER"), nullptr);
}

TEST_F(FunctionTest, AreMissingWhereAnArgumentIs) {
  EXPECT_EQ(call("lower", {missing()}), "missing");
  EXPECT_EQ(call("len", {missing(Type::array_of(Scalar::kBytes))}), "missing");
  EXPECT_EQ(call("starts_with", {missing(), literal("a")}), "missing");
  EXPECT_EQ(call("ends_with", {field("a"), missing()}), "missing");
  EXPECT_EQ(call("cidr", {missing(Scalar::kIp), literal(24), literal(64)}), "missing");
  EXPECT_EQ(call("cidr6", {missing(Scalar::kIp), literal(64)}), "missing");
  EXPECT_EQ(call("split", {missing(), literal(","), literal(3)}), "missing");
  EXPECT_EQ(call("join", {missing(Type::array_of(Scalar::kBytes)), literal(",")}), "missing");
  EXPECT_EQ(call("substring", {missing(), literal(1)}), "missing");
  EXPECT_EQ(call("to_string", {missing(Scalar::kInt)}), "missing");
  EXPECT_EQ(call("url_decode", {missing()}), "missing");
  EXPECT_EQ(call("regex_replace", {missing(), literal("a"), literal("b")}), "missing");
  EXPECT_EQ(call("wildcard_replace", {missing(), literal("a"), literal("b")}), "missing");
  EXPECT_EQ(call("lookup_json_string", {missing(), literal("a")}), "missing");
  EXPECT_EQ(call("lookup_json_integer", {field("{}"), missing()}), "missing");
  EXPECT_EQ(call("hash_in_range", {literal(0), literal(9), missing()}), "missing");
  EXPECT_EQ(call("sha256", {missing()}), "missing");
  EXPECT_EQ(call("uuidv4", {missing()}), "missing");
  EXPECT_EQ(call("encode_base64", {missing()}), "missing");
  EXPECT_EQ(call("decode_base64", {missing()}), "missing");
  EXPECT_EQ(call("remove_bytes", {missing(), literal("a")}), "missing");
  EXPECT_EQ(call("has_key", {missing(headers().argument.type), literal("a")}), "false");
  EXPECT_EQ(call("has_value", {missing(Type::array_of(Scalar::kBytes)), literal("a")}), "false");
}

// --- Errors ---

TEST_F(FunctionTest, TellWhatIsWrongWithTheirArguments) {
  EXPECT_EQ(problem("lower", {}), "invalid number of arguments");
  EXPECT_EQ(problem("lower", {field("a"), field("b")}), "invalid number of arguments");
  EXPECT_EQ(problem("lower", {number(1)}),
            "invalid type of argument #0: expected value of type Bytes, but got Int");
  EXPECT_EQ(problem("starts_with", {literal("abc"), literal("a")}),
            "invalid kind of argument #0: expected argument of kind Field, but got Literal");
  EXPECT_EQ(problem("split", {field("a"), field("b"), literal(3)}),
            "invalid kind of argument #1: expected argument of kind Literal, but got Field");
  EXPECT_EQ(problem("to_string", {field("a")}),
            "invalid type of argument #0: expected value of type Int, Bool or Ip, but got Bytes");
  EXPECT_EQ(problem("len", {headers()}),
            "invalid type of argument #0: expected value of type Bytes or Array, but got Map<Array<Bytes>>");
  EXPECT_EQ(
      problem("concat", {literal("a"), number(1)}),
      "invalid type of argument #1: expected value of type Bytes (to_string() makes Bytes), but got Int");
  EXPECT_EQ(problem("regex_replace", {field("a"), literal("("), literal("")}),
            "invalid value of argument #1: unclosed group");
  EXPECT_EQ(problem("regex_replace", {field("a"), literal("a"), literal("$1")}),
            "invalid value of argument #2: a $ in a replacement begins ${1} to ${8}, or is written $$");
  EXPECT_EQ(problem("wildcard_replace", {field("a"), literal("a**b"), literal("")}),
            "invalid value of argument #1: wildcard contains a double star");
  EXPECT_EQ(problem("wildcard_replace", {field("a"), literal("a"), literal(""), literal("i")}),
            "invalid value of argument #3: the only flag is \"s\"");
  EXPECT_EQ(problem("cidr", {ip("1.2.3.4"), literal(33), literal(64)}),
            "invalid value of argument #1: expected an integer from 1 to 32, but got 33");
  EXPECT_EQ(problem("cidr", {ip("1.2.3.4"), number(24), literal(64)}),
            "invalid kind of argument #1: expected argument of kind Literal, but got Field");
  EXPECT_EQ(problem("cidr6", {ip("1.2.3.4"), literal(0)}),
            "invalid value of argument #1: expected an integer from 1 to 128, but got 0");
  EXPECT_EQ(problem("split", {field("a"), literal(""), literal(3)}),
            "invalid value of argument #1: the separator is empty");
  EXPECT_EQ(problem("split", {field("a"), literal(","), literal(129)}),
            "invalid value of argument #2: expected an integer from 1 to 128, but got 129");
  EXPECT_EQ(problem("encode_base64", {field("a"), literal("x")}),
            "invalid value of argument #1: flags are letters of \"up\", each at most once");
  EXPECT_EQ(problem("hash_in_range", {literal(3), literal(3), field("a")}),
            "invalid value of argument #1: the upper bound is not above the lower one");
  EXPECT_EQ(problem("remove_query_args", {field("a=1"), literal("a")}),
            "invalid value of argument #0: expected http.request.uri.query or raw.http.request.uri.query");
  EXPECT_EQ(problem("lookup_json_string", {field("[]"), literal(-1)}),
            "invalid value of argument #1: positions count from 0");
  EXPECT_EQ(problem("lookup_json_string", {field("[]")}), "invalid number of arguments");
  EXPECT_EQ(problem("has_key", {field("a"), literal("a")}),
            "invalid type of argument #0: expected value of type Map, but got Bytes");
  EXPECT_EQ(problem("has_value", {array({"a"}), literal(1)}),
            "invalid type of argument #1: expected value of type Bytes, but got Int");
  EXPECT_EQ(problem("coalesce", {field("a"), number(1)}),
            "invalid type of argument #1: expected value of type Bytes, but got Int");
  EXPECT_EQ(problem("concat", std::vector<Given>(33, field("a"))), "invalid number of arguments");
  EXPECT_EQ(problem("concat", {field("a")}), "invalid number of arguments");
}

TEST_F(FunctionTest, AnswerTheirTypes) {
  EXPECT_EQ(check("split", {field("a"), literal(",")}), Type::array_of(Scalar::kBytes));
  EXPECT_EQ(check("concat", {array({}), array({})}), Type::array_of(Scalar::kBytes));
  EXPECT_EQ(check("coalesce", {ip("::1"), ip("::1")}), Type(Scalar::kIp));
  EXPECT_EQ(check("len", {field("")}), Type(Scalar::kInt));
  EXPECT_EQ(check("has_key", {headers(), field("")}), Type(Scalar::kBool));
}

// --- Text ---

TEST_F(FunctionTest, StartsWithAndEndsWithCompareBytes) {
  EXPECT_EQ(call("starts_with", {field("abc"), literal("ab")}), "true");
  EXPECT_EQ(call("starts_with", {field("abc"), literal("AB")}), "false");
  EXPECT_EQ(call("ends_with", {field("abc"), literal("bc")}), "true");
  EXPECT_EQ(call("ends_with", {field("abc"), literal("")}), "true");
  EXPECT_EQ(call("starts_with", {field(""), literal("a")}), "false");
}

TEST_F(FunctionTest, LowerAndUpperChangeAsciiLetters) {
  EXPECT_EQ(call("lower", {field("Shop.Example.com[\xc3\x89")}), "shop.example.com[\xc3\x89");
  EXPECT_EQ(call("upper", {field("abc{z}")}), "ABC{Z}");
  const std::string_view lower = "already";
  EXPECT_EQ(value("lower", {field(lower)}).bytes().data(), lower.data());
}

TEST_F(FunctionTest, RemoveBytesTakesASet) {
  EXPECT_EQ(call("remove_bytes", {field("Shop.Example.com"), literal("So")}), "hp.Example.cm");
  EXPECT_EQ(call("remove_bytes", {field("abc"), literal("")}), "abc");
  EXPECT_EQ(call("remove_bytes", {field("aaa"), literal("a")}), "");
}

TEST_F(FunctionTest, SubstringClampsItsIndexes) {
  EXPECT_EQ(call("substring", {field(kPath), literal(-4)}), "HTML");
  EXPECT_EQ(call("substring", {field(kPath), literal(1), literal(4)}), "Cat");
  EXPECT_EQ(call("substring", {field(kPath), literal(100)}), "");
  EXPECT_EQ(call("substring", {field("abc"), literal(2), literal(1)}), "");
  EXPECT_EQ(call("substring", {field("abc"), literal(-9), literal(-1)}), "ab");
  EXPECT_EQ(call("substring", {field("abc"), literal(0), literal(9)}), "abc");
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(call("substring", {field("abc"), literal(kLeast), literal(kMost)}), "abc");
}

TEST_F(FunctionTest, ToStringWritesScalars) {
  EXPECT_EQ(call("to_string", {number(std::numeric_limits<std::int64_t>::min())}), "-9223372036854775808");
  EXPECT_EQ(call("to_string", {boolean(true)}), "true");
  EXPECT_EQ(call("to_string", {boolean(false)}), "false");
  EXPECT_EQ(call("to_string", {ip("2001:db8:6a0b:1a01:0:0:0:99")}), "2001:db8:6a0b:1a01::99");
  EXPECT_EQ(call("to_string", {ip("203.0.113.7")}), "203.0.113.7");
}

TEST_F(FunctionTest, RemoveQueryArgsKeepsTheOthersInOrder) {
  const Given query = field(kQuery, "http.request.uri.query");
  EXPECT_EQ(call("remove_query_args", {query, literal("color")}), "size=42&gift&note=");
  EXPECT_EQ(call("remove_query_args", {query, literal("Color")}), kQuery);
  EXPECT_EQ(call("remove_query_args", {query, literal("color"), literal("gift"), literal("note")}),
            "size=42");
  EXPECT_EQ(call("remove_query_args", {field("a", "raw.http.request.uri.query"), literal("a")}), "");
  EXPECT_EQ(call("remove_query_args", {field("a&&b", "http.request.uri.query"), literal("a")}), "&b");
}

// --- Collections ---

TEST_F(FunctionTest, CoalesceAnswersTheFirstThatIsThere) {
  EXPECT_EQ(call("coalesce", {missing(), field("203.0.113.7")}), "203.0.113.7");
  EXPECT_EQ(call("coalesce", {field(""), literal("d")}), "");
  EXPECT_EQ(call("coalesce", {missing(), missing()}), "missing");
}

TEST_F(FunctionTest, ConcatLeavesOutWhatIsMissing) {
  EXPECT_EQ(call("concat", {literal("/"), missing(), literal("no")}), "/no");
  EXPECT_EQ(call("concat", {literal("fr-"), field("GB"), literal("-"), field("true")}), "fr-GB-true");
  EXPECT_EQ(call("concat", {missing(), missing()}), "missing");
  EXPECT_EQ(call("concat", {array({"a"}), missing(Type::array_of(Scalar::kBytes)), array({"b", "c"})}),
            "[a, b, c]");
  EXPECT_EQ(call("concat", {array({}), array({})}), "[]");
}

TEST_F(FunctionTest, HasKeyAndHasValueLookIntoCollections) {
  EXPECT_EQ(call("has_key", {headers(), literal("accept")}), "true");
  EXPECT_EQ(call("has_key", {headers(), literal("x-empty")}), "true");
  EXPECT_EQ(call("has_key", {headers(), literal("Accept")}), "false");
  EXPECT_EQ(call("has_value", {array({"red", "green"}), literal("green")}), "true");
  EXPECT_EQ(call("has_value", {array({"red"}), field("green")}), "false");
  EXPECT_EQ(call("has_value", {headers(), array({"text/html", "*/*"})}), "true");
  EXPECT_EQ(call("has_value", {headers(), array({"*/*"})}), "false");
}

TEST_F(FunctionTest, SplitKeepsEmptyPiecesAndTheRest) {
  const Given tags = field("red,,green,blue");
  EXPECT_EQ(call("split", {tags, literal(","), literal(3)}), "[red, , green,blue]");
  EXPECT_EQ(call("split", {tags, literal(","), literal(1)}), "[red,,green,blue]");
  EXPECT_EQ(call("split", {tags, literal(",")}), "[red, , green, blue]");
  EXPECT_EQ(call("split", {field(""), literal(",")}), "[]");
  EXPECT_EQ(value("split", {field(""), literal(",")}).elements().size(), 1U);
  EXPECT_EQ(value("split", {field(std::string(500, ',')), literal(",")}).elements().size(), 128U);
  EXPECT_EQ(call("split", {field("a--b---c"), literal("--")}), "[a, b, -c]");
}

TEST_F(FunctionTest, JoinPutsSeparatorsBetween) {
  EXPECT_EQ(call("join", {array({"red", "", "green", "blue"}), literal("|")}), "red||green|blue");
  EXPECT_EQ(call("join", {array({"a"}), literal("|")}), "a");
  EXPECT_EQ(call("join", {array({}), literal("|")}), "");
}

TEST_F(FunctionTest, LenCountsBytesOrElements) {
  EXPECT_EQ(call("len", {array({"a", "b"})}), "2");
  EXPECT_EQ(call("len", {field("\xc3\xa9")}), "2");
}

// --- Networks ---

TEST_F(FunctionTest, CidrClearsTheHost) {
  EXPECT_EQ(call("cidr", {ip("203.0.113.7"), literal(24), literal(64)}), "203.0.113.0");
  EXPECT_EQ(call("cidr", {ip("203.0.113.7"), literal(1), literal(64)}), "128.0.0.0");
  EXPECT_EQ(call("cidr", {ip("203.0.113.7"), literal(32), literal(64)}), "203.0.113.7");
  EXPECT_EQ(call("cidr", {ip("203.0.113.255"), literal(27), literal(64)}), "203.0.113.224");
  EXPECT_EQ(call("cidr6", {ip("2001:db8:6a0b:1a01::99"), literal(64)}), "2001:db8:6a0b:1a01::");
  EXPECT_EQ(call("cidr6", {ip("2001:dbf::"), literal(29)}), "2001:db8::");
  EXPECT_EQ(call("cidr6", {ip("203.0.113.7"), literal(1)}), "203.0.113.7");
}

// --- Encoding ---

TEST_F(FunctionTest, EncodeBase64PadsWhenAsked) {
  EXPECT_EQ(call("encode_base64", {literal("Hi")}), "SGk");
  EXPECT_EQ(call("encode_base64", {literal("Hi"), literal("p")}), "SGk=");
  EXPECT_EQ(call("encode_base64", {literal("a"), literal("p")}), "YQ==");
  EXPECT_EQ(call("encode_base64", {literal("abc"), literal("p")}), "YWJj");
  EXPECT_EQ(call("encode_base64", {literal("")}), "");
  EXPECT_EQ(call("encode_base64", {literal("\xfb\xff")}), "+/8");
  EXPECT_EQ(call("encode_base64", {literal("\xfb\xff"), literal("up")}), "-_8=");
}

TEST_F(FunctionTest, DecodeBase64TakesBothAlphabets) {
  EXPECT_EQ(call("decode_base64", {field("SGk=")}), "Hi");
  EXPECT_EQ(call("decode_base64", {field("SGk")}), "Hi");
  EXPECT_EQ(call("decode_base64", {field("-_8")}), "\xfb\xff");
  EXPECT_EQ(call("decode_base64", {field("+/8=")}), "\xfb\xff");
  EXPECT_EQ(call("decode_base64", {field("")}), "");
  for (const std::string_view broken : {"S", "SGk==", "SG=k", "S Gk", "SGk\n", "====", "SGkx="})
    EXPECT_EQ(call("decode_base64", {field(broken)}), "missing") << broken;
}

TEST_F(FunctionTest, UrlDecodeDecodesOnceUnlessToldToRepeat) {
  EXPECT_EQ(call("url_decode", {field("a%2Bb+c")}), "a+b c");
  EXPECT_EQ(call("url_decode", {field("%252")}), "%2");
  EXPECT_EQ(call("url_decode", {field("%25%32%35")}), "%25");
  EXPECT_EQ(call("url_decode", {field("100%"), literal("r")}), "100%");
  EXPECT_EQ(call("url_decode", {field("%25252541"), literal("r")}), "A");
  EXPECT_EQ(call("url_decode", {field("%zz%4")}), "%zz%4");
  EXPECT_EQ(call("url_decode", {field("plain")}), "plain");
  EXPECT_EQ(call("url_decode", {literal("John%20Doe")}), "John Doe");
}

TEST_F(FunctionTest, UrlDecodeReadsUnicodeEscapesWhenTold) {
  EXPECT_EQ(call("url_decode", {field("%u00e9")}), "%u00e9");
  EXPECT_EQ(call("url_decode", {field("%u00e9"), literal("u")}), "\xc3\xa9");
  EXPECT_EQ(call("url_decode", {field("%uD83D%uDE00"), literal("u")}), "\xf0\x9f\x98\x80");
  EXPECT_EQ(call("url_decode", {field("%uD83D!"), literal("u")}), "%uD83D!");
  EXPECT_EQ(call("url_decode", {field("%25u0041"), literal("ur")}), "A");
}

// --- Hashing ---

TEST_F(FunctionTest, HashInRangeIsTheSameEverywhereAndInRange) {
  EXPECT_EQ(call("hash_in_range", {literal(0), literal(100), field("a")}),
            call("hash_in_range", {literal(0), literal(100), field("a")}));
  EXPECT_NE(value("hash_in_range", {literal(0), literal(1'000'000'000), field("ab"), field("c")}).integer(),
            value("hash_in_range", {literal(0), literal(1'000'000'000), field("a"), field("bc")}).integer());
  std::array<int, 4> counts{};
  for (int n = 0; n < 4000; ++n) {
    const auto hash = value("hash_in_range", {literal(-2), literal(2), number(n)}).integer();
    ASSERT_GE(hash, -2);
    ASSERT_LT(hash, 2);
    ++counts[static_cast<std::size_t>(hash + 2)];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(value("hash_in_range", {literal(kLeast), literal(kMost), field("a")}).kind(), Value::Kind::kInt);
}

TEST_F(FunctionTest, Sha256IsTheDigest) {
  EXPECT_EQ(call("encode_base64", {field(call("sha256", {literal("abc")})), literal("p")}),
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

TEST_F(FunctionTest, Uuidv4SetsVersionAndVariant) {
  EXPECT_EQ(call("uuidv4", {field(std::string_view("\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", 16))}),
            "00010203-0405-4607-8809-0a0b0c0d0e0f");
  EXPECT_EQ(call("uuidv4", {field("too short")}), "missing");
}

TEST_F(FunctionTest, TimedHmacIsTheSignatureOfMessageAndTimestamp) {
  // echo -n /dl/a.bin1700000000 | openssl dgst -sha256 -hmac k -binary | base64
  const std::string mac = "PwEMwiSvx0PpXLLqPWdAnZUY3uuP9iVzNj0EQ14hf0w=";
  const std::string encoded = "PwEMwiSvx0PpXLLqPWdAnZUY3uuP9iVzNj0EQ14hf0w%3D";
  const std::string url_safe = "PwEMwiSvx0PpXLLqPWdAnZUY3uuP9iVzNj0EQ14hf0w";
  const auto valid = [&](std::string_view uri, std::int64_t now, std::string_view key = "k",
                         std::string_view flags = "") {
    std::vector<Given> given = {literal(key), field(uri), literal(60), number(now), literal(8)};
    if (!flags.empty()) given.push_back(literal(flags));
    return call("is_timed_hmac_valid_v0", given);
  };
  const std::string prefix = "/dl/a.bin?verify=1700000000-";
  EXPECT_EQ(valid(prefix + encoded, 1700000000), "true");
  EXPECT_EQ(valid(prefix + mac, 1700000000), "true");
  EXPECT_EQ(valid(prefix + encoded, 1700000060), "true");
  EXPECT_EQ(valid(prefix + encoded, 1700000061), "false");
  EXPECT_EQ(valid(prefix + encoded, 1600000000), "true");
  EXPECT_EQ(valid(prefix + encoded, 1700000000, "other"), "false");
  EXPECT_EQ(valid("/dl/b.bin?verify=1700000000-" + encoded, 1700000000), "false");
  EXPECT_EQ(valid(prefix + url_safe, 1700000000, "k", "s"), "true");
  EXPECT_EQ(valid(prefix + encoded, 1700000000, "k", "s"), "false");
  EXPECT_EQ(valid(prefix + url_safe, 1700000000), "false");
  EXPECT_EQ(valid("", 1700000000), "false");
  EXPECT_EQ(valid("1700000000-" + encoded, 1700000000), "false");  // there is no message
}

// --- Replacing ---

TEST_F(FunctionTest, RegexReplaceReplacesTheFirstMatch) {
  const auto replaced = [this](std::string_view source, const char* regex, const char* replacement) {
    return call("regex_replace", {field(source), literal(regex), literal(replacement)});
  };
  EXPECT_EQ(replaced("/new/page", "a", "4"), "/new/p4ge");
  EXPECT_EQ(replaced(kPath, "%", "-"), "/Catalog/Red-20Shoes.HTML");
  EXPECT_EQ(replaced("/new/page", "^/([^/]+)/(.+)$", "/${2}-$$-${1}"), "/page-$-new");
  EXPECT_EQ(replaced("/new/page", "^/([^/]+)/([^/]+)$", "/${2}"), "/page");
  EXPECT_EQ(replaced("/new/page", "x", "y"), "/new/page");
  EXPECT_EQ(replaced("b", "(a)?b", "[${1}${7}]"), "[]");
  EXPECT_EQ(replaced("", "", "x"), "x");
  EXPECT_EQ(replaced("ab", "$", "!"), "ab!");
}

TEST_F(FunctionTest, WildcardReplaceReplacesTheWhole) {
  const auto replaced = [this](std::string_view source, const char* pattern, const char* replacement) {
    return call("wildcard_replace", {field(source), literal(pattern), literal(replacement)});
  };
  EXPECT_EQ(replaced(kUri, "https://*.example.com/*?*", "https://example.com/${1}/${2}"),
            "https://example.com/Shop/Catalog/Red%20Shoes.HTML");
  EXPECT_EQ(replaced(kPath, "/*/*", "${1}|${2}"), "Catalog|Red%20Shoes.HTML");
  EXPECT_EQ(replaced(kPath, "/catalog/*", "/c/${1}"), "/c/Red%20Shoes.HTML");
  EXPECT_EQ(replaced(kPath, "/catalog", "/c"), kPath);
  EXPECT_EQ(replaced(kPath, "/*", "${2}$$"), "$");
  EXPECT_EQ(call("wildcard_replace", {field(kPath), literal("/catalog/*"), literal("/${1}"), literal("s")}),
            kPath);
}

}  // namespace
}  // namespace brink::rules
