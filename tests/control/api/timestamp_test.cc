#include "control/api/timestamp.h"

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

TEST(Timestamp, ComesBackAsItWasWritten) {
  for (const char* text :
       {"2026-11-24T03:05:37.595000Z", "1970-01-01T00:00:01.000000Z", "9999-12-31T23:59:59.999999Z"}) {
    const auto time = parse_timestamp(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(timestamp(*time), text);
  }
}

TEST(Timestamp, IsReadInTheFormsThatClientsSend) {
  const struct {
    const char* text;
    const char* same;
  } kForms[] = {
      {"2026-11-24", "2026-11-24T00:00:00.000000Z"},
      {"2026-11-24T00:00:00Z", "2026-11-24T00:00:00.000000Z"},
      {"2026-11-24T01:30:00+01:30", "2026-11-24T00:00:00.000000Z"},
      {"2026-11-23T23:00:00.5-01:00", "2026-11-24T00:00:00.500000Z"},
      {"2026-11-24T00:00:00.123456789Z", "2026-11-24T00:00:00.123456Z"},
      {"2026-11-24t00:00:00z", "2026-11-24T00:00:00.000000Z"},
  };
  for (const auto& form : kForms) {
    const auto time = parse_timestamp(form.text);
    ASSERT_TRUE(time.has_value()) << form.text;
    EXPECT_EQ(timestamp(*time), form.same) << form.text;
  }
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const char* text : {"", "x", "2026", "2026-13-01", "2026-02-30", "2026-11-24T", "2026-11-24T24:00:00Z",
                           "2026-11-24T00:00:00", "2026-11-24T00:00:00.Z", "2026-11-24T00:00:00Zx",
                           "1969-12-31", "2026-11-24T00:00:00+24:00", "-026-11-24"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace brink::control::api
