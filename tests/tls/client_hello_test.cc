#include "tls/client_hello.h"

#include <deque>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

// --- messages put together byte by byte ---

std::string u8(unsigned value) { return {static_cast<char>(value)}; }
std::string u16(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
std::string vector8(const std::string& bytes) { return u8(static_cast<unsigned>(bytes.size())) + bytes; }
std::string vector16(const std::string& bytes) { return u16(static_cast<unsigned>(bytes.size())) + bytes; }

std::string numbers(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (unsigned value : values) bytes += u16(value);
  return bytes;
}

std::string extension(unsigned type, const std::string& body) { return u16(type) + vector16(body); }
std::string empty_extension(unsigned type) { return extension(type, ""); }
std::string server_name(const std::string& name) { return extension(0, vector16(u8(0) + vector16(name))); }
std::string groups(std::initializer_list<unsigned> values) {
  return extension(10, vector16(numbers(values)));
}
std::string point_formats(const std::string& formats) { return extension(11, vector8(formats)); }
std::string signature_algorithms(std::initializer_list<unsigned> values) {
  return extension(13, vector16(numbers(values)));
}
std::string supported_versions(std::initializer_list<unsigned> values) {
  return extension(43, vector8(numbers(values)));
}

std::string alpn(std::initializer_list<std::string> names) {
  std::string list;
  for (const auto& name : names) list += vector8(name);
  return extension(16, vector16(list));
}

std::string handshake_message(const std::string& body) {
  return u8(1) + u8(static_cast<unsigned>(body.size() >> 16)) +
         u16(static_cast<unsigned>(body.size() & 0xffff)) + body;
}

std::string client_hello(unsigned version, const std::string& suites, const std::string& extensions,
                         bool with_extensions = true) {
  return handshake_message(u16(version) + std::string(32, 'r') + vector8(std::string(32, 's')) +
                           vector16(suites) + vector8(u8(0)) + (with_extensions ? vector16(extensions) : ""));
}

ClientHello parsed(std::string message) {
  static std::deque<std::string> messages;  // what is parsed are views of them
  messages.push_back(std::move(message));
  ClientHello hello;
  const auto outcome = parse_client_hello(messages.back(), hello);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().text();
  return hello;
}

std::optional<ClientHelloError> refusal(const std::string& message) {
  ClientHello hello;
  const auto outcome = parse_client_hello(message, hello);
  if (outcome) return std::nullopt;
  return static_cast<ClientHelloError>(outcome.error().code());
}

// The example of FoxIO's technical_details/JA4.md: a Chrome, with GREASE where Chrome puts it.
std::string chrome() {
  return client_hello(
      0x0303,
      numbers({0x3a3a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
               0x009c, 0x009d, 0x002f, 0x0035}),
      empty_extension(0x7a7a) + extension(0x001b, u8(2) + u16(2)) + server_name("example.com") +
          extension(0x0033, "keys") + alpn({"h2", "http/1.1"}) + extension(0x4469, "settings") +
          empty_extension(0x0017) + extension(0x002d, vector8(u8(1))) +
          signature_algorithms({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}) +
          extension(0x0005, "status") + empty_extension(0x0023) + empty_extension(0x0012) +
          supported_versions({0xdada, 0x0304, 0x0303}) + extension(0xff01, u8(0)) + point_formats(u8(0)) +
          groups({0x2a2a, 0x001d, 0x0017, 0x0018}) + empty_extension(0x0a0a) +
          extension(0x0015, std::string(100, '\0')));
}

TEST(ClientHello, IsTakenApart) {
  const std::string message = chrome();
  const ClientHello hello = parsed(message);
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_EQ(hello.random, std::string(32, 'r'));
  EXPECT_EQ(hello.session_id, std::string(32, 's'));
  EXPECT_EQ(hello.cipher_suites.size(), 16u);
  EXPECT_EQ(hello.cipher_suites[1], 0x1301);
  EXPECT_TRUE(hello.has_server_name);
  EXPECT_EQ(hello.server_name, "example.com");
  EXPECT_EQ(hello.first_alpn(), "h2");
  EXPECT_EQ(hello.supported_versions.size(), 3u);
  EXPECT_EQ(hello.groups[1], 0x001d);
  EXPECT_EQ(hello.point_formats, std::string(1, '\0'));
  EXPECT_EQ(hello.signature_algorithms.size(), 8u);
  ASSERT_EQ(hello.all_extensions().size(), 18u);
  EXPECT_EQ(hello.all_extensions().front().type, 0x7a7a);
  EXPECT_EQ(hello.all_extensions().back().type, 0x0015);
}

TEST(ClientHello, MayHaveNoExtensionsAtAll) {
  const ClientHello hello = parsed(client_hello(0x0301, numbers({0x002f}), "", false));
  EXPECT_EQ(hello.extension_count, 0u);
  EXPECT_FALSE(hello.has_server_name);
  EXPECT_EQ(hello.first_alpn(), "");
}

// --- the published examples ---

TEST(Ja4, OfThePublishedExample) {
  EXPECT_EQ(ja4(parsed(chrome()), 't'), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(HelloFacts, KeepWhatTheClientSentInItsOrder) {
  const std::string message = client_hello(0x0303, numbers({0x1302, 0x1301}), alpn({"h2"}));
  const HelloFacts facts = hello_facts(parsed(message), message.size());
  EXPECT_EQ(facts.length, message.size());
  EXPECT_EQ(facts.random.size(), 32u);
  EXPECT_EQ(facts.cipher_suites, "\x13\x02\x13\x01");
  EXPECT_EQ(facts.extensions, std::string("\x00\x10", 2));
}

TEST(Ja4, OfTheSameHelloOverQuic) { EXPECT_EQ(ja4(parsed(chrome()), 'q').front(), 'q'); }

TEST(Ja4, WithoutSignatureAlgorithmsHashesTheExtensionsAlone) {
  const auto hello = parsed(
      client_hello(0x0303, numbers({0x1301}),
                   empty_extension(0x0005) + groups({29}) + point_formats(u8(0)) + empty_extension(0x0012) +
                       empty_extension(0x0015) + empty_extension(0x0017) + empty_extension(0x001b) +
                       empty_extension(0x0023) + supported_versions({0x0304}) + empty_extension(0x002d) +
                       empty_extension(0x0033) + empty_extension(0x4469) + empty_extension(0xff01)));
  // sha256("0005,000a,000b,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01")
  EXPECT_EQ(ja4(hello, 't').substr(24), "bebfbbe173b2");
}

TEST(Ja4, WithoutSuitesOrExtensionsSaysSoInZeros) {
  const auto nothing = parsed(client_hello(0x0303, numbers({0x0a0a}), ""));
  EXPECT_EQ(ja4(nothing, 't'), "t12i000000_000000000000_000000000000");
}

TEST(Ja4, TakesTheHighestVersionOffered) {
  const auto version = [](std::initializer_list<unsigned> offered) {
    return ja4(parsed(client_hello(0x0303, numbers({0x1301}), supported_versions(offered))), 't')
        .substr(1, 2);
  };
  EXPECT_EQ(version({0xfafa, 0x0303, 0x0304}), "13");
  EXPECT_EQ(version({0x0303}), "12");
  EXPECT_EQ(version({0x0302, 0x0301}), "11");
  EXPECT_EQ(version({0x0301}), "10");
  EXPECT_EQ(version({0x0300}), "s3");
  EXPECT_EQ(version({0x7f1c}), "00");
}

TEST(Ja4, ShowsTheFirstAlpnByItsEnds) {  // the table of the specification
  const auto shown = [](const std::string& name) {
    return ja4(parsed(client_hello(0x0303, numbers({0x1301}), alpn({name}))), 't').substr(8, 2);
  };
  EXPECT_EQ(shown("h2"), "h2");
  EXPECT_EQ(shown("http/1.1"), "h1");
  EXPECT_EQ(shown("x"), "xx");
  EXPECT_EQ(shown("\xAB"), "ab");
  EXPECT_EQ(shown("\xAB\xCD"), "ad");
  EXPECT_EQ(shown("\x30\xAB"), "3b");
  EXPECT_EQ(shown("\x30\x31\xAB\xCD"), "3d");
  EXPECT_EQ(shown("\x30\xAB\xCD\x31"), "01");
  EXPECT_EQ(ja4(parsed(client_hello(0x0303, numbers({0x1301}), "")), 't').substr(8, 2), "00");
}

TEST(Ja4, CountsNoFurtherThan99) {
  std::string suites;
  for (unsigned i = 0; i < 150; ++i) suites += u16(0x4000 + i);
  std::string extensions;
  for (unsigned i = 0; i < 120; ++i) extensions += empty_extension(0x5000 + i);
  EXPECT_EQ(ja4(parsed(client_hello(0x0303, suites, extensions)), 't').substr(4, 4), "9999");
}

TEST(Ja3, OfThePublishedExamples) {  // github.com/salesforce/ja3
  const auto with_extensions =
      parsed(client_hello(769, numbers({47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4}),
                          server_name("a.example") + groups({23, 24, 25}) + point_formats(u8(0))));
  EXPECT_EQ(ja3_text(with_extensions),
            "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
  EXPECT_EQ(ja3(with_extensions), "ada70206e40642a3e4461f35503241d5");

  const auto without =
      parsed(client_hello(769, numbers({4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}), "", false));
  EXPECT_EQ(ja3_text(without), "769,4-5-10-9-100-98-3-6-19-18-99,,,");
  EXPECT_EQ(ja3(without), "de350869b8c85de67a350c8d186f11e6");
}

TEST(Ja3, LeavesGreaseOut) {
  const auto hello =
      parsed(client_hello(0x0303, numbers({0x0a0a, 0x1301}), empty_extension(0xfafa) + groups({0x1a1a, 29})));
  EXPECT_EQ(ja3_text(hello), "771,4865,10,29,");
}

TEST(Grease, IsTheSixteenValuesOfTheRfc) {  // RFC 8701
  int count = 0;
  for (unsigned value = 0; value <= 0xffff; ++value)
    count += is_grease(static_cast<std::uint16_t>(value)) ? 1 : 0;
  EXPECT_EQ(count, 16);
  EXPECT_TRUE(is_grease(0x0a0a));
  EXPECT_TRUE(is_grease(0xfafa));
  EXPECT_FALSE(is_grease(0x0a1a));
}

// --- hostile ones ---

TEST(ClientHello, IsRefusedWhereverItEndsEarly) {
  const std::string whole = chrome();
  ClientHello hello;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // A copy of that size, so that a sanitizer sees a step beyond its end.
    const std::vector<char> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parse_client_hello({part.data(), part.size()}, hello).has_value()) << size;
  }
}

TEST(ClientHello, IsRefusedWhereAnyLengthIsWrong) {
  const std::string whole = chrome();
  ClientHello hello;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int change : {1, 0x7f, 0xff}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] + change);
      const std::vector<char> bytes(changed.begin(), changed.end());
      if (parse_client_hello({bytes.data(), bytes.size()}, hello)) {
        EXPECT_EQ(ja4(hello, 't').size(), 36u);
        EXPECT_EQ(ja3(hello).size(), 32u);
      }
    }
  }
}

