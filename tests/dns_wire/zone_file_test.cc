#include "dns_wire/rdata.h"
#include "dns_wire/type.h"
#include "dns_wire/zone_file_reader.h"
#include "dns_wire/zone_file_writer.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace brink::dns_wire {
namespace {

using namespace std::string_literals;

const Name kOrigin = Name::parse_absolute("example.com").value();

// Each record as a line: "line: owner ttl type data ; comment"; each problem as its text.
std::vector<std::string> read(std::string_view text, ZoneFileOptions options = {.default_ttl = 1}) {
  ZoneFileReader reader(text, kOrigin, options);
  std::vector<std::string> lines;
  for (ZoneFileRecord record;;) {
    const auto got = reader.next(record);
    if (!got) {
      lines.push_back(got.error().text());
      continue;
    }
    if (!*got) return lines;
    auto line = fmt::format("{}: {} {} {} {}", record.line, record.owner.text(), record.ttl,
                            type_name(record.type), rdata_text(record.type, record.rdata).value());
    if (!record.comment.empty()) line += fmt::format(" ; {}", record.comment);
    lines.push_back(line);
  }
}

using Lines = std::vector<std::string>;

TEST(ZoneFile, ReadsTheExampleOfRfc1035) {  // section 5.3, with its TTLs
  EXPECT_EQ(
      read("$ORIGIN ISI.EDU.\n"
           "$TTL 60\n"
           "@   IN  SOA     VENERA      Action\\.domains (\n"
           "                                 20     ; SERIAL\n"
           "                                 7200   ; REFRESH\n"
           "                                 600    ; RETRY\n"
           "                                 3600000; EXPIRE\n"
           "                                 60)    ; MINIMUM\n"
           "\n"
           "        NS      A.ISI.EDU.\n"
           "        NS      VAXA\n"
           "        MX      10      VENERA\n"
           "\n"
           "A       A       26.3.0.103\n"
           "\n"
           "VENERA  A       10.1.0.52\n"
           "        A       128.9.0.32\n"),
      (Lines{"3: ISI.EDU. 60 SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60 ; MINIMUM",
             "10: ISI.EDU. 60 NS A.ISI.EDU.", "11: ISI.EDU. 60 NS VAXA.ISI.EDU.",
             "12: ISI.EDU. 60 MX 10 VENERA.ISI.EDU.", "14: A.ISI.EDU. 60 A 26.3.0.103",
             "16: VENERA.ISI.EDU. 60 A 10.1.0.52", "17: VENERA.ISI.EDU. 60 A 128.9.0.32"}));
}

TEST(ZoneFile, TakesTtlAndClassInEitherOrderOrNot) {
  EXPECT_EQ(
      read("a 300 IN A 192.0.2.1\nb IN 1h30m A 192.0.2.2\nc CLASS1 A 192.0.2.3\nd in TYPE1 \\# 4 c0000204\n"),
      (Lines{"1: a.example.com. 300 A 192.0.2.1", "2: b.example.com. 5400 A 192.0.2.2",
             "3: c.example.com. 5400 A 192.0.2.3", "4: d.example.com. 5400 A 192.0.2.4"}));
}

TEST(ZoneFile, PrefersTheDirectivesTtlToTheLastOne) {  // RFC 2308 section 4
  EXPECT_EQ(
      read("a 300 A 192.0.2.1\nb A 192.0.2.1\n$TTL 2h\nc A 192.0.2.1\nd 60 A 192.0.2.1\ne A 192.0.2.1\n"),
      (Lines{"1: a.example.com. 300 A 192.0.2.1", "2: b.example.com. 300 A 192.0.2.1",
             "4: c.example.com. 7200 A 192.0.2.1", "5: d.example.com. 60 A 192.0.2.1",
             "6: e.example.com. 7200 A 192.0.2.1"}));
  EXPECT_EQ(read("a A 192.0.2.1"), (Lines{"1: a.example.com. 1 A 192.0.2.1"}));
  EXPECT_EQ(read("a A 192.0.2.1", {}),
            (Lines{"line 1, column 3: the record has no time to live, and there is no $TTL"}));
}

TEST(ZoneFile, KeepsCommentsAndQuotedStrings) {
  EXPECT_EQ(read("a 1 TXT \"semi;colon (paren\" ;  a comment ; with more \n"
                 "; a line of its own\n"
                 "   ; and another\n"
                 "b 1 TXT ( one ; first\n \"two\" ) ; last\r\n"
                 "c 1 A 192.0.2.1;none\n"
                 "d 1 TXT esc\\;aped\n"),
            (Lines{"1: a.example.com. 1 TXT \"semi;colon (paren\" ; a comment ; with more",
                   "4: b.example.com. 1 TXT \"one\" \"two\" ; last", "6: c.example.com. 1 A 192.0.2.1 ; none",
                   "7: d.example.com. 1 TXT \"esc;aped\""}));
}

TEST(ZoneFile, TakesEveryLineEnd) {
  EXPECT_EQ(read("a 1 A 192.0.2.1\r\n\r\n\tA 192.0.2.2\r\n  \nb 1 A 192.0.2.3"),
            (Lines{"1: a.example.com. 1 A 192.0.2.1", "3: a.example.com. 1 A 192.0.2.2",
                   "5: b.example.com. 1 A 192.0.2.3"}));
  EXPECT_EQ(read(""), Lines{});
  EXPECT_EQ(read("\n\n"), Lines{});
  EXPECT_EQ(read("; only a comment"), Lines{});
}

TEST(ZoneFile, MovesTheOrigin) {
  EXPECT_EQ(read("$ORIGIN sub\nwww 1 CNAME @\n$ORIGIN example.net.\nwww 1 CNAME host\n"),
            (Lines{"2: www.sub.example.com. 1 CNAME sub.example.com.",
                   "4: www.example.net. 1 CNAME host.example.net."}));
}

TEST(ZoneFile, GeneratesRecords) {
  EXPECT_EQ(
      read("$GENERATE 1-5/2 host-$ 60 IN A 192.0.2.$ ; made\n"),
      (Lines{"1: host-1.example.com. 60 A 192.0.2.1 ; made", "1: host-3.example.com. 60 A 192.0.2.3 ; made",
             "1: host-5.example.com. 60 A 192.0.2.5 ; made"}));
  EXPECT_EQ(read("$GENERATE 9-10 h${1,3} A 192.0.2.${-9}\n"),
            (Lines{"1: h010.example.com. 1 A 192.0.2.0", "1: h011.example.com. 1 A 192.0.2.1"}));
  EXPECT_EQ(read("$GENERATE 255-255 x${0,4,x}-${0,2,X}-${0,0,o} TXT \"a $ \\$ $$\" ${0,5,n}\n"),
            (Lines{"1: x00ff-FF-377.example.com. 1 TXT \"a 255 $ $\" \"f.f.0\""}));
}

TEST(ZoneFile, BoundsWhatIsGenerated) {
  EXPECT_EQ(
      read("$GENERATE 0-65536 h$ A 192.0.2.1\nb A 192.0.2.1"),
      (Lines{"line 1, column 11: $GENERATE makes too many records", "2: b.example.com. 1 A 192.0.2.1"}));
  const auto lines = read("$GENERATE 1-2 a$ A 192.0.2.1\n$GENERATE 1-2 b$ A 192.0.2.1\n",
                          {.default_ttl = 1, .max_generated = 3});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2], "line 2, column 11: $GENERATE makes too many records");
  for (std::string_view line :
       {"$GENERATE 5-1 h$ A 1.2.3.4", "$GENERATE 1-x h$ A 1.2.3.4", "$GENERATE 1-2/0 h$ A 1.2.3.4",
        "$GENERATE 1-2 h$ A", "$GENERATE 0-1 h${-1} A 1.2.3.4", "$GENERATE 1-2 h${ A 1.2.3.4",
        "$GENERATE 1-2 h${0,256} A 1.2.3.4", "$GENERATE 1-2 h${0,1,q} A 1.2.3.4",
        "$GENERATE 1-4294967296 h$ A 1.2.3.4"}) {
    const auto got = read(line);
    ASSERT_EQ(got.size(), 1u) << line;
    EXPECT_NE(got[0].find("$GENERATE needs"), got[0].npos) << got[0];
  }
}

