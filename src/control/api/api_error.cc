#include "control/api/api_error.h"

#include "store/store_error.h"
#include "telemetry/log.h"

namespace brink::control::api {
namespace {

using namespace codes;

constexpr ErrorCode kAll[] = {
    kInvalidToken,
    kInvalid,
    kInUse,
    kInvalidParameter,
    kTokenNotFound,
    kDnsValidation,
    kSetting,
    kReadOnlyRecord,
    kZoneExists,
    kOriginCa,
    kOriginCaNotFound,
    kInvalidHeaders,
    kInvalidJson,
    kInvalidKeyFormat,
    kInvalidServiceKeyFormat,
    kInvalidAuthorizationFormat,
    kNoRoute,
    kNotFound,
    kDnsName,
    kDnsA,
    kDnsAaaa,
    kDnsCname,
    kDnsContent,
    kDnsTooLong,
    kDnsTtl,
    kUnknownKey,
    kUnknownServiceKey,
    kNoCredentials,
    kInvalidAccessToken,
    kZoneUnauthorized,
    kForbidden,
    kNoEntryPoint,
    kUnreadable,
    kMethodNotAllowed,
    kTooLarge,
    kTooManyRequests,
    kInternal,
    kNotSupported,
    kBusy,
    kFull,
    kRuleset,
    kRulesetUnavailable,
    kRulesetExpression,
    kSecondEntryPoint,
    kRecordNotFound,
    kHostTaken,
    kRecordExists,
    kIdenticalRecord,
    kTxtTooLong,
};

const ErrorCode& code_of(const Error& failure) {
  if (failure.is(store::StoreError::kFull)) return kFull;
  if (failure.is(store::StoreError::kBusy) || failure.is(store::StoreError::kClosed)) return kBusy;
  return kInternal;
}

}  // namespace

std::span<const ErrorCode> error_codes() { return kAll; }

ApiError::ApiError(const Error& failure) : ApiError(code_of(failure)) {
  if (status != 500) return;
  message = "Internal error: the node's log says more";
  telemetry::log_error("a call of the API failed", {{"why", failure.text()}});
}

}  // namespace brink::control::api
