#include "http/h1/parse_error.h"

namespace brink::http::h1 {
namespace {

class ParseDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "http/1.1"; }
  std::string message(int code, std::int64_t) const override {
    return text_of(static_cast<ParseError>(code));
  }

 private:
  static const char* text_of(ParseError error) {
    switch (error) {
      case ParseError::kBareCr: return "a carriage return without a line feed";
      case ParseError::kBareLf: return "a line feed without a carriage return";
      case ParseError::kBadMethod: return "the method is not a token";
      case ParseError::kMethodTooLong: return "the method is longer than any that exists";
      case ParseError::kConnectRefused: return "CONNECT is not offered";
      case ParseError::kBadTarget: return "the request target is malformed";
      case ParseError::kFragmentInTarget: return "the request target has a fragment";
      case ParseError::kUriTooLong: return "the request target is too long";
      case ParseError::kBadVersion: return "the protocol version is malformed";
      case ParseError::kUnsupportedVersion: return "the protocol version is not supported";
      case ParseError::kBadStatusLine: return "the status line is malformed";
      case ParseError::kBadFieldName: return "a field name is not a token";
      case ParseError::kSpaceBeforeColon: return "white space between a field name and its colon";
      case ParseError::kMissingColon: return "a field line without a colon";
      case ParseError::kBadFieldValue: return "a control character in a field value";
      case ParseError::kObsFold: return "a folded field line";
      case ParseError::kHeadTooLarge: return "the head is too large";
      case ParseError::kTooManyFields: return "too many fields";
      case ParseError::kTooManyConnectionOptions: return "too many options in Connection";
      case ParseError::kMissingHost: return "no Host";
      case ParseError::kRepeatedHost: return "more than one Host";
      case ParseError::kBadHost: return "the host is malformed";
      case ParseError::kHostUnlikeTarget: return "Host differs from the request target";
      case ParseError::kSchemeUnlikeConnection:
        return "the request target's scheme is not that of the connection";
      case ParseError::kBadContentLength: return "Content-Length is not a number";
      case ParseError::kRepeatedContentLength: return "more than one Content-Length";
      case ParseError::kLengthWithTransferEncoding: return "both Content-Length and Transfer-Encoding";
      case ParseError::kBadTransferEncoding:
        return "Transfer-Encoding comes twice, or does not end in one chunked";
      case ParseError::kUnsupportedTransferCoding: return "a transfer coding other than chunked";
      case ParseError::kTransferEncodingInHttp10: return "Transfer-Encoding in HTTP/1.0";
      case ParseError::kUnexpectedUpgrade: return "101 without having been asked to upgrade";
      case ParseError::kTooManyInformational: return "too many informational responses";
      case ParseError::kBadChunkSize: return "a chunk size is malformed";
      case ParseError::kBadChunkExtension: return "a chunk extension is malformed";
      case ParseError::kChunkExtensionsTooLarge: return "the chunk extensions are too large";
      case ParseError::kBadChunkEnd: return "a chunk is longer than its size";
    }
    return "unknown";
  }
};
constexpr ParseDomain kParseDomain;

}  // namespace

const ErrorDomain& error_domain(ParseError) { return kParseDomain; }

std::uint16_t status_of(ParseError error) {
  switch (error) {
    case ParseError::kUriTooLong: return 414;
    case ParseError::kHeadTooLarge:
    case ParseError::kTooManyFields: return 431;
    case ParseError::kSchemeUnlikeConnection: return 421;  // RFC 9110 section 7.4
    case ParseError::kMethodTooLong:                       // RFC 9112 section 3
    case ParseError::kConnectRefused:
    case ParseError::kUnsupportedTransferCoding: return 501;  // RFC 9112 section 6.1
    case ParseError::kUnsupportedVersion: return 505;
    default: return 400;
  }
}

}  // namespace brink::http::h1
