#include "base/encoding.h"

#include "base/random.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

using namespace std::string_literals;

TEST(Hex, WritesTwoSmallDigitsForAByte) { EXPECT_EQ(hex_encode("\x00\x0f\xa5\xff"s), "000fa5ff"); }

TEST(Base64, HasTheTestVectorsOfTheRfc) {  // RFC 4648 section 10
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, ReadsWhatItWrites) {
  FastRandom random(5);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random.below(100), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    ASSERT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
}

TEST(Base64, RefusesWhatIsMalformed) {
  for (const std::string& text :
       {"Z"s, "Zg"s, "Zg="s, "Zg==="s, "Z==="s, "===="s, "Zg==Zg=="s, "Zm=v"s, "Zm9v "s, " Zm9v"s, "Zm9\n"s,
        "Zm9-"s, "Zm9_"s, "Zm\0v"s, "Zh=="s /* stray bits after the end */, "Zm9="s}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

TEST(Base64Url, HasAnAlphabetOfItsOwnAndNoPadding) {  // RFC 4648 section 5
  EXPECT_EQ(base64url_encode("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_decode("-__-"), "\xfb\xff\xfe");
  EXPECT_EQ(base64url_decode("Zm8"), "fo");
  for (const char* text : {"Zg==", "Z", "+//+", "Zm9v====", "Zh", "Zm 9"})
    EXPECT_FALSE(base64url_decode(text)) << text;
}

}  // namespace
}  // namespace brink
