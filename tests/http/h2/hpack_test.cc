#include "base/encoding.h"
#include "base/random.h"
#include "http/h2/hpack_decoder.h"
#include "http/h2/hpack_encoder.h"
#include "http/h2/huffman.h"
#include "tests/http/h2/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::http::h2 {
namespace {

using testing::ElementsAre;
using testing::Pair;

class Collected final : public FieldSink {
 public:
  FieldList fields;
  void on_field(FieldName id, std::string_view name, std::string_view value) override {
    EXPECT_EQ(id, find_field_name(name));
    fields.emplace_back(name, value);
  }
};

std::string unhex(std::string_view text) {
  std::string out;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string digits;
  for (const char c : text) {
    if (c != ' ') digits += c;
  }
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(digit(digits[i]) * 16 + digit(digits[i + 1]));
  return out;
}

std::string encode(HpackEncoder& encoder, const FieldList& fields, bool never_indexed = false) {
  std::vector<WireField> wire;
  for (const auto& [name, value] : fields)
    wire.push_back({find_field_name(name), name, value, never_indexed});
  std::string out(HpackEncoder::bound(wire), '\0');
  out.resize(static_cast<std::size_t>(encoder.encode(wire, out.data()) - out.data()));
  return out;
}

std::string huffman(std::string_view text) {
  std::string out(huffman_encoded_size(text), '\0');
  EXPECT_EQ(huffman_encode(text, out.data()), out.data() + out.size());
  return out;
}
std::optional<std::string> unhuffman(std::string_view encoded) {
  std::string out(huffman_decoded_bound(encoded.size()), '\0');
  const auto size = huffman_decode(encoded, out.data());
  if (!size) return std::nullopt;
  EXPECT_LE(*size, out.size());
  return out.substr(0, *size);
}

// A decoder of nghttp2, to compare with.
class Reference {
 public:
  Reference() { nghttp2_hd_inflate_new(&inflater_); }
  ~Reference() { nghttp2_hd_inflate_del(inflater_); }
  std::optional<FieldList> decode(std::string_view block) {
    FieldList fields;
    const auto* in = reinterpret_cast<const std::uint8_t*>(block.data());
    std::size_t left = block.size();
    for (;;) {
      nghttp2_nv field;
      int flags = 0;
      const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in, left, 1);
      if (used < 0) return std::nullopt;
      in += used;
      left -= static_cast<std::size_t>(used);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                            std::string(reinterpret_cast<char*>(field.value), field.valuelen));
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
        nghttp2_hd_inflate_end_headers(inflater_);
        return fields;
      }
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0) return std::nullopt;
    }
  }

 private:
  nghttp2_hd_inflater* inflater_ = nullptr;
};

TEST(Huffman, EncodesAsTheRfcDoes) {  // RFC 7541 appendix C.4 and C.6
  EXPECT_EQ(hex_encode(huffman("www.example.com")), "f1e3c2e5f23a6ba0ab90f4ff");
  EXPECT_EQ(hex_encode(huffman("no-cache")), "a8eb10649cbf");
  EXPECT_EQ(hex_encode(huffman("custom-value")), "25a849e95bb8e8b4bf");
  EXPECT_EQ(hex_encode(huffman("Mon, 21 Oct 2013 20:13:21 GMT")),
            "d07abe941054d444a8200595040b8166e082a62d1bff");
  EXPECT_EQ(huffman(""), "");
}

TEST(Huffman, DecodesWhatItEncodes) {
  std::string every;
  for (int c = 0; c < 256; ++c) {
    const std::string one(1, static_cast<char>(c));
    EXPECT_EQ(unhuffman(huffman(one)), one) << c;
    every += one;
  }
  EXPECT_EQ(unhuffman(huffman(every)), every);
  EXPECT_EQ(unhuffman(""), "");
}

TEST(Huffman, RefusesWhatIsNoCode) {
  EXPECT_EQ(unhuffman(unhex("ffffffff")), std::nullopt) << "the end of the string";
  EXPECT_EQ(unhuffman(unhex("fffffffc")), std::nullopt) << "the end of the string, padded";
  EXPECT_EQ(unhuffman(unhex("1f")), "a") << "one code and padding";
  EXPECT_EQ(unhuffman(unhex("18")), std::nullopt) << "padding of zeros";
  EXPECT_EQ(unhuffman(unhex("1fff")), std::nullopt) << "a byte of padding";
  EXPECT_EQ(unhuffman(unhex("ff")), std::nullopt) << "nothing but padding";
}

