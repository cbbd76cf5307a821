// Certificates made on the spot, and a server and a client that shake hands over a socket pair on one loop.
#pragma once

#include "base/error.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"
#include "tls/certificate.h"
#include "tls/client_context.h"
#include "tls/server_contexts.h"
#include "tls/ticket_keys.h"
#include "tls/tls_transport.h"
#include "tls/x509_builder.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace brink::tls {

using std::chrono::hours;
using WallTime = std::chrono::system_clock::time_point;

inline WallTime wall_now() { return std::chrono::system_clock::now(); }

// A wall clock that stands where it is put.
struct HandClock {
  std::shared_ptr<WallTime> time = std::make_shared<WallTime>(wall_now());
  void advance(std::chrono::seconds by) { *time += by; }
  [[nodiscard]] WallClock clock() const {
    return [time = time] { return *time; };
  }
};

struct Pem {
  std::string certificate;
  std::string key;
};

inline const PkeyHandle& shared_rsa_key() {  // making one takes a while
  static const PkeyHandle key = make_rsa_key(2048);
  return key;
}

struct LeafOptions {
  bool rsa = false;
  bool for_client = false;
  WallTime not_before = wall_now() - hours(1);
  WallTime not_after = wall_now() + hours(24);
};

// An authority that signs what the tests need.
class Authority {
 public:
  explicit Authority(const std::string& name = "Test CA") : key_(make_ecdsa_key()) {
    auto made = make_certificate({.common_name = name,
                                  .names = {},
                                  .is_authority = true,
                                  .not_before = wall_now() - hours(48),
                                  .not_after = wall_now() + hours(48)},
                                 key_.get(), nullptr, nullptr);
    certificate_ = std::move(*made);
  }
  [[nodiscard]] std::string pem() const { return certificate_pem(certificate_.get()); }
  [[nodiscard]] X509* certificate() const { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

  [[nodiscard]] Pem issue(const std::vector<std::string>& names, const LeafOptions& options = {}) const {
    const PkeyHandle fresh = options.rsa ? nullptr : make_ecdsa_key();
    EVP_PKEY* key = options.rsa ? shared_rsa_key().get() : fresh.get();
    auto made = make_certificate({.common_name = names.front(),
                                  .names = names,
                                  .for_client = options.for_client,
                                  .not_before = options.not_before,
                                  .not_after = options.not_after},
                                 key, certificate_.get(), key_.get());
    EXPECT_TRUE(made.has_value());
    return {certificate_pem(made->get()) + pem(), key_pem(key)};
  }
  [[nodiscard]] std::shared_ptr<const Certificate> certificate_for(const std::vector<std::string>& names,
                                                                   const LeafOptions& options = {}) const {
    const Pem issued = issue(names, options);
    auto parsed = Certificate::parse(issued.certificate, issued.key);
    EXPECT_TRUE(parsed.has_value()) << parsed.error().text();
    return *parsed;
  }

 private:
  PkeyHandle key_;
  X509Handle certificate_;
};

inline Pem self_signed(const std::vector<std::string>& names) {
  const auto key = make_ecdsa_key();
  auto made = make_certificate({.common_name = names.front(),
                                .names = names,
                                .not_before = wall_now() - hours(1),
                                .not_after = wall_now() + hours(1)},
                               key.get(), nullptr, nullptr);
  return {certificate_pem(made->get()), key_pem(key.get())};
}

inline TicketSecret secret_of(unsigned char filling) {
  TicketSecret secret;
  secret.fill(filling);
  return secret;
}

inline std::shared_ptr<const TicketKeys> ticket_keys(unsigned char filling = 1,
                                                     WallClock clock = system_wall_clock()) {
  return std::make_shared<TicketKeys>(secret_of(filling), std::move(clock));
}

inline std::shared_ptr<const ServerContexts> serving(std::vector<ServerEntry> entries) {
  return ServerContexts::make(std::move(entries), ticket_keys(), system_wall_clock());
}

inline std::shared_ptr<const ServerContexts> serving(std::shared_ptr<const Certificate> certificate) {
  return serving({ServerEntry{.hosts = {"*"}, .certificates = {std::move(certificate)}}});
}

inline std::shared_ptr<ClientContext> trusting(const std::string& ca_pem,
                                               std::shared_ptr<const Certificate> certificate = nullptr) {
  auto made = ClientContext::make({.ca_pem = ca_pem, .certificate = std::move(certificate)});
  EXPECT_TRUE(made.has_value()) << made.error().text();
  return *made;
}

inline std::shared_ptr<ClientContext> trusting_anybody() {
  auto made = ClientContext::make({.verify = ClientOptions::Verify::kNone});
  EXPECT_TRUE(made.has_value());
  return *made;
}

struct SocketPair {
  net::Fd one;
  net::Fd other;
};

inline SocketPair socket_pair() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  return {net::Fd(fds[0]), net::Fd(fds[1])};
}

