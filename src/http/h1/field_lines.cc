#include "http/h1/field_lines.h"

#include "base/ascii.h"
#include "http/field_syntax.h"

namespace brink::http::h1 {

ParseStatus FieldLines::parse(std::string_view bytes, std::size_t max_fields, Fields& fields) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  if (base_ != begin) {
    if (base_ != nullptr) move_views(fields, distance(base_, begin));
    base_ = begin;
  }
  if (scanned_ > line_) {
    const bool is_open =
        in_value_ ? goes_on<syntax::kFieldValue>(bytes, scanned_) : goes_on<syntax::kToken>(bytes, scanned_);
    if (is_open) return ParseStatus::kNeedMore;
  }

  for (const char* line = begin + line_;;) {
    if (line == end) return need_more(line, bytes);
    if (*line == '\r' || *line == '\n') {
      switch (check_line_end(line, end, ParseError::kBareCr, error_)) {
        case ParseStatus::kNeedMore: return need_more(line, bytes);
        case ParseStatus::kFailed: return failed(error_);
        case ParseStatus::kDone: break;
      }
      line_ = static_cast<std::size_t>(line + 2 - begin);
      return ParseStatus::kDone;
    }
    if (is_ows(*line)) return failed(ParseError::kObsFold);

    const char* const colon = syntax::skip<syntax::kToken>(line, end);
    if (colon == end) return need_more(line, bytes);
    if (*colon != ':') [[unlikely]] {
      const bool is_space = is_ows(*colon) && colon != line;
      switch (check_line_end(colon, end, is_space ? ParseError::kSpaceBeforeColon : ParseError::kBadFieldName,
                             error_)) {
        case ParseStatus::kNeedMore: return need_more(line, bytes);
        case ParseStatus::kFailed: return failed(error_);
        case ParseStatus::kDone: return failed(ParseError::kMissingColon);
      }
    }
    if (colon == line) return failed(ParseError::kBadFieldName);

    const char* value = colon + 1;
    while (value != end && is_ows(*value)) ++value;
    const char* const value_end = syntax::skip<syntax::kFieldValue>(value, end);
    if (value_end == end) return need_more(line, bytes, true);
    switch (check_line_end(value_end, end, ParseError::kBadFieldValue, error_)) {
      case ParseStatus::kNeedMore: return need_more(line, bytes, true);
      case ParseStatus::kFailed: return failed(error_);
      case ParseStatus::kDone: break;
    }
    if (fields.size() >= max_fields) return failed(ParseError::kTooManyFields);
    const char* last = value_end;
    while (last != value && is_ows(last[-1])) --last;
    fields.add(std::string_view(line, static_cast<std::size_t>(colon - line)),
               std::string_view(value, static_cast<std::size_t>(last - value)));
    line = value_end + 2;
  }
}

ParseStatus FieldLines::need_more(const char* line, std::string_view bytes, bool in_value) {
  line_ = static_cast<std::size_t>(line - bytes.data());
  scanned_ = looked_at(bytes);
  in_value_ = in_value;
  return ParseStatus::kNeedMore;
}

ParseStatus FieldLines::failed(ParseError error) {
  error_ = error;
  return ParseStatus::kFailed;
}

}  // namespace brink::http::h1
