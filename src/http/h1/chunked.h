// The chunked transfer coding (RFC 9112 section 7.1), in both directions.
#pragma once

#include "http/h1/field_lines.h"
#include "http/h1/parse_error.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brink::http::h1 {

// A chunk's size in hexadecimal, leading zeros included: 15 digits cannot overflow.
inline constexpr std::size_t kMaxChunkSizeDigits = 15;
// Extensions are read over; where they outweigh the content by more than so many bytes, they are an attack.
inline constexpr std::size_t kMaxChunkExtensionBytes = 4096;

// Takes the coding off a body that comes in any pieces; content is not touched, only pointed out.
class ChunkedDecoder {
 public:
  enum class Status : std::uint8_t {
    kNeedMore,  // `consumed` bytes were framing; the rest, if any, must be given again with more behind it
    kContent,   // after `consumed` bytes of framing come `content` bytes of content
    kEnd,       // `consumed` bytes, and the body is complete; its trailers are there
    kFailed,    // `error`
  };
  struct Step {
    Status status = Status::kNeedMore;
    std::size_t consumed = 0;
    std::size_t content = 0;
    ParseError error{};
  };

  // Looks at the front of `bytes`; call again behind what the step told of. Trailers are bounded by
  // `max_trailer_bytes` and `max_fields`; what may not be a trailer is left out, the others are added to
  // `trailers`, copied into its arena.
  Step next(std::string_view bytes, std::size_t max_trailer_bytes, std::size_t max_fields, Fields& trailers);

 private:
  enum class State : std::uint8_t {
    kSize,
    kSpaceBeforeExtension,
    kExtension,
    kSizeLineFeed,
    kContent,
    kContentReturn,
    kContentLineFeed,
    kTrailers,
    kEnd
  };
  Step failed(ParseError error) const { return {Status::kFailed, 0, 0, error}; }
  Step next_trailers(std::string_view bytes, std::size_t consumed, std::size_t max_trailer_bytes,
                     std::size_t max_fields, Fields& trailers);

  State state_ = State::kSize;
  std::uint8_t digits_ = 0;
  std::uint64_t left_ = 0;  // of the present chunk
  std::size_t extension_bytes_ = 0;
  FieldLines lines_;
};

// Longest line that write_chunk_size() writes.
inline constexpr std::size_t kMaxChunkSizeLine = 16 + 2;

// Writes "1f40\r\n" to `out`, which has room for kMaxChunkSizeLine bytes, and answers its length. Requires
// size > 0: a chunk without content ends the body.
std::size_t write_chunk_size(std::uint64_t size, char* out);

}  // namespace brink::http::h1
