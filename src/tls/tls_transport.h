// TLS over a connected socket. OpenSSL never touches the socket: this class receives, hands OpenSSL whole
// records, and sends what OpenSSL has written, several records in one system call. A connection that waits
// holds OpenSSL's object and nothing else: buffers belong to the thread and exist here only while there are
// bytes that could not be sent, or a record that has not come whole.
//
// Belongs to one loop. attach() before handshake(), handshake() before anything else; may move to another
// loop while nobody waits (detach, then attach there).
#pragma once

#include "net/fd.h"
#include "net/transport.h"
#include "runtime/task.h"
#include "tls/client_context.h"
#include "tls/facts.h"
#include "tls/server_contexts.h"
#include "tls/tls_error.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

struct ssl_st;

namespace brink::tls {

struct ClientSide;
struct ServerHandshake;

class TlsTransport final : public net::Transport {
 public:
  // The plaintext that one try_write() takes at most: four full records.
  static constexpr std::size_t kMaxWrite = 64 * 1024;
  // Messages without data that may come one after another after the handshake.
  static constexpr int kMaxMessagesWithoutData = 32;

  // The server's end of a connection; takes over a connected non-blocking socket.
  TlsTransport(net::Fd socket, std::shared_ptr<const ServerContexts> contexts);
  // The client's end.
  TlsTransport(net::Fd socket, std::shared_ptr<ClientContext> context, ClientTarget target);
  ~TlsTransport() override;

  // Answers when both sides have agreed; TlsError, SystemError, or WaitError::kCancelled otherwise, and then
  // the connection is of no more use. As a server, leaves the session ticket for the first write to take
  // along (it counts as unsent); before the ClientHello has come whole, a connection costs next to nothing.
  Task<Result<>> handshake(Deadline deadline);

  // Of the finished handshake. For a server they are as complete as they can be after a failed one, too.
  [[nodiscard]] const Facts& facts() const { return facts_; }
  // Whether the peer said that it has ended (close_notify). A read that answered kEnd without it may have
  // been cut short by somebody in between (RFC 8446 section 6.1).
  [[nodiscard]] bool saw_close_notify() const { return saw_close_notify_; }
  // Why the connection broke, once a call has answered kFailed with EPROTO.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  net::Io try_read(std::span<char> into) override;
  net::Io try_write(std::span<const iovec> pieces) override;
  [[nodiscard]] bool has_unsent() const override { return unsent_size_ > 0; }
  net::Io try_flush() override;
  void shutdown_write() override;
  [[nodiscard]] bool has_buffered_input() const override { return has_plaintext_ || has_whole_record_; }
  [[nodiscard]] FdWatch& watch() override { return watch_; }
  [[nodiscard]] int fd() const override { return socket_.get(); }
  void detach() override { watch_.detach(); }
  Result<> attach(Loop& loop) override { return watch_.attach(loop, socket_.get()); }
  void reset_on_close() override;

 private:
  class Turn;
  enum class Progress : unsigned char { kDone, kNeedsInput, kNeedsOutput };
  struct SslFree {
    void operator()(ssl_st* ssl) const;
  };

  Result<> ensure_ssl();
  Result<Progress> advance_handshake(ServerHandshake* server);
  Result<Progress> step_handshake(Turn& turn);
  Error handshake_failure(int ssl_error, const ServerHandshake* server);
  void take_facts(const ServerHandshake* server);
  void keep_renewed_session();
  void drop_handshake_memory();
  net::Io read_record(Turn& turn, std::span<char> into);
  net::Io send_written(Turn& turn);
  net::Io fail_with(Error error);
  void keep_unsent(std::string_view bytes);

  net::Fd socket_;
  std::shared_ptr<const ServerContexts> contexts_;  // of a server
  std::unique_ptr<ClientSide> client_;              // of a client
  std::unique_ptr<ssl_st, SslFree> ssl_;
  // Ciphertext received and not yet taken by OpenSSL.
  std::unique_ptr<char[]> leftover_;
  std::uint32_t leftover_size_ = 0;
  // Ciphertext that waits for room in the socket.
  std::uint32_t unsent_size_ = 0;
  std::unique_ptr<char[]> unsent_;
  std::optional<Error> failure_;
  int failed_errno_ = 0;           // what every further call answers, once it is set
  int messages_without_data_ = 0;  // since the last data
  bool handshake_done_ = false;
  bool has_whole_record_ = false;  // in leftover_
  bool has_plaintext_ = false;     // inside OpenSSL
  bool at_end_ = false;            // the socket's
  bool saw_close_notify_ = false;
  bool shutdown_wanted_ = false;  // FIN is to follow what is unsent
  Facts facts_;
  FdWatch watch_;
};

}  // namespace brink::tls
