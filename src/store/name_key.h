// Names of hosts as keys: labels from the root down, lower case, so that a zone's names lie together in
// DNSSEC's canonical order (RFC 4034 section 6.1) and what lies below a name is one range.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brink::store {

// A byte 0 of a label is written as 1 1 and a byte 1 as 1 2, so that the end of a label sorts before all
// bytes.
inline constexpr std::size_t kMaxNameKeyBytes = 2 * 255;

// "www.Example.com" -> "com\0example\0www\0". A wildcard's "*" is a label like another. Escapes (\. \DDD) are
// those of zone files. Nothing where it is no name: an empty label, one over 63 bytes, more than 255 in all;
// and for the root, which has no labels.
[[nodiscard]] std::optional<std::string> name_key(std::string_view name);
// The same without an allocation.
class NameKey {
 public:
  [[nodiscard]] static std::optional<NameKey> of(std::string_view name);
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  NameKey() {}  // NOLINT: the bytes are written before they are read
  std::array<char, kMaxNameKeyBytes> bytes_;
  std::uint16_t size_ = 0;
};
// The way back: lower case, without the root's dot, with escapes where they are needed.
[[nodiscard]] std::string name_of_key(std::string_view key);
// The key without its last label: the parent; empty for a top-level name.
[[nodiscard]] std::string_view parent_key(std::string_view key);

}  // namespace brink::store
