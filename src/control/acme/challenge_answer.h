// What stands where for a challenge to be met: a row that the edge answers HTTP-01 or TLS-ALPN-01 from, or a
// TXT record for DNS-01 (RFC 8555 section 8, RFC 8737).
#pragma once

#include "control/acme/resources.h"
#include "store/id.h"
#include "store/transaction.h"
#include "tls/es256_key.h"

#include <chrono>
#include <string>
#include <string_view>

namespace brink::control::acme {

struct ChallengeAnswer {
  ChallengeType type = ChallengeType::kHttp01;
  std::string place;    // the row's name; the TXT record's
  std::string content;  // the row's value; the TXT record's text
};

// kProtocol where the name cannot stand in a certificate.
[[nodiscard]] Outcome<ChallengeAnswer> answer_to(const Challenge& challenge, std::string_view name,
                                                 const tls::Es256Key& account,
                                                 std::chrono::system_clock::time_point now);

inline constexpr std::uint32_t kChallengeTtl = 60;  // seconds, of the TXT record

// Puts the TXT record of a DNS-01 answer into the zone; its id. One that is there already is left as it is.
[[nodiscard]] Result<store::Id> put_txt_record(store::WriteTransaction& write, const store::Id& zone,
                                               const ChallengeAnswer& answer, const store::Id& new_id);

}  // namespace brink::control::acme
