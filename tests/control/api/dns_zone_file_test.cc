#include "control/api/dns_zone_file.h"

#include "control/api/dns_record_comment.h"
#include "control/api/form.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

using Texts = std::vector<std::string>;

TEST(RecordComment, ReadsTextTagsAndWhatOnlyTheApiHas) {
  const auto comment =
      RecordComment::parse("the web cf_tags=owner:dns,flag,cf-proxied:true,cf-flatten-cname");
  EXPECT_EQ(comment.text, "the web");
  EXPECT_EQ(comment.tags, (Texts{"owner:dns", "flag"}));
  EXPECT_EQ(comment.proxied, true);
  EXPECT_TRUE(comment.flatten_cname);
  EXPECT_EQ(RecordComment::parse("cf_tags=cf-proxied:false").proxied, false);
  EXPECT_EQ(RecordComment::parse("only text").text, "only text");
  EXPECT_EQ(RecordComment::parse("").text, "");
}

TEST(RecordComment, ComesBackAsItWasWritten) {
  for (const RecordComment& comment : std::vector<RecordComment>{
           {.text = "text"},
           {.text = "it says cf_tags=a:b"},
           {.text = "cf_tags=x", .tags = {"a:b"}, .proxied = false},
           {.tags = {"a:with, comma", "b:\"quoted\"", "c:a=b", "d:back\\slash", "e: blanks ", "f:", "g",
                     "h:a:b"},
            .flatten_cname = true},
           {.text = "x", .tags = {"a:cf_tags=z"}, .proxied = true},
           {.proxied = true, .ipv4_only = true},
           {.proxied = true, .flatten_cname = true, .ipv6_only = true},
       }) {
    const auto again = RecordComment::parse(comment.write());
    EXPECT_EQ(again.text, comment.text) << comment.write();
    EXPECT_EQ(again.tags, comment.tags) << comment.write();
    EXPECT_EQ(again.proxied, comment.proxied) << comment.write();
    EXPECT_EQ(again.flatten_cname, comment.flatten_cname) << comment.write();
    EXPECT_EQ(again.ipv4_only, comment.ipv4_only) << comment.write();
    EXPECT_EQ(again.ipv6_only, comment.ipv6_only) << comment.write();
  }
}

TEST(RecordComment, IsTextWhereItIsNoListOfTags) {
  for (std::string_view text :
       {"cf_tags=a:\"open", "cf_tags=a:\"x\"y", "cf_tags=cf-proxied:maybe", "cf_tags=a=b", "xcf_tags=a:b"})
    EXPECT_EQ(RecordComment::parse(text).text, text);
}

// What a file gives: "name type ttl content proxied", or the errors.
Texts read(std::string_view text, bool proxied = false) {
  Texts lines;
  const auto records = read_zone_file(text, "example.com", proxied);
  if (!records) {
    for (const ApiError& error : records.error().chain) lines.push_back(error.message);
    return lines;
  }
  for (const RecordValue& record : *records)
    lines.push_back(record.name + " " + std::to_string(record.type) + " " + std::to_string(record.ttl) + " " +
                    record.content + (record.proxied ? " proxied" : ""));
  return lines;
}

TEST(DnsZoneFile, ReadsRecordsAndSkipsWhatIsTheEdges) {
  EXPECT_EQ(read("$ORIGIN example.com.\n@ 3600 IN SOA ns1 admin 1 2 3 4 5\n@ NS ns1\nsub 300 NS ns.sub\nwww "
                 "300 A 192.0.2.1\n@ 60 MX 10 mail\n"),
            (Texts{"sub.example.com 2 300 ns.sub.example.com", "www.example.com 1 300 192.0.2.1",
                   "example.com 15 60 mail.example.com"}));
  EXPECT_EQ(read("imp.example.com. IN A 192.0.2.21\r\n"), (Texts{"imp.example.com 1 1 192.0.2.21"}));
}