struct Hostile {
  const char* name;
  std::string message;
  ClientHelloError expected;
};

TEST(ClientHello, HostileOnesAreRefused) {
  std::string too_many_suites;
  for (std::size_t i = 0; i <= ClientHello::kMaxCipherSuites; ++i) too_many_suites += u16(0x1301);
  std::string too_many_extensions;
  for (unsigned i = 0; i <= ClientHello::kMaxExtensions; ++i)
    too_many_extensions += empty_extension(0x5000 + i);
  const std::string suites = numbers({0x1301});
  const Hostile cases[] = {
      {"another message", u8(2) + client_hello(0x0303, suites, "").substr(1),
       ClientHelloError::kNotClientHello},
      {"bytes after the message", client_hello(0x0303, suites, "") + "x", ClientHelloError::kMalformed},
      {"bytes after the extensions",
       handshake_message(u16(0x0303) + std::string(32, 'r') + vector8("") + vector16(suites) +
                         vector8(u8(0)) + vector16("") + "x"),
       ClientHelloError::kMalformed},
      {"no suites", client_hello(0x0303, "", ""), ClientHelloError::kMalformed},
      {"half a suite", client_hello(0x0303, "\x13\x01\x13", ""), ClientHelloError::kMalformed},
      {"a long session id",
       handshake_message(u16(0x0303) + std::string(32, 'r') + vector8(std::string(33, 's')) +
                         vector16(suites) + vector8(u8(0))),
       ClientHelloError::kMalformed},
      {"no compression method",
       handshake_message(u16(0x0303) + std::string(32, 'r') + vector8("") + vector16(suites) + vector8("")),
       ClientHelloError::kMalformed},
      {"too many suites", client_hello(0x0303, too_many_suites, ""), ClientHelloError::kTooMany},
      {"too many extensions", client_hello(0x0303, suites, too_many_extensions), ClientHelloError::kTooMany},
      {"an extension twice", client_hello(0x0303, suites, empty_extension(23) + empty_extension(23)),
       ClientHelloError::kDuplicate},
      {"an empty server name", client_hello(0x0303, suites, server_name("")), ClientHelloError::kMalformed},
      {"two server names",
       client_hello(0x0303, suites, extension(0, vector16(u8(0) + vector16("a") + u8(0) + vector16("b")))),
       ClientHelloError::kMalformed},
      {"an empty ALPN list", client_hello(0x0303, suites, alpn({})), ClientHelloError::kMalformed},
      {"an empty ALPN name", client_hello(0x0303, suites, alpn({"h2", ""})), ClientHelloError::kMalformed},
      {"an ALPN name beyond its list", client_hello(0x0303, suites, extension(16, vector16(u8(9) + "h2"))),
       ClientHelloError::kTruncated},
      {"half a group", client_hello(0x0303, suites, extension(10, vector16(std::string("\0\x1d\0", 3)))),
       ClientHelloError::kMalformed},
      {"no versions", client_hello(0x0303, suites, supported_versions({})), ClientHelloError::kMalformed},
      {"an extension's list beyond it", client_hello(0x0303, suites, extension(10, u16(4) + u16(29))),
       ClientHelloError::kTruncated},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(refusal(each.message), each.expected) << each.name;
  }
}

}  // namespace
}  // namespace brink::tls
