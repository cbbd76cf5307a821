#include "net/proxy_protocol_reader.h"

#include "net/tcp_transport.h"
#include "tests/runtime/run_task.h"

#include <optional>
#include <string>

#include <sys/socket.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kHeader = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

struct Connection {
  Connection() {
    int ends[2];
    BRINK_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    transport.emplace(Fd(ends[0]));
    far = Fd(ends[1]);
    BRINK_ASSERT(transport->attach(loop));
  }
  void peer_sends(std::string_view bytes) const {
    EXPECT_EQ(::send(far.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  Result<ProxyHeader> read(Deadline deadline = Deadline::never()) {
    return run_task(loop, read_proxy_header(*transport, deadline));
  }
  // What follows the header, as whoever reads next would get it.
  std::string rest() {
    auto read_on = [](Transport& plain) -> Task<std::string> {
      (void)co_await plain.watch().readable(Deadline::never());
      char bytes[256];
      const Io io = plain.try_read(bytes);
      co_return std::string(bytes, io.bytes);
    };
    return run_task(loop, read_on(*transport));
  }
  Loop loop;
  std::optional<TcpTransport> transport;
  Fd far;
};

TEST(ProxyProtocolReader, LeavesTheBytesAfterTheHeader) {
  Connection connection;
  connection.peer_sends(std::string(kHeader) + "GET / HTTP/1.1\r\n");
  const auto header = connection.read();
  ASSERT_TRUE(header);
  EXPECT_EQ(header->source.text(), "192.0.2.1:56324");
  EXPECT_EQ(connection.rest(), "GET / HTTP/1.1\r\n");
}

TEST(ProxyProtocolReader, LeavesThemForWhoTakesTheSocketOver) {
  Connection connection;
  connection.peer_sends(std::string(kHeader) + "hello");
  ASSERT_TRUE(connection.read());
  connection.transport->detach();
  ASSERT_TRUE(connection.transport->attach(connection.loop));
  EXPECT_EQ(connection.rest(), "hello");
}

TEST(ProxyProtocolReader, WaitsForAHeaderThatComesByteByByte) {
  Connection connection;
  TaskGroup group("test", connection.loop);
  std::optional<Result<ProxyHeader>> header;
  group.spawn([](Transport& plain, std::optional<Result<ProxyHeader>>& out) -> Task<void> {
    out = co_await read_proxy_header(plain, Deadline::never());
  }(*connection.transport, header));
  for (char byte : kHeader) {
    EXPECT_FALSE(header.has_value());
    connection.peer_sends({&byte, 1});
    connection.loop.run_once(Deadline::at(connection.loop.now()));
    connection.loop.run_once(Deadline::at(connection.loop.now()));
  }
  ASSERT_TRUE(header.has_value() && header->has_value());
  EXPECT_EQ((*header)->destination.text(), "198.51.100.2:443");
}

TEST(ProxyProtocolReader, SaysThatTheConnectionEndedWithinTheHeader) {
  for (std::size_t sent : {std::size_t{0}, std::size_t{3}, kHeader.size() - 1}) {
    Connection connection;
    connection.peer_sends(kHeader.substr(0, sent));
    connection.far.reset();
    EXPECT_TRUE(connection.read().error().is(ProxyProtocolError::kTruncated)) << sent;
  }
}

TEST(ProxyProtocolReader, SaysThatTheConnectionEndedWhileItWaited) {
  Connection connection;
  connection.peer_sends("PROXY TC");
  connection.loop.run_once(Deadline::at(connection.loop.now()));
  connection.loop.post([&] { ::shutdown(connection.far.get(), SHUT_WR); });
  EXPECT_TRUE(connection.read().error().is(ProxyProtocolError::kTruncated));
}

TEST(ProxyProtocolReader, ReadsAHeaderAfterWhichThePeerHasEnded) {
  Connection connection;
  connection.peer_sends(kHeader);
  ::shutdown(connection.far.get(), SHUT_WR);
  EXPECT_TRUE(connection.read());
}

TEST(ProxyProtocolReader, RefusesWhatIsNoHeader) {
  Connection connection;
  connection.peer_sends("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(connection.read().error().is(ProxyProtocolError::kMalformed));
}

TEST(ProxyProtocolReader, GivesUpAtTheDeadline) {
  Connection connection;
  connection.peer_sends("PROXY ");
  EXPECT_TRUE(connection.read(connection.loop.after(milliseconds(2))).error().is(WaitError::kTimeout));
}

}  // namespace
}  // namespace brink::net
