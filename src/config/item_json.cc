#include "config/item_json.h"

#include "base/ascii.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace brink::config {
namespace {

void write_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// Nested no deeper than the document's limit.
bool write(const Item& item, std::string& out) {
  switch (item.kind) {
    case Item::Kind::kTime: return false;
    case Item::Kind::kString: write_text(item.text, out); return true;
    case Item::Kind::kInteger: out += fmt::format("{}", item.integer); return true;
    case Item::Kind::kBoolean: out += item.boolean ? "true" : "false"; return true;
    case Item::Kind::kFloat:
      if (!std::isfinite(item.number)) return false;
      out += fmt::format("{:.17g}", item.number);
      return true;
    case Item::Kind::kArray: {
      out += '[';
      for (std::size_t i = 0; i < item.elements.size(); ++i) {
        if (i > 0) out += ',';
        if (!write(item.elements[i], out)) return false;
      }
      out += ']';
      return true;
    }
    case Item::Kind::kTable: {
      out += '{';
      for (std::size_t i = 0; i < item.members.size(); ++i) {
        if (i > 0) out += ',';
        write_text(item.members[i].key, out);
        out += ':';
        if (!write(item.members[i].value, out)) return false;
      }
      out += '}';
      return true;
    }
  }
  return false;
}

// The first part of a pointer, unescaped; `pointer` becomes the rest.
std::string take_part(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::string_view part = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(part.size());
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool escaped = part[i] == '~' && i + 1 < part.size();
    text += !escaped ? part[i] : part[++i] == '0' ? '~' : '/';
  }
  return text;
}

}  // namespace

std::optional<std::string> json_text(const Item& item) {
  std::string text;
  if (!write(item, text)) return std::nullopt;
  return text;
}

Position place_at(const Item& item, std::string_view pointer) {
  if (!pointer.starts_with('/')) return item.position;
  const std::string part = take_part(pointer);
  if (item.is(Item::Kind::kArray)) {
    const auto index = parse_decimal<std::size_t>(part);
    return index && *index < item.elements.size() ? place_at(item.elements[*index], pointer) : item.position;
  }
  const auto member = std::ranges::find(item.members, part, &Member::key);
  if (member == item.members.end()) return item.position;
  const bool is_nested = member->value.is(Item::Kind::kTable) || member->value.is(Item::Kind::kArray);
  return is_nested && !pointer.empty() ? place_at(member->value, pointer) : member->key_position;
}

}  // namespace brink::config
