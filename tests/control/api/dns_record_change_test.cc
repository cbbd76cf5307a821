#include "control/api/dns_record_change.h"

#include "control/api/dns_record_filter.h"
#include "control/api/dns_record_json.h"
#include "store/audit_log.h"
#include "tests/store/given_store.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

using Texts = std::vector<std::string>;

// A zone example.com and what is done to its records.
class DnsRecordChangeTest : public testing::Test {
 protected:
  void SetUp() override {
    given.change([](store::WriteTransaction& write) {
      return store::zones::put(write, store::given_zone(1, "example.com"));
    });
  }

  // What `f` answers, or the code of its refusal, which takes the change back.
  template <class F>
  Json change(F f) {
    Json answer;
    (void)given.writer->apply_now([&](store::WriteTransaction& write) -> Result<> {
      Changing changing(write, origin, ++seed);
      auto records = DnsRecordChange::begin(changing, store::id(1));
      auto result = records ? f(*records) : Outcome<Json>(std::unexpected(records.error()));
      answer = result ? *result : Json(result.error().code);
      if (!result) return fail(store::StoreError::kInvalid);
      return {};
    });
    return answer;
  }
  Json add(std::string_view body) {
    return change([&](DnsRecordChange& records) -> Outcome<Json> {
      return records.add(BRINK_TRY(parse_record(Json::parse(body), records.zone_name())));
    });
  }
  static store::Id id_of(const Json& record) {
    return store::Id::parse(record["id"].get<std::string>()).value();
  }

  // "name" of each record that the query shows.
  Texts names(std::string_view query) {
    const auto filter = DnsRecordFilter::parse(Query::parse(query).value());
    if (!filter) return {filter.error().message};
    Texts found;
    const auto read = given.read();
    store::dns_records::Scan scan(*read, store::id(1));
    while (const auto record = scan.next()) {
      if (filter->matches(*record)) found.emplace_back(record->name.substr(0, record->name.find('.')));
    }
    return found;
  }

  store::GivenStore given;
  AuditOrigin origin;
  std::uint64_t seed = 0;
};

TEST_F(DnsRecordChangeTest, ARecordIsThereOnce) {
  EXPECT_TRUE(add(R"({"type":"A","name":"w","content":"192.0.2.1","ttl":300})").is_object());
  EXPECT_EQ(add(R"({"type":"A","name":"W","content":"192.0.2.1","ttl":300})"), 81058);
  EXPECT_EQ(add(R"({"type":"A","name":"w","content":"192.0.2.1","ttl":60})"), 81057);
  EXPECT_EQ(add(R"({"type":"A","name":"w","content":"192.0.2.1","ttl":300,"comment":"x"})"), 81057);
  EXPECT_EQ(add(R"({"type":"A","name":"w","content":"192.0.2.1","proxied":true,"comment":"x"})"), 81058);
  EXPECT_TRUE(add(R"({"type":"A","name":"w","content":"192.0.2.2"})").is_object());
  EXPECT_TRUE(add(R"({"type":"TXT","name":"w","content":"\"a\""})").is_object());
  EXPECT_EQ(add(R"({"type":"TXT","name":"w","content":"a"})"), 81058);  // quotes are no difference
  EXPECT_TRUE(add(R"({"type":"MX","name":"w","content":"Mail.example","priority":1})").is_object());
  EXPECT_EQ(add(R"({"type":"MX","name":"w","content":"mail.EXAMPLE.","priority":1})"), 81058);
}

TEST_F(DnsRecordChangeTest, AnAliasStandsAloneUnlessItIsFlattened) {
  EXPECT_TRUE(add(R"({"type":"CNAME","name":"plain","content":"x.net"})").is_object());
  EXPECT_EQ(add(R"({"type":"A","name":"plain","content":"192.0.2.1"})"), 81053);
  EXPECT_EQ(add(R"({"type":"CNAME","name":"plain","content":"y.net"})"), 81053);
  EXPECT_EQ(add(R"({"type":"TXT","name":"plain","content":"x"})"), 81053);
  EXPECT_TRUE(add(R"({"type":"TXT","name":"text","content":"x"})").is_object());
  EXPECT_EQ(add(R"({"type":"CNAME","name":"text","content":"x.net"})"), 81053);
  EXPECT_TRUE(add(R"({"type":"CNAME","name":"text","content":"x.net","proxied":true})").is_object());
  EXPECT_TRUE(add(R"({"type":"CNAME","name":"flat","content":"x.net","settings":{"flatten_cname":true}})")
                  .is_object());
  EXPECT_TRUE(add(R"({"type":"MX","name":"flat","content":"x.net","priority":1})").is_object());
  EXPECT_EQ(add(R"({"type":"AAAA","name":"flat","content":"::1"})"), 81053);
  EXPECT_TRUE(add(R"({"type":"MX","name":"@","content":"x.net","priority":1})").is_object());
  EXPECT_TRUE(add(R"({"type":"CNAME","name":"@","content":"x.net"})").is_object());
  EXPECT_TRUE(add(R"({"type":"TXT","name":"all","content":"x"})").is_object());
  given.change([](store::WriteTransaction& write) {
    return store::settings::put(write, store::id(1), {.id = "cname_flattening", .value = R"("flatten_all")"});
  });
  EXPECT_TRUE(add(R"({"type":"CNAME","name":"all","content":"x.net"})").is_object());
}

TEST_F(DnsRecordChangeTest, AnAliasThatNoLongerIsFlattenedMustStandAlone) {
  const Json alias = add(R"({"type":"CNAME","name":"a","content":"x.net","proxied":true})");
  EXPECT_TRUE(add(R"({"type":"TXT","name":"a","content":"x"})").is_object());
  EXPECT_EQ(
      change([&](DnsRecordChange& records) { return records.patch(id_of(alias), Json{{"proxied", false}}); }),
      81053);
}

