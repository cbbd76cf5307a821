#include "control/acme/client.h"

#include "base/ascii.h"
#include "control/acme/jws.h"
#include "http/date.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

constexpr std::size_t kMaxNonce = 1024;

bool is_success(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

// Whether it may go better in a moment, with the same request.
bool is_passing(const Failure& failure) {
  return failure.is(FailureKind::kUnreachable) || failure.is(FailureKind::kServer);
}

Failure cancelled() {
  return {.kind = FailureKind::kCancelled, .text = "cancelled", .type = {}, .retry_after = {}, .names = {}};
}

Json contact_of(const std::string& email) {
  return email.empty() ? Json::array() : Json::array({"mailto:" + email});
}

}  // namespace

std::optional<std::chrono::seconds> Client::parse_retry_after(std::string_view text) const {
  constexpr std::chrono::seconds kMost = std::chrono::days(31);
  if (const auto seconds = parse_decimal<std::uint64_t>(text))
    return std::chrono::seconds(std::min<std::uint64_t>(*seconds, kMost.count()));
  const auto now = loop_.wall_now();
  const auto date = http::parse_http_date(text, now);
  if (!date) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::seconds>(*date - now);
  return std::clamp(left, std::chrono::seconds(0), kMost);
}

Task<Outcome<Directory>> Client::directory() {
  if (directory_ && loop_.now() - directory_read_ < kDirectoryAge) co_return *directory_;
  const HttpResponse response = BRINK_CO_TRY(
      co_await send({.method = HttpRequest::Method::kGet, .url = directory_url_, .content = {}}));
  if (!is_success(response)) co_return std::unexpected(problem_of(response.status, response.content));
  directory_ = BRINK_CO_TRY(read_directory(response.content));
  directory_read_ = loop_.now();
  co_return *directory_;
}

Task<Outcome<std::string>> Client::open_account(const AccountTerms& terms) {
  const Directory directory = BRINK_CO_TRY(co_await this->directory());
  if (!directory.terms_of_service.empty() && !terms.agrees)
    co_return fail_with(FailureKind::kConfiguration,
                        fmt::format("the server wants its terms of service agreed to, which are at {}: set "
                                    "[acme] agree = true",
                                    directory.terms_of_service));
  if (directory.external_account_required && terms.external_key_id.empty())
    co_return fail_with(FailureKind::kConfiguration,
                        "the server wants an account of its customers': set [acme] external_account and "
                        "external_account_key");
  Json content{{"contact", contact_of(terms.email)}};
  if (terms.agrees) content["termsOfServiceAgreed"] = true;
  if (!terms.external_key_id.empty())
    content["externalAccountBinding"] = api::stored_json(
        external_account_binding(key_, terms.external_key_id, terms.external_mac_key, directory.new_account));
  const HttpResponse response =
      BRINK_CO_TRY(co_await post_as("", directory.new_account, api::json_text(content)));
  if (response.location.empty())
    co_return fail_with(FailureKind::kProtocol, "the server does not say where the account is");
  account_ = response.location;
  co_return account_;
}

Task<Outcome<>> Client::set_contact(const std::string& email) {
  BRINK_CO_TRY(co_await post(account_, api::json_text(Json{{"contact", contact_of(email)}})));
  co_return Outcome<>();
}

Task<Outcome<HttpResponse>> Client::post(std::string url, std::string payload) {
  return post_as(account_, std::move(url), std::move(payload));
}

// Repeats what failed for a moment.
Task<Outcome<HttpResponse>> Client::post_as(std::string account, std::string url, std::string payload) {
  std::chrono::seconds pause = kFirstPause;
  for (int tries = 1;; ++tries) {
    auto response = co_await post_once(account, url, payload);
    if (response || !is_passing(response.error()) || tries == kTries) co_return response;
    const std::chrono::seconds wanted = std::max(pause, response.error().retry_after.value_or(pause));
    if (wanted > kMaxPause) co_return response;
    if (!co_await sleep_until(loop_.after(wanted))) co_return std::unexpected(cancelled());
    pause *= 2;
  }
}

// Repeats what had a nonce that the server does not take (RFC 8555 section 6.5).
Task<Outcome<HttpResponse>> Client::post_once(const std::string& account, const std::string& url,
                                              const std::string& payload) {
  for (int tries = 1;; ++tries) {
    const std::string nonce = BRINK_CO_TRY(co_await take_nonce());
    HttpRequest request{.method = HttpRequest::Method::kPost,
                        .url = url,
                        .content = signed_request(key_, account, url, nonce, payload)};
    HttpResponse response = BRINK_CO_TRY(co_await send(std::move(request)));
    if (is_success(response)) co_return response;
    Failure failure = problem_of(response.status, response.content);
    failure.retry_after = parse_retry_after(response.retry_after);
    if (failure.type != "badNonce" || tries == kNonceTries) co_return std::unexpected(std::move(failure));
  }
}

Task<Outcome<HttpResponse>> Client::send(HttpRequest request) {
  auto response = co_await sender_.send(std::move(request));
  if (response) keep_nonce(*response);
  co_return response;
}

Task<Outcome<std::string>> Client::take_nonce() {
  if (nonces_.empty()) {
    const Directory directory = BRINK_CO_TRY(co_await this->directory());
    if (nonces_.empty()) {
      const HttpResponse response = BRINK_CO_TRY(
          co_await send({.method = HttpRequest::Method::kHead, .url = directory.new_nonce, .content = {}}));
      if (!is_success(response)) co_return std::unexpected(problem_of(response.status, response.content));
    }
  }
  if (nonces_.empty()) co_return fail_with(FailureKind::kProtocol, "the server gives no nonce");
  std::string nonce = std::move(nonces_.back());  // the newest lives longest
  nonces_.pop_back();
  co_return nonce;
}

void Client::keep_nonce(const HttpResponse& response) {
  const std::string& nonce = response.nonce;
  const bool is_one = !nonce.empty() && nonce.size() <= kMaxNonce && std::ranges::all_of(nonce, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_';  // RFC 8555 section 6.5.1
  });
  if (!is_one) return;
  if (nonces_.size() == kKeptNonces) nonces_.erase(nonces_.begin());
  nonces_.push_back(nonce);
}

}  // namespace brink::control::acme
