#include "tls/tls_transport.h"

#include "tests/tls/given.h"

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

const Authority& authority() {
  static const Authority made;
  return made;
}

std::shared_ptr<const Certificate> example_certificate() {
  static const auto made = authority().certificate_for({"www.example.com"});
  return made;
}

Connection example_connection_with(SocketPair sockets) {
  return {std::move(sockets),
          serving(example_certificate()),
          trusting(authority().pem()),
          {.server_name = "www.example.com"}};
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 7;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

class TlsTransportTest : public testing::Test {
 protected:
  Connection connection_{
      serving(example_certificate()), trusting(authority().pem()), {.server_name = "www.example.com"}};
  Loop& loop_ = connection_.loop;
  TlsTransport& server_ = *connection_.server;
  TlsTransport& client_ = *connection_.client;
};

TEST_F(TlsTransportTest, ShakesHandsAndTellsTheFacts) {
  ASSERT_TRUE(connection_.shake_hands());
  for (const Facts* facts : {&server_.facts(), &client_.facts()}) {
    EXPECT_EQ(facts->version, 0x0304);
    EXPECT_EQ(facts->cipher, "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(facts->server_name, "www.example.com");
    EXPECT_EQ(facts->alpn, "h2");
    EXPECT_FALSE(facts->resumed);
  }
  EXPECT_EQ(server_.facts().ja3.size(), 32u);
  EXPECT_EQ(server_.facts().ja4.substr(0, 4), "t13d");
  EXPECT_EQ(server_.facts().ja4.substr(8, 3), "h2_");
}

TEST_F(TlsTransportTest, CarriesBytesBothWays) {
  ASSERT_TRUE(connection_.shake_hands());
  EXPECT_EQ(carry(loop_, client_, server_, "hello"), "hello");
  EXPECT_EQ(carry(loop_, server_, client_, "and hello to you"), "and hello to you");
}

TEST_F(TlsTransportTest, CarriesMegabytesByteForByte) {
  ASSERT_TRUE(connection_.shake_hands());
  const std::string text = pattern(5'000'003);
  EXPECT_TRUE(carry(loop_, server_, client_, text) == text);
  EXPECT_TRUE(carry(loop_, client_, server_, text) == text);
}

}  // namespace
}  // namespace brink::tls
