#include "rules/value_text.h"

#include <iterator>

#include <fmt/format.h>

namespace brink::rules {
namespace {

void append(std::string& text, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kMissing: text += "missing"; return;
    case Value::Kind::kBool: text += value.is_true() ? "true" : "false"; return;
    case Value::Kind::kInt: fmt::format_to(std::back_inserter(text), "{}", value.integer()); return;
    case Value::Kind::kBytes: text += quoted(value.bytes()); return;
    case Value::Kind::kIp: text += value.ip().text(); return;
    case Value::Kind::kArray: {
      std::string_view before;
      text += '[';
      for (const Value& element : value.elements()) {
        text += before;
        append(text, element);
        before = ", ";
      }
      text += ']';
      return;
    }
    case Value::Kind::kMap: {
      std::string_view before;
      text += '{';
      for (const MapEntry& entry : value.entries()) {
        text += before;
        text += quoted(entry.key) + ": ";
        append(text, entry.value);
        before = ", ";
      }
      text += '}';
      return;
    }
  }
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c >= ' ' && c <= '~') {
      result += c;
    } else {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return result + '"';
}

std::string text_of(const Value& value) {
  std::string text;
  append(text, value);
  return text;
}

}  // namespace brink::rules