TEST(HpackDecoder, DecodesTheExamplesOfTheRfc) {  // appendix C.3, C.4
  const struct {
    const char* block;
    FieldList fields;
  } cases[] = {
      {"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
       {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "www.example.com"}}},
      {"8286 84be 5808 6e6f 2d63 6163 6865",
       {{":method", "GET"},
        {":scheme", "http"},
        {":path", "/"},
        {":authority", "www.example.com"},
        {"cache-control", "no-cache"}}},
      {"8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
       {{":method", "GET"},
        {":scheme", "https"},
        {":path", "/index.html"},
        {":authority", "www.example.com"},
        {"custom-key", "custom-value"}}},
  };
  HpackDecoder decoder(4096);
  for (const auto& each : cases) {
    Collected collected;
    ASSERT_TRUE(decoder.decode(unhex(each.block), &collected));
    EXPECT_EQ(collected.fields, each.fields);
  }
  EXPECT_EQ(decoder.table().size(), 164U);
  EXPECT_EQ(decoder.table().count(), 3U);
}

TEST(HpackDecoder, EvictsAsTheRfcDoes) {  // appendix C.5: a table of 256 bytes
  HpackDecoder decoder(4096);
  Collected collected;
  ASSERT_TRUE(decoder.decode(unhex("3fe101 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 "
                                   "7420 3230 3133 2032 303a 3133 3a32 3120 "
                                   "474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"),
                             &collected));
  EXPECT_EQ(decoder.table().size(), 222U);
  ASSERT_TRUE(decoder.decode(unhex("4803 3330 37c1 c0bf"), &collected));
  EXPECT_EQ(decoder.table().size(), 222U);
  EXPECT_EQ(decoder.table().at(0).value, "307");
  ASSERT_TRUE(decoder.decode(unhex("88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 "
                                   "3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d "
                                   "4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b "
                                   "206d 6178 2d61 6765 3d33 3630 303b 2076 6572 "
                                   "7369 6f6e 3d31"),
                             &collected));
  EXPECT_EQ(decoder.table().size(), 215U);
  EXPECT_EQ(decoder.table().count(), 3U);
}

TEST(HpackDecoder, RefusesMalformedBlocks) {
  for (const char* block : {"80",              // index 0
                            "be",              // an entry of an empty dynamic table
                            "ff",              // a number that does not end
                            "ffffffffffff0f",  // one that is too big
                            "40",              // a literal without a name
                            "400a 6162",       // a name that is too short
                            "4001 61",         // no value
                            "4001 61 8118",    // a value with bad padding
                            "3fe2 1f",         // a table bigger than announced
                            "82 20",           // a size update after a field
                            "7f80 8080 8080 8080 01"}) {
    HpackDecoder decoder(4096);
    Collected collected;
    EXPECT_FALSE(decoder.decode(unhex(block), &collected)) << block;
    EXPECT_FALSE(Reference().decode(unhex(block)).has_value()) << block;
  }
}

TEST(HpackDecoder, ANameOfTheTableSurvivesItsOwnEviction) {
  HpackDecoder decoder(4096);
  const std::string name(100, 'n');
  Collected collected;
  // The only entry's name is used for an entry that pushes it out.
  ASSERT_TRUE(decoder.decode("\x40" + hpack_string(name) + hpack_string(std::string(2000, 'a')), &collected));
  ASSERT_TRUE(decoder.decode("\x7e" + hpack_string(std::string(3900, 'b')), &collected));
  ASSERT_TRUE(decoder.decode("\xbe", &collected));
  EXPECT_EQ(collected.fields.back(), std::pair(name, std::string(3900, 'b')));
  EXPECT_EQ(decoder.table().count(), 1U);
}

TEST(HpackEncoder, RepeatsCostOneByteEach) {
  HpackEncoder encoder(4096);
  const FieldList fields{{":status", "200"},
                         {"content-type", "text/html; charset=utf-8"},
                         {"server", "brink"},
                         {"x-thing", "a value"}};
  const std::string first = encode(encoder, fields);
  const std::string second = encode(encoder, fields);
  EXPECT_EQ(second.size(), 4U);
  Reference reference;
  EXPECT_EQ(reference.decode(first), fields);
  EXPECT_EQ(reference.decode(second), fields);
}

