#include "net/proxy_protocol_reader.h"

#include <cerrno>
#include <optional>

#include <sys/socket.h>

namespace brink::net {
namespace {

ssize_t receive(int fd, std::span<char> into, int flags) {
  ssize_t got = 0;
  do {
    got = ::recv(fd, into.data(), into.size(), flags);
  } while (got < 0 && errno == EINTR);
  return got;
}

// The header, taken off the socket; nothing where it is not yet there as a whole.
Result<std::optional<ProxyHeader>> try_read(Transport& plain) {
  char bytes[kMaxProxyV2Bytes];
  FdWatch& watch = plain.watch();
  const bool ended = watch.saw_hangup();  // asked first: then all that will ever come is in the socket
  const ssize_t got = receive(plain.fd(), bytes, MSG_PEEK);
  if (got < 0) {
    if (errno != EAGAIN) return fail_errno(errno);
    watch.clear_readable_after_would_block();
    return std::nullopt;
  }
  const auto parse = BRINK_TRY(parse_proxy_header({bytes, static_cast<std::size_t>(got)}));
  if (parse.needs_more()) {
    if (got == 0 || ended) return fail(ProxyProtocolError::kTruncated);
    watch.clear_readable();
    return std::nullopt;
  }
  const ssize_t taken = receive(plain.fd(), std::span(bytes).first(parse.consumed), 0);
  if (taken != static_cast<ssize_t>(parse.consumed)) return fail(ProxyProtocolError::kTruncated);
  return parse.header;
}

}  // namespace

Task<Result<ProxyHeader>> read_proxy_header(Transport& plain, Deadline deadline) {
  for (;;) {
    const auto header = BRINK_CO_TRY(try_read(plain));
    if (header) co_return *header;
    BRINK_CO_TRY(co_await plain.watch().readable(deadline));
  }
}

}  // namespace brink::net
