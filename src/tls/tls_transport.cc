#include "tls/tls_transport.h"

#include "base/assert.h"
#include "tls/client_side.h"
#include "tls/openssl_handles.h"
#include "tls/server_handshake.h"
#include "tls/session_store.h"
#include "tls/wire.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace brink::tls {

using net::Io;

namespace {

constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kMaxPlaintext = 16 * 1024;              // RFC 8446 section 5.1
constexpr std::size_t kMaxCiphertext = kMaxPlaintext + 2048;  // RFC 5246 section 6.2.3; TLS 1.3 allows less
// What a record may add to its plaintext, as far as it matters for guessing how much to receive.
constexpr std::size_t kUsualOverhead = 64;

// What stands at the front of received bytes.
enum class Front : unsigned char { kPart, kWholeRecord, kNoRecord };

Front front_of(std::string_view bytes, std::size_t& size) {
  if (bytes.size() < kRecordHeader) return Front::kPart;
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t length = static_cast<std::size_t>(byte(3)) << 8 | byte(4);
  const bool is_record =
      byte(0) >= SSL3_RT_CHANGE_CIPHER_SPEC && byte(0) <= SSL3_RT_APPLICATION_DATA && byte(1) == 3;
  if (!is_record || length > kMaxCiphertext) {
    size = bytes.size();
    return Front::kNoRecord;
  }
  size = kRecordHeader + length;
  return bytes.size() >= size ? Front::kWholeRecord : Front::kPart;
}

}  // namespace

void TlsTransport::SslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }

// One call from outside: holds the thread's wire for this connection, and what has been received and not yet
// been given to OpenSSL. OpenSSL gets whole records only, so that it never has to keep a part of one, and
// what is no record at all, so that it can say what is wrong with it.
class TlsTransport::Turn {
 public:
  explicit Turn(TlsTransport& transport, ServerHandshake* server = nullptr)
      : transport_(transport), wire_(Wire::of_this_thread()), space_(wire_.input_space()) {
    BRINK_ASSERT(wire_.written().empty() && wire_.readable.empty());
    drain_errors();
    wire_.server = server;
    wire_.client = transport.client_.get();
    if (transport.ssl_ != nullptr) wire_.bind(transport.ssl_.get());
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (reads_) keep_leftover();
    wire_.server = nullptr;
    wire_.client = nullptr;
    wire_.readable = {};
    BRINK_ASSERT(wire_.written().empty());
  }

  [[nodiscard]] Wire& wire() { return wire_; }

  // Takes over what an earlier turn left.
  void begin_reading() {
    reads_ = true;
    if (transport_.leftover_size_ == 0) return;
    std::memcpy(space_, transport_.leftover_.get(), transport_.leftover_size_);
    end_ = std::exchange(transport_.leftover_size_, 0);
    transport_.leftover_.reset();
  }

  // Whether OpenSSL can be given something.
  [[nodiscard]] bool has_record() const {
    std::size_t size = 0;
    return front_of(input(), size) != Front::kPart;
  }
  // Gives OpenSSL the first record, or whatever is there where it is none.
  void offer_record() {
    std::size_t size = 0;
    offered_no_record_ = front_of(input(), size) == Front::kNoRecord;
    offer(size);
  }
  // Gives OpenSSL all records that have come whole; it takes what it needs.
  void offer_records() {
    std::size_t whole = 0;
    std::size_t size = 0;
    Front front = Front::kPart;
    while ((front = front_of(input().substr(whole), size)) == Front::kWholeRecord) whole += size;
    offered_no_record_ = whole == 0 && front == Front::kNoRecord;
    offer(offered_no_record_ ? size : whole);
  }
  // After OpenSSL has been called: what it did not take stays.
  void take_back() {
    begin_ = wire_.readable.empty() ? begin_ : static_cast<std::size_t>(wire_.readable.data() - space_);
    wire_.readable = {};
  }
  [[nodiscard]] bool offered_no_record() const { return offered_no_record_; }

