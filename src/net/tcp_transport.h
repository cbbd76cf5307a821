// A plain TCP or Unix stream.
#pragma once

#include "net/fd.h"
#include "net/transport.h"

namespace brink::net {

class TcpTransport final : public Transport {
 public:
  // Takes over a connected non-blocking socket; attach() before use.
  explicit TcpTransport(Fd socket) : socket_(std::move(socket)) {}
  ~TcpTransport() override;

  Io try_read(std::span<char> into) override;
  Io try_write(std::span<const iovec> pieces) override;
  [[nodiscard]] bool has_unsent() const override { return false; }
  Io try_flush() override { return Io::done(0); }
  void shutdown_write() override;
  [[nodiscard]] bool has_buffered_input() const override { return false; }
  [[nodiscard]] FdWatch& watch() override { return watch_; }
  [[nodiscard]] int fd() const override { return socket_.get(); }
  void detach() override { watch_.detach(); }
  Result<> attach(Loop& loop) override { return watch_.attach(loop, socket_.get()); }
  void reset_on_close() override;
  // Gives the socket away, unread and unwatched: to be spoken to in another way, as by TLS.
  [[nodiscard]] Fd release() {
    watch_.detach();
    return std::move(socket_);
  }

 private:
  Fd socket_;
  FdWatch watch_;
};

}  // namespace brink::net
