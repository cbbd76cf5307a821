#include "control/api/dns_record.h"

#include "control/api/answer.h"
#include "control/api/dns_record_json.h"
#include "dns_wire/rdata.h"
#include "dns_wire/type.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

constexpr std::string_view kZone = "example.com";

Json json(std::string_view text) { return Json::parse(text); }

// "code detail-code pointer" of what is refused, else what is answered.
std::string refused(const Json& body) {
  const auto record = parse_record(body, kZone);
  if (record) return json_text(record_json(record->view(), kZone));
  const ApiError& error = record.error();
  return fmt::format("{} {} {}", error.code, error.chain.empty() ? 0 : error.chain[0].code, error.pointer);
}

RecordValue parsed(std::string_view body) {
  auto record = parse_record(json(body), kZone);
  if (!record) {
    ADD_FAILURE() << body << ": " << error_json(record.error());
    return {};
  }
  return *std::move(record);
}

Json answered(std::string_view body) { return record_json(parsed(body).view(), kZone); }

TEST(DnsRecord, NamesAreOfTheZone) {
  for (const auto& [given, name] : std::vector<std::pair<std::string, std::string>>{
           {"www", "www.example.com"},
           {"@", "example.com"},
           {"", "example.com"},
           {"example.com", "example.com"},
           {"example.com.", "example.com"},
           {"WWW.Example.COM", "www.example.com"},
           {"*", "*.example.com"},
           {"a.b", "a.b.example.com"},
           {"other.net", "other.net.example.com"},  // outside: relative
           {"badexample.com", "badexample.com.example.com"},
           {"_sip._tcp", "_sip._tcp.example.com"},
           {"b\u00fccher", "xn--bcher-kva.example.com"},
       }) {
    EXPECT_EQ(parsed(json_text({{"type", "A"}, {"name", given}, {"content", "192.0.2.1"}})).name, name)
        << given;
  }
  for (const std::string& given : std::vector<std::string>{"a..b", ".", "a b", "a;b", "other.net.", "a.*.b",
                                                           "x\ny", std::string(64, 'a'), "\xff"})
    EXPECT_EQ(refused({{"type", "A"}, {"name", given}, {"content", "192.0.2.1"}}), "1004 9000 /name")
        << given;
  EXPECT_EQ(refused({{"type", "A"}, {"content", "192.0.2.1"}}), "1004 9000 /name");
  EXPECT_EQ(refused({{"type", "A"}, {"name", 7}, {"content", "192.0.2.1"}}), "1004 9000 /name");
}

