#include "tls/tls_transport.h"

#include "tests/tls/given.h"
#include "tls/openssl_handles.h"

#include <atomic>
#include <thread>

#include <sys/uio.h>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

using namespace std::string_literals;

const Authority& authority() {
  static const Authority made;
  return made;
}

std::shared_ptr<const Certificate> example_certificate() {
  static const auto made = authority().certificate_for({"www.example.com"});
  return made;
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

TEST_F(TlsTransportTest, GathersSmallPiecesIntoOneRecord) {
  ASSERT_TRUE(connection_.shake_hands());
  EXPECT_EQ(carry(loop_, server_, client_, "x"), "x");  // and the ticket is out
  std::string pieces[40];
  std::vector<iovec> vectors;
  std::string all;
  for (int i = 0; i < 40; ++i) {
    pieces[i] = std::string(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26));
    vectors.push_back({pieces[i].data(), pieces[i].size()});
    all += pieces[i];
  }
  const auto io = server_.try_write(vectors);
  ASSERT_EQ(io.status, net::Io::Status::kDone);
  EXPECT_EQ(io.bytes, all.size());
  char wire[4096];
  // Header, content type and tag of one TLS 1.3 record.
  EXPECT_EQ(::recv(client_.fd(), wire, sizeof wire, MSG_PEEK), static_cast<ssize_t>(all.size() + 5 + 1 + 16));
  EXPECT_EQ(*run(loop_, read_some(client_)), all);
}

TEST_F(TlsTransportTest, TakesPiecesOfEverySizeInOrder) {
  ASSERT_TRUE(connection_.shake_hands());
  const std::string text = pattern(3 * 64 * 1024 + 4711);
  for (const std::size_t step : {1UL, 3000UL, 16384UL, 16385UL, 40000UL, 65536UL, 100000UL}) {
    std::size_t sent = 0;
    std::string arrived;
    while (arrived.size() < text.size()) {
      std::vector<iovec> pieces;  // of growing size, an empty one among them
      std::size_t size = step;
      for (std::size_t at = sent; at < text.size() && pieces.size() < 64;
           at += pieces.back().iov_len, ++size) {
        pieces.push_back({nullptr, 0});
        pieces.push_back({const_cast<char*>(text.data()) + at, std::min(size, text.size() - at)});
      }
      const auto io = pieces.empty() ? server_.try_flush() : server_.try_write(pieces);
      ASSERT_NE(io.status, net::Io::Status::kFailed);
      EXPECT_LE(io.bytes, TlsTransport::kMaxWrite);
      sent += io.bytes;
      auto some = run(loop_, read_some(client_));
      ASSERT_TRUE(some.has_value());
      arrived += *some;
    }
    EXPECT_TRUE(arrived == text) << step;
  }
}