TEST(ZoneFile, RefusesWhatMayNotBe) {
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"$INCLUDE /etc/passwd", "line 1, column 1: $INCLUDE directive not allowed"},
           {"$include x", "line 1, column 1: $INCLUDE directive not allowed"},
           {"\n$NOPE x", "line 2, column 1: no such directive"},
           {"$TTL", "line 1, column 1: a field is missing"},
           {"$TTL x", "line 1, column 6: not a time to live"},
           {"$TTL 1 2", "line 1, column 8: there is more than the record's fields"},
           {"$ORIGIN a..b.", "line 1, column 11: a label of the name is empty"},
           {"  A 192.0.2.1", "line 1, column 3: the first record has no name"},
           {"a", "line 1, column 1: the record has no type"},
           {"a 60 IN", "line 1, column 6: the record has no type"},
           {"a CH A 192.0.2.1", "line 1, column 3: the record's class is not IN"},
           {"a 60 NOPE x", "line 1, column 6: no such record type"},
           {"a 60 A", "line 1, column 6: a field is missing"},
           {"a 9999999999 A 192.0.2.1", "line 1, column 3: not a time to live"},
           {"a 60 A 192.0.2", "line 1, column 8: not an IPv4 address"},
           {"a 60 TXT \"open", "line 1, column 10: a quoted string does not end"},
           {"a 60 TXT \"open\nb\"", "line 1, column 10: a quoted string does not end"},
           {"a 60 TXT (x", "line 1, column 1: a parenthesis is not opened or not closed"},
           {"a 60 A 192.0.2.1 )", "line 1, column 18: a parenthesis is not opened or not closed"},
           {"a\0b 60 A 192.0.2.1"s,
            "line 1, column 2: a character that may not be here unless it is quoted or escaped"},
           {"a 60 MX ten mail", "line 1, column 9: not a decimal number"},
       }) {
    const auto got = read(text);
    ASSERT_FALSE(got.empty()) << text;
    EXPECT_EQ(got[0], problem) << text;
  }
}