  // Receives about as much as `wanted` bytes of plaintext need, at least a record's worth. Answers whether
  // the connection stands; clears the watch's flag where there is no more for now.
  bool receive(std::size_t wanted) {
    if (begin_ > 0) {
      std::memmove(space_, space_ + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    const std::size_t usual = wanted + (wanted / kMaxPlaintext + 1) * kUsualOverhead;
    const std::size_t asked = std::clamp(usual, kRecordHeader + kMaxCiphertext, Wire::kInputBytes - end_);
    const ssize_t got = ::recv(transport_.socket_.get(), space_ + end_, asked, 0);
    if (got > 0) {
      end_ += static_cast<std::size_t>(got);
      if (static_cast<std::size_t>(got) < asked) transport_.watch_.clear_readable();
      return true;
    }
    if (got == 0) {
      transport_.at_end_ = true;
      return true;
    }
    if (errno == EAGAIN || errno == EINTR) {
      transport_.watch_.clear_readable_after_would_block();
      return true;
    }
    transport_.failed_errno_ = errno;
    return false;
  }

 private:
  [[nodiscard]] std::string_view input() const { return {space_ + begin_, end_ - begin_}; }
  void offer(std::size_t size) {
    wire_.readable = {space_ + begin_, size};
    begin_ += size;
  }
  void keep_leftover() {
    take_back();
    transport_.has_whole_record_ = has_record();
    const auto rest = input();
    if (rest.empty()) return;
    transport_.leftover_ = std::make_unique_for_overwrite<char[]>(rest.size());
    std::memcpy(transport_.leftover_.get(), rest.data(), rest.size());
    transport_.leftover_size_ = static_cast<std::uint32_t>(rest.size());
  }

  TlsTransport& transport_;
  Wire& wire_;
  char* const space_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool reads_ = false;
  bool offered_no_record_ = false;
};

TlsTransport::TlsTransport(net::Fd socket, std::shared_ptr<const ServerContexts> contexts)
    : socket_(std::move(socket)), contexts_(std::move(contexts)) {}

TlsTransport::TlsTransport(net::Fd socket, std::shared_ptr<ClientContext> context, ClientTarget target)
    : socket_(std::move(socket)), client_(new ClientSide{std::move(context), std::move(target)}) {}

TlsTransport::~TlsTransport() {
  watch_.detach();
  // OpenSSL takes a connection that ends without close_notify both ways for a broken one and spoils its
  // session.
  if (ssl_ != nullptr && failed_errno_ == 0)
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// --- the handshake ---

Task<Result<>> TlsTransport::handshake(Deadline deadline) {
  BRINK_ASSERT(watch_.is_attached() && !handshake_done_);
  std::optional<ServerHandshake> server;
  if (contexts_ != nullptr) server.emplace(*contexts_);
  for (;;) {
    const auto progress = advance_handshake(server ? &*server : nullptr);
    if (!progress) co_return std::unexpected(progress.error());
    if (*progress == Progress::kDone) co_return Result<>{};
    const auto waited = *progress == Progress::kNeedsInput ? co_await watch_.readable(deadline)
                                                           : co_await watch_.writable(deadline);
    if (!waited && waited.error().is(WaitError::kTimeout)) co_return fail(TlsError::kTimeout);
    if (!waited) co_return waited;
  }
}

// As far as it goes without waiting.
Result<TlsTransport::Progress> TlsTransport::advance_handshake(ServerHandshake* server) {
  if (has_unsent()) {
    const Io flushed = try_flush();
    if (flushed.status == Io::Status::kFailed) return fail_errno(flushed.error_number);
    if (flushed.status == Io::Status::kWouldBlock) return Progress::kNeedsOutput;
  }
  Turn turn(*this, server);
  turn.begin_reading();
  for (;;) {
    const bool client_begins = client_ != nullptr && ssl_ == nullptr;
    if (client_begins || turn.has_record()) {
      const auto progress = step_handshake(turn);
      if (server != nullptr && (!progress || *progress == Progress::kDone)) take_facts(server);
      if (!progress || *progress != Progress::kNeedsInput) return progress;
      continue;
    }
    if (at_end_) return fail(TlsError::kClosed);
    if (!watch_.may_read()) return Progress::kNeedsInput;
    if (!turn.receive(kMaxPlaintext)) return fail_errno(failed_errno_);
  }
}

// One call of OpenSSL's, with all that has come whole.
Result<TlsTransport::Progress> TlsTransport::step_handshake(Turn& turn) {
  if (ssl_ == nullptr) {
    BRINK_TRY(ensure_ssl());
    turn.wire().bind(ssl_.get());
  }
  turn.offer_records();
  const int done = SSL_do_handshake(ssl_.get());
  const int ssl_error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), done);
  turn.take_back();
  if (ssl_error == SSL_ERROR_WANT_READ && !turn.offered_no_record()) {
    const Io sent = send_written(turn);
    if (sent.status == Io::Status::kFailed) return fail_errno(sent.error_number);
    return has_unsent() ? Progress::kNeedsOutput : Progress::kNeedsInput;
  }
  if (done != 1) {
    const Error error = handshake_failure(ssl_error, turn.wire().server);
    (void)send_written(turn);  // the alert, as far as it goes
    failure_ = error;
    failed_errno_ = EPROTO;
    return std::unexpected(error);
  }

  handshake_done_ = true;
  if (contexts_ != nullptr && SSL_version(ssl_.get()) == TLS1_3_VERSION) {
    // The session ticket: it can wait for the first bytes of the application.
    keep_unsent(turn.wire().written());
    turn.wire().clear_written();
  } else if (send_written(turn).status == Io::Status::kFailed) {
    return fail_errno(failed_errno_);
  }
  if (client_ != nullptr) {
    take_facts(nullptr);
    keep_renewed_session();
  }
  drop_handshake_memory();
  if (client_ != nullptr && client_->target.alpn == ClientTarget::Alpn::kHttp2 && facts_.alpn.empty()) {
    return fail(TlsError::kNoSharedAlpn);
  }
  return Progress::kDone;
}

Result<> TlsTransport::ensure_ssl() {
  if (contexts_ != nullptr) {
    ssl_.reset(contexts_->new_connection());
  } else {
    ssl_.reset(client_->context->new_connection(client_->target));
  }
  if (ssl_ == nullptr) return fail(TlsError::kHandshakeFailed, static_cast<std::int64_t>(take_error()));
  return {};
}

Error TlsTransport::handshake_failure(int ssl_error, const ServerHandshake* server) {
  const auto code = static_cast<std::int64_t>(take_error());
  if (ssl_error == SSL_ERROR_WANT_READ) return TlsError::kNotTls;
  switch (ERR_GET_REASON(static_cast<unsigned long>(code))) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return {TlsError::kCertificateInvalid, SSL_get_verify_result(ssl_.get())};
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: return TlsError::kNoSharedAlpn;
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE:
      if (server == nullptr || !server->hello_seen) return TlsError::kNotTls;
      break;
    default: break;
  }
  return {TlsError::kHandshakeFailed, code};
}

