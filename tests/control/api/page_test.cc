#include "control/api/page.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

Answer page_of_numbers(int count, Paging paging) {
  PageBuilder page(paging);
  for (int i = 0; i < count; ++i) {
    if (page.wants()) {
      page.add(i);
    } else {
      page.pass();
    }
  }
  return std::move(page).finish();
}

TEST(Page, HasItsPartOfTheListAndAllNumbersRight) {
  const Answer answer = page_of_numbers(45, {.page = 3, .per_page = 20});
  EXPECT_EQ(answer.result, Json({40, 41, 42, 43, 44}));
  EXPECT_EQ(*answer.page,
            Json::parse(R"({"page":3,"per_page":20,"count":5,"total_count":45,"total_pages":3})"));
}

TEST(Page, PastTheEndIsEmptyAndNoError) {
  const Answer answer = page_of_numbers(40, {.page = 3, .per_page = 20});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.result, Json::array());
  EXPECT_EQ((*answer.page)["total_pages"], 2);
}

TEST(Page, OfAnEmptyListHasNoPages) {
  const Answer answer = page_of_numbers(0, {.page = 1, .per_page = 20});
  EXPECT_EQ(*answer.page,
            Json::parse(R"({"page":1,"per_page":20,"count":0,"total_count":0,"total_pages":0})"));
}

}  // namespace
}  // namespace brink::control::api