constexpr std::chrono::seconds kPatience{20};

// Turns the loop until `done()`, or until patience is at its end.
template <class Done>
void turn_until(Loop& loop, Done done) {
  const auto end = Clock::now() + kPatience;
  bool is_done = done();
  while (!is_done && Clock::now() < end) {
    loop.run_once(Deadline::at(Clock::now() + std::chrono::milliseconds(20)));
    is_done = done();
  }
  EXPECT_TRUE(is_done) << "it did not come to pass";
}

template <class T>
Task<void> store(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await task);
}

// Runs a task to its end and answers its result.
template <class T>
T run(Loop& loop, Task<T> task) {
  std::optional<T> result;
  TaskGroup group("test", loop);
  group.spawn(store(std::move(task), result));
  turn_until(loop, [&] { return result.has_value(); });
  group.cancel();
  turn_until(loop, [&] { return group.running() == 0; });
  return *std::move(result);
}

// A server and a client, connected.
class Connection {
 public:
  Connection(std::shared_ptr<const ServerContexts> contexts, std::shared_ptr<ClientContext> context,
             ClientTarget target)
      : Connection(socket_pair(), std::move(contexts), std::move(context), std::move(target)) {}
  Connection(SocketPair sockets, std::shared_ptr<const ServerContexts> contexts,
             std::shared_ptr<ClientContext> context, ClientTarget target)
      : server(std::make_unique<TlsTransport>(std::move(sockets.one), std::move(contexts))),
        client(
            std::make_unique<TlsTransport>(std::move(sockets.other), std::move(context), std::move(target))) {
    EXPECT_TRUE(server->attach(loop).has_value());
    EXPECT_TRUE(client->attach(loop).has_value());
  }

  // Both handshakes; whether both succeeded.
  bool shake_hands() {
    std::optional<Result<>> on_server;
    std::optional<Result<>> on_client;
    TaskGroup group("handshake", loop);
    group.spawn(store(server->handshake(Deadline::never()), on_server));
    group.spawn(store(client->handshake(Deadline::never()), on_client));
    // Who fails closes, as everybody does: the other one hears of it.
    turn_until(loop, [&] {
      if (on_server && !*on_server && !on_client) ::shutdown(server->fd(), SHUT_RDWR);
      if (on_client && !*on_client && !on_server) ::shutdown(client->fd(), SHUT_RDWR);
      return on_server && on_client;
    });
    if (!*on_server) server_error = on_server->error();
    if (!*on_client) client_error = on_client->error();
    return on_server->has_value() && on_client->has_value();
  }

  Loop loop;
  std::unique_ptr<TlsTransport> server;
  std::unique_ptr<TlsTransport> client;
  std::optional<Error> server_error;
  std::optional<Error> client_error;
};

inline Task<Result<std::string>> read_some(net::Transport& from) {
  char buffer[64 * 1024];
  for (;;) {
    const net::Io io = from.try_read(buffer);
    if (io.status == net::Io::Status::kDone) co_return std::string(buffer, io.bytes);
    if (io.status == net::Io::Status::kEnd) co_return std::string();
    if (io.status == net::Io::Status::kFailed) co_return fail_errno(io.error_number);
    BRINK_CO_TRY(co_await from.watch().readable(Deadline::never()));
  }
}

inline Task<Result<>> write_whole(net::Transport& to, std::string text) {
  std::string_view rest = text;
  while (!rest.empty() || to.has_unsent()) {
    const iovec piece{const_cast<char*>(rest.data()), rest.size()};
    const net::Io io = rest.empty() ? to.try_flush() : to.try_write({&piece, 1});
    if (io.status == net::Io::Status::kFailed) co_return fail_errno(io.error_number);
    if (io.status == net::Io::Status::kWouldBlock)
      BRINK_CO_TRY(co_await to.watch().writable(Deadline::never()));
    rest.remove_prefix(io.bytes);
  }
  co_return Result<>{};
}

// `text` from one to the other, and what arrived.
inline std::string carry(Loop& loop, net::Transport& from, net::Transport& to, const std::string& text) {
  std::optional<Result<>> written;
  TaskGroup group("writer", loop);
  group.spawn(store(write_whole(from, text), written));
  std::string arrived;
  while (arrived.size() < text.size()) {
    auto some = run(loop, read_some(to));
    EXPECT_TRUE(some.has_value()) << some.error().text();
    if (!some || some->empty()) break;
    arrived += *some;
  }
  turn_until(loop, [&] { return written.has_value(); });
  return arrived;
}

// A directory that goes away with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "brink-tls-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace brink::tls
