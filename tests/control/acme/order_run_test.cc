#include "control/acme/order_run.h"

#include "store/audit_log.h"
#include "store/certificates.h"
#include "tests/control/acme/scripted_server.h"
#include "tests/runtime/run_task.h"

#include <map>

#include <gtest/gtest.h>

namespace brink::control::acme {
namespace {

using Names = std::vector<std::string>;

class OrderRunTest : public testing::Test {
 protected:
  OrderRunTest() {
    given_.change([](auto& write) { return store::zones::put(write, store::given_zone(1, "example.com")); });
    client_.set_account("https://ca/account/1");
    times_.first_poll = std::chrono::milliseconds(1);
    times_.last_poll = std::chrono::milliseconds(2);
  }

  Outcome<Issued> order(Names names) {
    OrderRun run({.loop = given_.loop,
                  .store = *given_.environment,
                  .writer = *given_.writer,
                  .random = random_,
                  .client = client_,
                  .directory = directory_,
                  .policy = policy_,
                  .times = times_},
                 store::id(1), std::move(names));
    return run_task(given_.loop, run.run());
  }
  std::vector<Names> certificates() {
    std::vector<Names> all;
    const auto read = given_.read();
    for (const auto& each : store::certificates::of_zone(*read, store::id(1))) {
      EXPECT_EQ(each.source, store::CertificateSource::kAcme);
      EXPECT_EQ(each.priority, kAcmePriority);
      EXPECT_TRUE(tls::Certificate::parse(each.chain, each.key).has_value());
      all.emplace_back(each.hosts.begin(), each.hosts.end());
    }
    return all;
  }
  bool has_order() { return order_state(*given_.read(), store::id(1)).has_value(); }

