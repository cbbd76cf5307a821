// Heads and bodies of HTTP/1.1 fed to the codec in pieces, for tests and for the fuzz targets' corpora.
#pragma once

#include "http/h1/chunked.h"
#include "http/h1/parser.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace brink::http::h1 {

// A copy of just that size, so that a sanitizer sees a read beyond the end.
class ExactBytes {
 public:
  explicit ExactBytes(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    if (!text.empty()) std::memcpy(bytes_.get(), text.data(), text.size());
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

template <class Head, class Parser>
struct ParsedHead {
  std::unique_ptr<Head> head = std::make_unique<Head>();
  std::unique_ptr<Parser> parser;
  HeadStep step;

  [[nodiscard]] bool done() const { return step.status == ParseStatus::kDone; }
  [[nodiscard]] bool failed_with(ParseError error) const {
    return step.status == ParseStatus::kFailed && step.error == error;
  }
};
using ParsedRequest = ParsedHead<RequestHead, RequestParser>;
using ParsedResponse = ParsedHead<ResponseHead, ResponseParser>;

// Feeds the first `sizes[0]` bytes, then the first `sizes[1]`, and so on, each time from another place in
// memory, until the parser has had enough.
template <class Parsed>
void feed(Parsed& parsed, std::string_view bytes, const std::vector<std::size_t>& sizes) {
  std::unique_ptr<ExactBytes> former;  // dies only after its successor has been parsed
  for (std::size_t size : sizes) {
    auto piece = std::make_unique<ExactBytes>(bytes.substr(0, size));
    parsed.step = parsed.parser->parse(piece->view(), *parsed.head);
    former = std::move(piece);
    if (parsed.step.status != ParseStatus::kNeedMore) return;
  }
}

inline std::vector<std::size_t> byte_by_byte(std::string_view bytes) {
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= bytes.size(); ++size) sizes.push_back(size);
  return sizes;
}

inline ParsedRequest parse_request(std::string_view bytes, std::vector<std::size_t> sizes = {},
                                   const HeadLimits& limits = {}, bool secure = false) {
  if (sizes.empty()) sizes = {bytes.size()};
  ParsedRequest parsed;
  parsed.parser = std::make_unique<RequestParser>(limits, secure);
  feed(parsed, bytes, sizes);
  return parsed;
}

inline ParsedResponse parse_response(std::string_view bytes, std::vector<std::size_t> sizes = {},
                                     Method method = Method::kGet, bool asked_to_upgrade = false,
                                     const HeadLimits& limits = {}) {
  if (sizes.empty()) sizes = {bytes.size()};
  ParsedResponse parsed;
  parsed.parser = std::make_unique<ResponseParser>(limits, method, asked_to_upgrade);
  feed(parsed, bytes, sizes);
  return parsed;
}

inline std::string text_of(const Fields& fields) {
  std::string text;
  for (const Field& field : fields) text += std::string(field.name) + ": " + std::string(field.value) + "\n";
  return text;
}

inline std::string text_of(const Framing& framing) {
  return std::to_string(static_cast<int>(framing.kind)) + "/" + std::to_string(framing.length);
}

// All that the parser found out, as text to compare.
inline std::string summary(const ParsedRequest& parsed) {
  if (parsed.step.status == ParseStatus::kNeedMore) return "need more";
  if (parsed.step.status == ParseStatus::kFailed) return "failed: " + Error(parsed.step.error).text();
  const RequestHead& head = *parsed.head;
  return std::to_string(parsed.step.consumed) + " " + std::string(head.method_name) + " " +
         std::string(head.scheme) + " " + std::string(head.authority) + " " + std::string(head.target) + " " +
         std::string(version_text(head.version)) + " upgrade=" + std::string(head.upgrade) +
         " continue=" + std::to_string(head.expects_continue) +
         " trailers=" + std::to_string(head.accepts_trailers) +
         " framing=" + text_of(parsed.parser->framing()) +
         " keep=" + std::to_string(parsed.parser->keeps_alive()) + "\n" + text_of(head.fields);
}

inline std::string summary(const ParsedResponse& parsed) {
  if (parsed.step.status == ParseStatus::kNeedMore) return "need more";
  if (parsed.step.status == ParseStatus::kFailed) return "failed: " + Error(parsed.step.error).text();
  const ResponseHead& head = *parsed.head;
  return std::to_string(parsed.step.consumed) + " " + std::to_string(head.status) + " " +
         std::string(head.reason) + " " + std::string(version_text(head.version)) +
         " upgrade=" + std::string(head.upgrade) + " framing=" + text_of(parsed.parser->framing()) +
         " keep=" + std::to_string(parsed.parser->keeps_alive()) + "\n" + text_of(head.fields);
}

struct DecodedBody {
  std::string content;
  std::string trailers;
  std::size_t consumed = 0;
  ChunkedDecoder::Status status = ChunkedDecoder::Status::kNeedMore;
  ParseError error{};
};

// Decodes a chunked body of which `sizes[0]` bytes are there first, then `sizes[1]`, and so on.
inline DecodedBody decode_chunked(std::string_view bytes, std::vector<std::size_t> sizes = {},
                                  std::size_t max_trailer_bytes = 4096, std::size_t max_fields = 16) {
  if (sizes.empty()) sizes = {bytes.size()};
  DecodedBody decoded;
  Arena arena;
  Fields trailers(arena);
  ChunkedDecoder decoder;
  std::unique_ptr<ExactBytes> former;
  for (std::size_t size : sizes) {
    auto piece = std::make_unique<ExactBytes>(bytes.substr(decoded.consumed, size - decoded.consumed));
    std::string_view left = piece->view();
    for (;;) {
      const auto step = decoder.next(left, max_trailer_bytes, max_fields, trailers);
      decoded.status = step.status;
      decoded.error = step.error;
      decoded.content += left.substr(step.consumed, step.content);
      left.remove_prefix(step.consumed + step.content);
      decoded.consumed += step.consumed + step.content;
      if (step.status != ChunkedDecoder::Status::kContent) break;
    }
    former = std::move(piece);
    if (decoded.status != ChunkedDecoder::Status::kNeedMore) break;
  }
  if (decoded.status == ChunkedDecoder::Status::kEnd) decoded.trailers = text_of(trailers);
  return decoded;
}

}  // namespace brink::http::h1
