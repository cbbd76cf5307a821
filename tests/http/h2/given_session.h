// Sessions on socket pairs, on a loop whose time the test owns.
#pragma once

#include "http/h2/client_session.h"
#include "http/h2/server_session.h"
#include "net/tcp_transport.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"
#include "tests/http/h2/frames.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

namespace brink::http::h2 {

using namespace std::chrono_literals;

struct SocketPair {
  net::Fd first, second;
  explicit SocketPair(int buffer_bytes = 0) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    first = net::Fd(ends[0]);
    second = net::Fd(ends[1]);
    for (const int end : ends) {
      if (buffer_bytes > 0) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
    }
  }
};

// A loop, and what every test with it does.
class Story {
 public:
  ManualTime time;
  Loop loop{time};

  // Runs the loop until `done()`; ends the program where that does not come true.
  template <class Done>
  void until(Done done, const char* what = "what the test waits for") {
    const TimePoint give_up = Clock::now() + 30s;
    while (!done()) {
      if (Clock::now() >= give_up) {
        std::fprintf(stderr, "%s did not happen\n", what);
        std::abort();
      }
      turn();
    }
  }
  virtual void turn() { loop.run_once(Deadline::at(loop.now())); }
  // A number of turns, for what must not happen.
  void settle(int turns = 20) {
    for (int i = 0; i < turns; ++i) turn();
  }
  void pass(Duration duration) {
    time.advance(duration);
    settle();
  }

 protected:
  ~Story() = default;
};

inline Task<std::string> read_all(Body& body, std::optional<Error>* error = nullptr) {
  std::string all;
  for (;;) {
    BodyRead read = body.try_read();
    if (read.status == BodyRead::Status::kData) {
      all += read.slice.bytes();
    } else if (read.status == BodyRead::Status::kPending) {
      if (auto waited = co_await body.wait(Deadline::never()); !waited) {
        if (error != nullptr) *error = waited.error();
        co_return all;
      }
    } else {
      if (read.status == BodyRead::Status::kFailed && error != nullptr) *error = read.error;
      co_return all;
    }
  }
}

// A service that does what the test says, and remembers what it was told.
class ScriptedService final : public Service {
 public:
  std::function<Task<void>(ServerStream&)> script = [](ServerStream& stream) {
    return answer(stream, "hello");
  };
  std::vector<std::string> requests;  // "GET /path"
  std::vector<std::uint16_t> unreadable;
  std::map<Limit, int> limits;
  int served = 0;  // scripts that have come to their end

  Task<void> serve(ServerStream& stream) override {
    requests.push_back(std::string(stream.request().method_name) + " " +
                       std::string(stream.request().target));
    co_await script(stream);
    ++served;
  }
  std::unique_ptr<Body> on_unreadable_request(const UnreadableRequest& request,
                                              ResponseHead* answer) override {
    unreadable.push_back(request.status);
    if (answer == nullptr) return nullptr;
    answer->fields.add(FieldName::kContentType, "text/plain");
    return std::make_unique<FixedBody>(Slice::copy_of(request.why.text()));
  }
  void on_limit(Limit limit) override { ++limits[limit]; }

  static Task<void> answer(ServerStream& stream, std::string content, std::uint16_t status = 200) {
    ResponseHead head;
    head.status = status;
    FixedBody body(Slice::copy_of(content));
    SendReport report;
    (void)co_await stream.send(head, &body, report);
  }
};

// A body that the test fills as it goes.
class HandFedBody final : public Body {
 public:
  [[nodiscard]] std::optional<std::uint64_t> length() const override { return known_length; }
  BodyRead try_read() override {
    ++reads;
    if (!pieces.empty()) {
      Slice slice = Slice::copy_of(pieces.front());
      pieces.erase(pieces.begin());
      return BodyRead::data(std::move(slice));
    }
    if (error) return BodyRead::failed(*error);
    return ended ? BodyRead::end() : BodyRead::pending();
  }
  [[nodiscard]] WaitPlace& wait_place() override { return place; }
  [[nodiscard]] const Fields* trailers() const override { return with_trailers ? &fields : nullptr; }

  void feed(std::string piece) {
    pieces.push_back(std::move(piece));
    place.wake();
  }
  void end() {
    ended = true;
    place.wake();
  }
  void fail(Error why) {
    error = why;
    place.wake();
  }

