#include "net/socket.h"

#include "tests/net/loopback.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace brink::net {
namespace {

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
  return value;
}

Fd accept_from(int listening) {
  pollfd poll{.fd = listening, .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&poll, 1, 10'000), 1);
  return Fd(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
}

TEST(Socket, ListensAndConnectsOverIpv4Ipv6AndUnix) {
  TemporaryDirectory directory;
  for (const auto& where :
       {loopback_v4(), loopback_v6(), SocketAddress::unix_path(directory.path() + "/socket")}) {
    SCOPED_TRACE(where.text());
    auto listening = listen_on(where);
    ASSERT_TRUE(listening) << listening.error().text();
    const SocketAddress address = local_address(listening->get()).value();
    EXPECT_EQ(address.ip(), where.ip());
    EXPECT_EQ(address.path(), where.path());
    auto connecting = start_connect(address);
    ASSERT_TRUE(connecting) << connecting.error().text();
    const Fd accepted = accept_from(listening->get());
    ASSERT_TRUE(accepted);
    EXPECT_EQ(connect_error(connecting->get()), 0);
    EXPECT_EQ(peer_address(connecting->get()).value(), address);
    for (int fd : {listening->get(), connecting->get()}) {
      EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
      EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    }
  }
}

TEST(Socket, AcceptedConnectionsInheritTheirOptions) {
  const auto listening =
      listen_on(loopback_v4(), {.keep_alive = KeepAlive{.idle = std::chrono::seconds(33)}});
  const auto connecting = start_connect(local_address(listening->get()).value());
  const Fd accepted = accept_from(listening->get());
  EXPECT_NE(option(accepted.get(), IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_NE(option(accepted.get(), SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(accepted.get(), IPPROTO_TCP, TCP_KEEPIDLE), 33);
}

TEST(Socket, ConnectingOnesHaveTheirOptions) {
  const auto listening = listen_on(loopback_v4());
  const SocketAddress address = local_address(listening->get()).value();
  const auto usual = start_connect(address);
  EXPECT_NE(option(usual->get(), IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option(usual->get(), IPPROTO_TCP, TCP_KEEPCNT), 4);
  const auto plain = start_connect(address, {.no_delay = false, .keep_alive = std::nullopt});
  EXPECT_EQ(option(plain->get(), IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option(plain->get(), SOL_SOCKET, SO_KEEPALIVE), 0);
}

TEST(Socket, ConnectsFromTheGivenAddressOfItsFamily) {
  const auto source = IpAddress::parse("127.0.0.9").value();
  const auto v4 = listen_on(loopback_v4());
  const auto from_source = start_connect(local_address(v4->get()).value(), {.source = source});
  EXPECT_EQ(local_address(from_source->get())->ip(), source);
  const auto v6 = listen_on(loopback_v6());
  const auto other_family = start_connect(local_address(v6->get()).value(), {.source = source});
  ASSERT_TRUE(other_family);
  EXPECT_EQ(local_address(other_family->get())->ip().text(), "::1");
}

TEST(Socket, AnAddressInUseIsAnError) {
  const auto first = listen_on(loopback_v4());
  const auto second = listen_on(local_address(first->get()).value());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().detail(), EADDRINUSE);
}

TEST(Socket, SeveralMayShareAnAddressWithReusePort) {
  const auto first = listen_on(loopback_v4(), {.reuse_port = true});
  EXPECT_TRUE(listen_on(local_address(first->get()).value(), {.reuse_port = true}));
}

TEST(Socket, Ipv6TakesNoIpv4UnlessToldTo) {
  for (bool only : {true, false}) {
    const auto listening = listen_on(SocketAddress(IpAddress(), 0), {.ipv6_only = only});
    ASSERT_TRUE(listening);
    const SocketAddress over_v4(IpAddress::v4(0x7f000001), local_address(listening->get())->port());
    const auto connecting = start_connect(over_v4);
    pollfd poll{.fd = connecting ? connecting->get() : -1, .events = POLLOUT, .revents = 0};
    if (connecting) EXPECT_EQ(::poll(&poll, 1, 10'000), 1);
    const bool refused = !connecting || connect_error(connecting->get()) == ECONNREFUSED;
    EXPECT_EQ(refused, only);
  }
}

TEST(UnixSocket, HasTheGivenMode) {
  TemporaryDirectory directory;
  const auto address = SocketAddress::unix_path(directory.path() + "/socket");
  const auto listening = listen_on(address, {.unix_mode = 0600});
  struct stat status{};
  ASSERT_EQ(::stat(address.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(UnixSocket, ReplacesTheFileOfAProcessThatDied) {
  TemporaryDirectory directory;
  const auto address = SocketAddress::unix_path(directory.path() + "/socket");
  {
    ASSERT_TRUE(listen_on(address));
  }  // closed, its file is left
  const auto listening = listen_on(address);
  ASSERT_TRUE(listening) << listening.error().text();
  EXPECT_TRUE(start_connect(address));
}

TEST(UnixSocket, DoesNotReplaceOneOnWhichSomebodyListens) {
  TemporaryDirectory directory;
  const auto address = SocketAddress::unix_path(directory.path() + "/socket");
  const auto first = listen_on(address);
  const auto second = listen_on(address);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().detail(), EADDRINUSE);
  EXPECT_TRUE(start_connect(address)) << "the first is as it was";
}

TEST(UnixSocket, DoesNotReplaceAFileThatIsNoSocket) {
  TemporaryDirectory directory;
  const auto address = SocketAddress::unix_path(directory.path() + "/precious");
  std::ofstream(address.path()) << "data";
  const auto listening = listen_on(address);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().detail(), EADDRINUSE);
  std::string content;
  std::ifstream(address.path()) >> content;
  EXPECT_EQ(content, "data");
}

TEST(UnixSocket, ConnectingWhereThereIsNoneIsAnError) {
  const auto connecting = start_connect(SocketAddress::unix_path("/nowhere/at/all"));
  ASSERT_FALSE(connecting);
  EXPECT_EQ(connecting.error().detail(), ENOENT);
}

}  // namespace
}  // namespace brink::net
