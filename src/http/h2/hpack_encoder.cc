#include "http/h2/hpack_encoder.h"

#include "http/h2/huffman.h"

#include <algorithm>
#include <cstring>

namespace brink::http::h2 {
namespace {

constexpr std::size_t kMaxIntegerBytes = 6;
constexpr std::size_t kShortText = 6;  // too little to be worth a Huffman code

// Section 6.2's three kinds of literals: the bits of their first byte, and how many of them are the index's.
struct Literal {
  unsigned char bits;
  unsigned prefix;
};
constexpr Literal kIncremental{0x40, 6};
constexpr Literal kWithout{0x00, 4};
constexpr Literal kNever{0x10, 4};

char* put_integer(std::size_t value, unsigned char first_bits, unsigned prefix_bits, char* out) {
  const std::size_t mask = (std::size_t{1} << prefix_bits) - 1;
  if (value < mask) {
    *out++ = static_cast<char>(first_bits | value);
    return out;
  }
  *out++ = static_cast<char>(first_bits | mask);
  for (value -= mask; value >= 0x80; value >>= 7) *out++ = static_cast<char>(0x80 | (value & 0x7f));
  *out++ = static_cast<char>(value);
  return out;
}

char* put_string(std::string_view text, char* out) {
  if (text.size() > kShortText) {
    const std::size_t size = huffman_encoded_size(text);
    if (size < text.size()) return huffman_encode(text, put_integer(size, 0x80, 7, out));
  }
  out = put_integer(text.size(), 0, 7, out);
  return std::copy_n(text.data(), text.size(), out);
}

// A hash of name and value by their lengths and ends: what it lets through is compared whole.
std::uint32_t hash_of(const WireField& field) {
  const std::string_view value = field.value;
  std::uint64_t bits =
      field.name.size() * 0x9e37U + static_cast<std::uint64_t>(field.id) * 0x85ebU + value.size();
  if (field.id == FieldName::kOther && !field.name.empty())
    bits += static_cast<unsigned char>(field.name.back()) * 0x1003fULL;
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  const std::size_t part = std::min(value.size(), sizeof head);
  if (part > 0) {
    std::memcpy(&head, value.data(), part);
    std::memcpy(&tail, value.data() + value.size() - part, part);
  }
  bits ^= head * 0x9e3779b97f4a7c15ULL ^ tail * 0xc2b2ae3d27d4eb4fULL;
  return static_cast<std::uint32_t>(bits >> 32 ^ bits);
}

struct StaticMatch {
  std::size_t index = 0;  // of an entry with that name
  bool whole = false;     // and that value
};

// Pseudo-fields stand first in the static table, several with their commonest values.
StaticMatch match_pseudo_field(std::string_view name, std::string_view value) {
  struct Range {
    std::string_view name;
    std::size_t first, last;
  };
  static constexpr Range kRanges[] = {
      {":status", 8, 14}, {":method", 2, 3}, {":path", 4, 5}, {":scheme", 6, 7}, {":authority", 1, 1}};
  for (const Range& range : kRanges) {
    if (range.name != name) continue;
    for (std::size_t i = range.first; i <= range.last; ++i) {
      if (static_entry(i).value == value) return {i, true};
    }
    return {range.first, false};
  }
  return {};
}

StaticMatch match_static(const WireField& field) {
  if (field.name.starts_with(':')) return match_pseudo_field(field.name, field.value);
  if (field.id == FieldName::kOther) return {};
  const std::size_t index = static_index(field.id);
  // One name alone has a value in the static table.
  return {index, field.id == FieldName::kAcceptEncoding && field.value == static_entry(index).value};
}

// Values that hardly come twice: they would only push the others out.
bool is_worth_indexing(const WireField& field) {
  switch (field.id) {
    case FieldName::kAge:
    case FieldName::kContentLength:
    case FieldName::kContentRange:
    case FieldName::kETag:
    case FieldName::kExpires:
    case FieldName::kIfModifiedSince:
    case FieldName::kIfNoneMatch:
    case FieldName::kLastModified:
    case FieldName::kLocation:
    case FieldName::kSetCookie: return false;
    case FieldName::kOther: return field.name != ":path";
    default: return true;
  }
}

}  // namespace

void HpackEncoder::set_peer_table_size(std::size_t size) {
  const std::size_t agreed = std::min(size, own_max_);
  if (agreed == table_.max_size() && !size_pending_) return;
  lowest_pending_ = size_pending_ ? std::min(lowest_pending_, agreed) : agreed;
  size_pending_ = true;
  table_.set_max_size(agreed);
}

std::size_t HpackEncoder::bound(std::span<const WireField> fields) {
  std::size_t bytes = 2 * kMaxIntegerBytes;
  for (const WireField& field : fields)
    bytes += field.name.size() + field.value.size() + 3 * kMaxIntegerBytes;
  return bytes;
}

char* HpackEncoder::encode(std::span<const WireField> fields, char* out) {
  if (size_pending_) {  // section 4.2: the smallest size since the last block, and the present one
    if (lowest_pending_ < table_.max_size()) out = put_integer(lowest_pending_, 0x20, 5, out);
    out = put_integer(table_.max_size(), 0x20, 5, out);
    size_pending_ = false;
  }
  for (const WireField& field : fields) out = encode_field(field, out);
  return out;
}

char* HpackEncoder::encode_field(const WireField& field, char* out) {
  const StaticMatch known = match_static(field);
  if (known.whole) return put_integer(known.index, 0x80, 7, out);

  Literal literal = field.never_indexed ? kNever : kWithout;
  const std::size_t size = field.name.size() + field.value.size() + kHpackOverhead;
  if (!field.never_indexed && size <= table_.max_size() * 3 / 4 && is_worth_indexing(field)) {
    const std::uint32_t hash = hash_of(field);
    const std::size_t found = table_.find(hash, [&](const HpackField& entry) {
      return entry.name == field.name && entry.value == field.value;
    });
    if (found < table_.count()) return put_integer(kStaticEntries + 1 + found, 0x80, 7, out);
    table_.insert({field.name, field.value, field.id}, hash);
    literal = kIncremental;
  }
  out = put_integer(known.index, literal.bits, literal.prefix, out);
  if (known.index == 0) out = put_string(field.name, out);
  // A value that never comes again is quicker sent as it is.
  if (field.never_indexed)
    return std::copy_n(field.value.data(), field.value.size(), put_integer(field.value.size(), 0, 7, out));
  return put_string(field.value, out);
}

}  // namespace brink::http::h2
