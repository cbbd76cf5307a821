// A server session, and a client session, fed by a hostile peer: whatever comes, they end in order and leave
// nothing.
//
// The input's first byte says which of the two, and how the rest is cut into pieces; the rest is what the
// peer sends (to the server after a proper preface, so that the fuzzer need not find it, unless the byte says
// otherwise).
#include "http/h2/client_session.h"
#include "http/h2/server_session.h"
#include "net/tcp_transport.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

#include <cstdlib>
#include <memory>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace brink;
using namespace brink::http;

constexpr std::string_view kBeginning = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kEmptySettings("\0\0\0\x04\0\0\0\0\0", 9);

// Reads the content and answers; requests for an upgrade get their own bytes back.
class Answering final : public Service {
 public:
  Task<void> serve(ServerStream& stream) override {
    ResponseHead head;
    SendReport report;
    if (!stream.request().upgrade.empty()) {
      head.status = 101;
      (void)co_await stream.send(head, stream.body(), report);
      co_return;
    }
    while (stream.body() != nullptr) {
      const BodyRead read = stream.body()->try_read();
      if (read.status == BodyRead::Status::kPending) {
        if (!co_await stream.body()->wait(Deadline::never())) co_return;
      } else if (read.status != BodyRead::Status::kData) {
        break;
      }
    }
    for (const Field& field : stream.request().fields) head.fields.add(field);
    FixedBody body(Slice::copy_of(stream.request().target));
    (void)co_await stream.send(head, &body, report);
  }
  std::unique_ptr<Body> on_unreadable_request(const UnreadableRequest&, ResponseHead*) override {
    return nullptr;
  }
  void on_limit(Limit) override {}
};

Task<void> ask(h2::ClientSession& session, bool with_body) {
  RequestHead head;
  head.authority = "example.com";
  FixedBody body(Slice::of_static("some content"));
  auto stream = session.new_stream();
  auto response = co_await stream->start(head, with_body ? &body : nullptr, {}, nullptr);
  while (response && stream->response_body() != nullptr) {
    const BodyRead read = stream->response_body()->try_read();
    if (read.status == BodyRead::Status::kPending) {
      if (!co_await stream->response_body()->wait(Deadline::never())) break;
    } else if (read.status != BodyRead::Status::kData) {
      break;
    }
  }
  co_await stream->finish();
}

class Peer {
 public:
  Peer(ManualTime& time, Loop& loop, int socket) : time_(time), loop_(loop), socket_(socket) {}
  ~Peer() { ::close(socket_); }

  void turn() {
    loop_.run_once(Deadline::at(loop_.now()));
    char sink[4096];
    while (::recv(socket_, sink, sizeof sink, MSG_DONTWAIT) > 0) {
    }
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      turn();
    }
  }
  // Nothing more comes: the sessions end by themselves, at the latest by their time-outs.
  void end(TaskGroup& group) {
    for (int i = 0; i < 50; ++i) turn();
    ::shutdown(socket_, SHUT_WR);
    for (int i = 0; group.running() > 0; ++i) {
      if (i > 10'000) std::abort();  // it does not end
      time_.advance(std::chrono::seconds(1));
      turn();
    }
  }

 private:
  ManualTime& time_;
  Loop& loop_;
  int socket_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1) return 0;
  const unsigned mode = data[0];
  std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool server = (mode & 1) == 0;
  const bool with_beginning = (mode & 2) == 0;
  const std::size_t piece = (mode >> 2) == 0 ? input.size() : mode >> 2;

  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
  ManualTime time;
  Loop loop(time);
  Peer peer(time, loop, ends[1]);
  auto transport = std::make_unique<net::TcpTransport>(net::Fd(ends[0]));
  if (!transport->attach(loop)) std::abort();

  Answering service;
  ConnectionFacts facts;
  ServerLimits limits;
  limits.header_bytes = 2048;
  limits.header_count = 16;
  limits.body_bytes = 10'000;
  limits.streams = 8;
  limits.h2_stream_window = 4096;
  ServerTimeouts timeouts;
  std::unique_ptr<h2::ServerSession> server_session;
  std::unique_ptr<h2::ClientSession> client_session;
  TaskGroup group("fuzz", loop);
  if (server) {
    server_session =
        std::make_unique<h2::ServerSession>(std::move(transport), facts, service, limits, timeouts, loop);
    group.spawn(server_session->run());
    if (with_beginning) peer.send(kBeginning);
  } else {
    h2::ClientOptions options;
    options.header_bytes = 2048;
    options.header_count = 16;
    options.stream_window = 4096;
    client_session = std::make_unique<h2::ClientSession>(std::move(transport), options);
    group.spawn(client_session->run());
    group.spawn(ask(*client_session, false));
    group.spawn(ask(*client_session, true));
  }
  if (with_beginning) peer.send(kEmptySettings);
  while (!input.empty()) {
    peer.send(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    peer.turn();
  }
  peer.end(group);
  return 0;
}
