#include "dns_wire/rdata.h"

#include "base/encoding.h"
#include "dns_wire/character_string.h"
#include "dns_wire/type.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::dns_wire {
namespace {

using namespace std::string_literals;

const Name kOrigin = Name::parse_absolute("example.com").value();

std::string wire(std::string_view type, std::string_view text) {
  const auto result = parse_rdata(parse_type(type).value(), text, kOrigin);
  return result ? hex_encode(*result) : result.error().text();
}

// The text of the text's wire form.
std::string round(std::string_view type, std::string_view text, NameStyle style = NameStyle::kAbsolute) {
  const std::uint16_t number = parse_type(type).value();
  const auto bytes = parse_rdata(number, text, kOrigin);
  if (!bytes) return bytes.error().text();
  const auto printed = rdata_text(number, *bytes, style);
  if (!printed) return printed.error().text();
  // What is printed reads as what it was printed from.
  EXPECT_EQ(parse_rdata(number, *printed, Name()).value_or("unreadable"), *bytes) << *printed;
  return *printed;
}

std::string at(WireError error, std::int64_t position) { return Error(error, position).text(); }

TEST(Rdata, ReadsAndPrintsEveryType) {
  struct Case {
    std::string_view type, given, printed;
  };
  for (const Case& c : std::vector<Case>{
           {"A", "192.0.2.1", "192.0.2.1"},
           {"AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
           {"AAAA", "::ffff:192.0.2.1", "::ffff:192.0.2.1"},
           {"AAAA", "::", "::"},
           {"CNAME", "www", "www.example.com."},
           {"CNAME", "@", "example.com."},
           {"NS", "ns1.example.net.", "ns1.example.net."},
           {"PTR", "host.example.net.", "host.example.net."},
           {"DNAME", "example.net.", "example.net."},
           {"MX", "10 mail", "10 mail.example.com."},
           {"MX", "0 .", "0 ."},  // RFC 7505
           {"SOA", "ns1 admin.example.org. 2026112401 2h 15m 2w 1h",
            "ns1.example.com. admin.example.org. 2026112401 7200 900 1209600 3600"},
           {"TXT", "v=spf1", "\"v=spf1\""},
           {"TXT", "\"a b\" c \"\"", "\"a b\" \"c\" \"\""},
           {"TXT", "\"quote \\\" backslash \\\\ byte \\007 \\255\"",
            "\"quote \\\" backslash \\\\ byte \\007 \\255\""},
           {"TXT", "\"a\"\"b\"", "\"a\" \"b\""},
           {"SPF", "\"v=spf1 -all\"", "\"v=spf1 -all\""},
           {"SRV", "0 5 5060 sip", "0 5 5060 sip.example.com."},
           {"CAA", "0 issue \"ca.example.net; policy=ev\"", "0 issue \"ca.example.net; policy=ev\""},
           {"CAA", "128 iodef mailto:security@example.com", "128 iodef \"mailto:security@example.com\""},
           {"CAA", "0 issue \"\"", "0 issue \"\""},
           {"URI", "10 1 \"ftp://ftp1.example.com/public\"",
            "10 1 \"ftp://ftp1.example.com/public\""},  // RFC 7553
           {"NAPTR", "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.gatech.edu.",
            "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.gatech.edu."},  // RFC 3403
           {"NAPTR", R"(100 10 "" "" "!^urn:cid:.+@([^\\.]+\\.)(.*)$!\\2!i" .)",
            R"(100 10 "" "" "!^urn:cid:.+@([^\\.]+\\.)(.*)$!\\2!i" .)"},
           {"SSHFP", "2 1 123456789abcdef67890123456789abcdef67890",
            "2 1 123456789abcdef67890123456789abcdef67890"},  // RFC 4255
           {"TLSA", "0 0 1 d2abde240d7cd3ee6b4b28c54df034b9 7983A1D16E8A410E4561CB106618E971",
            "0 0 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"},  // RFC 6698
           {"SMIMEA", "3 1 0 0102", "3 1 0 0102"},
           {"DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
            "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"},  // RFC 4034
           {"DS", "60485 RSASHA1 1 2BB183AF5F22588179A5 3B0A98631FAD1A292118",
            "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118"},
           {"CDS", "0 0 0 00", "0 0 0 00"},  // RFC 8078
           {"DNSKEY", "256 3 5 AQPSKmynfzW4 kyBv015MUG2DeIQ3", "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3"},
           {"CDNSKEY", "0 3 0 AA==", "0 3 0 AA=="},
           {"CERT", "PGP 0 0 AQID", "3 0 0 AQID"},
           {"CERT", "URI 7 ECDSAP256SHA256 AQID", "253 7 13 AQID"},
           {"OPENPGPKEY", "AQID", "AQID"},
       }) {
    EXPECT_EQ(round(c.type, c.given), c.printed) << c.type << " " << c.given;
  }
}

TEST(Rdata, ShowsNamesAsHostsForApis) {
  EXPECT_EQ(round("SRV", "10 5 5060 sip", NameStyle::kHost), "10 5 5060 sip.example.com");
  EXPECT_EQ(round("HTTPS", "1 . alpn=h2,h3", NameStyle::kHost), "1 . alpn=\"h2,h3\"");
}

TEST(Rdata, HasTheWireFormsOfTheRfcs) {
  EXPECT_EQ(wire("A", "10.0.0.1"), "0a000001");
  EXPECT_EQ(wire("MX", "10 A.ISI.EDU."),
            "000a"
            "0141"
            "03495349"
            "03454455"
            "00");
  EXPECT_EQ(wire("TXT", "\"\\000\" bc"),
            "0100"
            "026263");
  EXPECT_EQ(wire("CAA", "0 issue \"ca\""),
            "00"
            "05" +
                hex_encode("issueca"));
  EXPECT_EQ(wire("URI", "10 1 \"x\""),
            "000a0001"
            "78");
}

TEST(Rdata, TakesTheUnknownForm) {  // RFC 3597 section 5
  EXPECT_EQ(wire("TYPE731", "\\# 6 abcdef 01 2345"), "abcdef012345");
  EXPECT_EQ(wire("TYPE62347", "\\# 0"), "");
  EXPECT_EQ(wire("A", "\\# 4 0A000001"), "0a000001");
  EXPECT_EQ(round("A", "\\# 4 0A000001"), "10.0.0.1");
  EXPECT_EQ(round("TYPE731", "\\# 6 abcdef 01 2345"), "\\# 6 abcdef012345");
  EXPECT_EQ(round("TYPE731", "\\# 0"), "\\# 0");

  EXPECT_EQ(wire("TYPE731", "abc"), at(WireError::kNoTextForm, 0));
  EXPECT_EQ(wire("TYPE731", "\\# 5 abcdef"), at(WireError::kLengthDiffers, 3));
  EXPECT_EQ(wire("TYPE731", "\\# 3"), at(WireError::kLengthDiffers, 4));
  EXPECT_EQ(wire("TYPE731", "\\#"), at(WireError::kTooFewFields, 2));
  EXPECT_EQ(wire("TYPE731", "\\# 70000 00"), at(WireError::kOutOfRange, 3));
  EXPECT_EQ(wire("A", "\\# 5 0A00000102"), at(WireError::kTrailingBytes, 0));
  EXPECT_EQ(wire("MX", "\\# 2 000a"), at(WireError::kTruncated, 0));
}

TEST(Rdata, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string_view type, text;
    WireError error;
    std::int64_t position;
  };
  for (const Case& c : std::vector<Case>{
           {"A", "nope", WireError::kBadIpv4, 0},
           {"A", "192.0.2.256", WireError::kBadIpv4, 0},
           {"A", "::1", WireError::kBadIpv4, 0},
           {"A", "192.0.2.1 x", WireError::kTooManyFields, 10},
           {"A", "", WireError::kTooFewFields, 0},
           {"AAAA", "192.0.2.1", WireError::kBadIpv6, 0},
           {"AAAA", "2001:db8::1::2", WireError::kBadIpv6, 0},
           {"MX", "10", WireError::kTooFewFields, 2},
           {"MX", "ten mail", WireError::kBadNumber, 0},
           {"MX", "65536 mail", WireError::kOutOfRange, 0},
           {"MX", "-1 mail", WireError::kBadNumber, 0},
           {"MX", "10 mail..example", WireError::kEmptyLabel, 8},
           {"CNAME", "a b", WireError::kTooManyFields, 2},
           {"CNAME", "a;b", WireError::kStrayCharacter, 1},
           {"CNAME", "a\nb", WireError::kStrayCharacter, 1},
           {"CNAME", "(a)", WireError::kStrayCharacter, 0},
           {"TXT", "\"open", WireError::kUnclosedQuote, 0},
           {"TXT", "\"open\\\"", WireError::kUnclosedQuote, 0},
           {"TXT", "a\\", WireError::kBadEscape, 1},
           {"TXT", "\"x\\999\"", WireError::kBadEscape, 2},
           {"TXT", "a\"b", WireError::kStrayCharacter, 1},
           {"CAA", "0 is-sue \"x\"", WireError::kBadTag, 2},
           {"CAA", "0 \"\" \"x\"", WireError::kBadTag, 3},
           {"CAA", "0 abcdefghijklmnop \"x\"", WireError::kBadTag, 2},
           {"CAA", "256 issue \"x\"", WireError::kOutOfRange, 0},
           {"CAA", "0 issue", WireError::kTooFewFields, 7},
           {"URI", "10 1 \"\"", WireError::kEmptyString, 6},
           {"DS", "60485 5 1 2BB1", WireError::kWrongDigestLength, 0},
           {"DS", "60485 5 9 2BB", WireError::kBadHex, 10},
           {"DS", "60485 NOPE 1 2BB1", WireError::kBadNumber, 6},
           {"SSHFP", "1 2 0102", WireError::kWrongDigestLength, 0},
           {"TLSA", "3 1 1 zz", WireError::kBadHex, 6},
           {"TLSA", "3 1 2 00", WireError::kWrongDigestLength, 0},
           {"DNSKEY", "256 3 5 A", WireError::kBadBase64, 8},
           {"SOA", "a b 1 2 3 4", WireError::kTooFewFields, 11},
           {"SOA", "a b 1 2 3 4 5x", WireError::kBadTtl, 12},
       }) {
    EXPECT_EQ(wire(c.type, c.text), at(c.error, c.position)) << c.type << " " << c.text;
  }
}

TEST(Rdata, KeepsTheLimitsOfStringsAndRecords) {
  EXPECT_EQ(wire("TXT", std::string(255, 'a')).size(), 512u);
  EXPECT_EQ(wire("TXT", "x " + std::string(256, 'a')), at(WireError::kStringTooLong, 2));
  std::string strings;
  for (int i = 0; i < 255; ++i) strings += "\"" + std::string(255, 'a') + "\" ";
  EXPECT_EQ(wire("TXT", strings + "\"" + std::string(254, 'b') + "\"").size(), 2 * kMaxRdataBytes);
  EXPECT_EQ(wire("TXT", strings + "\"" + std::string(255, 'b') + "\""), at(WireError::kRdataTooLong, 1));
  EXPECT_EQ(wire("TXT", std::string(kMaxEntryBytes + 1, 'a')), at(WireError::kEntryTooLarge, 0));
  std::string many;
  for (std::size_t i = 0; i <= kMaxEntryTokens; ++i) many += "a ";
  EXPECT_EQ(wire("TXT", many), at(WireError::kEntryTooLarge, 2 * kMaxEntryTokens - 1));
}

TEST(Rdata, LeavesTheBufferAsItWasAfterAnError) {
  std::string buffer = "before";
  const auto tokens = tokenize("10 mail extra").value();
  EXPECT_FALSE(parse_rdata(type::kMx, tokens, kOrigin, buffer));
  EXPECT_EQ(buffer, "before");
}

TEST(Rdata, PrintsNoWireFormThatIsNone) {
  struct Case {
    std::uint16_t type;
    std::string wire;
    WireError error;
    std::int64_t position;
  };
  for (const Case& c : std::vector<Case>{
           {type::kA, "abc", WireError::kTruncated, 0},
           {type::kA, "abcde", WireError::kTrailingBytes, 4},
           {type::kAaaa, "abcd", WireError::kTruncated, 0},
           {type::kMx, "\0"s, WireError::kTruncated, 0},
           {type::kMx, "\0\1"s, WireError::kTruncated, 2},
           {type::kMx, "\0\1\xc0\x0c"s, WireError::kCompressedName, 2},
           {type::kMx, "\0\1\0x"s, WireError::kTrailingBytes, 3},
           {type::kTxt, "", WireError::kTruncated, 0},
           {type::kTxt, "\5abc", WireError::kTruncated, 0},
           {type::kTxt, "\1a\5bc", WireError::kTruncated, 2},
           {type::kCaa, "\0\0x"s, WireError::kBadTag, 1},
           {type::kCaa, "\0\3a-bx"s, WireError::kBadTag, 1},
           {type::kUri, "\0\1\0\1"s, WireError::kTruncated, 4},
           {type::kDs, "\0\1\5\1"s, WireError::kTruncated, 4},
           {type::kDs, "\0\1\5\1abc"s, WireError::kWrongDigestLength, 4},
           {type::kSvcb, "\0\1\0\0"s, WireError::kTruncated, 3},
           {type::kLoc, std::string(15, '\0'), WireError::kTruncated, 0},
           {type::kLoc, "\1" + std::string(15, '\0'), WireError::kBadLocation, 0},
           {type::kLoc, "\0\xa0"s + std::string(14, '\0'), WireError::kBadLocation, 1},
           {type::kLoc, std::string(16, '\0'), WireError::kBadLocation, 4},
       }) {
    const auto text = rdata_text(c.type, c.wire);
    ASSERT_FALSE(text) << c.type << ": " << *text;
    EXPECT_EQ(text.error().text(), at(c.error, c.position)) << c.type << " " << hex_encode(c.wire);
  }
}

TEST(Rdata, FoldsNamesInCanonicalForm) {  // RFC 4034 section 6.2
  const auto canonical = [](std::uint16_t type, std::string_view text) {
    return rdata_text(type, canonical_rdata(type, parse_rdata(type, text, kOrigin).value()).value()).value();
  };
  EXPECT_EQ(canonical(type::kMx, "10 MAIL.Example."), "10 mail.example.");
  EXPECT_EQ(canonical(type::kSoa, "NS.Example. Admin.Example. 1 2 3 4 5"),
            "ns.example. admin.example. 1 2 3 4 5");
  EXPECT_EQ(canonical(type::kNaptr, "1 2 \"S\" \"E2U\" \"\" SIP.Example."),
            "1 2 \"S\" \"E2U\" \"\" sip.example.");
  EXPECT_EQ(canonical(type::kSvcb, "1 Foo.Example."), "1 Foo.Example.");
  EXPECT_EQ(canonical(type::kTxt, "ABC"), "\"ABC\"");
}

// --- RFC 9460 appendix D ---

TEST(ServiceParameters, HaveTheWireFormsOfTheRfc) {
  const std::string foo = "03666f6f076578616d706c6503636f6d00";
  const std::string foo_org = "03666f6f076578616d706c65036f726700";
  EXPECT_EQ(wire("HTTPS", "0 foo.example.com."), "0000" + foo);
  EXPECT_EQ(wire("SVCB", "1 ."), "000100");
  EXPECT_EQ(wire("SVCB", "16 foo.example.com. port=53"), "0010" + foo + "000300020035");
  EXPECT_EQ(wire("SVCB", "1 foo.example.com. key667=hello"), "0001" + foo + "029b000568656c6c6f");
  EXPECT_EQ(wire("SVCB", "1 foo.example.com. key667=\"hello\\210qoo\""),
            "0001" + foo + "029b000968656c6c6fd2716f6f");
  EXPECT_EQ(wire("SVCB", "1 foo.example.com. ( ipv6hint=\"2001:db8::1,2001:db8::53:1\" )"),
            at(WireError::kStrayCharacter, 19));
  EXPECT_EQ(wire("SVCB", "1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\""),
            "0001" + foo +
                "00060020"
                "20010db8000000000000000000000001"
                "20010db8000000000000000000530001");
  EXPECT_EQ(wire("SVCB", "1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\""),
            "0001"
            "076578616d706c6503636f6d00"
            "00060010"
            "20010db8012203440000"
            "0000c0000221");
  EXPECT_EQ(wire("SVCB", "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1"),
            "0010" + foo_org +
                "0000000400010004"
                "000100090268320568332d3139"
                "00040004c0000201");
  for (std::string_view alpn : {R"("f\\\\oo\\,bar,h2")", R"(f\\\092oo\092,bar,h2)"})
    EXPECT_EQ(wire("SVCB", "16 foo.example.org. alpn=" + std::string(alpn)),
              "0010" + foo_org + "0001000c08665c6f6f2c626172026832");
}

TEST(ServiceParameters, ArePrintedSortedAndQuoted) {
  EXPECT_EQ(round("SVCB", "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1"),
            "16 foo.example.org. mandatory=\"alpn,ipv4hint\" alpn=\"h2,h3-19\" ipv4hint=\"192.0.2.1\"");
  EXPECT_EQ(round("HTTPS", "1 . ech=AAE= no-default-alpn alpn=h3 port=8443 ipv6hint=2001:db8::1"),
            "1 . alpn=\"h3\" no-default-alpn port=\"8443\" ech=\"AAE=\" ipv6hint=\"2001:db8::1\"");
  EXPECT_EQ(round("SVCB", R"(16 foo.example.org. alpn="f\\\\oo\\,bar,h2")"),
            R"(16 foo.example.org. alpn="f\\\\oo\\,bar,h2")");
  EXPECT_EQ(round("SVCB", "1 . key667=\"hello\\210qoo\" key65280"), "1 . key667=\"hello\\210qoo\" key65280");
  EXPECT_EQ(round("SVCB", "1 . dohpath=/dns-query{?dns} ohttp"), "1 . dohpath=\"/dns-query{?dns}\" ohttp");
  EXPECT_EQ(round("SVCB", "1 . key1=\\002h2"), "1 . alpn=\"h2\"");
  EXPECT_EQ(round("SVCB", "1 . KEY667=x"), "1 . key667=\"x\"");
}

TEST(ServiceParameters, AreRefusedAsTheRfcSays) {
  struct Case {
    std::string_view text;
    WireError error;
    std::int64_t position;
  };
  for (const Case& c : std::vector<Case>{
           // D.3, figures 11 to 18
           {"1 foo.example.com. key123=abc key123=def", WireError::kDuplicateServiceKey, 30},
           {"1 foo.example.com. mandatory", WireError::kServiceValueMissing, 19},
           {"1 foo.example.com. alpn", WireError::kServiceValueMissing, 19},
           {"1 foo.example.com. port", WireError::kServiceValueMissing, 19},
           {"1 foo.example.com. ipv4hint", WireError::kServiceValueMissing, 19},
           {"1 foo.example.com. ipv6hint", WireError::kServiceValueMissing, 19},
           {"1 foo.example.com. no-default-alpn=abc", WireError::kServiceValueUnwanted, 19},
           {"1 foo.example.com. mandatory=key123", WireError::kMandatoryKeyMissing, 0},
           {"1 foo.example.com. mandatory=mandatory", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. mandatory=key123,key123 key123=abc", WireError::kBadServiceValue, 19},
           // and ours
           {"1 foo.example.com. no-default-alpn", WireError::kAlpnMissing, 0},
           {"1 foo.example.com. nope=1", WireError::kBadServiceKey, 19},
           {"1 foo.example.com. key065=1", WireError::kBadServiceKey, 19},
           {"1 foo.example.com. key65535=1", WireError::kBadServiceKey, 19},
           {"1 foo.example.com. key65536=1", WireError::kBadServiceKey, 19},
           {"1 foo.example.com. \"alpn=h2\"", WireError::kBadServiceKey, 20},
           {"1 foo.example.com. port=65536", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. port=", WireError::kServiceValueMissing, 19},
           {"1 foo.example.com. ipv4hint=2001:db8::1", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. ipv6hint=192.0.2.1", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. alpn=h2,,h3", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. alpn=h2,", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. alpn=\"h2\"x", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. alpn=\"h2", WireError::kUnclosedQuote, 24},
           {"1 foo.example.com. ech=###", WireError::kBadServiceValue, 19},
           {"1 foo.example.com. key1=h2", WireError::kBadServiceValue, 19},
       }) {
    EXPECT_EQ(wire("SVCB", c.text), at(c.error, c.position)) << c.text;
  }
}

TEST(ServiceParameters, InWireFormMustAscend) {
  const std::string head = "\0\1\0"s;
  const auto error = [&](const std::string& parameters) {
    return rdata_text(type::kHttps, head + parameters).error().text();
  };
  EXPECT_EQ(error("\0\4\0\4abcd\0\3\0\2xx"s), at(WireError::kKeysOutOfOrder, 11));
  EXPECT_EQ(error("\0\3\0\2xx\0\3\0\2xx"s), at(WireError::kDuplicateServiceKey, 9));
  EXPECT_EQ(error("\0\3\0\3xx"s), at(WireError::kTruncated, 3));
  EXPECT_EQ(error("\0\1\0\0"s), at(WireError::kBadServiceValue, 3));
  EXPECT_EQ(error("\0\1\0\2\2h"s), at(WireError::kBadServiceValue, 3));
  EXPECT_EQ(error("\xff\xff\0\0"s), at(WireError::kBadServiceKey, 3));
}

// --- RFC 1876 ---

TEST(Location, ReadsTheExamplesOfTheRfc) {
  for (const auto& [given, printed] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"42 21 54 N 71 06 18 W -24m 30m", "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m"},
           {"42 21 43.952 N 71 5 6.344 W -24m 1m 200m",
            "42 21 43.952 N 71 5 6.344 W -24.00m 1.00m 200.00m 10.00m"},
           {"52 14 05 N 00 08 50 E 10m", "52 14 5.000 N 0 8 50.000 E 10.00m 1.00m 10000.00m 10.00m"},
           {"32 7 19 S 116 2 25 E 10m", "32 7 19.000 S 116 2 25.000 E 10.00m 1.00m 10000.00m 10.00m"},
           {"42 21 28.764 N 71 00 51.617 W -44m 2000m",
            "42 21 28.764 N 71 0 51.617 W -44.00m 2000.00m 10000.00m 10.00m"},
           {"90 S 180 W -100000.00 0 0.01m 90000000.00m",
            "90 0 0.000 S 180 0 0.000 W -100000.00m 0.00m 0.01m 90000000.00m"},
           {"0 N 0 E 42849672.95m", "0 0 0.000 N 0 0 0.000 E 42849672.95m 1.00m 10000.00m 10.00m"},
       }) {
    EXPECT_EQ(round("LOC", given), printed);
  }
  EXPECT_EQ(wire("LOC", "0 N 0 E 0m"),
            "00121613"
            "80000000"
            "80000000"
            "00989680");
}

TEST(Location, RefusesAZeroThatIsWrittenWithAPowerOfTen) {
  const std::string_view wire("\0\x15\x03\0\x80\0\0\0\x80\0\0\0\0\x98\x96\x80", 16);
  EXPECT_EQ(rdata_text(type::kLoc, wire).error().text(), at(WireError::kBadLocation, 2));
}

TEST(Location, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string_view text;
    WireError error;
    std::int64_t position;
  };
  for (const Case& c : std::vector<Case>{
           {"91 N 0 E 0m", WireError::kBadLocation, 0},
           {"90 0 0.001 N 0 E 0m", WireError::kBadLocation, 11},
           {"0 N 181 E 0m", WireError::kBadLocation, 4},
           {"0 60 N 0 E 0m", WireError::kBadLocation, 2},
           {"0 0 60 N 0 E 0m", WireError::kBadLocation, 4},
           {"0 0 1.2345 N 0 E 0m", WireError::kBadLocation, 4},
           {"0 0 0 0 N 0 E 0m", WireError::kBadLocation, 6},
           {"0 E 0 N 0m", WireError::kBadLocation, 2},
           {"N 0 E 0m", WireError::kBadLocation, 0},
           {"0 N 0 E", WireError::kTooFewFields, 7},
           {"0 N 0", WireError::kTooFewFields, 5},
           {"0 N 0 E -100000.01m", WireError::kBadLocation, 8},
           {"0 N 0 E 42849672.96m", WireError::kBadLocation, 8},
           {"0 N 0 E 0m 90000000.01m", WireError::kBadLocation, 11},
           {"0 N 0 E 0m 1m 1m 1m 1m", WireError::kTooManyFields, 20},
           {"0 N 0 E m", WireError::kBadLocation, 8},
       }) {
    EXPECT_EQ(wire("LOC", c.text), at(c.error, c.position)) << c.text;
  }
}

}  // namespace
}  // namespace brink::dns_wire
