// Lists in pages: the part that was asked for, and the result_info that every client reads differently, so
// that all of its numbers must be right (api.md 1.3).
#pragma once

#include "control/api/answer.h"
#include "control/api/query.h"

#include <cstdint>

namespace brink::control::api {

// Gathers one page while a list goes by: `if (page.wants()) page.add(json); else page.pass();`, so that only
// what is shown is made into JSON. A page past the end is empty, and no error.
class PageBuilder {
 public:
  explicit PageBuilder(const Paging& paging) : paging_(paging) {}

  // Whether the next element of the list lies on the page.
  [[nodiscard]] bool wants() const {
    return total_ >= paging_.skip() && total_ < paging_.skip() + paging_.per_page;
  }
  void add(Json element) {
    ++total_;
    elements_.push_back(std::move(element));
  }
  void pass(std::uint64_t elements = 1) { total_ += elements; }
  // How many of the list lie before the page.
  [[nodiscard]] std::uint64_t skipped() const { return paging_.skip(); }
  [[nodiscard]] std::uint64_t total() const { return total_; }

  [[nodiscard]] Answer finish() &&;

 private:
  Paging paging_;
  std::uint64_t total_ = 0;
  Json elements_ = Json::array();
};

// A list that has no pages, as if it were one.
[[nodiscard]] Answer one_page(Json elements);

}  // namespace brink::control::api