TEST_F(DnsRecordChangeTest, TheTextOfANameIsBounded) {
  for (char letter : {'a', 'b', 'c'})
    EXPECT_TRUE(
        add(json_text({{"type", "TXT"}, {"name", "t"}, {"content", std::string(2700, letter)}})).is_object());
  EXPECT_EQ(add(json_text({{"type", "TXT"}, {"name", "t"}, {"content", std::string(200, 'd')}})), 83011);
  EXPECT_TRUE(
      add(json_text({{"type", "TXT"}, {"name", "u"}, {"content", std::string(200, 'd')}})).is_object());
}

TEST_F(DnsRecordChangeTest, ChangesAndRemovesWhatIsThere) {
  const Json made = add(R"({"type":"A","name":"w","content":"192.0.2.1","comment":"c"})");
  const auto patched = change(
      [&](DnsRecordChange& records) { return records.patch(id_of(made), Json{{"content", "192.0.2.2"}}); });
  EXPECT_EQ(patched["content"], "192.0.2.2");
  EXPECT_EQ(patched["comment"], "c");
  EXPECT_EQ(patched["comment_modified_on"], made["comment_modified_on"]);
  EXPECT_EQ(change([&](DnsRecordChange& records) { return records.remove(id_of(made)); }), patched);
  EXPECT_EQ(change([&](DnsRecordChange& records) { return records.remove(id_of(made)); }), 81044);
  EXPECT_EQ(change([&](DnsRecordChange& records) { return records.patch(id_of(made), Json::object()); }),
            81044);

  Texts actions;
  const auto read = given.read();
  store::audit_log::Scan scan(*read, store::id(200), store::Time(), store::Time::max(), false);
  while (const auto entry = scan.next())
    actions.push_back(std::string(entry->action) + (entry->before.empty() ? " new" : "") +
                      (entry->after.empty() ? " gone" : ""));
  std::ranges::sort(actions);
  EXPECT_EQ(actions, (Texts{"rec_add new", "rec_del gone", "rec_set"}));
}

TEST_F(DnsRecordChangeTest, LeavesAloneWhatAFileDeclares) {
  store::DnsRecord declared = store::given_record(1, 9, "w.example.com");
  declared.declared_in = "brink.toml";
  given.change([&](store::WriteTransaction& write) { return store::dns_records::put(write, declared); });
  EXPECT_EQ(change([&](DnsRecordChange& records) { return records.remove(store::id(9)); }), 1043);
  EXPECT_EQ(change([&](DnsRecordChange& records) { return records.patch(store::id(9), Json{{"ttl", 60}}); }),
            1043);
}

TEST_F(DnsRecordChangeTest, AZoneThatIsGoneHasNoRecords) {
  given.change([](store::WriteTransaction& write) -> Result<> {
    auto removed = store::zones::remove(write, store::id(1));
    if (!removed) return std::unexpected(removed.error());
    return {};
  });
  EXPECT_EQ(add(R"({"type":"A","name":"w","content":"192.0.2.1"})"), 7003);
}

TEST_F(DnsRecordChangeTest, FiltersSayWhatIsShown) {
  ASSERT_TRUE(
      add(R"({"type":"A","name":"www","content":"192.0.2.1","comment":"The Web","tags":["owner:dns"],"proxied":true})")
          .is_object());
  ASSERT_TRUE(add(R"({"type":"A","name":"mail","content":"192.0.2.2"})").is_object());
  ASSERT_TRUE(add(R"({"type":"TXT","name":"txt","content":"\"v=spf1\""})").is_object());
  const Texts all{"mail", "txt", "www"};
  for (const auto& [query, found] : std::vector<std::pair<std::string_view, Texts>>{
           {"", all},
           {"unknown=x&page=3", all},
           {"name=WWW.Example.com.", {"www"}},
           {"name.exact=www.example.com", {"www"}},
           {"name.startswith=MA", {"mail"}},
           {"name.contains=ai", {"mail"}},
           {"name.endswith=example.com", all},
           {"content=192.0.2.2", {"mail"}},
           {"content=v%3Dspf1", {"txt"}},
           {"content.exact=%22v%3Dspf1%22", {"txt"}},
           {"content.startswith=v", {"txt"}},
           {"type=TXT", {"txt"}},
           {"type=TXT,A", all},
           {"type=NOPE", {}},
           {"proxied=true", {"www"}},
           {"proxied=false", {"mail", "txt"}},
           {"comment.present=", {"www"}},
           {"comment.absent=", {"mail", "txt"}},
           {"comment.contains=web", {"www"}},
           {"tag.present=OWNER", {"www"}},
           {"tag.absent=owner", {"mail", "txt"}},
           {"tag=owner:dns", {"www"}},
           {"tag.exact=owner:dn", {}},
           {"tag.startswith=owner:d", {"www"}},
           {"tag.endswith=owner:s", {"www"}},
           {"tag_match=any&tag.present=nope&tag.exact=owner:dns", {"www"}},
           {"tag.present=nope&tag.exact=owner:dns", {}},
           {"search=SPF", {"txt"}},
           {"match=any&type=TXT&name=mail.example.com", {"mail", "txt"}},
           {"match=all&type=TXT&name=mail.example.com", {}},
           {"match=any&type=TXT&tag.present=owner", {}},
           {"match=some", {"query parameter match: must be any or all"}},
           {"order=colour", {"query parameter order: must be type, name, content, ttl or proxied"}},
       }) {
    EXPECT_EQ(names(query), found) << query;
  }
}

}  // namespace
}  // namespace brink::control::api
