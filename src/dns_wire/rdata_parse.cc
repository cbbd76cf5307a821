// Presentation form to wire form.
#include "base/ascii.h"
#include "base/encoding.h"
#include "dns_wire/bytes.h"
#include "dns_wire/character_string.h"
#include "dns_wire/location.h"
#include "dns_wire/mnemonics.h"
#include "dns_wire/rdata.h"
#include "dns_wire/rdata_format.h"
#include "dns_wire/service_parameters.h"
#include "dns_wire/ttl.h"
#include "net/address.h"

#include <algorithm>

namespace brink::dns_wire {
namespace {

class Parser {
 public:
  Parser(std::span<const Token> tokens, const Name& origin, std::string& wire)
      : tokens_(tokens), origin_(origin), wire_(wire) {}

  Result<> record(const RdataFormat& format) {
    for (Field field : format.fields) {
      if (field == Field::kNone) break;
      BRINK_TRY(parse(field));
    }
    if (at_ < tokens_.size()) return fail_here(WireError::kTooManyFields);
    return {};
  }

  // \# length hex... (RFC 3597 section 5), from behind the \#.
  Result<> unknown() {
    at_ = 1;
    const auto length = BRINK_TRY(number<std::uint16_t>());
    if (at_ == tokens_.size()) return length == 0 ? Result<>{} : fail_here(WireError::kLengthDiffers);
    const std::size_t before = wire_.size();
    BRINK_TRY(hex());
    if (wire_.size() - before != length) return fail(WireError::kLengthDiffers, position_of(1));
    return {};
  }

 private:
  Result<> parse(Field field) {
    if (field == Field::kServices) {  // perhaps none at all
      BRINK_TRY(parse_services(tokens_.subspan(at_), wire_));
      at_ = tokens_.size();
      return {};
    }
    if (at_ == tokens_.size()) return fail_here(WireError::kTooFewFields);
    switch (field) {
      case Field::kU8: put_u8(wire_, BRINK_TRY(number<std::uint8_t>())); return {};
      case Field::kU16: put_u16(wire_, BRINK_TRY(number<std::uint16_t>())); return {};
      case Field::kU32: put_u32(wire_, BRINK_TRY(number<std::uint32_t>())); return {};
      case Field::kTime: return time();
      case Field::kAlgorithm: return algorithm();
      case Field::kCertType: return certificate_type();
      case Field::kName: return name();
      case Field::kIpv4: return address(true);
      case Field::kIpv6: return address(false);
      case Field::kString: return string();
      case Field::kTag: return tag();
      case Field::kStrings: return strings();
      case Field::kRest: return rest(false);
      case Field::kNonEmptyRest: return rest(true);
      case Field::kHex: return hex();
      case Field::kBase64: return base64();
      case Field::kLocation: return location();
      case Field::kServices:
      case Field::kNone: break;
    }
    return {};
  }

  template <class Int>
  Result<Int> number() {
    if (at_ == tokens_.size()) return fail_here(WireError::kTooFewFields);
    const auto text = tokens_[at_].text;
    const auto value = parse_decimal<Int>(text);
    if (!value) {
      const bool digits = !text.empty() && std::ranges::all_of(text, is_digit);
      return fail_here(digits ? WireError::kOutOfRange : WireError::kBadNumber);
    }
    ++at_;
    return *value;
  }

  Result<> time() {
    // Serial-like times may use all 32 bits; with units they are a TTL.
    const auto text = tokens_[at_].text;
    const auto plain = parse_decimal<std::uint32_t>(text);
    const auto value = plain ? plain : parse_ttl(text);
    if (!value) return fail_here(WireError::kBadTtl);
    put_u32(wire_, *value);
    ++at_;
    return {};
  }

  Result<> algorithm() {
    const auto value = parse_algorithm(tokens_[at_].text);
    if (!value) return fail_here(WireError::kBadNumber);
    put_u8(wire_, *value);
    ++at_;
    return {};
  }

  Result<> certificate_type() {
    const auto value = parse_certificate_type(tokens_[at_].text);
    if (!value) return fail_here(WireError::kBadNumber);
    put_u16(wire_, *value);
    ++at_;
    return {};
  }

  Result<> name() {
    const Token& token = tokens_[at_];
    const auto name = Name::parse(token.text, &origin_);
    if (!name) return moved(name.error());
    wire_ += name->wire();
    ++at_;
    return {};
  }

  Result<> address(bool v4) {
    const auto text = tokens_[at_].text;
    const auto address = net::IpAddress::parse(text);
    if (!address || (text.find(':') == text.npos) != v4)
      return fail_here(v4 ? WireError::kBadIpv4 : WireError::kBadIpv6);
    wire_.append(reinterpret_cast<const char*>(address->bytes().data()) + (v4 ? 12 : 0), v4 ? 4 : 16);
    ++at_;
    return {};
  }

