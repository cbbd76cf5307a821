// An origin on loopback that answers what the test says, on the test's own loop.
#pragma once

#include "http/h1/server_connection.h"
#include "net/listener.h"
#include "net/socket.h"
#include "net/tcp_transport.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

#include <functional>
#include <map>
#include <string>

namespace brink::origin {

class ScriptedOrigin final : public http::Service {
 public:
  explicit ScriptedOrigin(Loop& loop) : loop_(loop), connections_("scripted origin", loop) {
    auto socket = net::listen_on(*net::SocketAddress::parse("127.0.0.1:0"));
    BRINK_ASSERT(socket);
    address_ = *net::local_address(socket->get());
    listener_ = std::make_unique<net::Listener>(loop, std::move(*socket),
                                                [this](net::Fd client, const net::SocketAddress&) {
                                                  ++connections_accepted;
                                                  connections_.spawn(serve_connection(std::move(client)));
                                                });
    BRINK_ASSERT(listener_->start());
  }

  [[nodiscard]] std::uint16_t port() const { return address_.port(); }
  Task<void> stop() {
    co_await listener_->stop();
    co_await connections_.finish();
  }
  // Answers to requests that are held back until release().
  void hold() { holding_ = true; }
  void release() {
    holding_ = false;
    for (auto* event : held_) event->notify();
    held_.clear();
  }

  int connections_accepted = 0;
  int requests = 0;
  bool closes_after_response = false;
  int dies_unanswered = 0;  // so many requests get no answer, but an end of their connection

 private:
  Task<void> serve_connection(net::Fd client) {
    http::ConnectionFacts facts;
    auto plain = std::make_unique<net::TcpTransport>(std::move(client));
    BRINK_ASSERT(plain->attach(loop_));
    http::h1::ServerConnection connection(std::move(plain), facts, *this, limits_, timeouts_, loop_);
    (void)co_await connection.run();
  }
  Task<void> serve(http::ServerStream& stream) override {
    ++requests;
    if (dies_unanswered > 0) {
      --dies_unanswered;
      co_return;
    }
    if (holding_) {
      Event released;
      held_.push_back(&released);
      (void)co_await released.wait(Deadline::never());
      std::erase(held_, &released);
    }
    http::ResponseHead head;
    http::FixedBody body(Slice::copy_of("answer to " + std::string(stream.request().target)));
    http::SendReport report;
    if (closes_after_response) stream.close_after_response();
    (void)co_await stream.send(head, &body, report);
  }
  std::unique_ptr<http::Body> on_unreadable_request(const http::UnreadableRequest&,
                                                    http::ResponseHead*) override {
    return nullptr;
  }
  void on_limit(http::Limit) override {}

  Loop& loop_;
  http::ServerLimits limits_;
  http::ServerTimeouts timeouts_;
  net::SocketAddress address_;
  std::unique_ptr<net::Listener> listener_;
  bool holding_ = false;
  std::vector<Event*> held_;
  TaskGroup connections_;
};

// Answers addresses as they stand, and knows no names.
class LiteralResolver final : public net::Resolver {
 public:
  Task<Result<net::Resolution>> resolve(std::string_view host, Deadline) override {
    const auto address = net::IpAddress::parse(host);
    if (!address) co_return fail(net::ResolveError::kNoSuchName);
    co_return net::Resolution{.addresses = {*address}};
  }
};

}  // namespace brink::origin
