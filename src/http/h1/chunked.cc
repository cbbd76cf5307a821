#include "http/h1/chunked.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "http/field_syntax.h"

#include <algorithm>
#include <bit>

namespace brink::http::h1 {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view bytes, std::size_t max_trailer_bytes,
                                          std::size_t max_fields, Fields& trailers) {
  for (std::size_t at = 0;;) {
    if (state_ == State::kTrailers) return next_trailers(bytes, at, max_trailer_bytes, max_fields, trailers);
    if (state_ == State::kEnd) return {Status::kEnd, 0, 0, {}};
    if (at == bytes.size()) return {Status::kNeedMore, at, 0, {}};
    const char c = bytes[at];
    switch (state_) {
      case State::kSize:
        if (const int digit = hex_value(c); digit >= 0) {
          if (digits_ == kMaxChunkSizeDigits) return failed(ParseError::kBadChunkSize);
          left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
          ++digits_;
          break;
        }
        if (digits_ == 0) return failed(ParseError::kBadChunkSize);
        if (c == '\r') {
          state_ = State::kSizeLineFeed;
        } else if (c == ';') {
          state_ = State::kExtension;
        } else if (is_ows(c)) {
          state_ = State::kSpaceBeforeExtension;
        } else {
          return failed(c == '\n' ? ParseError::kBareLf : ParseError::kBadChunkSize);
        }
        break;
      case State::kSpaceBeforeExtension:  // BWS, which only a semicolon may follow
        if (++extension_bytes_ > kMaxChunkExtensionBytes) return failed(ParseError::kChunkExtensionsTooLarge);
        if (c == ';') {
          state_ = State::kExtension;
        } else if (!is_ows(c)) {
          return failed(ParseError::kBadChunkSize);
        }
        break;
      case State::kExtension: {
        const char* const begin = bytes.data() + at;
        const char* const stop = syntax::skip<syntax::kFieldValue>(begin, bytes.data() + bytes.size());
        extension_bytes_ += static_cast<std::size_t>(stop - begin);
        if (extension_bytes_ > kMaxChunkExtensionBytes) return failed(ParseError::kChunkExtensionsTooLarge);
        at += static_cast<std::size_t>(stop - begin);
        if (at == bytes.size()) continue;
        if (*stop != '\r')
          return failed(*stop == '\n' ? ParseError::kBareLf : ParseError::kBadChunkExtension);
        state_ = State::kSizeLineFeed;
        break;
      }
      case State::kSizeLineFeed:
        if (c != '\n') return failed(ParseError::kBareCr);
        digits_ = 0;
        if (left_ == 0) {
          state_ = State::kTrailers;
          lines_ = FieldLines();
        } else {
          state_ = State::kContent;
          extension_bytes_ -= static_cast<std::size_t>(std::min<std::uint64_t>(extension_bytes_, left_));
        }
        break;
      case State::kContent: {
        const auto content = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
        left_ -= content;
        if (left_ == 0) state_ = State::kContentReturn;
        return {Status::kContent, at, content, {}};
      }
      case State::kContentReturn:
        if (c != '\r') return failed(c == '\n' ? ParseError::kBareLf : ParseError::kBadChunkEnd);
        state_ = State::kContentLineFeed;
        break;
      case State::kContentLineFeed:
        if (c != '\n') return failed(ParseError::kBareCr);
        state_ = State::kSize;
        break;
      case State::kTrailers:
      case State::kEnd: break;
    }
    ++at;
  }
}

// The trailer section is kept by the caller until it is complete, so that its lines are in one piece.
ChunkedDecoder::Step ChunkedDecoder::next_trailers(std::string_view bytes, std::size_t consumed,
                                                   std::size_t max_trailer_bytes, std::size_t max_fields,
                                                   Fields& trailers) {
  bytes.remove_prefix(consumed);
  const bool is_full = bytes.size() >= max_trailer_bytes;
  bytes = bytes.substr(0, max_trailer_bytes);
  switch (lines_.parse(bytes, max_fields, trailers)) {
    case ParseStatus::kNeedMore:
      if (is_full) return failed(ParseError::kHeadTooLarge);
      return {Status::kNeedMore, consumed, 0, {}};
    case ParseStatus::kFailed: return failed(lines_.error());
    case ParseStatus::kDone: break;
  }
  state_ = State::kEnd;
  if (!trailers.empty()) {
    const std::string_view block = trailers.arena().copy(bytes.substr(0, lines_.position()));
    move_views(trailers, distance(bytes.data(), block.data()));
    trailers.remove_if([](const Field& field) { return !may_be_trailer(field.id); });
  }
  return {Status::kEnd, consumed + lines_.position(), 0, {}};
}

std::size_t write_chunk_size(std::uint64_t size, char* out) {
  BRINK_ASSERT(size > 0);
  const int digits = (std::bit_width(size) + 3) / 4;
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = "0123456789abcdef"[size & 15];
    size >>= 4;
  }
  out[digits] = '\r';
  out[digits + 1] = '\n';
  return static_cast<std::size_t>(digits) + 2;
}

}  // namespace brink::http::h1