TEST(HpackEncoder, KeepsSecretsOutOfTheTable) {
  HpackEncoder encoder(4096);
  const std::string block = encode(encoder, {{"authorization", "Bearer x"}}, true);
  EXPECT_EQ(static_cast<unsigned char>(block[0]) & 0xf0, 0x10) << "never indexed";
  EXPECT_EQ(encoder.table().count(), 0U);
  EXPECT_EQ(Reference().decode(block), (FieldList{{"authorization", "Bearer x"}}));
}

TEST(HpackEncoder, TellsThePeerOfASmallerTable) {
  HpackEncoder encoder(4096);
  Reference reference;
  const FieldList fields{{"x-thing", "a value"}};
  EXPECT_EQ(reference.decode(encode(encoder, fields)), fields);
  encoder.set_peer_table_size(0);
  encoder.set_peer_table_size(100);
  const std::string block = encode(encoder, fields);
  EXPECT_EQ(block.substr(0, 1), unhex("20")) << "down to nothing first";
  EXPECT_EQ(reference.decode(block), fields);
  EXPECT_EQ(encoder.table().count(), 1U);
  EXPECT_EQ(encode(encoder, fields).size(), 1U);
}

// Random fields over one pair of tables, against nghttp2 in both directions.
TEST(Hpack, AgreesWithNghttp2) {
  FastRandom random(7541);
  const char* names[] = {
      ":path", ":status", "content-type",          "x-a", "x-b", "cookie", "etag", "accept-encoding",
      "date",  "server",  "x-long-name-of-a-field"};
  HpackEncoder encoder(4096);
  HpackDecoder decoder(4096);
  HpackDecoder of_reference(4096);
  Reference reference;
  nghttp2_hd_deflater* deflater = nullptr;
  ASSERT_EQ(nghttp2_hd_deflate_new(&deflater, 4096), 0);
  for (int round = 0; round < 5000; ++round) {
    if (random.below(200) == 0) {
      const std::size_t size = random.below(6000);
      encoder.set_peer_table_size(size);
    }
    FieldList fields;
    for (std::uint64_t n = random.below(12); n > 0; --n) {
      std::string value;
      const std::uint64_t kind = random.below(10);
      const std::uint64_t length = kind == 0 ? random.below(3000) : random.below(40);
      const std::uint64_t letters = kind < 3 ? 256 : kind < 6 ? 1 : 10;
      for (std::uint64_t i = 0; i < length; ++i)
        value += static_cast<char>(letters == 256 ? random.below(256) : 'a' + random.below(letters));
      fields.emplace_back(names[random.below(std::size(names))], value);
    }
    const std::string block = encode(encoder, fields);
    const auto theirs = reference.decode(block);
    ASSERT_TRUE(theirs.has_value());
    ASSERT_EQ(*theirs, fields);
    Collected ours;
    ASSERT_TRUE(decoder.decode(block, &ours));
    ASSERT_EQ(ours.fields, fields);
    ASSERT_EQ(encoder.table().size(), decoder.table().size());

    std::vector<nghttp2_nv> values;
    for (auto& [name, value] : fields) {
      values.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                        reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(), 0});
    }
    std::string deflated(nghttp2_hd_deflate_bound(deflater, values.data(), values.size()), '\0');
    const ssize_t size = nghttp2_hd_deflate_hd(deflater, reinterpret_cast<std::uint8_t*>(deflated.data()),
                                               deflated.size(), values.data(), values.size());
    ASSERT_GE(size, 0);
    Collected from_them;
    ASSERT_TRUE(of_reference.decode({deflated.data(), static_cast<std::size_t>(size)}, &from_them));
    ASSERT_EQ(from_them.fields, fields);
  }
  nghttp2_hd_deflate_del(deflater);
}

// Random bytes: both take them or neither does.
TEST(Hpack, JudgesGarbageAsNghttp2Does) {
  FastRandom random(9113);
  int good = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string block;
    for (std::uint64_t n = random.below(12); n > 0; --n) {
      const unsigned char first[] = {0x82, 0x84, 0x40, 0x00, 0x10, 0x20, 0x01, 0x81, 0x41, 0xbe, 0x05};
      block +=
          static_cast<char>(random.below(3) == 0 ? random.below(256) : first[random.below(std::size(first))]);
    }
    HpackDecoder decoder(4096);
    Collected ours;
    const bool taken = decoder.decode(block, &ours);
    const auto theirs = Reference().decode(block);
    ASSERT_EQ(taken, theirs.has_value()) << hex_encode(block);
    if (taken) {
      ASSERT_EQ(ours.fields, *theirs) << hex_encode(block);
      ++good;
    }
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace brink::http::h2
