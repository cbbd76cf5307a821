// Bodies for tests: one that the test feeds, and the reading of one to its end.
#pragma once

#include "http/body.h"
#include "runtime/task.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::http::h1 {

// A body that the test feeds.
class FedBody final : public Body {
 public:
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return length_; }
  BodyRead try_read() override {
    ++reads;
    if (!pieces_.empty()) {
      Slice slice = std::move(pieces_.front());
      pieces_.erase(pieces_.begin());
      return BodyRead::data(std::move(slice));
    }
    if (error_) return BodyRead::failed(*error_);
    return ended_ ? BodyRead::end() : BodyRead::pending();
  }
  [[nodiscard]] WaitPlace& wait_place() override { return place_; }
  [[nodiscard]] const Fields* trailers() const override { return trailers_; }

  void set_length(std::uint64_t length) { length_ = length; }
  void feed(std::string_view bytes) {
    pieces_.push_back(Slice::copy_of(bytes));
    place_.wake();
  }
  void end(const Fields* trailers = nullptr) {
    ended_ = true;
    trailers_ = trailers;
    place_.wake();
  }
  void break_off(Error error) {
    error_ = error;
    place_.wake();
  }
  int reads = 0;

 private:
  std::optional<std::uint64_t> length_;
  std::vector<Slice> pieces_;
  std::optional<Error> error_;
  const Fields* trailers_ = nullptr;
  bool ended_ = false;
  WaitPlace place_;
};

inline Task<Result<std::string>> read_all(Body& body) {
  std::string content;
  for (;;) {
    BodyRead read = body.try_read();
    switch (read.status) {
      case BodyRead::Status::kData: content += read.slice.bytes(); break;
      case BodyRead::Status::kEnd: co_return content;
      case BodyRead::Status::kFailed: co_return std::unexpected(*read.error);
      case BodyRead::Status::kPending: BRINK_CO_TRY(co_await body.wait(Deadline::never())); break;
    }
  }
}

}  // namespace brink::http::h1