  std::optional<std::uint64_t> known_length;
  std::vector<std::string> pieces;
  bool ended = false;
  bool with_trailers = false;
  std::optional<Error> error;
  int reads = 0;
  Arena arena;
  Fields fields{arena};
  WaitPlace place;
};

// A server session, and a peer that speaks to it in frames.
class ServerStory final : public Story {
 public:
  explicit ServerStory(int buffer_bytes = 0) : sockets_(buffer_bytes), peer(sockets_.second.release()) {}
  ~ServerStory() {
    peer.close();
    until([&] { return group_.running() == 0; }, "the end of the session");
  }

  // After this, what is set below counts no more.
  void begin(const std::vector<std::pair<int, std::uint32_t>>& peer_settings = {}) {
    begin_silently();
    peer.send(std::string(kPreface) + settings(peer_settings));
  }
  // With a peer that says nothing yet.
  void begin_silently() {
    auto transport = std::make_unique<net::TcpTransport>(std::move(sockets_.first));
    if (!transport->attach(loop)) std::abort();
    session = std::make_unique<ServerSession>(std::move(transport), facts, service, limits, timeouts, loop);
    group_.spawn(session->run());
  }
  void turn() override {
    Story::turn();
    peer.receive();
  }
  [[nodiscard]] bool is_over() const { return group_.running() == 0; }
  void cancel() { group_.cancel(); }
  // The status of the stream's response, once its head is there.
  std::string status_of(std::int32_t stream) {
    until([&] { return peer.find(FrameType::kHeaders, stream) != nullptr; }, "a response");
    return peer.find(FrameType::kHeaders, stream)->field(":status");
  }

  ServerLimits limits;
  ServerTimeouts timeouts;
  ConnectionFacts facts;
  ScriptedService service;
  std::unique_ptr<ServerSession> session;

 private:
  SocketPair sockets_;
  TaskGroup group_{"test", loop};

 public:
  RawPeer peer;
};

// A client session, and an origin that speaks to it in frames.
class ClientStory final : public Story {
 public:
  explicit ClientStory(int buffer_bytes = 0) : sockets_(buffer_bytes), origin(sockets_.second.release()) {}
  ~ClientStory() {
    origin.close();
    until([&] { return group_.running() == 0; }, "the end of the session");
  }
  void begin(const std::vector<std::pair<int, std::uint32_t>>& origin_settings = {}) {
    begin_silently();
    origin.send(settings(origin_settings));
    settle();
  }
  // With an origin that says nothing yet.
  void begin_silently() {
    auto transport = std::make_unique<net::TcpTransport>(std::move(sockets_.first));
    if (!transport->attach(loop)) std::abort();
    session = std::make_unique<ClientSession>(std::move(transport), options);
    group_.spawn(session->run());
  }
  void turn() override {
    Story::turn();
    origin.receive();
  }
  [[nodiscard]] bool is_over() const { return group_.running() == 0; }
  void spawn(Task<void> task) { group_.spawn(std::move(task)); }
  void cancel() { group_.cancel(); }

  ClientOptions options;
  std::unique_ptr<ClientSession> session;

 private:
  SocketPair sockets_;
  TaskGroup group_{"test", loop};

 public:
  RawPeer origin;
};

// One request of a client session and what comes of it.
struct Exchange final : InformationalSink {
  RequestHead head;
  std::unique_ptr<ClientStream> stream;
  ClientTimeouts timeouts;
  std::vector<int> informational;

  bool started = false;        // start() has answered
  std::optional<Error> error;  // it, or the body, failed
  const ResponseHead* response = nullptr;
  std::string content;
  std::vector<std::pair<std::string, std::string>> trailers;
  bool finished = false;

  void on_informational(const ResponseHead& informational_head) override {
    informational.push_back(informational_head.status);
  }

  // Sends the request, reads the response to its end where `read` says so, and finishes.
  Task<void> run(Body* body = nullptr, bool read = true) {
    auto answer = co_await stream->start(head, body, timeouts, this);
    started = true;
    if (!answer) {
      error = answer.error();
    } else {
      response = *answer;
      if (read && stream->response_body() != nullptr) {
        content = co_await read_all(*stream->response_body(), &error);
        if (const Fields* fields = stream->response_body()->trailers()) {
          for (const Field& field : *fields) trailers.emplace_back(field.name, field.value);
        }
      }
    }
    co_await stream->finish();
    finished = true;
  }
};

}  // namespace brink::http::h2
