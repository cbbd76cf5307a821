// Domain names (RFC 1035 section 3.1): in wire form, from and to text, in canonical order. A Name is a value
// of fixed size that allocates nothing, always absolute and always within the format's limits.
#pragma once

#include "dns_wire/limits.h"
#include "dns_wire/wire_error.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace brink::dns_wire {

class Name {
 public:
  Name() = default;  // the root

  // From presentation form: labels with dots between, \. and \DDD escapes (RFC 1035 section 5.1), "@" for the
  // origin. A name without a dot at its end is relative to `origin`; where that is null, kNoOrigin. Labels in
  // UTF-8 become A-labels (idna.h). The errors' detail is the byte of `text`.
  [[nodiscard]] static Result<Name> parse(std::string_view text, const Name* origin);
  // A host name as APIs write it: absolute, with or without the dot at its end.
  [[nodiscard]] static Result<Name> parse_absolute(std::string_view text);
  // The uncompressed name at the start of `bytes`; wire().size() says how many bytes it took.
  [[nodiscard]] static Result<Name> read(std::string_view bytes);

  // Length-prefixed labels and the root's zero; as long as the Name lives.
  [[nodiscard]] std::string_view wire() const { return {bytes_.data(), size_}; }
  // With the dot at its end, escapes where they are needed; "." for the root.
  [[nodiscard]] std::string text() const;
  // Without the dot at its end; "." for the root.
  [[nodiscard]] std::string host_text() const;

  [[nodiscard]] bool is_root() const { return size_ == 1; }
  // Whether the first label is "*" (RFC 4592).
  [[nodiscard]] bool is_wildcard() const { return size_ >= 2 && bytes_[0] == 1 && bytes_[1] == '*'; }
  // Without the root's.
  [[nodiscard]] std::size_t label_count() const;
  // Without its first label; the root's parent is the root.
  [[nodiscard]] Name parent() const;
  // Whether this is `other` or lies below it; without regard to case.
  [[nodiscard]] bool is_within(const Name& other) const;
  // ASCII letters in lower case.
  [[nodiscard]] Name lower() const;

  // Without regard to case.
  friend bool operator==(const Name& a, const Name& b);
  // The canonical order of RFC 4034 section 6.1.
  friend std::strong_ordering operator<=>(const Name& a, const Name& b);

 private:
  static Result<Name> parse_ascii(std::string_view text, const Name* origin);

  std::uint8_t size_ = 1;
  std::array<char, kMaxNameBytes> bytes_{};
};

}  // namespace brink::dns_wire
