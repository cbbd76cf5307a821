#include "load/response_reader.h"

#include <charconv>

namespace brink::bench {
namespace {

constexpr std::size_t kMaxHeadBytes = 16 * 1024;

// The value of Content-Length in a head, or npos without one.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view kNames[] = {"\r\nContent-Length: ", "\r\ncontent-length: "};
  for (std::string_view name : kNames) {
    const std::size_t at = head.find(name);
    if (at == std::string_view::npos) continue;
    const char* begin = head.data() + at + name.size();
    std::size_t value = 0;
    auto [end, error] = std::from_chars(begin, head.data() + head.size(), value);
    if (error == std::errc{} && *end == '\r') return value;
  }
  return std::string_view::npos;
}

}  // namespace

ResponseReader::State ResponseReader::take(std::string_view bytes) {
  return in_body_ ? take_body(bytes.size()) : take_head(bytes);
}

ResponseReader::State ResponseReader::take_head(std::string_view bytes) {
  if (!head_.empty()) {
    head_.append(bytes);
    bytes = head_;
  }
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() > kMaxHeadBytes) return wrong("endless head");
    if (head_.empty()) head_ = bytes;
    return State::kMore;
  }
  const std::string_view head = bytes.substr(0, end + 2);
  if (!head.starts_with("HTTP/1.1 200")) return wrong("status is not 200");
  if (content_length(head) != body_bytes_) return wrong("Content-Length is not the expected one");
  const std::size_t body = bytes.size() - end - 4;
  head_.clear();
  in_body_ = true;
  missing_ = body_bytes_;
  return take_body(body);
}

ResponseReader::State ResponseReader::take_body(std::size_t count) {
  if (count > missing_) return wrong("bytes after the body");
  missing_ -= count;
  if (missing_ > 0) return State::kMore;
  in_body_ = false;
  return State::kComplete;
}

ResponseReader::State ResponseReader::wrong(const char* complaint) {
  complaint_ = complaint;
  return State::kWrong;
}

void ResponseReader::restart() {
  head_.clear();
  in_body_ = false;
  missing_ = 0;
}

}  // namespace brink::bench
