#include "telemetry/json_writer.h"

#include "base/assert.h"
#include "telemetry/json_text.h"
#include "telemetry/rfc3339.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace brink::telemetry {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
// A string's room where nearly none is left: enough to be worth its name.
constexpr std::size_t kLeastRoom = 16;

}  // namespace

JsonWriter::JsonWriter(std::span<char> memory)
    : start_(memory.data()), at_(start_), end_(start_ + memory.size() - 1) {
  BRINK_ASSERT(memory.size() >= 2);
  *at_++ = '{';
}

void JsonWriter::member(std::string_view name, std::string_view value) {
  if (!begin_member(name, kLeastRoom + 2)) return;
  *at_++ = '"';
  const auto left = static_cast<std::size_t>(end_ - at_) - 1;  // but for the closing quote
  const std::size_t room = std::max(left / 2, std::min(left, kLeastRoom));
  JsonText text = write_json_text(value, {at_, room});
  if (text.taken < value.size()) {
    was_cut_ = true;
    text = write_json_text(value, {at_, room - kEllipsis.size()});
    std::memcpy(at_ + text.written, kEllipsis.data(), kEllipsis.size());
    text.written += kEllipsis.size();
  }
  at_ += text.written;
  *at_++ = '"';
}

void JsonWriter::member(std::string_view name, double value) {
  if (!std::isfinite(value)) return member_as_is(name, "null");
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  BRINK_ASSERT(error == std::errc());
  member_as_is(name, {text, static_cast<std::size_t>(end - text)});
}

void JsonWriter::member(std::string_view name, std::chrono::system_clock::time_point value) {
  char text[kRfc3339Size + 2];
  text[0] = text[kRfc3339Size + 1] = '"';
  write_rfc3339(value, text + 1);
  member_as_is(name, {text, sizeof text});
}

void JsonWriter::integer_member(std::string_view name, std::int64_t value) {
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  member_as_is(name, {text, static_cast<std::size_t>(end - text)});
}

void JsonWriter::unsigned_member(std::string_view name, std::uint64_t value) {
  char text[24];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  member_as_is(name, {text, static_cast<std::size_t>(end - text)});
}

std::string_view JsonWriter::finish() {
  *at_++ = '}';
  return {start_, static_cast<std::size_t>(at_ - start_)};
}

void JsonWriter::member_as_is(std::string_view name, std::string_view value) {
  if (begin_member(name, value.size())) append(value);
}

bool JsonWriter::begin_member(std::string_view name, std::size_t value_size) {
  constexpr std::size_t kPunctuation = 4;  // ,"":
  if (static_cast<std::size_t>(end_ - at_) < kPunctuation + name.size() + value_size) {
    was_cut_ = true;
    return false;
  }
  if (at_ != start_ + 1) *at_++ = ',';
  *at_++ = '"';
  append(name);
  append("\":");
  return true;
}

void JsonWriter::append(std::string_view text) {
  std::memcpy(at_, text.data(), text.size());
  at_ += text.size();
}

}  // namespace brink::telemetry