TEST(DnsZoneFile, SettingsOfARecordComeBack) {
  const auto settings = [](std::string_view tags) {
    const auto records =
        read_zone_file("a 1 CNAME b ; cf_tags=" + std::string(tags) + "\n", "example.com", false);
    return records ? records->at(0).settings : records.error().chain.at(0).message;
  };
  EXPECT_EQ(settings("cf-proxied:true"), "");
  EXPECT_EQ(settings("cf-proxied:true,cf-ipv4-only"), R"({"ipv4_only":true})");
  EXPECT_EQ(settings("cf-proxied:true,cf-ipv6-only,cf-flatten-cname"),
            R"({"flatten_cname":true,"ipv6_only":true})");
  EXPECT_EQ(settings("cf-ipv4-only:false"), "");
  EXPECT_EQ(settings("cf-ipv4-only"), "line 1: settings: ipv4_only and ipv6_only are for proxied records");
}

TEST(DnsZoneFile, TagsOfALineBeatTheFormsProxied) {
  EXPECT_EQ(read("a 1 A 192.0.2.1\nb 1 A 192.0.2.1 ; cf_tags=cf-proxied:false\nc 1 TXT x\n", true),
            (Texts{"a.example.com 1 1 192.0.2.1 proxied", "b.example.com 1 1 192.0.2.1",
                   "c.example.com 16 1 \"x\""}));
  EXPECT_EQ(read("a 300 A 192.0.2.1 ; cf_tags=cf-proxied:true\n"),
            (Texts{"a.example.com 1 1 192.0.2.1 proxied"}));
}

TEST(DnsZoneFile, TellsEveryLineThatIsWrong) {
  EXPECT_EQ(read("a 300 A nope\nb 5 A 192.0.2.1\nwww.example.net. 300 A 192.0.2.1\n$INCLUDE x\n"),
            (Texts{"line 1, column 9: not an IPv4 address",
                   "line 2: Invalid TTL. Must be 1 for automatic, or between 30 and 86400.",
                   "line 3: www.example.net is not within example.com",
                   "line 4, column 1: $INCLUDE directive not allowed"}));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "a 300 A nope\n";
  EXPECT_EQ(read(many).size(), kMaxZoneFileErrors);
}

TEST(DnsZoneFile, ReadsWhatItWrote) {
  const std::string text =
      "www.example.com.\t1\tIN\tA\t192.0.2.1 ; web cf_tags=owner:dns,cf-proxied:true\n"
      "x.example.com.\t300\tIN\tCNAME\thost.example.net. ; cf_tags=cf-proxied:false,cf-flatten-cname\n"
      "example.com.\t300\tIN\tTXT\t\"v=spf1 -all\" ; plain\n";
  const auto records = read_zone_file(text, "example.com", false);
  ASSERT_TRUE(records) << error_json(records.error());
  std::string written;
  for (const RecordValue& record : *records) ASSERT_TRUE(append_zone_file_record(written, record.view()));
  EXPECT_EQ(written, text);
}

TEST(Form, ReadsFilesAndFields) {
  const std::string body =
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;\\\"b.txt\"\r\nContent-Type: "
      "text/plain\r\n\r\none\r\ntwo\r\n"
      "--x\r\ncontent-disposition: form-data; name=proxied\r\n\r\ntrue\r\n--x--\r\n";
  const auto form = parse_form(body);
  ASSERT_TRUE(form) << form.error().message;
  ASSERT_EQ(form->size(), 2u);
  EXPECT_EQ((*form)[0].name, "file");
  EXPECT_EQ((*form)[0].file_name, "a;\"b.txt");
  EXPECT_EQ((*form)[0].content_type, "text/plain");
  EXPECT_EQ((*form)[0].content, "one\r\ntwo");
  EXPECT_EQ(find_part(*form, "proxied")->content, "true");
  EXPECT_EQ(find_part(*form, "other"), nullptr);
}

TEST(Form, RefusesWhatIsNone) {
  for (const std::string& body : Texts{"", "x", "--", "--x", "--\r\n", "--x\r\n", "--x\r\n--x--",
                                       "--x\r\nContent-Disposition: form-data; name=a\r\n",
                                       "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nno end",
                                       "--x\r\n\r\nno name\r\n--x--", "--x\r\nno field\r\n\r\na\r\n--x--",
                                       "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--xy",
                                       "--" + std::string(71, 'x') + "\r\n"})
    EXPECT_FALSE(parse_form(body)) << body;
}

}  // namespace
}  // namespace brink::control::api