  store::GivenStore given_;
  FastRandom random_{1};
  ScriptedServer server_{given_};
  const std::string directory_ = "https://ca/dir";
  const ChallengePolicy policy_{{ChallengeType::kHttp01}};
  OrderTimes times_;
  Client client_{given_.loop, server_, directory_, tls::Es256Key::make()};
};

TEST_F(OrderRunTest, PutsTheCertificateIntoTheStoreAndTidiesUp) {
  const auto issued = order({"a.example.com", "b.example.com"});
  ASSERT_TRUE(issued.has_value()) << issued.error().text;
  EXPECT_EQ(certificates(), (std::vector<Names>{{"a.example.com", "b.example.com"}}));
  EXPECT_FALSE(has_order());
  EXPECT_FALSE(store::acme_state::get(*given_.read(), "http token-a-example-com").has_value());
  EXPECT_GT(issued->renew, std::chrono::floor<std::chrono::seconds>(given_.loop.wall_now()));
  EXPECT_LT(issued->renew, issued->expires);
}

TEST_F(OrderRunTest, ReplacesTheCertificatesThatAreForNothingElse) {
  ASSERT_TRUE(order({"a.example.com"}).has_value());
  ASSERT_TRUE(order({"b.example.com"}).has_value());
  EXPECT_EQ(certificates().size(), 2U);
  ASSERT_TRUE(order({"a.example.com", "c.example.com"}).has_value());
  EXPECT_EQ(certificates().size(), 2U);
}

TEST_F(OrderRunTest, IsInTheAuditLogWithWhatItReplaced) {
  ASSERT_TRUE(order({"a.example.com"}).has_value());
  ASSERT_TRUE(order({"a.example.com", "b.example.com"}).has_value());
  const auto read = given_.read();
  store::audit_log::Scan scan(*read, store::given_zone(1, "").account, {}, store::Time::max(), false);
  std::map<std::string, int> actions;
  std::string created, deleted;
  while (const auto entry = scan.next()) {
    ++actions[std::string(entry->action)];
    EXPECT_EQ(entry->actor_context, "acme");
    EXPECT_EQ(entry->zone, store::id(1));
    EXPECT_EQ(entry->zone_name, "example.com");
    EXPECT_EQ(entry->resource_type, "certificate");
    EXPECT_FALSE(entry->before.contains("PRIVATE") || entry->after.contains("PRIVATE"));
    if (entry->action == "acme_certificate_delete") deleted = entry->resource;
    if (entry->action == "acme_certificate_create" && created.empty()) created = entry->resource;
  }
  EXPECT_EQ(actions,
            (std::map<std::string, int>{{"acme_certificate_create", 2}, {"acme_certificate_delete", 1}}));
  EXPECT_EQ(created, deleted) << "the first is replaced";
}

TEST_F(OrderRunTest, SaysWhichNameFailedAndForgetsTheOrder) {
  server_.lost = {"b.example.com"};
  const auto issued = order({"a.example.com", "b.example.com"});
  ASSERT_FALSE(issued.has_value());
  EXPECT_TRUE(issued.error().is(FailureKind::kInvalid));
  EXPECT_EQ(issued.error().names, Names{"b.example.com"});
  EXPECT_NE(issued.error().text.find("unauthorized"), std::string::npos);
  EXPECT_FALSE(has_order());
  EXPECT_TRUE(certificates().empty());
}

TEST_F(OrderRunTest, GoesOnWithTheOrderOfBefore) {
  server_.first = [](const HttpRequest& request) -> std::optional<Outcome<HttpResponse>> {
    if (request.url.ends_with("/finalize")) return fail_with(FailureKind::kCancelled, "the node ends");
    return std::nullopt;
  };
  EXPECT_FALSE(order({"a.example.com"}).has_value());
  EXPECT_TRUE(has_order());
  server_.first = nullptr;
  ASSERT_TRUE(order({"other.example.com"}).has_value());
  EXPECT_EQ(certificates(), std::vector<Names>{{"a.example.com"}});
  EXPECT_EQ(server_.count("https://ca/order"), 1U);
  EXPECT_EQ(server_.count("https://ca/challenge/a.example.com"), 1U);
}

TEST_F(OrderRunTest, BeginsAnewWhereTheServerHasForgottenTheOrder) {
  given_.change([&](auto& write) {
    return put_order_state(write, store::id(1),
                           {.directory = directory_,
                            .url = "https://ca/gone",
                            .key = tls::Es256Key::make().pem(),
                            .names = {"a.example.com"},
                            .answers = {"http old"},
                            .records = {}});
  });
  given_.change([](auto& write) { return store::acme_state::put(write, "http old", "x"); });
  ASSERT_TRUE(order({"a.example.com"}).has_value());
  EXPECT_EQ(server_.count("https://ca/order"), 1U);
  EXPECT_FALSE(store::acme_state::get(*given_.read(), "http old").has_value());
}

TEST_F(OrderRunTest, AsksAgainWithAnotherNonce) {
  int refused = 0;
  server_.first = [&](const HttpRequest& request) -> std::optional<Outcome<HttpResponse>> {
    if (request.method != HttpRequest::Method::kPost || refused++ % 2 != 0) return std::nullopt;
    return ScriptedServer::problem(400, "badNonce");
  };
  const auto issued = order({"a.example.com"});
  EXPECT_TRUE(issued.has_value()) << issued.error().text;
  EXPECT_GT(refused, 5);
}

TEST_F(OrderRunTest, GivesUpANonceThatIsNeverTaken) {
  server_.first = [&](const HttpRequest& request) -> std::optional<Outcome<HttpResponse>> {
    if (request.method != HttpRequest::Method::kPost) return std::nullopt;
    return ScriptedServer::problem(400, "badNonce");
  };
  const auto issued = order({"a.example.com"});
  ASSERT_FALSE(issued.has_value());
  EXPECT_EQ(issued.error().type, "badNonce");
}

TEST_F(OrderRunTest, KnowsARateLimitOfTheNames) {
  server_.first = [&](const HttpRequest& request) -> std::optional<Outcome<HttpResponse>> {
    if (request.url != "https://ca/order") return std::nullopt;
    HttpResponse answer = ScriptedServer::problem(429, "rateLimited");
    answer.retry_after = "7200";
    return answer;
  };
  const auto issued = order({"a.example.com"});
  ASSERT_FALSE(issued.has_value());
  EXPECT_TRUE(issued.error().is(FailureKind::kRateLimited));
  EXPECT_EQ(issued.error().retry_after, std::chrono::hours(2));
  EXPECT_EQ(issued.error().names, Names{"a.example.com"});
}

TEST_F(OrderRunTest, RefusesACertificateThatIsNotForTheNames) {
  server_.first = [&](const HttpRequest& request) -> std::optional<Outcome<HttpResponse>> {
    if (request.url != "https://ca/certificate/1") return std::nullopt;
    const auto other = tls::self_signed({"a.example.com"});
    return HttpResponse{.status = 200, .content_type = {}, .content = other.certificate};
  };
  const auto issued = order({"a.example.com"});
  ASSERT_FALSE(issued.has_value());
  EXPECT_TRUE(issued.error().is(FailureKind::kProtocol));
  EXPECT_TRUE(certificates().empty());
}

TEST_F(OrderRunTest, OpensAnAccountOnlyWithTheTermsAgreedTo) {
  const auto refused = run_task(given_.loop, client_.open_account({.email = "a@example.com"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().is(FailureKind::kConfiguration));
  EXPECT_NE(refused.error().text.find("https://ca/terms"), std::string::npos);
  const auto opened = run_task(given_.loop, client_.open_account({.email = "a@example.com", .agrees = true}));
  ASSERT_TRUE(opened.has_value()) << opened.error().text;
  EXPECT_EQ(*opened, "https://ca/account/1");
}

TEST_F(OrderRunTest, ReadsRetryAfterInBothForms) {
  EXPECT_EQ(client_.parse_retry_after("120"), std::chrono::seconds(120));
  EXPECT_EQ(client_.parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), std::chrono::seconds(0));
  EXPECT_EQ(client_.parse_retry_after("99999999999"), std::chrono::days(31));
  for (const char* text : {"", "soon", "-1", "1.5"}) EXPECT_FALSE(client_.parse_retry_after(text)) << text;
}

}  // namespace
}  // namespace brink::control::acme