void TlsTransport::take_facts(const ServerHandshake* server) {
  if (server != nullptr) {
    facts_.server_name = server->server_name;
    facts_.ja3 = server->ja3;
    facts_.ja4 = server->ja4;
    facts_.hello = server->hello;
  } else {
    facts_.server_name = client_->target.server_name;
  }
  if (!handshake_done_) return;
  facts_.version = static_cast<std::uint16_t>(SSL_version(ssl_.get()));
  facts_.cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl_.get()));
  facts_.resumed = SSL_session_reused(ssl_.get()) == 1;
  facts_.client_certificate = server != nullptr && SSL_get0_peer_certificate(ssl_.get()) != nullptr;
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &alpn, &alpn_size);
  facts_.alpn.assign(reinterpret_cast<const char*>(alpn), alpn_size);
}

// A TLS 1.2 origin may answer a resumption with a new ticket (RFC 5077 section 3.3), of which OpenSSL tells
// nobody.
void TlsTransport::keep_renewed_session() {
  const std::string& key = client_->target.session_key;
  if (!facts_.resumed || facts_.version >= TLS1_3_VERSION || key.empty()) return;
  client_->context->sessions().put(key, OwnedSession(SSL_get1_session(ssl_.get())));
}

// The stapled response, which OpenSSL would keep although nobody will ask for it again.
void TlsTransport::drop_handshake_memory() {
  if (contexts_ != nullptr) SSL_set_tlsext_status_ocsp_resp(ssl_.get(), nullptr, 0);
}

