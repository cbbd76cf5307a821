#include "http/field_name.h"

#include <cctype>
#include <string>

#include <gtest/gtest.h>

namespace brink::http {
namespace {

TEST(FieldName, EveryWellKnownNameIsFoundInAnyCase) {
  for (std::size_t i = 1; i < static_cast<std::size_t>(FieldName::kCount); ++i) {
    const auto name = static_cast<FieldName>(i);
    std::string upper(lower_case_name(name));
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(find_field_name(lower_case_name(name)), name);
    EXPECT_EQ(find_field_name(canonical_name(name)), name);
    EXPECT_EQ(find_field_name(upper), name);
  }
}

TEST(FieldName, CanonicalAndLowerCaseAreTheSameName) {
  for (std::size_t i = 1; i < static_cast<std::size_t>(FieldName::kCount); ++i) {
    const auto name = static_cast<FieldName>(i);
    std::string lower(canonical_name(name));
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_EQ(lower, lower_case_name(name));
  }
}

TEST(FieldName, ANameThatDiffersInOneByteIsAnother) {
  for (std::size_t i = 1; i < static_cast<std::size_t>(FieldName::kCount); ++i) {
    const std::string_view known = lower_case_name(static_cast<FieldName>(i));
    for (std::size_t place = 0; place < known.size(); ++place) {
      for (int c = 0; c < 256; ++c) {
        if (std::tolower(c) == known[place]) continue;
        std::string text(known);
        text[place] = static_cast<char>(c);
        EXPECT_NE(find_field_name(text), static_cast<FieldName>(i)) << text;
      }
    }
    EXPECT_NE(find_field_name(std::string(known) + "x"), static_cast<FieldName>(i));
    EXPECT_NE(find_field_name(known.substr(1)), static_cast<FieldName>(i));
  }
}

TEST(FieldName, WhatIsNotWellKnownIsOther) {
  EXPECT_EQ(find_field_name(""), FieldName::kOther);
  EXPECT_EQ(find_field_name("x"), FieldName::kOther);
  EXPECT_EQ(find_field_name("content_length"), FieldName::kOther);
  EXPECT_EQ(find_field_name(std::string(10'000, 'a')), FieldName::kOther);
}

}  // namespace
}  // namespace brink::http
