// What the API says when it does not do what it was asked: Cloudflare's codes, Brink's own texts.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

// A kind of error: its code, the HTTP status that goes with it, and what it says where nothing better is
// known.
struct ErrorCode {
  int code;
  std::uint16_t status;
  std::string_view text;
};

// One table of all that Brink answers (docs/api.md is made from it). Where Cloudflare uses a code with
// several statuses, there is a row for each.
namespace codes {
inline constexpr ErrorCode kInvalidToken{1000, 401, "Invalid API Token"};
inline constexpr ErrorCode kInvalid{1001, 400, "Invalid request"};
inline constexpr ErrorCode kInUse{1002, 400, "The resource is in use"};
inline constexpr ErrorCode kInvalidParameter{1003, 400, "Invalid or missing parameter"};
inline constexpr ErrorCode kTokenNotFound{1003, 404, "API token not found"};
inline constexpr ErrorCode kDnsValidation{1004, 400, "DNS Validation Error"};
inline constexpr ErrorCode kSetting{1006, 400, "Invalid or not editable zone setting"};
inline constexpr ErrorCode kReadOnlyRecord{1043, 400,
                                           "The record belongs to another resource and is read-only"};
inline constexpr ErrorCode kZoneExists{1061, 400, "The zone exists already"};
inline constexpr ErrorCode kOriginCa{1101, 400, "Invalid certificate request"};
inline constexpr ErrorCode kOriginCaNotFound{1101, 404, "Certificate not found"};
inline constexpr ErrorCode kInvalidHeaders{6003, 400, "Invalid request headers"};
inline constexpr ErrorCode kInvalidKeyFormat{6103, 400, "Invalid format for X-Auth-Key header"};
inline constexpr ErrorCode kInvalidServiceKeyFormat{6104, 400,
                                                    "Invalid format for X-Auth-User-Service-Key header"};
inline constexpr ErrorCode kInvalidAuthorizationFormat{6111, 400, "Invalid format for Authorization header"};
inline constexpr ErrorCode kInvalidJson{6007, 400, "Malformed JSON in request body"};
inline constexpr ErrorCode kNoRoute{7000, 404, "No route for that URI"};
inline constexpr ErrorCode kNotFound{
    7003, 404, "Could not route to the path, perhaps your object identifier is invalid?"};
inline constexpr ErrorCode kDnsName{9000, 400, "DNS name is invalid."};
inline constexpr ErrorCode kDnsA{9005, 400, "Content for A record must be a valid IPv4 address."};
inline constexpr ErrorCode kDnsAaaa{9006, 400, "Content for AAAA record must be a valid IPv6 address."};
inline constexpr ErrorCode kDnsCname{9007, 400, "Content for CNAME record is invalid."};
inline constexpr ErrorCode kDnsContent{9009, 400, "Content of the record is invalid."};
inline constexpr ErrorCode kDnsTooLong{9015, 400, "Content is longer than 4096 bytes in wire format."};
inline constexpr ErrorCode kDnsTtl{9021, 400,
                                   "Invalid TTL. Must be 1 for automatic, or between 30 and 86400."};
inline constexpr ErrorCode kUnknownKey{9103, 403, "Unknown X-Auth-Key or X-Auth-Email"};
inline constexpr ErrorCode kUnknownServiceKey{9104, 403, "Unknown X-Auth-User-Service-Key"};
inline constexpr ErrorCode kNoCredentials{9106, 400,
                                          "Missing X-Auth-Key, X-Auth-Email or Authorization headers"};
inline constexpr ErrorCode kInvalidAccessToken{9109, 403, "Invalid access token"};
inline constexpr ErrorCode kZoneUnauthorized{9109, 403, "Unauthorized to access requested resource"};
inline constexpr ErrorCode kForbidden{10000, 403, "Authentication error"};
inline constexpr ErrorCode kTooManyRequests{10429, 429, "Too many requests"};
inline constexpr ErrorCode kMethodNotAllowed{10405, 405, "Method not allowed for this endpoint"};
inline constexpr ErrorCode kTooLarge{10413, 413, "The request is too large"};
inline constexpr ErrorCode kUnreadable{10400, 400, "The request could not be read"};
inline constexpr ErrorCode kInternal{10500, 500, "Internal error"};
inline constexpr ErrorCode kBusy{10503, 503, "Too many changes are waiting; try again"};
inline constexpr ErrorCode kFull{10507, 507, "The disk is full; the change was not made"};
inline constexpr ErrorCode kNotSupported{10501, 400, "Brink does not have this"};
inline constexpr ErrorCode kNoEntryPoint{10003, 404, "could not find entrypoint ruleset in the phase"};
inline constexpr ErrorCode kRuleset{20119, 400, "Invalid property of a ruleset or a list"};
inline constexpr ErrorCode kRulesetUnavailable{20120, 400, "Not available on this server"};
inline constexpr ErrorCode kRulesetExpression{20127, 400, "The expression is invalid"};
inline constexpr ErrorCode kSecondEntryPoint{20217, 400, "The phase has an entry point already"};
inline constexpr ErrorCode kRecordNotFound{81044, 404, "Record does not exist."};
inline constexpr ErrorCode kHostTaken{81053, 400,
                                      "An A, AAAA, or CNAME record with that host already exists."};
inline constexpr ErrorCode kRecordExists{81057, 400, "The record already exists."};
inline constexpr ErrorCode kIdenticalRecord{81058, 400, "An identical record already exists."};
inline constexpr ErrorCode kTxtTooLong{83011, 400,
                                       "The TXT records of one name are together over 8192 bytes."};
}  // namespace codes
[[nodiscard]] std::span<const ErrorCode> error_codes();

// One error of an answer. A value; made where the fault is found, sent by the router.
struct ApiError {
  ApiError(const ErrorCode& kind)  // NOLINT: a code is an error
      : code(kind.code), status(kind.status), message(kind.text) {}
  ApiError(const ErrorCode& kind, std::string text)
      : code(kind.code), status(kind.status), message(std::move(text)) {}
  // A failure of the store or of the system below: kFull, kBusy, else kInternal. Its text goes to the client
  // only where it says nothing of this machine.
  ApiError(const Error& failure);  // NOLINT: so that BRINK_TRY hands store errors on

  // `detail` goes into error_chain.
  ApiError& because(ApiError detail) & {
    chain.push_back(std::move(detail));
    return *this;
  }
  ApiError&& because(ApiError detail) && { return std::move(because(std::move(detail))); }
  // JSON pointer (RFC 6901) to the member of the body that is wrong: "/policies/0/resources".
  ApiError&& at(std::string place) && {
    pointer = std::move(place);
    return std::move(*this);
  }

  int code;
  std::uint16_t status;
  std::string message;
  std::string pointer;          // empty: none
  std::vector<ApiError> chain;  // empty: none
};

template <class T = void>
using Outcome = std::expected<T, ApiError>;

// return refuse(codes::kInvalid, "name: must be a string");
[[nodiscard]] inline std::unexpected<ApiError> refuse(const ErrorCode& kind) {
  return std::unexpected(ApiError(kind));
}
[[nodiscard]] inline std::unexpected<ApiError> refuse(const ErrorCode& kind, std::string text) {
  return std::unexpected(ApiError(kind, std::move(text)));
}

}  // namespace brink::control::api