TEST(DnsRecord, ContentIsAnsweredByType) {
  struct Case {
    std::string_view body, content;
  };
  for (
      const Case& c : std::vector<Case>{
          {R"({"type":"A","content":"192.0.2.1"})", "192.0.2.1"},
          {R"({"type":"AAAA","content":"2001:DB8::0:1"})", "2001:db8::1"},
          {R"({"type":"CNAME","content":"Host.Example.net."})", "Host.Example.net"},
          {R"({"type":"CNAME","content":"@"})", "example.com"},
          {R"({"type":"NS","content":"ns1.example.net"})", "ns1.example.net"},
          {R"({"type":"PTR","content":"host.example.net"})", "host.example.net"},
          {R"({"type":"MX","content":"mail.example.com","priority":10})", "mail.example.com"},
          {R"({"type":"TXT","content":"bare text; as \"it\" is"})", "bare text; as \"it\" is"},
          {R"({"type":"TXT","content":"\"v=spf1\" \"-all\""})", "\"v=spf1\" \"-all\""},
          {R"({"type":"CAA","data":{"flags":0,"tag":"issue","value":"ca.example"}})",
           "0 issue \"ca.example\""},
          {R"({"type":"CAA","content":"0 issue ca.example"})", "0 issue \"ca.example\""},
          {R"({"type":"SRV","data":{"priority":10,"weight":5,"port":5060,"target":"sip.example.com"}})",
           "10 5 5060 sip.example.com"},
          {R"({"type":"SRV","data":{"priority":"10","weight":"5","port":"5060","target":"sip.example.com."}})",
           "10 5 5060 sip.example.com"},
          {R"({"type":"HTTPS","data":{"priority":1,"target":".","value":"alpn=\"h2,h3\" port=8443"}})",
           "1 . alpn=\"h2,h3\" port=\"8443\""},
          {R"({"type":"SVCB","data":{"priority":0,"target":"other.example"}})", "0 other.example"},
          {R"({"type":"URI","priority":10,"data":{"weight":1,"target":"https://example.com/\"x\""}})",
           "10 1 \"https://example.com/\\\"x\\\"\""},
          {R"({"type":"URI","priority":10,"content":"1 \"https://example.com/\""})",
           "10 1 \"https://example.com/\""},
          {R"({"type":"NAPTR","data":{"order":100,"preference":10,"flags":"S","service":"SIP+D2T","regex":"","replacement":"_sip._tcp.example.com"}})",
           "100 10 \"S\" \"SIP+D2T\" \"\" _sip._tcp.example.com"},
          {R"({"type":"SSHFP","data":{"algorithm":4,"type":9,"fingerprint":"ABCD"}})", "4 9 abcd"},
          {R"({"type":"TLSA","data":{"usage":3,"selector":1,"matching_type":0,"certificate":"0102"}})",
           "3 1 0 0102"},
          {R"({"type":"SMIMEA","data":{"usage":3,"selector":1,"matching_type":0,"certificate":"0102"}})",
           "3 1 0 0102"},
          {R"({"type":"DS","data":{"key_tag":1,"algorithm":13,"digest_type":9,"digest":"ABCD"}})",
           "1 13 9 abcd"},
          {R"({"type":"DNSKEY","data":{"flags":257,"protocol":3,"algorithm":13,"public_key":"AQID"}})",
           "257 3 13 AQID"},
          {R"({"type":"CERT","data":{"type":1,"key_tag":0,"algorithm":0,"certificate":"AQID"}})",
           "1 0 0 AQID"},
          {R"({"type":"OPENPGPKEY","content":"AQID"})", "AQID"},
          {R"({"type":"LOC","data":{"lat_degrees":37,"lat_minutes":46,"lat_seconds":46.5,"lat_direction":"N","long_degrees":122,"long_minutes":23,
               "long_seconds":35,"long_direction":"W","altitude":0,"size":100,"precision_horz":0,"precision_vert":0}})",
           "37 46 46.500 N 122 23 35.000 W 0.00m 100.00m 0.00m 0.00m"},
      }) {
    Json body = json(c.body);
    body["name"] = "x";
    EXPECT_EQ(parse_record(body, kZone).value_or(RecordValue{}).content, c.content)
        << c.body << refused(body);
  }
}

TEST(DnsRecord, DataComesBackAsItWasGiven) {
  for (
      std::string_view data : {
          R"({"type":"CAA","data":{"flags":128,"tag":"issuewild","value":"ca.example; a=\"b\\c\""}})",
          R"({"type":"SRV","data":{"priority":10,"weight":5,"port":5060,"target":"sip.example.com"}})",
          R"({"type":"HTTPS","data":{"priority":1,"target":"www.example.com","value":"alpn=\"h2,h3\" ipv4hint=\"192.0.2.1\""}})",
          R"({"type":"HTTPS","data":{"priority":1,"target":".","value":""}})",
          R"({"type":"URI","priority":1,"data":{"weight":5,"target":"https://example.com/?a;b"}})",
          R"({"type":"NAPTR","data":{"order":1,"preference":2,"flags":"u","service":"E2U+sip","regex":"!^.*$!sip:\\1@x!","replacement":"."}})",
          R"({"type":"SSHFP","data":{"algorithm":4,"type":9,"fingerprint":"ABcd"}})",
          R"({"type":"DNSKEY","data":{"flags":257,"protocol":3,"algorithm":13,"public_key":"AQID"}})",
          R"({"type":"LOC","data":{"lat_degrees":1,"lat_minutes":2,"lat_seconds":3.25,"lat_direction":"S","long_degrees":4,"long_minutes":5,
               "long_seconds":6,"long_direction":"E","altitude":-7.5,"size":1,"precision_horz":10000,"precision_vert":10}})",
      }) {
    Json body = json(data);
    body["name"] = "x";
    EXPECT_EQ(answered(json_text(body))["data"], body["data"]) << refused(body);
    // The content says the same.
    Json again = {{"type", body["type"]}, {"name", "x"}, {"content", answered(json_text(body))["content"]}};
    EXPECT_EQ(parsed(json_text(again)).rdata, parsed(json_text(body)).rdata);
  }
}

