// What can be wrong with names, records and master files. The detail of such an error is where it is: the
// byte, from 0, of the text or of the wire form that was read; kNowhere where there is no such place.
#pragma once

#include "base/error.h"

namespace brink::dns_wire {

inline constexpr std::int64_t kNowhere = -1;

enum class WireError {
  // names
  kEmptyLabel = 1,
  kLabelTooLong,
  kNameTooLong,
  kNotInternational,  // no domain name by IDNA
  kNoOrigin,          // relative, and nothing to be relative to

  // text
  kBadEscape,
  kUnclosedQuote,
  kStrayCharacter,  // a quote, a parenthesis or a control character where none may be
  kUnbalancedParenthesis,
  kTooFewFields,
  kTooManyFields,
  kBadNumber,
  kOutOfRange,
  kBadIpv4,
  kBadIpv6,
  kStringTooLong,
  kEmptyString,
  kBadHex,
  kBadBase64,
  kBadTag,
  kBadTtl,
  kUnknownType,
  kUnknownClass,
  kNoTextForm,     // of this type Brink knows only \#
  kLengthDiffers,  // the length after \# and the bytes after it
  kBadLocation,
  kRdataTooLong,

  // service parameters (RFC 9460)
  kBadServiceKey,
  kDuplicateServiceKey,
  kServiceValueMissing,
  kServiceValueUnwanted,
  kBadServiceValue,
  kMandatoryKeyMissing,
  kAlpnMissing,

  // wire form
  kTruncated,
  kTrailingBytes,
  kCompressedName,  // where none may be
  kKeysOutOfOrder,
  kWrongDigestLength,

  // master files
  kIncludeRefused,
  kUnknownDirective,
  kBadGenerate,
  kTooManyGenerated,
  kNoOwner,
  kNoTtl,
  kNoType,
  kWrongClass,
  kEntryTooLarge,
};
const ErrorDomain& error_domain(WireError);

}  // namespace brink::dns_wire
