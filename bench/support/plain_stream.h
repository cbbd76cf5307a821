// A TCP connection with the interface of TlsStream, so that a tool is written once for both.
#pragma once

#include "support/scratch.h"
#include "support/sockets.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace brink::bench {

// What one `receive` brought. `bytes` lie in the Scratch and live until it is used again.
struct Received {
  Io state;
  std::string_view bytes;
};

class PlainStream {
 public:
  struct Context {};

  PlainStream(Socket socket, Scratch& scratch, const Context&)
      : socket_(std::move(socket)), scratch_(scratch) {}

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] bool is_established() const { return true; }
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }

  // A client's first step once TCP is connected.
  [[nodiscard]] Io start() { return Io::kDone; }

  // One recv.
  [[nodiscard]] Received receive() {
    auto [state, count] = receive_some(fd(), scratch_.wire);
    return {state, {scratch_.wire.data(), count}};
  }

  // Sends, and keeps what the socket does not take (kBlocked); `flush` sends that later.
  [[nodiscard]] Io send(std::string_view bytes) {
    if (!unsent_.empty()) {
      unsent_.append(bytes);
      return Io::kBlocked;
    }
    auto [state, count] = send_some(fd(), bytes);
    if (state == Io::kClosed) return state;
    if (count == bytes.size()) return Io::kDone;
    unsent_.assign(bytes.substr(count));
    return Io::kBlocked;
  }

  [[nodiscard]] Io flush() {
    if (unsent_.empty()) return Io::kDone;
    auto [state, count] = send_some(fd(), unsent_);
    if (state == Io::kClosed) return state;
    unsent_.erase(0, count);
    return unsent_.empty() ? Io::kDone : Io::kBlocked;
  }

  void shut_down() {}

  // Gives the connection away; this stream is then good for nothing.
  [[nodiscard]] Socket release() { return std::move(socket_); }

 private:
  Socket socket_;
  Scratch& scratch_;
  std::string unsent_;
};

}  // namespace brink::bench
