#include "http/h1/framing.h"

#include "base/ascii.h"

namespace brink::http::h1 {
namespace {

// "chunked" alone, and once. Another list is nonsense where chunked is not its end, for nobody could find the
// end of a request, or where it comes twice, in one field or in two (RFC 9112 section 6.1); else it is a
// coding unknown to us.
std::expected<Framing, ParseError> transfer_encoding_framing(const FramingFields& fields, Version version) {
  if (version == Version::kHttp10) return std::unexpected(ParseError::kTransferEncodingInHttp10);
  if (fields.content_lengths > 0) return std::unexpected(ParseError::kLengthWithTransferEncoding);
  const std::string_view coding = fields.transfer_encoding;
  if (fields.transfer_encodings == 1 && equals_ignoring_case(coding, "chunked")) return Framing::chunked();
  const std::string_view last = trim_ows(coding.substr(coding.rfind(',') + 1));
  const std::string_view others = coding.substr(0, coding.size() - last.size());
  if (fields.transfer_encodings > 1 || !equals_ignoring_case(last, "chunked") ||
      list_has_token(others, "chunked")) {
    return std::unexpected(ParseError::kBadTransferEncoding);
  }
  return std::unexpected(ParseError::kUnsupportedTransferCoding);
}

std::expected<Framing, ParseError> content_length_framing(const FramingFields& fields) {
  if (fields.content_lengths > 1) return std::unexpected(ParseError::kRepeatedContentLength);
  const auto length = parse_decimal(fields.content_length);
  if (!length) return std::unexpected(ParseError::kBadContentLength);
  return Framing::of_length(*length);
}

}  // namespace

std::expected<Framing, ParseError> request_framing(const FramingFields& fields, Version version) {
  if (fields.transfer_encodings > 0) return transfer_encoding_framing(fields, version);
  if (fields.content_lengths > 0) return content_length_framing(fields);
  return Framing::none();
}

std::expected<Framing, ParseError> response_framing(const FramingFields& fields, Version version,
                                                    Method method, std::uint16_t status) {
  Framing framing = Framing::until_close();
  if (fields.transfer_encodings > 0) {
    auto told = transfer_encoding_framing(fields, version);
    if (!told) return told;
    framing = *told;
  } else if (fields.content_lengths > 0) {
    auto told = content_length_framing(fields);
    if (!told) return told;
    framing = *told;
  }
  if (status == 101) return Framing::tunnel();
  if (has_no_content(method, status)) return Framing::none();
  return framing;
}

}  // namespace brink::http::h1
