#include "dns_wire/name.h"

#include "base/ascii.h"
#include "dns_wire/character_string.h"
#include "dns_wire/idna.h"

#include <algorithm>
#include <cstring>

namespace brink::dns_wire {
namespace {

std::unexpected<Error> fail_at(WireError error, std::size_t position) {
  return fail(error, static_cast<std::int64_t>(position));
}

// Where each label begins, the root's left out.
struct Labels {
  explicit Labels(std::string_view wire) {
    for (std::size_t at = 0; wire[at] != 0; at += 1 + static_cast<unsigned char>(wire[at]))
      starts[count++] = static_cast<std::uint8_t>(at);
  }
  std::array<std::uint8_t, kMaxLabels> starts;
  std::size_t count = 0;
};

std::string_view label_at(std::string_view wire, std::size_t start) {
  return wire.substr(start + 1, static_cast<unsigned char>(wire[start]));
}

std::strong_ordering compare_labels(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(ascii_lower(a[i]));
    const auto y = static_cast<unsigned char>(ascii_lower(b[i]));
    if (x != y) return x <=> y;
  }
  return a.size() <=> b.size();
}

// Characters that mean something in a master file, or in a name.
bool needs_backslash(char c) { return std::string_view(".\\\"();@$").find(c) != std::string_view::npos; }

}  // namespace

Result<Name> Name::parse(std::string_view text, const Name* origin) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return parse_ascii(text, origin);
  const std::string a_labels = BRINK_TRY(to_a_labels(text));
  auto name = parse_ascii(a_labels, origin);
  if (!name) return fail(static_cast<WireError>(name.error().code()), 0);  // the positions are not the text's
  return name;
}

Result<Name> Name::parse_ascii(std::string_view text, const Name* origin) {
  Name name;
  if (text == ".") return name;
  if (text == "@" && origin != nullptr) return *origin;
  if (text.empty()) return fail_at(WireError::kEmptyLabel, 0);

  std::size_t label = 0;  // where its length byte will be
  std::size_t end = 1;
  bool absolute = false;
  for (std::size_t at = 0; at < text.size();) {
    absolute = text[at] == '.';
    if (absolute) {
      if (end == label + 1) return fail_at(WireError::kEmptyLabel, at);
      name.bytes_[label] = static_cast<char>(end - label - 1);
      label = end;
      if (++end > kMaxNameBytes) return fail_at(WireError::kNameTooLong, at);
      ++at;
      continue;
    }
    const std::size_t position = at;
    char c = text[at++];
    if (c == '\\') {
      const auto escaped = read_escape(text, at);
      if (!escaped) return fail_at(WireError::kBadEscape, position);
      c = *escaped;
    }
    if (end - label - 1 == kMaxLabelBytes) return fail_at(WireError::kLabelTooLong, position);
    if (end + 1 > kMaxNameBytes) return fail_at(WireError::kNameTooLong, position);
    name.bytes_[end++] = c;
  }
  if (absolute) {
    name.bytes_[label] = 0;
    name.size_ = static_cast<std::uint8_t>(end);
    return name;
  }
  if (origin == nullptr) return fail_at(WireError::kNoOrigin, 0);
  name.bytes_[label] = static_cast<char>(end - label - 1);
  if (end + origin->size_ > kMaxNameBytes) return fail_at(WireError::kNameTooLong, 0);
  std::memcpy(name.bytes_.data() + end, origin->bytes_.data(), origin->size_);
  name.size_ = static_cast<std::uint8_t>(end + origin->size_);
  return name;
}

Result<Name> Name::parse_absolute(std::string_view text) {
  const Name root;
  return parse(text, &root);
}

Result<Name> Name::read(std::string_view bytes) {
  std::size_t at = 0;
  for (;;) {
    if (at >= bytes.size()) return fail_at(WireError::kTruncated, bytes.size());
    const auto length = static_cast<unsigned char>(bytes[at]);
    if (length > kMaxLabelBytes) return fail_at(WireError::kCompressedName, at);
    if (at + 1 + length > kMaxNameBytes) return fail_at(WireError::kNameTooLong, at);
    at += 1 + length;
    if (length == 0) break;
  }
  Name name;
  std::memcpy(name.bytes_.data(), bytes.data(), at);
  name.size_ = static_cast<std::uint8_t>(at);
  return name;
}

std::string Name::host_text() const {
  if (is_root()) return ".";
  std::string text;
  text.reserve(size_);
  for (std::size_t at = 0; bytes_[at] != 0; at += 1 + static_cast<unsigned char>(bytes_[at])) {
    if (at != 0) text += '.';
    for (char c : label_at(wire(), at)) append_escaped(text, c, c == ' ' || needs_backslash(c));
  }
  return text;
}

std::string Name::text() const {
  std::string text = host_text();
  if (!is_root()) text += '.';
  return text;
}

std::size_t Name::label_count() const { return Labels(wire()).count; }

Name Name::parent() const {
  if (is_root()) return {};
  Name parent;
  const std::size_t first = 1 + static_cast<unsigned char>(bytes_[0]);
  parent.size_ = static_cast<std::uint8_t>(size_ - first);
  std::memcpy(parent.bytes_.data(), bytes_.data() + first, parent.size_);
  return parent;
}

bool Name::is_within(const Name& other) const {
  if (other.size_ > size_) return false;
  const std::size_t wanted = size_ - other.size_;
  std::size_t at = 0;
  while (at < wanted) at += 1 + static_cast<unsigned char>(bytes_[at]);
  return at == wanted && equals_ignoring_case(wire().substr(at), other.wire());
}

Name Name::lower() const {
  Name lower = *this;
  for (std::size_t i = 0; i < size_; ++i) lower.bytes_[i] = ascii_lower(bytes_[i]);  // lengths are below 'A'
  return lower;
}

// Lengths are at most 63, below 'A' (65): they fold to themselves.
bool operator==(const Name& a, const Name& b) { return equals_ignoring_case(a.wire(), b.wire()); }

std::strong_ordering operator<=>(const Name& a, const Name& b) {
  const Labels x(a.wire());
  const Labels y(b.wire());
  for (std::size_t i = 1; i <= std::min(x.count, y.count); ++i) {
    const auto order =
        compare_labels(label_at(a.wire(), x.starts[x.count - i]), label_at(b.wire(), y.starts[y.count - i]));
    if (order != 0) return order;
  }
  return x.count <=> y.count;
}

}  // namespace brink::dns_wire
