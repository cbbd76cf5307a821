// Sessions that origins gave us, to take up again instead of a full handshake. Bounded: the key that was used
// least recently makes room. Safe from any thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct ssl_session_st;

namespace brink::tls {

struct SessionFree {
  void operator()(ssl_session_st* session) const;
};
using OwnedSession = std::unique_ptr<ssl_session_st, SessionFree>;

class SessionStore {
 public:
  // Tickets kept for one key: as many new connections can be opened at the same moment with one each.
  static constexpr std::size_t kSessionsPerKey = 8;

  explicit SessionStore(std::size_t max_keys) : max_keys_(max_keys) {}
  SessionStore(const SessionStore&) = delete;
  SessionStore& operator=(const SessionStore&) = delete;

  void put(std::string_view key, OwnedSession session);
  // The newest session for the key that is still good, or nullptr. One of TLS 1.3 is given out once (RFC 8446
  // appendix C.4: a ticket seen twice lets an onlooker link the connections), one of TLS 1.2 again and again.
  [[nodiscard]] OwnedSession take(std::string_view key);
  [[nodiscard]] std::size_t size() const;  // keys

 private:
  struct Entry {
    std::string key;
    std::vector<OwnedSession> sessions;  // the oldest first
  };
  using Entries = std::list<Entry>;

  const std::size_t max_keys_;
  mutable std::mutex mutex_;  // guards what follows; held for a lookup, never while OpenSSL computes
  Entries entries_;           // the key used last in front
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // views of the entries' keys
};

}  // namespace brink::tls
