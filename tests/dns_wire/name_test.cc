#include "dns_wire/name.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace brink::dns_wire {
namespace {

using namespace std::string_literals;

Name name(std::string_view text) { return Name::parse_absolute(text).value(); }

// The text of what was read, or what was wrong with it.
std::string parsed(std::string_view text, std::string_view origin = "example.com") {
  const Name base = name(origin);
  const auto result = Name::parse(text, &base);
  return result ? result->text() : result.error().text();
}

TEST(Name, IsRelativeToTheOriginWithoutADotAtItsEnd) {
  EXPECT_EQ(parsed("www"), "www.example.com.");
  EXPECT_EQ(parsed("www.example.com."), "www.example.com.");
  EXPECT_EQ(parsed("a.b"), "a.b.example.com.");
  EXPECT_EQ(parsed("@"), "example.com.");
  EXPECT_EQ(parsed("\\@"), "\\@.example.com.");
  EXPECT_EQ(parsed("."), ".");
  EXPECT_EQ(parsed("*"), "*.example.com.");
  EXPECT_EQ(Name::parse("www", nullptr).error().text(), Error(WireError::kNoOrigin, 0).text());
  EXPECT_EQ(Name::parse("www.", nullptr)->text(), "www.");
}

TEST(Name, HasTheWireFormOfRfc1035) {
  EXPECT_EQ(name("F.ISI.ARPA").wire(), "\1F\3ISI\4ARPA\0"s);
  EXPECT_EQ(name(".").wire(), "\0"s);
  EXPECT_EQ(Name().wire(), "\0"s);
  EXPECT_EQ(Name::read("\1F\3ISI\4ARPA\0more"s)->text(), "F.ISI.ARPA.");
  EXPECT_EQ(Name::read("\1F\3ISI\4ARPA\0more"s)->wire().size(), 12u);
}

TEST(Name, ReadsAndWritesEscapes) {
  EXPECT_EQ(name("a\\.b.example").wire(), "\3a.b\7example\0"s);
  EXPECT_EQ(name("a\\.b.example").text(), "a\\.b.example.");
  EXPECT_EQ(name("\\000\\255.example").wire(), "\2\0\xff\7example\0"s);
  EXPECT_EQ(name("\\000\\255.example").text(), "\\000\\255.example.");
  EXPECT_EQ(name("\\097.example").host_text(), "a.example");
  EXPECT_EQ(name("a\\ b\\\"\\;\\(\\)\\$\\\\.x").host_text(), "a\\ b\\\"\\;\\(\\)\\$\\\\.x");
  EXPECT_EQ(parsed("a\\."), "a\\..example.com.");  // the dot is escaped: relative
}

TEST(Name, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(parsed(""), Error(WireError::kEmptyLabel, 0).text());
  EXPECT_EQ(parsed(".."), Error(WireError::kEmptyLabel, 0).text());
  EXPECT_EQ(parsed("a..b"), Error(WireError::kEmptyLabel, 2).text());
  EXPECT_EQ(parsed(".a"), Error(WireError::kEmptyLabel, 0).text());
  EXPECT_EQ(parsed("ab\\"), Error(WireError::kBadEscape, 2).text());
  EXPECT_EQ(parsed("ab\\25"), Error(WireError::kBadEscape, 2).text());
  EXPECT_EQ(parsed("ab\\256"), Error(WireError::kBadEscape, 2).text());
  EXPECT_EQ(parsed("ab\\25x"), Error(WireError::kBadEscape, 2).text());
  EXPECT_EQ(parsed(std::string(64, 'a')), Error(WireError::kLabelTooLong, 63).text());
  EXPECT_EQ(Error(WireError::kLabelTooLong, 63).text(),
            "a label of the name is longer than 63 bytes (at byte 63)");
}

TEST(Name, HoldsLabelsOf63AndNamesOf255Bytes) {
  const std::string label(63, 'a');
  EXPECT_EQ(name(label + ".example").label_count(), 2u);

  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b') + ".";
  ASSERT_EQ(longest.size(), kMaxNameBytes - 1);
  EXPECT_EQ(name(longest).wire().size(), kMaxNameBytes);
  EXPECT_EQ(name(longest).text(), longest);
  const std::string too_long = label + "." + label + "." + label + "." + std::string(62, 'b') + ".";
  EXPECT_TRUE(Name::parse_absolute(too_long).error().is(WireError::kNameTooLong));
  EXPECT_TRUE(Name::parse_absolute(label + "." + label + "." + label + "." + label)
                  .error()
                  .is(WireError::kNameTooLong));

  // Relative, the origin counts too.
  const Name origin = name("example");
  EXPECT_TRUE(Name::parse(longest.substr(0, 248), &origin).error().is(WireError::kNameTooLong));
  EXPECT_EQ(Name::parse(longest.substr(0, 245), &origin)->wire().size(), 1 + 245 + origin.wire().size());

  std::string most;
  for (std::size_t i = 0; i < kMaxLabels; ++i) most += "x.";
  EXPECT_EQ(name(most).label_count(), kMaxLabels);
  EXPECT_TRUE(Name::parse_absolute(most + "x.").error().is(WireError::kNameTooLong));
}

TEST(Name, ReadsNoWireFormThatIsNone) {
  EXPECT_TRUE(Name::read("").error().is(WireError::kTruncated));
  EXPECT_TRUE(Name::read("\3ww").error().is(WireError::kTruncated));
  EXPECT_TRUE(Name::read("\3www").error().is(WireError::kTruncated));
  EXPECT_TRUE(Name::read("\xc0\x0c").error().is(WireError::kCompressedName));
  EXPECT_TRUE(Name::read("\x40" + std::string(64, 'a') + '\0').error().is(WireError::kCompressedName));
  std::string endless;
  for (int i = 0; i < 200; ++i) endless += "\1a";
  EXPECT_TRUE(Name::read(endless + '\0').error().is(WireError::kNameTooLong));
}

TEST(Name, IsOrderedCanonically) {  // RFC 4034 section 6.1
  const std::vector<std::string> order{"example",         "a.example",      "yljkjljk.a.example",
                                       "Z.a.example",     "zABC.a.EXAMPLE", "z.example",
                                       "\\001.z.example", "*.z.example",    "\\200.z.example"};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t k = 0; k < order.size(); ++k)
      EXPECT_EQ(name(order[i]) <=> name(order[k]), i <=> k) << order[i] << " " << order[k];
  }
  EXPECT_LT(Name(), name("a"));
}