// --- data ---

Io TlsTransport::try_read(std::span<char> into) {
  if (failed_errno_ != 0) return Io::failed(failed_errno_);
  BRINK_ASSERT(handshake_done_);
  if (saw_close_notify_) return Io::end();
  if (!has_buffered_input() && !at_end_ && !watch_.may_read()) return Io::would_block();

  Turn turn(*this);
  turn.begin_reading();
  std::size_t got = 0;
  Io last = Io::would_block();
  while (got < into.size()) {
    if (has_plaintext_ || turn.has_record()) {
      last = read_record(turn, into.subspan(got));
      if (last.status != Io::Status::kDone) break;
      got += last.bytes;
      continue;
    }
    last = at_end_ ? Io::end() : Io::would_block();
    if (at_end_ || !watch_.may_read()) break;
    if (!turn.receive(into.size() - got)) {
      last = Io::failed(failed_errno_);
      break;
    }
  }
  if (!turn.wire().written().empty()) send_written(turn);  // an alert
  return got > 0 ? Io::done(got) : last;
}

// The rest of the record inside OpenSSL, or else the next one. Done with 0 bytes where it carried no data.
Io TlsTransport::read_record(Turn& turn, std::span<char> into) {
  if (!has_plaintext_) turn.offer_record();
  std::size_t got = 0;
  const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
  has_plaintext_ = done == 1 && got == into.size() && SSL_pending(ssl_.get()) > 0;
  if (done == 1) {
    messages_without_data_ = 0;
    return Io::done(got);
  }
  switch (SSL_get_error(ssl_.get(), done)) {
    case SSL_ERROR_WANT_READ:
      if (turn.offered_no_record()) return fail_with(TlsError::kNotTls);
      if (++messages_without_data_ > kMaxMessagesWithoutData) return fail_with(TlsError::kTooManyMessages);
      return Io::done(0);
    case SSL_ERROR_ZERO_RETURN: saw_close_notify_ = true; return Io::end();
    default: return fail_with(Error(TlsError::kBrokenRecord, static_cast<std::int64_t>(take_error())));
  }
}