TEST(DnsRecord, DataWinsOverContent) {
  const auto record = parsed(
      R"({"type":"CAA","name":"@","content":"0 issue \"a\"","data":{"flags":0,"tag":"issue","value":"b"}})");
  EXPECT_EQ(record.content, "0 issue \"b\"");
}

TEST(DnsRecord, OldClientsNameServicesInTheData) {
  EXPECT_EQ(
      parsed(
          R"({"type":"SRV","data":{"service":"_sip","proto":"_tcp","name":"sub","priority":1,"weight":2,"port":3,"target":"x.example"}})")
          .name,
      "_sip._tcp.sub.example.com");
  EXPECT_EQ(
      parsed(
          R"({"type":"SRV","data":{"service":"sip","proto":"tcp","name":"example.com","priority":1,"weight":2,"port":3,"target":"x.example"}})")
          .name,
      "_sip._tcp.example.com");
}

TEST(DnsRecord, WrongContentSaysWhatIsWrong) {
  struct Case {
    std::string_view body, refusal;
  };
  for (const Case& c : std::vector<Case>{
           {R"({"type":"A","content":"nope"})", "1004 9005 /content"},
           {R"({"type":"A"})", "1004 9005 /content"},
           {R"({"type":"A","content":""})", "1004 9005 /content"},
           {R"({"type":"A","content":7})", "1004 9005 /content"},
           {R"({"type":"A","content":"::1"})", "1004 9005 /content"},
           {R"({"type":"AAAA","content":"192.0.2.1"})", "1004 9006 /content"},
           {R"({"type":"CNAME","content":"a b"})", "1004 9007 /content"},
           {R"({"type":"CNAME","content":"a..b"})", "1004 9007 /content"},
           {R"({"type":"CNAME","content":"x.Example.com"})", "1004 9007 /content"},
           {R"({"type":"CNAME","content":"."})", "1004 9007 /content"},
           {R"({"type":"MX","content":"mail.example.com"})", "1004 9009 /priority"},
           {R"({"type":"MX","content":"mail.example.com","priority":65536})", "1004 9009 /priority"},
           {R"({"type":"MX","content":"mail.example.com","priority":"x"})", "1004 9009 /priority"},
           {R"({"type":"TXT","content":"\"open"})", "1004 9009 /content"},
           {R"({"type":"TXT","content":""})", "1004 9009 /content"},
           {R"({"type":"SRV"})", "1004 9009 /data"},
           {R"({"type":"SRV","data":{"priority":10,"weight":5,"port":5060}})", "1004 9009 /data/target"},
           {R"({"type":"SRV","data":{"priority":10.5,"weight":5,"port":5060,"target":"x"}})",
            "1004 9009 /data/priority"},
           {R"({"type":"SRV","data":{"priority":70000,"weight":5,"port":5060,"target":"x"}})",
            "1004 9009 /data"},
           {R"({"type":"SRV","data":{"priority":1,"weight":5,"port":5060,"target":{}}})",
            "1004 9009 /data/target"},
           {R"({"type":"SRV","data":[1]})", "1004 9009 /data"},
           {R"({"type":"HTTPS","data":{"priority":1,"target":".","value":"alpn=\"h2"}})",
            "1004 9009 /data/value"},
           {R"({"type":"HTTPS","data":{"priority":1,"target":".","value":"nope=1"}})", "1004 9009 /data"},
           {R"({"type":"CAA","data":{"flags":0,"tag":"a b","value":"x"}})", "1004 9009 /data"},
           {R"({"type":"SOA","content":"a b 1 2 3 4 5"})", "1004 1001 /type"},
           {R"({"type":"NOPE","content":"x"})", "1004 1001 /type"},
           {R"({"type":1,"content":"x"})", "1004 1001 /type"},
           {R"({"content":"x"})", "1004 1001 /type"},
       }) {
    Json body = json(c.body);
    body["name"] = "x";
    EXPECT_EQ(refused(body), c.refusal) << c.body;
  }
  EXPECT_EQ(refused({{"type", "DS"}, {"name", "@"}, {"content", "1 13 9 abcd"}}), "1004 9009 /name");
  EXPECT_EQ(refused({{"type", "TXT"}, {"name", "x"}, {"content", std::string(4097, 'a')}}),
            "9015 0 /content");
  EXPECT_EQ(refused(Json::array()), "1001 0 ");
  EXPECT_EQ(refused(Json()), "1001 0 ");
}