TEST(Name, ComparesWithoutCase) {
  EXPECT_EQ(name("WWW.Example"), name("www.eXAMPLE"));
  EXPECT_NE(name("www.example"), name("ww.example"));
  EXPECT_EQ(name("WWW.Example").lower().text(), "www.example.");
}

TEST(Name, KnowsItsParents) {
  EXPECT_EQ(name("a.b.c").parent(), name("b.c"));
  EXPECT_TRUE(name("c").parent().is_root());
  EXPECT_TRUE(Name().parent().is_root());
  EXPECT_TRUE(name("www.Example.com").is_within(name("example.com")));
  EXPECT_TRUE(name("example.com").is_within(name("example.com")));
  EXPECT_TRUE(name("example.com").is_within(Name()));
  EXPECT_FALSE(name("badexample.com").is_within(name("example.com")));
  EXPECT_FALSE(name("com").is_within(name("example.com")));
  EXPECT_TRUE(name("*.example.com").is_wildcard());
  EXPECT_FALSE(name("**.example.com").is_wildcard());
}

TEST(Name, BecomesALabelsFromUnicode) {
  EXPECT_EQ(parsed("b\u00fccher"), "xn--bcher-kva.example.com.");
  EXPECT_EQ(parsed("B\u00dcCHER.example."), "xn--bcher-kva.example.");
  EXPECT_EQ(parsed("fa\u00df.de."), "xn--fa-hia.de.");  // non-transitional: the sharp s is kept
  EXPECT_EQ(parsed("*.b\u00fccher.example."), "*.xn--bcher-kva.example.");
  EXPECT_EQ(parsed("_sip._tcp.b\u00fccher.example."), "_sip._tcp.xn--bcher-kva.example.");
  EXPECT_EQ(parsed("\u4f8b\u3048\u3002\u30c6\u30b9\u30c8."), "xn--r8jz45g.xn--zckzah.");
  EXPECT_EQ(parsed("\uff21\uff22.example."), "ab.example.");  // full-width letters
}

TEST(Name, RefusesWhatIsNoInternationalName) {
  EXPECT_TRUE(Name::parse_absolute("\xff\xfe.example").error().is(WireError::kNotInternational));  // no UTF-8
  EXPECT_TRUE(
      Name::parse_absolute("\u00fc\\.x.example").error().is(WireError::kNotInternational));  // an escape
  EXPECT_TRUE(Name::parse_absolute("\u2488.example").error().in<WireError>());  // "1." in one character
  std::string label;
  for (int i = 0; i < 300; ++i) label += "\u00fc";
  EXPECT_TRUE(Name::parse_absolute(label).error().is(WireError::kNotInternational));
}

}  // namespace
}  // namespace brink::dns_wire