Io TlsTransport::try_write(std::span<const iovec> pieces) {
  if (failed_errno_ != 0) return Io::failed(failed_errno_);
  BRINK_ASSERT(handshake_done_);
  if (shutdown_wanted_) return Io::failed(EPIPE);
  if (!watch_.may_write()) return Io::would_block();

  Turn turn(*this);
  Wire& wire = turn.wire();
  wire.append({unsent_.get(), unsent_size_});
  const bool may_take_more = unsent_size_ < kMaxWrite;
  unsent_.reset();
  unsent_size_ = 0;

  std::size_t taken = 0;
  std::size_t offset = 0;  // in pieces.front()
  while (may_take_more && taken < kMaxWrite && !pieces.empty()) {
    const char* from = static_cast<const char*>(pieces.front().iov_base) + offset;
    std::size_t size = std::min(pieces.front().iov_len - offset, kMaxWrite - taken);
    const bool fills_records = size >= kMaxPlaintext;
    if (fills_records) {
      size -= size % kMaxPlaintext;  // the rest shares a record with what follows
      offset += size;
    } else {
      // Small pieces go into one record together.
      size = 0;
      const std::size_t room = std::min(kMaxPlaintext, kMaxWrite - taken);
      for (; !pieces.empty() && size < room; pieces = pieces.subspan(1), offset = 0) {
        const iovec& piece = pieces.front();
        const std::size_t part = std::min(piece.iov_len - offset, room - size);
        if (part > 0)
          std::memcpy(wire.gather_space() + size, static_cast<const char*>(piece.iov_base) + offset, part);
        size += part;
        offset += part;
        if (offset < piece.iov_len) break;
      }
      from = wire.gather_space();
      if (size == 0) break;
    }
    std::size_t written = 0;
    const int done = SSL_write_ex(ssl_.get(), from, size, &written);
    if (done != 1) {
      const Io failed = fail_with(Error(TlsError::kBrokenRecord, static_cast<std::int64_t>(take_error())));
      (void)send_written(turn);
      return failed;
    }
    BRINK_ASSERT(written == size);  // the wire takes everything
    taken += size;
    if (!pieces.empty() && offset == pieces.front().iov_len) {
      pieces = pieces.subspan(1);
      offset = 0;
    }
  }
  const Io sent = send_written(turn);
  if (sent.status == Io::Status::kFailed) return sent;
  if (taken == 0 && has_unsent()) return Io::would_block();
  return Io::done(taken);
}

Io TlsTransport::try_flush() {
  if (failed_errno_ != 0) return Io::failed(failed_errno_);
  if (!has_unsent()) return Io::done(0);
  if (!watch_.may_write()) return Io::would_block();
  Turn turn(*this);
  turn.wire().append({unsent_.get(), unsent_size_});
  unsent_.reset();
  unsent_size_ = 0;
  const Io sent = send_written(turn);
  if (sent.status == Io::Status::kFailed) return sent;
  return has_unsent() ? Io::would_block() : Io::done(0);
}

void TlsTransport::shutdown_write() {
  if (failed_errno_ != 0 || !handshake_done_) {
    ::shutdown(socket_.get(), SHUT_WR);
    return;
  }
  if (std::exchange(shutdown_wanted_, true)) return;
  Turn turn(*this);
  turn.wire().append({unsent_.get(), unsent_size_});
  unsent_.reset();
  unsent_size_ = 0;
  SSL_shutdown(ssl_.get());  // writes close_notify; that the peer's is not yet there is no failure
  drain_errors();
  (void)send_written(turn);
}

void TlsTransport::reset_on_close() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// Sends what OpenSSL has written, behind what is unsent; keeps what the socket does not take.
Io TlsTransport::send_written(Turn& turn) {
  Wire& wire = turn.wire();
  std::string_view rest = wire.written();
  if (!rest.empty() && unsent_size_ == 0 && watch_.may_write()) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      failed_errno_ = errno;
      wire.clear_written();
      return Io::failed(failed_errno_);
    }
    if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    if (!rest.empty()) watch_.clear_writable();
  }
  keep_unsent(rest);
  wire.clear_written();
  if (shutdown_wanted_ && !has_unsent()) ::shutdown(socket_.get(), SHUT_WR);
  return Io::done(0);
}

void TlsTransport::keep_unsent(std::string_view bytes) {
  if (bytes.empty()) return;
  auto larger = std::make_unique_for_overwrite<char[]>(unsent_size_ + bytes.size());
  if (unsent_size_ > 0) std::memcpy(larger.get(), unsent_.get(), unsent_size_);
  std::memcpy(larger.get() + unsent_size_, bytes.data(), bytes.size());
  unsent_ = std::move(larger);
  unsent_size_ += static_cast<std::uint32_t>(bytes.size());
}

Io TlsTransport::fail_with(Error error) {
  failure_ = error;
  failed_errno_ = EPROTO;
  return Io::failed(EPROTO);
}

}  // namespace brink::tls
