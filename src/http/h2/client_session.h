// The client side of an HTTP/2 connection: many requests at once to one origin.
//
// run() drives the connection until it has ended; streams are asked for while it runs and may outlive it, but
// not the session itself. Belongs to one loop.
#pragma once

#include "http/client.h"
#include "net/transport.h"
#include "runtime/task.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace brink::http::h2 {

struct ClientOptions {
  std::uint32_t streams = 128;               // at the same time, where the origin would allow more
  std::uint32_t stream_window = 256 * 1024;  // bytes of a response in flight or waiting
  std::uint32_t connection_window = 4 * 1024 * 1024;
  std::uint32_t header_bytes = 64 * 1024;  // one response's head, decoded
  std::uint32_t header_count = 128;
  std::chrono::milliseconds settings{10'000};    // for the origin to begin
  std::chrono::milliseconds write{30'000};       // without the origin taking anything
  std::chrono::milliseconds ping_after{30'000};  // of silence, with requests under way
  std::chrono::milliseconds ping_answer{10'000};
};

class ClientSession {
 public:
  // `transport` is attached to the loop that the session will belong to.
  explicit ClientSession(std::unique_ptr<net::Transport> transport, const ClientOptions& options = {});
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  // To be run once. Ends when the connection has: closed by the origin, broken, or closed by us. Streams that
  // are not complete then fail. Cancelling ends it at once.
  Task<void> run();

  // Whether one more request may be begun now: the connection lives, the origin has not said GOAWAY, and lets
  // so many streams be open.
  [[nodiscard]] bool can_take_request() const;
  // A place for one request; it counts until its finish().
  [[nodiscard]] std::unique_ptr<ClientStream> new_stream();
  // Streams handed out and not finished.
  [[nodiscard]] std::size_t streams_in_use() const;
  // Takes no more requests, and closes once those under way have finished.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brink::http::h2
