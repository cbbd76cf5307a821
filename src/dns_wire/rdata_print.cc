// Wire form to presentation form, and what else walks the fields of wire form.
#include "base/ascii.h"
#include "base/encoding.h"
#include "dns_wire/bytes.h"
#include "dns_wire/character_string.h"
#include "dns_wire/location.h"
#include "dns_wire/rdata.h"
#include "dns_wire/rdata_format.h"
#include "dns_wire/service_parameters.h"
#include "net/address.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

class Printer {
 public:
  Printer(std::string_view wire, NameStyle style) : wire_(wire), style_(style) {}

  Result<std::string> record(const RdataFormat& format) {
    for (Field field : format.fields) {
      if (field == Field::kNone) break;
      // Parameters bring their own blanks, as many as there are.
      if (!text_.empty() && field != Field::kServices) text_ += ' ';
      BRINK_TRY(print(field));
    }
    if (at_ < wire_.size()) return fail_here(WireError::kTrailingBytes);
    if (format.check != nullptr) BRINK_TRY(format.check(wire_));
    return std::move(text_);
  }

 private:
  Result<> print(Field field) {
    switch (field) {
      case Field::kU8:
      case Field::kAlgorithm: return number(1);
      case Field::kU16:
      case Field::kCertType: return number(2);
      case Field::kU32:
      case Field::kTime: return number(4);
      case Field::kName: return name();
      case Field::kIpv4: return ipv4();
      case Field::kIpv6: return ipv6();
      case Field::kString: return string();
      case Field::kTag: return tag();
      case Field::kStrings: return strings();
      case Field::kRest: append_quoted(text_, take_rest()); return {};
      case Field::kNonEmptyRest: return non_empty_rest();
      case Field::kHex: return encoded(hex_encode);
      case Field::kBase64: return encoded(base64_encode);
      case Field::kServices: return services();
      case Field::kLocation: return location();
      case Field::kNone: break;
    }
    return {};
  }

  Result<> need(std::size_t bytes) {
    if (wire_.size() - at_ < bytes) return fail_here(WireError::kTruncated);
    return {};
  }

  Result<> number(std::size_t bytes) {
    BRINK_TRY(need(bytes));
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | u8_at(wire_, at_++);
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return {};
  }

  Result<> name() {
    const auto name = Name::read(wire_.substr(at_));
    if (!name)
      return fail(static_cast<WireError>(name.error().code()),
                  static_cast<std::int64_t>(at_) + name.error().detail());
    text_ += style_ == NameStyle::kAbsolute ? name->text() : name->host_text();
    at_ += name->wire().size();
    return {};
  }

  Result<> ipv4() {
    BRINK_TRY(need(4));
    text_ += net::IpAddress::v4(u32_at(wire_, at_)).text();
    at_ += 4;
    return {};
  }

  Result<> ipv6() {
    BRINK_TRY(need(16));
    std::array<std::uint8_t, 16> bytes;
    std::ranges::copy(wire_.substr(at_, 16), reinterpret_cast<char*>(bytes.data()));
    const auto address = net::IpAddress::v6(bytes);
    if (address.is_v4()) text_ += "::ffff:";  // an IpAddress writes those as the IPv4 address they carry
    text_ += address.text();
    at_ += 16;
    return {};
  }

  Result<std::string_view> take_string() {
    BRINK_TRY(need(1));
    const std::size_t length = u8_at(wire_, at_);
    BRINK_TRY(need(1 + length));
    const auto bytes = wire_.substr(at_ + 1, length);
    at_ += 1 + length;
    return bytes;
  }

  Result<> string() {
    append_quoted(text_, BRINK_TRY(take_string()));
    return {};
  }

  Result<> strings() {
    BRINK_TRY(string());
    while (at_ < wire_.size()) {
      text_ += ' ';
      BRINK_TRY(string());
    }
    return {};
  }

  Result<> tag() {
    const auto start = static_cast<std::int64_t>(at_);
    const auto bytes = BRINK_TRY(take_string());
    const bool sound = std::ranges::all_of(bytes, [](char c) { return is_digit(c) || is_alpha(c); });
    if (bytes.empty() || bytes.size() > kMaxTagBytes || !sound) return fail(WireError::kBadTag, start);
    text_ += bytes;
    return {};
  }

  std::string_view take_rest() {
    const auto rest = wire_.substr(at_);
    at_ = wire_.size();
    return rest;
  }

  Result<> non_empty_rest() {
    BRINK_TRY(need(1));
    append_quoted(text_, take_rest());
    return {};
  }

  Result<> encoded(std::string (*encode)(std::string_view)) {
    BRINK_TRY(need(1));
    text_ += encode(take_rest());
    return {};
  }

  Result<> services() {
    const auto start = static_cast<std::int64_t>(at_);
    const auto printed = print_services(take_rest(), text_);
    if (!printed)
      return fail(static_cast<WireError>(printed.error().code()), start + printed.error().detail());
    return {};
  }

  Result<> location() {
    BRINK_TRY(need(kLocationBytes));
    BRINK_TRY(print_location(wire_.substr(at_, kLocationBytes), text_));
    at_ += kLocationBytes;
    return {};
  }

  std::unexpected<Error> fail_here(WireError error) const {
    return fail(error, static_cast<std::int64_t>(at_));
  }

  std::string_view wire_;
  NameStyle style_;
  std::size_t at_ = 0;
  std::string text_;
};

}  // namespace

Result<std::string> rdata_text(std::uint16_t type, std::string_view wire, NameStyle style) {
  if (wire.size() > kMaxRdataBytes)
    return fail(WireError::kRdataTooLong, static_cast<std::int64_t>(kMaxRdataBytes));
  if (const RdataFormat* format = rdata_format(type)) return Printer(wire, style).record(*format);
  if (wire.empty()) return std::string("\\# 0");
  return fmt::format("\\# {} {}", wire.size(), hex_encode(wire));
}

Result<> check_rdata(std::uint16_t type, std::string_view wire) {
  BRINK_TRY(rdata_text(type, wire));
  return {};
}

Result<std::string> canonical_rdata(std::uint16_t type, std::string_view wire) {
  BRINK_TRY(check_rdata(type, wire));
  std::string canonical(wire);
  const RdataFormat* format = rdata_format(type);
  if (format == nullptr || !format->folds_names) return canonical;
  std::size_t at = 0;
  for (Field field : format->fields) {
    switch (field) {
      case Field::kU16: at += 2; break;
      case Field::kString: at += 1 + u8_at(wire, at); break;
      case Field::kName: {
        const std::size_t size = BRINK_TRY(Name::read(wire.substr(at))).wire().size();
        std::transform(canonical.begin() + static_cast<std::ptrdiff_t>(at),
                       canonical.begin() + static_cast<std::ptrdiff_t>(at + size),
                       canonical.begin() + static_cast<std::ptrdiff_t>(at), ascii_lower);
        at += size;
        break;
      }
      default: return canonical;  // no name comes after another kind of field
    }
  }
  return canonical;
}

}  // namespace brink::dns_wire