TEST(DnsRecord, BareTextIsSplitIntoStrings) {
  const auto record = parsed(json_text({{"type", "TXT"}, {"name", "x"}, {"content", std::string(600, 'a')}}));
  EXPECT_EQ(record.rdata,
            "\xff" + std::string(255, 'a') + "\xff" + std::string(255, 'a') + "\x5a" + std::string(90, 'a'));
  EXPECT_EQ(record.content, std::string(600, 'a'));
}

TEST(DnsRecord, TheRestHasItsRules) {
  const auto with = [](std::string_view members, std::string_view type = "A") {
    Json body = json(members);
    body["type"] = type;
    body["name"] = "x";
    body["content"] = type == "A" ? "192.0.2.1" : "host.example.net";
    return refused(body);
  };
  for (std::string_view wrong : {R"({"ttl":2})", R"({"ttl":0})", R"({"ttl":29})", R"({"ttl":86401})",
                                 R"({"ttl":-1})", R"({"ttl":"300"})", R"({"ttl":1e300})"})
    EXPECT_EQ(with(wrong), "1004 9021 /ttl") << wrong;
  EXPECT_EQ(with(R"({"proxied":"yes"})"), "1004 1001 /proxied");
  EXPECT_EQ(with(R"({"proxied":true})", "NS"), "1004 1001 /proxied");
  EXPECT_EQ(with(R"({"comment":7})"), "1004 1001 /comment");
  EXPECT_EQ(with(R"({"comment":"a\nb"})"), "1004 1001 /comment");
  EXPECT_EQ(with(json_text({{"comment", std::string(501, 'a')}})), "1004 1001 /comment");
  EXPECT_EQ(with(R"({"tags":"a:b"})"), "1004 1001 /tags");
  EXPECT_EQ(with(R"({"tags":["a:b",7]})"), "1004 1001 /tags/1");
  EXPECT_EQ(with(R"({"tags":["a b:c"]})"), "1004 1001 /tags/0");
  EXPECT_EQ(with(R"({"tags":[":c"]})"), "1004 1001 /tags/0");
  EXPECT_EQ(with(json_text({{"tags", Json::array({std::string(33, 'a') + ":b"})}})), "1004 1001 /tags/0");
  EXPECT_EQ(with(json_text({{"tags", Json::array({"a:" + std::string(101, 'b')})}})), "1004 1001 /tags/0");
  EXPECT_EQ(with(json_text({{"tags", std::vector<std::string>(21, "a:b")}})), "1004 1001 /tags");
  EXPECT_EQ(with(R"({"settings":{"ipv4_only":true}})"), "1004 1001 /settings");
  EXPECT_EQ(with(R"({"proxied":true,"settings":{"ipv4_only":true,"ipv6_only":true}})"),
            "1004 1001 /settings");
  EXPECT_EQ(with(R"({"settings":{"flatten_cname":true}})"), "1004 1001 /settings");
  EXPECT_EQ(with(R"({"settings":{"flatten_cname":1}})", "CNAME"), "1004 1001 /settings/flatten_cname");

  const Json record = answered(json_text({{"type", "CNAME"},
                                          {"name", "x"},
                                          {"content", "y.example.net"},
                                          {"ttl", 30},
                                          {"comment", std::string("\u00fc") + std::string(499, 'a')},
                                          {"tags", {"a:b:c", "flag"}},
                                          {"settings", {{"flatten_cname", true}, {"other", 1}}},
                                          {"unknown", Json::array()}}));
  EXPECT_EQ(record["ttl"], 30);
  EXPECT_EQ(record["tags"], json(R"(["a:b:c","flag"])"));
  EXPECT_EQ(record["settings"], json(R"({"flatten_cname":true})"));
}

