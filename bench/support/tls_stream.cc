#include "support/tls_stream.h"

#include "support/tls_context.h"

#include <algorithm>
#include <cstring>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace brink::bench {

TlsStream::TlsStream(Socket socket, Scratch& scratch, const Context& context)
    : socket_(std::move(socket)), scratch_(scratch), ssl_(::SSL_new(context.ssl)) {
  if (!ssl_) die_of_tls("SSL_new");
  BIO* bio = ::BIO_new(bio_method());
  if (bio == nullptr) die_of_tls("BIO_new");
  ::BIO_set_data(bio, this);
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl_.get(), bio, bio);
  if (context.role == TlsRole::kServer) {
    ::SSL_set_accept_state(ssl_.get());
  } else {
    ::SSL_set_connect_state(ssl_.get());
    ::SSL_set_tlsext_host_name(ssl_.get(), "bench.test");
    if (context.resume != nullptr) ::SSL_set_session(ssl_.get(), context.resume);
  }
}

Io TlsStream::start() {
  ::SSL_do_handshake(ssl_.get());
  return flush();
}

Received TlsStream::receive() {
  if (!scratch_.sealed.empty()) die_of_tls("a stream left its records to the next one");
  auto [state, count] = receive_some(fd(), scratch_.wire);
  if (state != Io::kDone) return {state, {}};
  encrypted_ = {scratch_.wire.data(), count};
  std::size_t length = 0;
  for (;;) {
    std::size_t got = 0;
    ::ERR_clear_error();
    const int result =
        ::SSL_read_ex(ssl_.get(), scratch_.plain.data() + length, scratch_.plain.size() - length, &got);
    length += got;
    if (result == 1) continue;
    const int error = ::SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) break;
    if (error == SSL_ERROR_ZERO_RETURN && length > 0) break;
    scratch_.sealed.clear();
    return {Io::kClosed, {}};
  }
  return {Io::kDone, {scratch_.plain.data(), length}};
}

Io TlsStream::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t written = 0;
    ::ERR_clear_error();
    if (::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) return Io::kClosed;
    bytes.remove_prefix(written);
  }
  return flush();
}

Io TlsStream::flush() {
  std::string& sealed = scratch_.sealed;
  if (!unsent_.empty()) {
    unsent_.append(sealed);
    sealed.clear();
    auto [state, count] = send_some(fd(), unsent_);
    if (state == Io::kClosed) return state;
    unsent_.erase(0, count);
    return unsent_.empty() ? Io::kDone : Io::kBlocked;
  }
  if (sealed.empty()) return Io::kDone;
  auto [state, count] = send_some(fd(), sealed);
  if (state != Io::kClosed && count < sealed.size()) unsent_.assign(sealed, count);
  sealed.clear();
  if (state == Io::kClosed) return state;
  return unsent_.empty() ? Io::kDone : Io::kBlocked;
}

void TlsStream::shut_down() {
  if (!is_established()) return;
  ::SSL_shutdown(ssl_.get());
  // The socket is closed next: what it does not take now is lost, as TLS allows.
  (void)flush();
}

BIO_METHOD* TlsStream::bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench stream");
    ::BIO_meth_set_read(made, bio_read);
    ::BIO_meth_set_write(made, bio_write);
    ::BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

int TlsStream::bio_read(BIO* bio, char* into, int size) {
  auto& stream = *static_cast<TlsStream*>(::BIO_get_data(bio));
  ::BIO_clear_retry_flags(bio);
  if (stream.encrypted_.empty()) {
    ::BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(stream.encrypted_.size(), static_cast<std::size_t>(size));
  std::memcpy(into, stream.encrypted_.data(), count);
  stream.encrypted_.remove_prefix(count);
  return static_cast<int>(count);
}

int TlsStream::bio_write(BIO* bio, const char* bytes, int size) {
  auto& stream = *static_cast<TlsStream*>(::BIO_get_data(bio));
  ::BIO_clear_retry_flags(bio);
  stream.scratch_.sealed.append(bytes, static_cast<std::size_t>(size));
  return size;
}

long TlsStream::bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

}  // namespace brink::bench
