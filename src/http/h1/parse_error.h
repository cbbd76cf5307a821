// What can be wrong with bytes that claim to be HTTP/1.1. Each fault has a name of its own, for logs and for
// tests.
#pragma once

#include "base/error.h"

#include <cstdint>

namespace brink::http::h1 {

enum class ParseError {
  kBareCr = 1,
  kBareLf,
  kBadMethod,
  kMethodTooLong,
  kConnectRefused,
  kBadTarget,
  kFragmentInTarget,
  kUriTooLong,
  kBadVersion,
  kUnsupportedVersion,
  kBadStatusLine,
  kBadFieldName,
  kSpaceBeforeColon,
  kMissingColon,
  kBadFieldValue,
  kObsFold,
  kHeadTooLarge,
  kTooManyFields,
  kTooManyConnectionOptions,
  kMissingHost,
  kRepeatedHost,
  kBadHost,
  kHostUnlikeTarget,
  kSchemeUnlikeConnection,
  kBadContentLength,
  kRepeatedContentLength,
  kLengthWithTransferEncoding,
  kBadTransferEncoding,
  kUnsupportedTransferCoding,
  kTransferEncodingInHttp10,
  kUnexpectedUpgrade,
  kTooManyInformational,
  kBadChunkSize,
  kBadChunkExtension,
  kChunkExtensionsTooLarge,
  kBadChunkEnd,
};
const ErrorDomain& error_domain(ParseError);

// The status with which a request that has that fault is answered.
[[nodiscard]] std::uint16_t status_of(ParseError error);

}  // namespace brink::http::h1
