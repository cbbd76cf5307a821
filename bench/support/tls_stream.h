// TLS over a socket with an own BIO: a whole recv is decrypted at once, and all records that a turn makes
// leave in one send. (OpenSSL's socket BIO makes two reads and one write a record.)
#pragma once

#include "support/plain_stream.h"
#include "support/scratch.h"
#include "support/sockets.h"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace brink::bench {

enum class TlsRole { kServer, kClient };

// Bytes lie in the Scratch only within a turn: after `receive`, call `send` or `flush` before another stream
// of the same Scratch is used, so that the records of a handshake leave.
class TlsStream {
 public:
  struct Context {
    SSL_CTX* ssl;
    TlsRole role;
    SSL_SESSION* resume = nullptr;
  };

  TlsStream(Socket socket, Scratch& scratch, const Context& context);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] bool is_established() const { return ::SSL_is_init_finished(ssl_.get()) == 1; }
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

  // A client's first step once TCP is connected: sends the ClientHello.
  [[nodiscard]] Io start();

  // One recv and all that it decrypts to. kDone with no bytes while the handshake goes on.
  [[nodiscard]] Received receive();

  // Encrypts, sends, and keeps what the socket does not take (kBlocked); `flush` sends that later.
  [[nodiscard]] Io send(std::string_view bytes);
  [[nodiscard]] Io flush();

  // Tries to send close_notify.
  void shut_down();

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { ::SSL_free(ssl); }
  };

  static BIO_METHOD* bio_method();
  static int bio_read(BIO* bio, char* into, int size);
  static int bio_write(BIO* bio, const char* bytes, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);

  Socket socket_;
  Scratch& scratch_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  std::string_view encrypted_;  // the part of scratch_.wire that OpenSSL has not read yet
  std::string unsent_;
};

}  // namespace brink::bench
