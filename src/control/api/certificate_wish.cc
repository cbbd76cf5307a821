#include "control/api/certificate_wish.h"

#include "base/ascii.h"
#include "control/api/timestamp.h"
#include "net/address.h"
#include "tls/certificate.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxWord = 64;
constexpr std::size_t kMaxPolicy = 1024;
constexpr std::size_t kMaxHosts = 1000;  // that one certificate may be for

std::unexpected<ApiError> wrong(std::string_view member, std::string text) {
  return std::unexpected(ApiError(codes::kInvalid, fmt::format("{}: {}", member, std::move(text)))
                             .at("/" + std::string(member)));
}

// One of the words, where the member is there.
Outcome<std::optional<std::string>> word_member(const Json& object, std::string_view name,
                                                std::initializer_list<std::string_view> words) {
  auto text = BRINK_TRY(text_member(object, name, kMaxWord));
  if (!text || std::ranges::find(words, *text) != words.end()) return text;
  return wrong(name, fmt::format("must be one of {}", fmt::join(words, ", ")));
}

Outcome<> refuse_what_is_not_there(const Json& body) {
  if (const Json* csr = find_value(body, "custom_csr_id")) {
    if (*csr != "") {
      return std::unexpected(
          ApiError(codes::kNotSupported, "custom_csr_id: Brink makes no custom CSRs; send private_key")
              .at("/custom_csr_id"));
    }
  }
  const auto deploy = BRINK_TRY(word_member(body, "deploy", {"staging", "production"}));
  if (deploy && *deploy == "staging") {
    return std::unexpected(
        ApiError(codes::kNotSupported, "deploy: Brink has no staging network; what is uploaded is shown")
            .at("/deploy"));
  }
  return {};
}

// Which of the two members an error of reading them is about.
std::string_view member_of(const Error& error) {
  for (const auto of_key :
       {tls::CertificateError::kNoKey, tls::CertificateError::kBadKey,
        tls::CertificateError::kKeyNeedsPassphrase, tls::CertificateError::kKeyDoesNotMatch}) {
    if (error.is(of_key)) return "private_key";
  }
  return "certificate";
}

store::Time stored_time(tls::Certificate::Time time) {
  return std::chrono::floor<std::chrono::microseconds>(time);
}

}  // namespace

Outcome<GivenCertificate> read_certificate(std::string chain, std::string key, store::Time now) {
  const auto parsed = tls::Certificate::parse(chain, key);
  if (!parsed) return wrong(member_of(parsed.error()), parsed.error().text());
  const tls::Certificate& certificate = **parsed;
  GivenCertificate given{.hosts = {},
                         .chain = std::move(chain),
                         .key = std::move(key),
                         .issuer = certificate.issuer_name(),
                         .signature = certificate.signature_name(),
                         .not_before = stored_time(certificate.not_before()),
                         .not_after = stored_time(certificate.not_after())};
  if (given.not_after <= now)
    return wrong("certificate", fmt::format("it expired on {}", timestamp(given.not_after)));
  for (const std::string& name : certificate.names()) {
    if (net::IpAddress::parse(name))
      return wrong("certificate", fmt::format("it is for the address {}, which is no host of a zone", name));
    std::string host = to_lower(name);
    if (std::ranges::find(given.hosts, host) == given.hosts.end()) given.hosts.push_back(std::move(host));
    if (given.hosts.size() > kMaxHosts)
      return wrong("certificate", fmt::format("it is for more than {} hosts", kMaxHosts));
  }
  if (given.hosts.empty())
    return wrong("certificate", "it is for no host: it has no subjectAltName with a DNS name");
  return given;
}

Outcome<CertificateWish> CertificateWish::parse(const Json& body) {
  if (!body.is_object()) return refuse(codes::kInvalid, "The body must be a JSON object");
  BRINK_TRY(refuse_what_is_not_there(body));
  CertificateWish wish;
  wish.chain = BRINK_TRY(text_member(body, "certificate", kMaxCertificateBytes));
  wish.key = BRINK_TRY(text_member(body, "private_key", kMaxPrivateKeyBytes));
  wish.bundle_method = BRINK_TRY(word_member(body, "bundle_method", {"ubiquitous", "optimal", "force"}));
  wish.type = BRINK_TRY(word_member(body, "type", {"legacy_custom", "sni_custom"}));
  wish.policy = BRINK_TRY(text_member(body, "policy", kMaxPolicy));
  if (const Json* restrictions = find_value(body, "geo_restrictions")) {
    if (!restrictions->is_object()) return wrong("geo_restrictions", "must be an object with a label");
    wish.geo_label = BRINK_TRY(word_member(*restrictions, "label", {"us", "eu", "highest_security"}));
  }
  return wish;
}

void CertificateWish::apply_to(CertificateDetails& details) const {
  if (bundle_method) details.bundle_method = *bundle_method;
  if (type) details.type = *type;
  if (geo_label) details.geo_label = *geo_label;
  if (policy) details.policy = *policy;
}

}  // namespace brink::control::api
