#include "store/name_key.h"

#include "base/ascii.h"

#include <algorithm>

namespace brink::store {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::size_t kMaxNameBytes = 255;  // on the wire: each label with its length, and the root's
constexpr std::size_t kMaxLabels = 127;

constexpr char kLabelEnd = 0;
constexpr char kEscape = 1;

// Takes one byte of a label, an escape or as it is; false where there is none.
bool take_byte(std::string_view& name, char& byte) {
  byte = name.front();
  name.remove_prefix(1);
  if (byte != '\\') return true;
  if (name.empty()) return false;
  if (!is_digit(name.front())) {
    byte = name.front();
    name.remove_prefix(1);
    return true;
  }
  if (name.size() < 3) return false;
  const auto value = parse_decimal<unsigned>(name.substr(0, 3));
  if (!value || *value > 255) return false;
  byte = static_cast<char>(*value);
  name.remove_prefix(3);
  return true;
}

void append_escaped(std::string& text, unsigned char byte) {
  if (byte <= ' ' || byte >= 0x7f) {
    text.push_back('\\');
    text.push_back(static_cast<char>('0' + byte / 100));
    text.push_back(static_cast<char>('0' + byte / 10 % 10));
    text.push_back(static_cast<char>('0' + byte % 10));
    return;
  }
  if (std::string_view(".\\\"();@$").contains(static_cast<char>(byte))) text.push_back('\\');
  text.push_back(static_cast<char>(byte));
}

}  // namespace

std::optional<NameKey> NameKey::of(std::string_view name) {
  // The labels as they come, without escapes, one after the other; then turned around.
  std::array<char, kMaxNameBytes> plain;
  std::array<std::uint8_t, kMaxLabels + 1> ends;
  std::size_t size = 0, labels = 0, start = 0;
  const auto end_label = [&] {
    if (size == start || size - start > kMaxLabelBytes || labels == kMaxLabels) return false;
    ends[labels++] = static_cast<std::uint8_t>(size);
    start = size;
    return true;
  };
  while (!name.empty()) {
    if (name.front() == '.') {
      name.remove_prefix(1);
      if (!end_label()) return std::nullopt;
      continue;
    }
    char byte;
    if (!take_byte(name, byte) || size + labels + 2 >= kMaxNameBytes) return std::nullopt;
    plain[size++] = ascii_lower(byte);
  }
  if (size != start && !end_label()) return std::nullopt;
  if (labels == 0) return std::nullopt;

  NameKey key;
  for (std::size_t label = labels; label-- > 0;) {
    for (std::size_t i = label == 0 ? 0 : ends[label - 1]; i < ends[label]; ++i) {
      if (plain[i] == kLabelEnd || plain[i] == kEscape) {
        key.bytes_[key.size_++] = kEscape;
        key.bytes_[key.size_++] = static_cast<char>(plain[i] + 1);
      } else {
        key.bytes_[key.size_++] = plain[i];
      }
    }
    key.bytes_[key.size_++] = kLabelEnd;
  }
  return key;
}

std::optional<std::string> name_key(std::string_view name) {
  const auto key = NameKey::of(name);
  if (!key) return std::nullopt;
  return std::string(key->view());
}

std::string name_of_key(std::string_view key) {
  std::string name;
  while (!key.empty()) {
    const std::string_view parent = parent_key(key);
    std::string_view label = key.substr(parent.size());
    if (!name.empty()) name.push_back('.');
    for (label.remove_suffix(1); !label.empty(); label.remove_prefix(1)) {
      if (label.front() == kEscape && label.size() > 1) {
        label.remove_prefix(1);
        append_escaped(name, static_cast<unsigned char>(label.front() - 1));
      } else {
        append_escaped(name, static_cast<unsigned char>(label.front()));
      }
    }
    key = parent;
  }
  return name;
}

std::string_view parent_key(std::string_view key) {
  if (key.empty()) return key;
  const std::size_t end = key.substr(0, key.size() - 1).rfind(kLabelEnd);
  return end == std::string_view::npos ? std::string_view() : key.substr(0, end + 1);
}

}  // namespace brink::store
