// What a connection that waits costs: the figure that decides how many a node can hold.
#include "tests/tls/given.h"

#include <malloc.h>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

std::size_t bytes_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

// A TLS 1.3 server's end after a handshake and one exchange, with the ticket sent, without the coroutine
// above it.
TEST(IdleMemory, OfAServersConnectionIsUnder15KiB) {
  const Authority authority;
  const auto contexts = serving(authority.certificate_for({"www.example.com"}));
  const auto context = trusting(authority.pem());
  constexpr std::size_t kConnections = 64;

  // The clients' ends live in the same process: what they cost is measured on their own, by closing the
  // servers' ends.
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < kConnections; ++i) {
    connections.push_back(
        std::make_unique<Connection>(contexts, context, ClientTarget{.server_name = "www.example.com"}));
    Connection& connection = *connections.back();
    ASSERT_TRUE(connection.shake_hands());
    ASSERT_EQ(carry(connection.loop, *connection.client, *connection.server, "ping"), "ping");
    ASSERT_EQ(carry(connection.loop, *connection.server, *connection.client, "pong"), "pong");
    // A read that finds nothing, as of a server that waits for the next request.
    char byte = 0;
    ASSERT_EQ(connection.server->try_read({&byte, 1}).status, net::Io::Status::kWouldBlock);
  }
  const auto with_servers = bytes_in_use();
  for (auto& connection : connections) connection->server.reset();
  const auto without = bytes_in_use();
  const auto each = (with_servers - without) / kConnections;
  RecordProperty("bytes_per_idle_server_connection", static_cast<int>(each));
  std::printf("%zu bytes per idle server connection, of which %zu are the transport\n", each,
              sizeof(TlsTransport));
  EXPECT_LT(each, 15 * 1024);
  EXPECT_GT(each, 4 * 1024) << "the measurement itself is broken";
}

#endif

}  // namespace
}  // namespace brink::tls
