// The field lines of a head or of trailers (RFC 9112 section 5), up to the empty line that ends them.
// Resumable: bytes that were looked at are not looked at again, so a head that comes in dribbles costs no
// more than one that comes whole.
#pragma once

#include "http/field_syntax.h"
#include "http/h1/parse_error.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brink::http::h1 {

enum class ParseStatus : std::uint8_t { kNeedMore, kDone, kFailed };

class FieldLines {
 public:
  // The first line begins at `position`.
  explicit FieldLines(std::size_t position = 0) : line_(position), scanned_(position) {}

  // `bytes` are those of the former call and what came since; they may have moved. Appends to `fields` views
  // into them, which move_views() must carry to where they can live.
  ParseStatus parse(std::string_view bytes, std::size_t max_fields, Fields& fields);

  // Behind the empty line after kDone, else where the line begins that is not yet complete.
  [[nodiscard]] std::size_t position() const { return line_; }
  [[nodiscard]] ParseError error() const { return error_; }

 private:
  ParseStatus need_more(const char* line, std::string_view bytes, bool in_value = false);
  ParseStatus failed(ParseError error);

  std::size_t line_;
  std::size_t scanned_;         // what was looked at of it
  bool in_value_ = false;       // whether its colon was among that
  const char* base_ = nullptr;  // of the bytes of the former call
  ParseError error_{};
};

// What was looked at of a line that has no end yet: a CR at the end is looked at again, with what follows it.
[[nodiscard]] inline std::size_t looked_at(std::string_view bytes) {
  return bytes.size() - (bytes.ends_with('\r') ? 1 : 0);
}

// Whether what came behind `scanned` only goes on with what was there, all of the class; then the line needs
// not be parsed again.
template <syntax::CharacterClass kWhich>
[[nodiscard]] inline bool goes_on(std::string_view bytes, std::size_t& scanned) {
  const char* const end = bytes.data() + bytes.size();
  if (syntax::skip<kWhich>(bytes.data() + scanned, end) != end) return false;
  scanned = bytes.size();
  return true;
}

// `text` at the same place in a copy of the bytes that it is a view of.
[[nodiscard]] inline std::string_view moved(std::string_view text, std::ptrdiff_t by) {
  return {reinterpret_cast<const char*>(reinterpret_cast<std::uintptr_t>(text.data()) +
                                        static_cast<std::uintptr_t>(by)),
          text.size()};
}
[[nodiscard]] inline std::ptrdiff_t distance(const char* from, const char* to) {
  return static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(to) -
                                     reinterpret_cast<std::uintptr_t>(from));
}
inline void move_views(Fields& fields, std::ptrdiff_t by) {
  for (Field& field : fields) {
    field.name = moved(field.name, by);
    field.value = moved(field.value, by);
  }
}

// Judges what stands where a line should go on or end: `at` points to a byte that the line may not have.
// kDone: a proper CRLF; kNeedMore: a CR that is the last byte; kFailed: `error` says bare CR or LF, or
// `otherwise`.
[[nodiscard]] inline ParseStatus check_line_end(const char* at, const char* end, ParseError otherwise,
                                                ParseError& error) {
  if (*at == '\r') {
    if (at + 1 == end) return ParseStatus::kNeedMore;
    if (at[1] == '\n') return ParseStatus::kDone;
    error = ParseError::kBareCr;
  } else {
    error = *at == '\n' ? ParseError::kBareLf : otherwise;
  }
  return ParseStatus::kFailed;
}

}  // namespace brink::http::h1