TEST(DnsRecord, IsAnsweredInTheShapeThatClientsKnow) {
  const Json record = answered(
      R"({"type":"A","name":"www","content":"192.0.2.10","ttl":3600,"proxied":true,"comment":"web","tags":["owner:dns"]})");
  EXPECT_EQ(record["name"], "www.example.com");
  EXPECT_EQ(record["ttl"], 1);  // proxied: automatic
  EXPECT_EQ(record["proxiable"], true);
  EXPECT_EQ(record["settings"], Json::object());
  EXPECT_EQ(record["meta"], Json::object());
  EXPECT_EQ(record["zone_name"], kZone);
  EXPECT_FALSE(record.contains("data"));
  EXPECT_FALSE(record.contains("priority"));
  const Json plain = answered(
      R"({"type":"MX","name":"@","content":"mail.example.com","priority":10,"comment":null,"tags":null,"settings":null,"data":null})");
  EXPECT_EQ(plain["comment"], nullptr);
  EXPECT_EQ(plain["tags"], Json::array());
  EXPECT_EQ(plain["priority"], 10);
  EXPECT_EQ(plain["proxiable"], false);
}

TEST(DnsRecord, PatchKeepsWhatIsNotGiven) {
  const auto patched = [](std::string_view record, std::string_view changes) {
    const auto old = parsed(record);
    return answered(json_text(patched_body(old.view(), json(changes))));
  };
  const auto www =
      R"({"type":"A","name":"www","content":"192.0.2.1","ttl":300,"comment":"c","tags":["a:b"]})";
  EXPECT_EQ(patched(www, R"({"content":"192.0.2.2"})")["content"], "192.0.2.2");
  EXPECT_EQ(patched(www, R"({"content":"192.0.2.2"})")["comment"], "c");
  EXPECT_EQ(patched(www, R"({"comment":null})")["comment"], nullptr);
  EXPECT_EQ(patched(www, R"({"name":"other"})")["name"], "other.example.com");
  EXPECT_EQ(patched(www, R"({"type":"CNAME","content":"x.example"})")["type"], "CNAME");
  const auto srv =
      R"({"type":"SRV","name":"_s._tcp","data":{"priority":1,"weight":2,"port":3,"target":"x.example"}})";
  EXPECT_EQ(patched(srv, R"({"ttl":60})")["content"], "1 2 3 x.example");
  EXPECT_EQ(patched(srv, R"({"content":"4 5 6 y.example"})")["data"]["port"], 6);
  EXPECT_EQ(patched(srv, R"({"data":{"priority":7,"weight":8,"port":9,"target":"z.example"}})")["content"],
            "7 8 9 z.example");
  const auto mx = R"({"type":"MX","name":"@","content":"mail.example.com","priority":10})";
  EXPECT_EQ(patched(mx, R"({"priority":20})")["priority"], 20);
  EXPECT_EQ(patched(mx, R"({"content":"other.example"})")["priority"], 10);
  const auto uri = R"({"type":"URI","name":"u","priority":10,"data":{"weight":1,"target":"https://x"}})";
  EXPECT_EQ(patched(uri, R"({"priority":20})")["content"], "20 1 \"https://x\"");
}

TEST(DnsRecord, NamesInTheWireFormAreFolded) {
  EXPECT_EQ(parsed(R"({"type":"CNAME","name":"x","content":"Host.Example.NET"})").rdata,
            parsed(R"({"type":"CNAME","name":"x","content":"host.example.net"})").rdata);
}

}  // namespace
}  // namespace brink::control::api
