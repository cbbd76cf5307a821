// How the end of a message's content is found: RFC 9112 section 6.3, decided here and nowhere else. Stricter
// than the RFC where it leaves a choice: what two implementations could read in two ways is refused.
#pragma once

#include "http/h1/parse_error.h"
#include "http/message.h"

#include <cstdint>
#include <expected>
#include <string_view>

namespace brink::http::h1 {

struct Framing {
  enum class Kind : std::uint8_t {
    kNone,    // no content
    kLength,  // `length` bytes
    kChunked,
    kUntilClose,  // until the connection ends; responses only
    kTunnel,      // after an upgrade: another protocol's bytes until the connection ends
  };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;

  [[nodiscard]] static Framing none() { return {}; }
  [[nodiscard]] static Framing of_length(std::uint64_t length) { return {Kind::kLength, length}; }
  [[nodiscard]] static Framing chunked() { return {Kind::kChunked, 0}; }
  [[nodiscard]] static Framing until_close() { return {Kind::kUntilClose, 0}; }
  [[nodiscard]] static Framing tunnel() { return {Kind::kTunnel, 0}; }
  friend bool operator==(const Framing&, const Framing&) = default;
};

// What the fields of a head say about its framing. The values are those of the last such field.
struct FramingFields {
  unsigned content_lengths = 0;
  unsigned transfer_encodings = 0;
  std::string_view content_length;
  std::string_view transfer_encoding;
};

[[nodiscard]] std::expected<Framing, ParseError> request_framing(const FramingFields& fields,
                                                                 Version version);

// Of a response to a request of `method`. 101 is kTunnel.
[[nodiscard]] std::expected<Framing, ParseError> response_framing(const FramingFields& fields,
                                                                  Version version, Method method,
                                                                  std::uint16_t status);

}  // namespace brink::http::h1
