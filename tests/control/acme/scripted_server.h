// An ACME server in memory: answers requests in the way of RFC 8555, checks their signatures, nonces and
// URLs, and does what a test tells it. It takes a challenge for met when the answer lies in the store.
#pragma once

#include "base/encoding.h"
#include "control/acme/jws.h"
#include "control/acme/sender.h"
#include "control/api/json.h"
#include "store/acme_state.h"
#include "tests/store/given_store.h"
#include "tests/tls/given.h"
#include "tls/openssl_handles.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace brink::control::acme {

using api::Json;

class ScriptedServer final : public Sender {
 public:
  explicit ScriptedServer(store::GivenStore& store) : store_(store) {}

  // Asked before anything else; what it answers is the answer.
  std::function<std::optional<Outcome<HttpResponse>>(const HttpRequest&)> first;
  std::set<std::string> lost;  // names whose challenges fail
  int polls_until_valid = 1;   // of an authorization
  std::chrono::hours lifetime{24};
  std::vector<std::string> asked;  // URLs of the requests that were taken

  Task<Outcome<HttpResponse>> send(HttpRequest request) override {
    if (first) {
      if (auto answer = first(request)) co_return std::move(*answer);
    }
    co_return answer(request);
  }

  static HttpResponse problem(std::uint16_t status, std::string_view type) {
    return {.status = status,
            .content_type = "application/problem+json",
            .content = fmt::format(R"({{"type":"urn:ietf:params:acme:error:{}","detail":"as told"}})", type)};
  }
  [[nodiscard]] std::size_t count(std::string_view url) const {
    return static_cast<std::size_t>(std::ranges::count(asked, url));
  }

 private:
  HttpResponse answer(const HttpRequest& request) {
    HttpResponse response{.status = 200, .content_type = "application/json", .nonce = new_nonce()};
    if (request.method != HttpRequest::Method::kPost) {
      asked.push_back(request.url);
      if (request.url == "https://ca/dir")
        response.content =
            R"({"newNonce":"https://ca/nonce","newAccount":"https://ca/account","newOrder":"https://ca/order",)"
            R"("meta":{"termsOfService":"https://ca/terms"}})";
      return response;
    }
    const Json body = api::stored_json(request.content);
    const auto part = [&](const char* name) {
      return base64url_decode(body[name].get<std::string>()).value();
    };
    const Json header = api::stored_json(part("protected"));
    EXPECT_EQ(header["url"], request.url);
    if (nonces_.erase(header["nonce"].get<std::string>()) == 0) {
      HttpResponse refused = problem(400, "badNonce");
      refused.nonce = response.nonce;
      return refused;
    }
    EXPECT_EQ(header.contains("jwk"), request.url == "https://ca/account");
    asked.push_back(request.url);
    serve(request.url, api::stored_json(part("payload")), response);
    return response;
  }

  void serve(const std::string& url, const Json& payload, HttpResponse& response) {
    const auto starts = [&](std::string_view prefix) { return url.starts_with(prefix); };
    if (url == "https://ca/account") {
      EXPECT_EQ(payload["termsOfServiceAgreed"], true);
      response.status = 201;
      response.location = "https://ca/account/1";
      response.content = R"({"status":"valid"})";
    } else if (url == "https://ca/order") {
      names_.clear();
      polls_.clear();
      begun_.clear();
      certificate_.clear();
      for (const Json& each : payload["identifiers"]) names_.push_back(each["value"].get<std::string>());
      response.status = 201;
      response.location = "https://ca/order/1";
      response.content = order_text();
    } else if (starts("https://ca/order/1/finalize")) {
      certificate_ = issue(base64url_decode(payload["csr"].get<std::string>()).value());
      response.content = order_text();
    } else if (starts("https://ca/order/1")) {
      response.content = order_text();
    } else if (starts("https://ca/authz/")) {
      response.content = authorization_text(url.substr(17), true);
    } else if (starts("https://ca/challenge/")) {
      begun_.insert(url.substr(21));
      response.content = "{}";
    } else if (url == "https://ca/certificate/1") {
      response.content_type = "application/pem-certificate-chain";
      response.content = certificate_;
    } else {
      response = problem(404, "malformed");
    }
  }

  std::string status_of(const std::string& name) {
    if (!begun_.contains(name)) return "pending";
    if (polls_[name] < polls_until_valid) return "pending";
    return lost.contains(name) || !is_answered(name) ? "invalid" : "valid";
  }

  // The edge would answer from this row.
  bool is_answered(const std::string& name) {
    return store::acme_state::get(*store_.read(), "http token-" + token_of(name)).has_value();
  }
  static std::string token_of(std::string name) {
    std::ranges::replace(name, '.', '-');
    return name;
  }

  std::string authorization_text(const std::string& name, bool is_poll) {
    if (is_poll && begun_.contains(name)) ++polls_[name];
    const std::string status = status_of(name);
    return fmt::format(
        R"({{"status":"{}","identifier":{{"type":"dns","value":"{}"}},"challenges":[{{"type":"http-01",)"
        R"("url":"https://ca/challenge/{}","status":"{}","token":"token-{}"{}}}]}})",
        status, name, name, status, token_of(name),
        status == "invalid" ? R"(,"error":{"type":"urn:ietf:params:acme:error:unauthorized","detail":"no"})"
                            : "");
  }

  std::string order_text() {
    std::string status = "ready";
    Json authorizations = Json::array();
    for (const std::string& name : names_) {
      authorizations.push_back("https://ca/authz/" + name);
      const std::string each = status_of(name);
      if (each == "invalid") status = "invalid";
      if (each == "pending" && status == "ready") status = "pending";
    }
    if (!certificate_.empty()) status = "valid";
    Json order{
        {"status", status}, {"authorizations", authorizations}, {"finalize", "https://ca/order/1/finalize"}};
    if (status == "valid") order["certificate"] = "https://ca/certificate/1";
    return api::json_text(order);
  }

  std::string issue(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()));
    EXPECT_NE(request, nullptr);
    EXPECT_EQ(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)), 1);
    const auto now = store_.loop.wall_now();
    auto made =
        tls::make_certificate({.common_name = names_.front(),
                               .names = names_,
                               .not_before = now - std::chrono::hours(1),
                               .not_after = now + lifetime},
                              X509_REQ_get0_pubkey(request), authority_.certificate(), authority_.key());
    X509_REQ_free(request);
    EXPECT_TRUE(made.has_value());
    return tls::certificate_pem(made->get()) + authority_.pem();
  }

  std::string new_nonce() {
    std::string nonce = fmt::format("nonce{}", ++last_nonce_);
    nonces_.insert(nonce);
    return nonce;
  }

  store::GivenStore& store_;
  tls::Authority authority_;
  std::set<std::string> nonces_;
  int last_nonce_ = 0;
  std::vector<std::string> names_;
  std::map<std::string, int> polls_;
  std::set<std::string> begun_;
  std::string certificate_;
};

}  // namespace brink::control::acme
