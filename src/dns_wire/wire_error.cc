#include "dns_wire/wire_error.h"

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

std::string_view sentence(WireError error) {
  switch (error) {
    case WireError::kEmptyLabel: return "a label of the name is empty";
    case WireError::kLabelTooLong: return "a label of the name is longer than 63 bytes";
    case WireError::kNameTooLong: return "the name is longer than 255 bytes";
    case WireError::kNotInternational: return "a label is no internationalized domain name";
    case WireError::kNoOrigin: return "the name is relative, and there is no origin";
    case WireError::kBadEscape: return "a backslash needs a character or three digits up to 255 after it";
    case WireError::kUnclosedQuote: return "a quoted string does not end";
    case WireError::kStrayCharacter: return "a character that may not be here unless it is quoted or escaped";
    case WireError::kUnbalancedParenthesis: return "a parenthesis is not opened or not closed";
    case WireError::kTooFewFields: return "a field is missing";
    case WireError::kTooManyFields: return "there is more than the record's fields";
    case WireError::kBadNumber: return "not a decimal number";
    case WireError::kOutOfRange: return "the number is too large";
    case WireError::kBadIpv4: return "not an IPv4 address";
    case WireError::kBadIpv6: return "not an IPv6 address";
    case WireError::kStringTooLong: return "a string is longer than 255 bytes";
    case WireError::kEmptyString: return "the text is empty";
    case WireError::kBadHex: return "not hexadecimal digits in pairs";
    case WireError::kBadBase64: return "not base64";
    case WireError::kBadTag: return "a tag is 1 to 15 letters and digits";
    case WireError::kBadTtl: return "not a time to live";
    case WireError::kUnknownType: return "no such record type";
    case WireError::kUnknownClass: return "no such class";
    case WireError::kNoTextForm: return "records of this type are only known in the form \\# of RFC 3597";
    case WireError::kLengthDiffers: return "the length after \\# is not that of the bytes after it";
    case WireError::kBadLocation: return "not a location as in RFC 1876";
    case WireError::kRdataTooLong: return "the record's data is longer than 65535 bytes";
    case WireError::kBadServiceKey: return "no such service parameter";
    case WireError::kDuplicateServiceKey: return "a service parameter is there twice";
    case WireError::kServiceValueMissing: return "the service parameter needs a value";
    case WireError::kServiceValueUnwanted: return "the service parameter takes no value";
    case WireError::kBadServiceValue: return "the service parameter's value is malformed";
    case WireError::kMandatoryKeyMissing: return "a mandatory service parameter is not there";
    case WireError::kAlpnMissing: return "no-default-alpn needs alpn beside it";
    case WireError::kTruncated: return "the record's data ends too early";
    case WireError::kTrailingBytes: return "bytes are left over after the record's data";
    case WireError::kCompressedName: return "a compressed name where none may be";
    case WireError::kKeysOutOfOrder: return "the service parameters are not in ascending order";
    case WireError::kWrongDigestLength: return "the digest has not the length of its kind";
    case WireError::kIncludeRefused: return "$INCLUDE directive not allowed";
    case WireError::kUnknownDirective: return "no such directive";
    case WireError::kBadGenerate: return "$GENERATE needs start-stop[/step], a name, a type and data";
    case WireError::kTooManyGenerated: return "$GENERATE makes too many records";
    case WireError::kNoOwner: return "the first record has no name";
    case WireError::kNoTtl: return "the record has no time to live, and there is no $TTL";
    case WireError::kNoType: return "the record has no type";
    case WireError::kWrongClass: return "the record's class is not IN";
    case WireError::kEntryTooLarge: return "the entry is too large";
  }
  return "unknown";
}

class WireDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "dns-wire"; }
  std::string message(int code, std::int64_t detail) const override {
    const auto text = sentence(static_cast<WireError>(code));
    return detail < 0 ? std::string(text) : fmt::format("{} (at byte {})", text, detail);
  }
};

constexpr WireDomain kWireDomain;

}  // namespace

const ErrorDomain& error_domain(WireError) { return kWireDomain; }

}  // namespace brink::dns_wire
