#include "dns_wire/rdata_format.h"

#include "dns_wire/service_parameters.h"
#include "dns_wire/type.h"

#include <algorithm>

namespace brink::dns_wire {
namespace {

Result<> check_digest(std::string_view wire, std::size_t at, std::size_t length) {
  if (length != 0 && wire.size() - at != length)
    return fail(WireError::kWrongDigestLength, static_cast<std::int64_t>(at));
  return {};
}

// Digest types of RFC 4034 section 5.1.3 and successors; others have any length.
Result<> check_ds(std::string_view wire) {
  switch (wire[3]) {
    case 1: return check_digest(wire, 4, 20);  // SHA-1
    case 2: return check_digest(wire, 4, 32);  // SHA-256
    case 4: return check_digest(wire, 4, 48);  // SHA-384
    default: return {};
  }
}

// RFC 4255 section 3.1.2, RFC 6594.
Result<> check_sshfp(std::string_view wire) {
  switch (wire[1]) {
    case 1: return check_digest(wire, 2, 20);
    case 2: return check_digest(wire, 2, 32);
    default: return {};
  }
}

// The matching types of RFC 6698 section 2.1.3.
Result<> check_tlsa(std::string_view wire) {
  switch (wire[2]) {
    case 1: return check_digest(wire, 3, 32);
    case 2: return check_digest(wire, 3, 64);
    default: return {};
  }
}

using enum Field;
constexpr bool kFolds = true;
constexpr bool kKeeps = false;

constexpr RdataFormat kFormats[] = {
    {type::kA, {kIpv4}},
    {type::kNs, {kName}, kFolds},
    {type::kCname, {kName}, kFolds},
    {type::kSoa, {kName, kName, kU32, kTime, kTime, kTime, kTime}, kFolds},
    {type::kPtr, {kName}, kFolds},
    {type::kMx, {kU16, kName}, kFolds},
    {type::kTxt, {kStrings}},
    {type::kAaaa, {kIpv6}},
    {type::kLoc, {kLocation}},
    {type::kSrv, {kU16, kU16, kU16, kName}, kFolds},
    {type::kNaptr, {kU16, kU16, kString, kString, kString, kName}, kFolds},
    {type::kCert, {kCertType, kU16, kAlgorithm, kBase64}},
    {type::kDname, {kName}, kFolds},
    {type::kDs, {kU16, kAlgorithm, kU8, kHex}, kKeeps, check_ds},
    {type::kSshfp, {kU8, kU8, kHex}, kKeeps, check_sshfp},
    {type::kDnskey, {kU16, kU8, kAlgorithm, kBase64}},
    {type::kTlsa, {kU8, kU8, kU8, kHex}, kKeeps, check_tlsa},
    {type::kSmimea, {kU8, kU8, kU8, kHex}, kKeeps, check_tlsa},
    {type::kCds, {kU16, kAlgorithm, kU8, kHex}, kKeeps, check_ds},
    {type::kCdnskey, {kU16, kU8, kAlgorithm, kBase64}},
    {type::kOpenpgpkey, {kBase64}},
    {type::kSvcb, {kU16, kName, kServices}, kKeeps, check_services},
    {type::kHttps, {kU16, kName, kServices}, kKeeps, check_services},
    {type::kSpf, {kStrings}},
    {type::kUri, {kU16, kU16, kNonEmptyRest}},
    {type::kCaa, {kU8, kTag, kRest}},
};
static_assert(std::ranges::is_sorted(kFormats, {}, &RdataFormat::type));

}  // namespace

const RdataFormat* rdata_format(std::uint16_t type) {
  const auto row = std::ranges::lower_bound(kFormats, type, {}, &RdataFormat::type);
  return row != std::end(kFormats) && row->type == type ? row : nullptr;
}

}  // namespace brink::dns_wire
