// Checks that an HTTP/1.1 response is the expected one: status 200, a Content-Length of so many bytes, and so
// many bytes after the head.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace brink::bench {

class ResponseReader {
 public:
  enum class State { kMore, kComplete, kWrong };

  explicit ResponseReader(std::size_t body_bytes) : body_bytes_(body_bytes) {}

  // Takes what arrived next. After kComplete the reader is ready for the next response.
  [[nodiscard]] State take(std::string_view bytes);

  // What was wrong, once `take` answered kWrong.
  [[nodiscard]] const char* complaint() const { return complaint_; }

  void restart();

 private:
  State take_head(std::string_view bytes);
  State take_body(std::size_t count);
  State wrong(const char* complaint);

  std::size_t body_bytes_;
  std::string head_;  // an unfinished head
  bool in_body_ = false;
  std::size_t missing_ = 0;
  const char* complaint_ = "";
};

}  // namespace brink::bench
