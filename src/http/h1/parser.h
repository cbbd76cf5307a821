// Heads of HTTP/1.1 messages (RFC 9112): bytes in, the message model out. Strict, in one pass over the bytes,
// without an allocation for a field: the head's block is copied once into the head's arena, and names and
// values are views of it.
//
// Resumable: as long as it answers kNeedMore, parse() is called again with the same bytes and more behind
// them. What was looked at is not looked at again. The answer does not depend on how the bytes were cut into
// pieces.
#pragma once

#include "http/h1/field_lines.h"
#include "http/h1/framing.h"
#include "http/h1/parse_error.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brink::http::h1 {

struct HeadLimits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t header_count = 128;
  std::size_t uri_bytes = 16 * 1024;
};

inline constexpr std::size_t kMaxMethodBytes = 32;
// Connection fields of one head, and options in all of them: each option is looked for among all fields.
inline constexpr std::size_t kMaxConnectionFields = 8;
inline constexpr std::size_t kMaxConnectionOptions = 64;

struct HeadStep {
  ParseStatus status = ParseStatus::kNeedMore;
  std::size_t consumed = 0;  // kDone: the bytes of the head, an empty line before it included
  ParseError error{};        // kFailed
};

class RequestParser {
 public:
  // `secure`: whether the connection is one of https.
  RequestParser(const HeadLimits& limits, bool secure) : limits_(limits), secure_(secure) {}

  // With kDone `head` is complete and holds what message.h promises: Host is its authority, an absolute
  // target has been taken apart, and what belongs to the connection has been removed and is told by the
  // functions below.
  HeadStep parse(std::string_view bytes, RequestHead& head);

  // Whether `head` holds what the request line said: its method, target and version. Also after a failure.
  [[nodiscard]] bool has_request_line() const { return in_fields_; }

  // --- after kDone ---
  [[nodiscard]] const Framing& framing() const { return framing_; }
  // Whether the client would use the connection again.
  [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }

 private:
  ParseStatus parse_request_line(std::string_view bytes, RequestHead& head);
  ParseStatus parse_target_and_host(RequestHead& head, std::string_view host);
  ParseStatus finish(std::string_view bytes, RequestHead& head);
  ParseStatus failed(ParseError error);

  HeadLimits limits_;
  bool secure_;
  bool keeps_alive_ = true;
  bool in_fields_ = false;
  std::size_t start_ = 0;    // of the request line
  std::size_t scanned_ = 0;  // what was looked at of it
  bool in_target_ = false;   // whether that ended in the target
  const char* base_ = nullptr;
  FieldLines lines_;
  Framing framing_;
  ParseError error_{};
};

class ResponseParser {
 public:
  // Of a response to a request of `method` that asked for the protocol `upgrade`, empty for none.
  ResponseParser(const HeadLimits& limits, Method method, bool asked_to_upgrade)
      : limits_(limits), method_(method), asked_to_upgrade_(asked_to_upgrade) {}

  // With kDone `head` is complete. An informational response (1xx) is one like another: a new parser reads
  // the next.
  HeadStep parse(std::string_view bytes, ResponseHead& head);

  // --- after kDone ---
  [[nodiscard]] const Framing& framing() const { return framing_; }
  // Whether the origin leaves the connection open after this response, as far as its head says.
  [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }

 private:
  ParseStatus parse_status_line(std::string_view bytes, ResponseHead& head);
  ParseStatus finish(std::string_view bytes, ResponseHead& head);
  ParseStatus failed(ParseError error);

  HeadLimits limits_;
  Method method_;
  bool asked_to_upgrade_;
  bool keeps_alive_ = true;
  bool in_fields_ = false;
  std::size_t scanned_ = 0;  // of the status line
  const char* base_ = nullptr;
  FieldLines lines_;
  Framing framing_;
  ParseError error_{};
};

// Whether bytes at the beginning of a connection are the client preface of HTTP/2 (RFC 9113 section 3.4).
enum class PrefaceMatch : std::uint8_t { kNo, kPossible, kYes };
[[nodiscard]] PrefaceMatch match_h2_preface(std::string_view bytes);

}  // namespace brink::http::h1
