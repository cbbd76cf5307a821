// A body whose beginning has been read already: what was read comes first, then the rest as it comes.
#pragma once

#include "http/body.h"

#include <cstddef>
#include <vector>

namespace brink::http {

class ReplayedBody final : public Body {
 public:
  // `rest` is the body that `beginning` was read from; it must outlive this.
  ReplayedBody(std::vector<Slice> beginning, Body& rest) : beginning_(std::move(beginning)), rest_(rest) {}

  [[nodiscard]] std::optional<std::uint64_t> length() const override { return rest_.length(); }
  BodyRead try_read() override {
    if (next_ < beginning_.size()) return BodyRead::data(std::move(beginning_[next_++]));
    return rest_.try_read();
  }
  [[nodiscard]] WaitPlace& wait_place() override { return rest_.wait_place(); }
  [[nodiscard]] const Fields* trailers() const override { return rest_.trailers(); }

 private:
  std::vector<Slice> beginning_;
  std::size_t next_ = 0;
  Body& rest_;
};

}  // namespace brink::http