TEST(ZoneFile, GoesOnAfterAProblem) {
  EXPECT_EQ(read("a 1 A nope\nb 1 A 192.0.2.1\nc 1 TXT \"x\nd 1 TXT ( \"\nx )\ne 1 A 192.0.2.2\n").back(),
            "6: e.example.com. 1 A 192.0.2.2");
  const auto lines = read("a 1 A nope\nb 1 A 192.0.2.1\n");
  EXPECT_EQ(lines, (Lines{"line 1, column 7: not an IPv4 address", "2: b.example.com. 1 A 192.0.2.1"}));
}

TEST(ZoneFile, BoundsAnEntry) {
  const auto error = [](const std::string& text) {
    const auto lines = read(text);
    return lines.empty() ? "" : lines[0];
  };
  EXPECT_EQ(error("a 1 TXT (" + std::string(kMaxEntryBytes, '\n') + " x )"),
            "line 1, column 1: the entry is too large");
  std::string many = "a 1 TXT (";
  for (std::size_t i = 0; i < kMaxEntryTokens; ++i) many += "x\n";
  EXPECT_EQ(error(many + ")"), "line 1, column 1: the entry is too large");
}

TEST(ZoneFile, WritesWhatItReads) {
  const std::string text =
      "www.example.com.\t300\tIN\tA\t192.0.2.1 ; web cf_tags=owner:dns\n"
      "example.com.\t1\tIN\tTXT\t\"a;b\" \"c\\\"d\"\n"
      "example.com.\t1\tIN\tHTTPS\t1 . alpn=\"h2,h3\"\n"
      "x.example.com.\t1\tIN\tTYPE731\t\\# 2 abcd\n";
  ZoneFileReader reader(text, Name());
  std::string written;
  for (ZoneFileRecord record; reader.next(record).value();)
    ASSERT_TRUE(append_record(written, record.owner, record.ttl, record.type, record.rdata, record.comment));
  EXPECT_EQ(written, text);
}

TEST(ZoneFile, WritesNoLineEndOfAComment) {
  std::string written;
  ASSERT_TRUE(append_record(written, kOrigin, 60, type::kA, "\1\2\3\4", "a\nb. 60 A 192.0.2.1\rc"));
  EXPECT_EQ(written, "example.com.\t60\tIN\tA\t1.2.3.4 ; a b. 60 A 192.0.2.1 c\n");
  EXPECT_FALSE(append_record(written, kOrigin, 60, type::kA, "\1\2\3", ""));
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
}

}  // namespace
}  // namespace brink::dns_wire
