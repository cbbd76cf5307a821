#include "control/api/page.h"

namespace brink::control::api {

Answer PageBuilder::finish() && {
  const std::uint64_t count = elements_.size();
  Answer answer = Answer::of(std::move(elements_));
  answer.page = {{"page", paging_.page},
                 {"per_page", paging_.per_page},
                 {"count", count},
                 {"total_count", total_},
                 {"total_pages", (total_ + paging_.per_page - 1) / paging_.per_page}};
  return answer;
}

Answer one_page(Json elements) {
  const std::uint64_t count = elements.size();
  Answer answer = Answer::of(std::move(elements));
  answer.page = {{"page", 1},
                 {"per_page", count},
                 {"count", count},
                 {"total_count", count},
                 {"total_pages", count > 0 ? 1 : 0}};
  return answer;
}

}  // namespace brink::control::api