TEST_F(TlsTransportTest, SendsFourRecordsAtOnce) {
  ASSERT_TRUE(connection_.shake_hands());
  EXPECT_EQ(carry(loop_, server_, client_, "x"), "x");
  std::string text = pattern(TlsTransport::kMaxWrite + 1000);
  const iovec piece{text.data(), text.size()};
  const auto io = server_.try_write({&piece, 1});
  EXPECT_EQ(io.bytes, TlsTransport::kMaxWrite);
  std::vector<char> wire(100'000);
  EXPECT_EQ(::recv(client_.fd(), wire.data(), wire.size(), MSG_PEEK),
            static_cast<ssize_t>(TlsTransport::kMaxWrite + 4 * (5 + 1 + 16)));
}

TEST_F(TlsTransportTest, AReadShorterThanAskedMeansThatThereIsNoMore) {
  ASSERT_TRUE(connection_.shake_hands());
  ASSERT_TRUE(run(loop_, write_whole(server_, "one")).has_value());
  ASSERT_TRUE(run(loop_, write_whole(server_, "two")).has_value());
  turn_until(loop_, [&] { return client_.watch().may_read(); });
  char buffer[100];
  const auto io = client_.try_read(buffer);  // both records at once
  ASSERT_EQ(io.status, net::Io::Status::kDone);
  EXPECT_EQ(std::string(buffer, io.bytes), "onetwo");
  EXPECT_FALSE(client_.watch().may_read());
  EXPECT_FALSE(client_.has_buffered_input());
  EXPECT_EQ(client_.try_read(buffer).status, net::Io::Status::kWouldBlock);
}

TEST_F(TlsTransportTest, HoldsWhatWasNotAskedForAndSaysSo) {
  ASSERT_TRUE(connection_.shake_hands());
  const std::string text = pattern(10'000);
  ASSERT_TRUE(run(loop_, write_whole(server_, text)).has_value());
  ASSERT_TRUE(run(loop_, write_whole(server_, "second record")).has_value());
  turn_until(loop_, [&] { return client_.watch().may_read(); });
  std::string arrived;
  char few[7];
  while (arrived.size() < text.size() + 13) {
    const auto io = client_.try_read(few);
    ASSERT_EQ(io.status, net::Io::Status::kDone);
    arrived.append(few, io.bytes);
    EXPECT_EQ(client_.has_buffered_input(), arrived.size() < text.size() + 13);
  }
  EXPECT_EQ(arrived, text + "second record");
}

// --- a socket that takes little ---

class SmallSocketTest : public testing::Test {
 protected:
  static SocketPair small_sockets() {
    auto sockets = socket_pair();
    const int bytes = 1;  // the kernel makes its smallest of it
    for (int fd : {sockets.one.get(), sockets.other.get()})
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    return sockets;
  }
  Connection connection_{small_sockets(),
                         serving(example_certificate()),
                         trusting(authority().pem()),
                         {.server_name = "www.example.com"}};
  Loop& loop_ = connection_.loop;
  TlsTransport& server_ = *connection_.server;
  TlsTransport& client_ = *connection_.client;
};

TEST_F(SmallSocketTest, ShakesHandsAndCarriesAll) {
  ASSERT_TRUE(connection_.shake_hands());
  const std::string text = pattern(300'000);
  EXPECT_TRUE(carry(loop_, server_, client_, text) == text);
  EXPECT_TRUE(carry(loop_, client_, server_, text) == text);
}

TEST_F(SmallSocketTest, WhatItDoesNotTakeIsUnsentUntilFlushed) {
  ASSERT_TRUE(connection_.shake_hands());
  std::string text = pattern(TlsTransport::kMaxWrite);
  const iovec piece{text.data(), text.size()};
  ASSERT_EQ(server_.try_write({&piece, 1}).bytes, text.size());
  EXPECT_TRUE(server_.has_unsent());
  EXPECT_FALSE(server_.watch().may_write());
  EXPECT_EQ(server_.try_flush().status, net::Io::Status::kWouldBlock);
  EXPECT_EQ(server_.try_write({&piece, 1}).status, net::Io::Status::kWouldBlock)
      << "nothing is taken while much is unsent";
  std::optional<Result<>> flushed;
  TaskGroup group("flush", loop_);
  group.spawn(store(write_whole(server_, ""), flushed));
  std::string arrived;
  while (arrived.size() < text.size()) arrived += run(loop_, read_some(client_)).value_or("");
  EXPECT_TRUE(arrived == text);
  turn_until(loop_, [&] { return flushed.has_value(); });
  EXPECT_FALSE(server_.has_unsent());
}

TEST_F(SmallSocketTest, TheEndFollowsWhatIsUnsent) {
  ASSERT_TRUE(connection_.shake_hands());
  std::string text = pattern(50'000);
  const iovec piece{text.data(), text.size()};
  ASSERT_EQ(server_.try_write({&piece, 1}).bytes, text.size());
  server_.shutdown_write();
  EXPECT_TRUE(server_.has_unsent());
  std::optional<Result<>> flushed;
  TaskGroup group("flush", loop_);
  group.spawn(store(write_whole(server_, ""), flushed));
  std::string arrived;
  for (;;) {
    const auto some = run(loop_, read_some(client_));
    EXPECT_TRUE(some.has_value());
    if (!some || some->empty()) break;
    arrived += *some;
  }
  turn_until(loop_, [&] { return flushed.has_value(); });
  EXPECT_TRUE(arrived == text);
  EXPECT_TRUE(client_.saw_close_notify());
  char byte = 0;
  turn_until(loop_, [&] { return ::recv(client_.fd(), &byte, 1, MSG_PEEK) == 0; });  // FIN after close_notify
}

// --- how it ends ---

TEST_F(TlsTransportTest, AnOrderlyEndIsToldFromATruncation) {
  ASSERT_TRUE(connection_.shake_hands());
  server_.shutdown_write();
  EXPECT_EQ(*run(loop_, read_some(client_)), "");
  EXPECT_TRUE(client_.saw_close_notify());
  const iovec piece{const_cast<char*>("late"), 4};
  EXPECT_EQ(server_.try_write({&piece, 1}).error_number, EPIPE);
  // The other direction goes on.
  EXPECT_EQ(carry(loop_, client_, server_, "still here"), "still here");
  ::shutdown(client_.fd(), SHUT_WR);
  EXPECT_EQ(*run(loop_, read_some(server_)), "");
  EXPECT_FALSE(server_.saw_close_notify());
}

TEST_F(TlsTransportTest, NothingAfterCloseNotifyIsRead) {
  ASSERT_TRUE(connection_.shake_hands());
  server_.shutdown_write();
  EXPECT_EQ(*run(loop_, read_some(client_)), "");
  EXPECT_EQ(*run(loop_, read_some(client_)), "");
}

TEST_F(TlsTransportTest, ARecordCutShortIsATruncation) {
  ASSERT_TRUE(connection_.shake_hands());
  ASSERT_TRUE(run(loop_, write_whole(server_, "whole")).has_value());
  ASSERT_GT(::send(server_.fd(), "\x17\x03\x03\x00\x50half", 9, 0), 0);
  ::shutdown(server_.fd(), SHUT_WR);
  EXPECT_EQ(*run(loop_, read_some(client_)), "whole");
  EXPECT_EQ(*run(loop_, read_some(client_)), "");
  EXPECT_FALSE(client_.saw_close_notify());
}

TEST_F(TlsTransportTest, MovesToAnotherLoop) {
  ASSERT_TRUE(connection_.shake_hands());
  EXPECT_EQ(carry(loop_, server_, client_, "here"), "here");
  client_.detach();
  std::string arrived;
  std::thread([&] {
    Loop other;
    ASSERT_TRUE(client_.attach(other).has_value());
    std::optional<Result<>> written;
    TaskGroup group("writer", other);
    group.spawn(store(write_whole(client_, "from another thread"), written));
    turn_until(other, [&] { return written.has_value(); });
    client_.detach();
  }).join();
  EXPECT_EQ(*run(loop_, read_some(server_)), "from another thread");
  ASSERT_TRUE(client_.attach(loop_).has_value());
  EXPECT_EQ(carry(loop_, server_, client_, "and back"), "and back");
}

// --- peers with bad manners ---

TEST_F(TlsTransportTest, AForgedRecordBreaksTheConnectionWithAnAlert) {
  ASSERT_TRUE(connection_.shake_hands());
  EXPECT_EQ(carry(loop_, server_, client_, "x"), "x");
  ASSERT_EQ(::send(client_.fd(),
                   "\x17\x03\x03\x00\x20"
                   "01234567890123456789012345678901",
                   37, 0),
            37);
  const auto broken = run(loop_, read_some(server_));
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().detail(), EPROTO);
  ASSERT_TRUE(server_.failure().has_value());
  EXPECT_TRUE(server_.failure()->is(TlsError::kBrokenRecord));
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_EQ(server_.try_write({}).status, net::Io::Status::kFailed);
  EXPECT_EQ(server_.try_flush().status, net::Io::Status::kFailed);
  EXPECT_FALSE(run(loop_, read_some(client_)).has_value()) << "the alert tells the client";
}

TEST_F(TlsTransportTest, GarbageAfterTheHandshakeBreaksTheConnection) {
  for (const std::string& garbage : {"GET / HTTP/1.1\r\n\r\n"s, std::string(5, '\0'), "\x17\x03\x03\xff\xff"s,
                                     "\x80\x2e\x01\x03\x01 SSL 2"s, "\x17\x04\x03\x00\x01x"s}) {
    Connection connection(serving(example_certificate()), trusting(authority().pem()),
                          {.server_name = "www.example.com"});
    ASSERT_TRUE(connection.shake_hands());
    ASSERT_GT(::send(connection.client->fd(), garbage.data(), garbage.size(), 0), 0);
    EXPECT_FALSE(run(connection.loop, read_some(*connection.server)).has_value())
        << ::testing::PrintToString(garbage);
  }
}

// A connection whose client is OpenSSL itself, so that it can be made to misbehave.
struct RawClient {
  explicit RawClient(int version = 0) : context(SSL_CTX_new(TLS_client_method())) {
    auto sockets = socket_pair();
    socket = std::move(sockets.other);
    server = std::make_unique<TlsTransport>(std::move(sockets.one), serving(example_certificate()));
    EXPECT_TRUE(server->attach(loop).has_value());
    ssl.reset(SSL_new(context.get()));
    if (version != 0) SSL_set_max_proto_version(ssl.get(), version);
    SSL_set_fd(ssl.get(), socket.get());
  }
  void shake_hands() {
    std::optional<Result<>> shaken;
    TaskGroup group("server", loop);
    group.spawn(store(server->handshake(Deadline::never()), shaken));
    int connected = 0;
    turn_until(loop, [&] {
      if (connected != 1) connected = SSL_connect(ssl.get());
      return connected == 1 && shaken.has_value();
    });
    ERR_clear_error();
  }

  Loop loop;
  net::Fd socket;
  std::unique_ptr<TlsTransport> server;
  SslCtxHandle context;
  SslHandle ssl;
};

TEST(HostileClient, AFloodOfKeyUpdatesIsCutOff) {
  RawClient client;
  client.shake_hands();
  char byte = 0;
  int updates = 0;
  while (updates < 1000) {
    SSL_key_update(client.ssl.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    if (SSL_do_handshake(client.ssl.get()) != 1) break;
    ++updates;
    client.loop.run_once(Deadline::at(Clock::now()));
    if (client.server->try_read({&byte, 1}).status == net::Io::Status::kFailed) break;
  }
  EXPECT_LE(updates, TlsTransport::kMaxMessagesWithoutData + 1);
  ASSERT_TRUE(client.server->failure().has_value());
  EXPECT_TRUE(client.server->failure()->is(TlsError::kTooManyMessages));
}

TEST(HostileClient, KeyUpdatesBetweenDataAreAnswered) {
  RawClient client;
  client.shake_hands();
  for (int i = 0; i < 3 * TlsTransport::kMaxMessagesWithoutData; ++i) {
    SSL_key_update(client.ssl.get(), SSL_KEY_UPDATE_REQUESTED);
    ASSERT_EQ(SSL_write(client.ssl.get(), "ping", 4), 4);
    ASSERT_EQ(run(client.loop, read_some(*client.server)).value_or("failed"), "ping");
    ASSERT_TRUE(run(client.loop, write_whole(*client.server, "pong")).has_value());
    char answer[4];
    turn_until(client.loop, [&] { return SSL_read(client.ssl.get(), answer, 4) == 4; });
    ASSERT_EQ(std::string(answer, 4), "pong");
  }
}

TEST(HostileClient, RenegotiationIsNotDone) {
  RawClient client(TLS1_2_VERSION);
  client.shake_hands();
  SSL_renegotiate(client.ssl.get());
  turn_until(client.loop, [&] {
    const int done = SSL_do_handshake(client.ssl.get());
    char byte = 0;
    client.server->try_read({&byte, 1});
    return done != 1 && SSL_get_error(client.ssl.get(), done) == SSL_ERROR_SSL;
  });
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

// What a server says to a client that sends these bytes and nothing more.
std::optional<Error> handshake_with(const std::string& sent, bool then_ends = true,
                                    Deadline deadline = Deadline::never()) {
  auto sockets = socket_pair();
  Loop loop;
  TlsTransport server(std::move(sockets.one), serving(example_certificate()));
  EXPECT_TRUE(server.attach(loop).has_value());
  EXPECT_EQ(::send(sockets.other.get(), sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
  if (then_ends) ::shutdown(sockets.other.get(), SHUT_WR);
  const auto shaken = run(loop, server.handshake(deadline));
  EXPECT_EQ(ERR_peek_error(), 0u);
  if (shaken) return std::nullopt;
  return shaken.error();
}

std::string record(unsigned char type, const std::string& body) {
  return std::string(1, static_cast<char>(type)) + "\x03\x01" + static_cast<char>(body.size() >> 8) +
         static_cast<char>(body.size() & 0xff) + body;
}

TEST(HostileClient, WhatIsNoTlsIsCalledSo) {
  for (const std::string& sent :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n"s, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"s,
        "SSH-2.0-OpenSSH\r\n"s, std::string(100, '\0'),
        "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10 an SSL 2 hello, cut short"s}) {
    const auto error = handshake_with(sent);
    ASSERT_TRUE(error.has_value());
    EXPECT_TRUE(error->is(TlsError::kNotTls)) << sent << ": " << error->text();
  }
}

TEST(HostileClient, AnEndBeforeTheEndIsCalledClosed) {
  for (const std::string& sent : {std::string(), "\x16\x03\x01"s, record(22, "x").substr(0, 5),
                                  record(22, std::string("\x01\x00\x40\x00", 4))}) {
    const auto error = handshake_with(sent);
    ASSERT_TRUE(error.has_value());
    EXPECT_TRUE(error->is(TlsError::kClosed)) << error->text();
  }
}

TEST(HostileClient, AHandshakeHasADeadline) {
  const auto error =
      handshake_with("\x16\x03\x01", false, Deadline::at(Clock::now() + std::chrono::milliseconds(5)));
  ASSERT_TRUE(error.has_value());
  EXPECT_TRUE(error->is(TlsError::kTimeout)) << error->text();
}

TEST(HostileClient, GarbledHellosAreRefused) {
  const std::string hello_header("\x01\x00\x00\x05", 4);
  for (const std::string& sent :
       {record(22, hello_header + "12345"), record(22, "\xff\x00\x00\x00garbage"), record(20, "\x01"),
        record(23, "data"), record(21, "\x02\x28"), record(21, "\x01\x00\x00"),
        record(22, std::string(16'384, '\x01')), record(24, "heartbeat")}) {
    const auto error = handshake_with(sent);
    ASSERT_TRUE(error.has_value());
    EXPECT_FALSE(error->text().empty());
  }
}

TEST(HostileClient, EmptyRecordsInARowAreRefused) {
  std::string sent;
  for (int i = 0; i < 200; ++i) sent += record(22, "");
  const auto error = handshake_with(sent, false, Deadline::at(Clock::now() + std::chrono::seconds(10)));
  ASSERT_TRUE(error.has_value());
  EXPECT_TRUE(error->is(TlsError::kHandshakeFailed) || error->is(TlsError::kNotTls)) << error->text();
}

TEST(HostileClient, ABitOfTheHandshakeChangedAnywhereIsNoticed) {
  // Records what a client sends first, then sends it with one byte changed: never a crash, and never a
  // success.
  auto sockets = socket_pair();
  Loop loop;
  TlsTransport client(std::move(sockets.one), trusting_anybody(), {.server_name = "www.example.com"});
  ASSERT_TRUE(client.attach(loop).has_value());
  TaskGroup group("client", loop);
  std::optional<Result<>> shaken;
  group.spawn(store(client.handshake(Deadline::never()), shaken));
  char bytes[4096];
  const ssize_t size = ::recv(sockets.other.get(), bytes, sizeof bytes, 0);
  ASSERT_GT(size, 100);
  group.cancel();
  turn_until(loop, [&] { return group.running() == 0; });
  for (ssize_t i = 0; i < size; ++i) {
    std::string changed(bytes, static_cast<std::size_t>(size));
    changed[static_cast<std::size_t>(i)] = static_cast<char>(changed[static_cast<std::size_t>(i)] ^ 0x15);
    EXPECT_TRUE(handshake_with(changed).has_value()) << i;
  }
}

TEST(HostileServer, ThatSpeaksPlainHttpIsCalledNoTls) {
  auto sockets = socket_pair();
  Loop loop;
  TlsTransport client(std::move(sockets.one), trusting_anybody(), {.server_name = "www.example.com"});
  ASSERT_TRUE(client.attach(loop).has_value());
  const std::string answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
  ASSERT_GT(::send(sockets.other.get(), answer.data(), answer.size(), 0), 0);
  const auto shaken = run(loop, client.handshake(Deadline::never()));
  ASSERT_FALSE(shaken.has_value());
  EXPECT_TRUE(shaken.error().is(TlsError::kNotTls)) << shaken.error().text();
}

TEST(HostileServer, ThatClosesIsCalledClosed) {
  auto sockets = socket_pair();
  Loop loop;
  TlsTransport client(std::move(sockets.one), trusting_anybody(), {.server_name = "www.example.com"});
  ASSERT_TRUE(client.attach(loop).has_value());
  ::shutdown(sockets.other.get(), SHUT_WR);
  const auto shaken = run(loop, client.handshake(Deadline::never()));
  ASSERT_FALSE(shaken.has_value());
  EXPECT_TRUE(shaken.error().is(TlsError::kClosed)) << shaken.error().text();
}

TEST(Handshake, CanBeCancelled) {
  auto sockets = socket_pair();
  Loop loop;
  TlsTransport server(std::move(sockets.one), serving(example_certificate()));
  ASSERT_TRUE(server.attach(loop).has_value());
  std::optional<Result<>> shaken;
  TaskGroup group("server", loop);
  group.spawn(store(server.handshake(Deadline::never()), shaken));
  loop.run_once(Deadline::at(Clock::now()));
  EXPECT_FALSE(shaken.has_value());
  group.cancel();
  turn_until(loop, [&] { return shaken.has_value(); });
  EXPECT_TRUE(shaken->error().is(WaitError::kCancelled));
}

TEST(Handshake, WorksOverTls12) {
  RawClient client(TLS1_2_VERSION);
  client.shake_hands();
  EXPECT_EQ(client.server->facts().version, 0x0303);
  EXPECT_EQ(client.server->facts().cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(client.server->facts().ja4.substr(0, 3), "t12");
  EXPECT_FALSE(client.server->has_unsent());
}

TEST(Handshake, SendsTheTicketWithTheFirstBytes) {
  RawClient client;
  client.shake_hands();
  EXPECT_TRUE(client.server->has_unsent());
  ASSERT_TRUE(run(client.loop, write_whole(*client.server, "first")).has_value());
  EXPECT_FALSE(client.server->has_unsent());
  char wire[4096];
  const ssize_t size = ::recv(client.socket.get(), wire, sizeof wire, MSG_PEEK);
  EXPECT_GT(size, 5 + 100 + 5 + 22);
}

TEST(Handshake, ManyConnectionsOnManyThreadsShareOneServersContexts) {
  const auto contexts =
      serving({ServerEntry{.hosts = {"*"}, .certificates = {authority().certificate_for({"*.example.com"})}},
               ServerEntry{.hosts = {"www.example.com"}, .certificates = {example_certificate()}}});
  const auto context = trusting(authority().pem());
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int turn = 0; turn < 15; ++turn) {
        const std::string name = (turn + i) % 2 == 0 ? "www.example.com" : "other.example.com";
        Connection connection(contexts, context, {.server_name = name, .session_key = name});
        if (!connection.shake_hands()) return;
        if (carry(connection.loop, *connection.server, *connection.client, name) == name) done.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done.load(), 4 * 15);
}

}  // namespace
}  // namespace brink::tls
