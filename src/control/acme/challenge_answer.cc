#include "control/acme/challenge_answer.h"

#include "base/encoding.h"
#include "control/acme/jws.h"
#include "store/dns_records.h"
#include "tls/acme_challenge.h"
#include "tls/digest.h"

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

constexpr std::uint16_t kTxt = 16;

}  // namespace

Outcome<ChallengeAnswer> answer_to(const Challenge& challenge, std::string_view name,
                                   const tls::Es256Key& account, std::chrono::system_clock::time_point now) {
  const std::string authorization = key_authorization(account, challenge.token);
  switch (challenge.type) {
    case ChallengeType::kHttp01:
      return ChallengeAnswer{challenge.type, fmt::format("http {}", challenge.token), authorization};
    case ChallengeType::kTlsAlpn01: {
      auto pem = tls::make_acme_challenge(std::string(name), tls::sha256(authorization), now);
      if (!pem)
        return fail_with(FailureKind::kProtocol, fmt::format("\"{}\" cannot stand in a certificate", name));
      return ChallengeAnswer{challenge.type, fmt::format("alpn {}", name), std::move(*pem)};
    }
    case ChallengeType::kDns01:
      return ChallengeAnswer{challenge.type, fmt::format("_acme-challenge.{}", name),
                             base64url_encode(tls::sha256(authorization))};
  }
  return fail_with(FailureKind::kProtocol, "no such challenge");
}

Result<store::Id> put_txt_record(store::WriteTransaction& write, const store::Id& zone,
                                 const ChallengeAnswer& answer, const store::Id& new_id) {
  const std::string content = fmt::format("\"{}\"", answer.content);
  store::dns_records::Scan scan(write, zone, answer.place, kTxt);
  while (const auto record = scan.next()) {
    if (record->content == content) return record->id;
  }
  std::string rdata(1, static_cast<char>(answer.content.size()));
  rdata += answer.content;
  BRINK_TRY(store::dns_records::put(write, {.id = new_id,
                                            .zone = zone,
                                            .name = answer.place,
                                            .type = kTxt,
                                            .ttl = kChallengeTtl,
                                            .content = content,
                                            .rdata = rdata,
                                            .comment = "ACME challenge",
                                            .created = write.now(),
                                            .modified = write.now()}));
  return new_id;
}

}  // namespace brink::control::acme