  Result<std::string> bytes_here() {
    auto bytes = unescape(tokens_[at_].text);
    if (!bytes) return moved(bytes.error());
    return bytes;
  }

  Result<> string() {
    const std::string bytes = BRINK_TRY(bytes_here());
    if (bytes.size() > kMaxStringBytes) return fail_here(WireError::kStringTooLong);
    put_u8(wire_, static_cast<std::uint8_t>(bytes.size()));
    wire_ += bytes;
    ++at_;
    return {};
  }

  Result<> strings() {
    while (at_ < tokens_.size()) BRINK_TRY(string());
    return {};
  }

  Result<> tag() {
    const auto text = tokens_[at_].text;
    const bool sound = std::ranges::all_of(text, [](char c) { return is_digit(c) || is_alpha(c); });
    if (text.empty() || text.size() > kMaxTagBytes || !sound) return fail_here(WireError::kBadTag);
    return string();
  }

  Result<> rest(bool wants_some) {
    const std::string bytes = BRINK_TRY(bytes_here());
    if (wants_some && bytes.empty()) return fail_here(WireError::kEmptyString);
    wire_ += bytes;
    ++at_;
    return {};
  }

  std::string joined() const {
    std::string text;
    for (const Token& token : tokens_.subspan(at_)) text += token.text;
    return text;
  }

  Result<> hex() {
    const auto bytes = hex_decode(joined());
    if (!bytes || bytes->empty()) return fail_here(WireError::kBadHex);
    wire_ += *bytes;
    at_ = tokens_.size();
    return {};
  }

  Result<> base64() {
    const auto bytes = base64_decode(joined());
    if (!bytes || bytes->empty()) return fail_here(WireError::kBadBase64);
    wire_ += *bytes;
    at_ = tokens_.size();
    return {};
  }

  Result<> location() {
    BRINK_TRY(parse_location(tokens_.subspan(at_), wire_));
    at_ = tokens_.size();
    return {};
  }

  std::int64_t position_of(std::size_t index) const {
    return static_cast<std::int64_t>(tokens_[index].position);
  }

  // At the token, or behind the last where there is none.
  std::unexpected<Error> fail_here(WireError error) const {
    if (at_ < tokens_.size()) return fail(error, position_of(at_));
    if (tokens_.empty()) return fail(error, 0);
    return fail(error,
                position_of(tokens_.size() - 1) + static_cast<std::int64_t>(tokens_.back().text.size()));
  }
  // An error whose place was in the token's text.
  std::unexpected<Error> moved(const Error& error) const {
    return fail(static_cast<WireError>(error.code()), position_of(at_) + error.detail());
  }

  std::span<const Token> tokens_;
  const Name& origin_;
  std::string& wire_;
  std::size_t at_ = 0;
};

Result<> append_rdata(std::uint16_t type, std::span<const Token> tokens, const Name& origin,
                      std::string& wire) {
  const std::size_t before = wire.size();
  const bool unknown_form = !tokens.empty() && !tokens[0].quoted && tokens[0].text == "\\#";
  const RdataFormat* format = rdata_format(type);
  const std::int64_t start = tokens.empty() ? 0 : static_cast<std::int64_t>(tokens[0].position);
  Parser parser(tokens, origin, wire);
  if (unknown_form) {
    BRINK_TRY(parser.unknown());
  } else if (format == nullptr) {
    return fail(WireError::kNoTextForm, start);
  } else {
    BRINK_TRY(parser.record(*format));
  }
  const auto written = std::string_view(wire).substr(before);
  if (written.size() > kMaxRdataBytes) return fail(WireError::kRdataTooLong, start);
  if (format == nullptr) return {};
  // What came as bytes has not been looked at yet; what came as fields only lacks what fields do not say.
  const auto checked = unknown_form               ? check_rdata(type, written)
                       : format->check == nullptr ? Result<>{}
                                                  : format->check(written);
  if (!checked) return fail(static_cast<WireError>(checked.error().code()), start);
  return {};
}

}  // namespace

Result<> parse_rdata(std::uint16_t type, std::span<const Token> tokens, const Name& origin,
                     std::string& wire) {
  const std::size_t before = wire.size();
  auto result = append_rdata(type, tokens, origin, wire);
  if (!result) wire.resize(before);
  return result;
}

Result<std::string> parse_rdata(std::uint16_t type, std::string_view text, const Name& origin) {
  const auto tokens = BRINK_TRY(tokenize(text));
  std::string wire;
  BRINK_TRY(parse_rdata(type, tokens, origin, wire));
  return wire;
}

}  // namespace brink::dns_wire
