#include "tls/session_store.h"

#include "tls/openssl_handles.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

namespace brink::tls {
namespace {

bool is_good(const SSL_SESSION* session) {
  const auto expiry = static_cast<long>(SSL_SESSION_get_time(session)) + SSL_SESSION_get_timeout(session);
  return SSL_SESSION_is_resumable(session) == 1 && expiry > static_cast<long>(std::time(nullptr));
}

bool is_for_one_use(const SSL_SESSION* session) {
  return SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
}

}  // namespace

void SessionFree::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }

void SessionStore::put(std::string_view key, OwnedSession session) {
  std::vector<OwnedSession> dropped;  // dies after the lock
  std::lock_guard lock(mutex_);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    entries_.push_front({std::string(key), {}});
    found = by_key_.emplace(entries_.front().key, entries_.begin()).first;
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  auto& sessions = found->second->sessions;
  if (!is_for_one_use(session.get())) {
    dropped.swap(sessions);
  } else if (sessions.size() >= kSessionsPerKey) {
    dropped.push_back(std::move(sessions.front()));
    sessions.erase(sessions.begin());
  }
  sessions.push_back(std::move(session));
  if (entries_.size() > max_keys_) {
    by_key_.erase(entries_.back().key);
    std::ranges::move(entries_.back().sessions, std::back_inserter(dropped));
    entries_.pop_back();
  }
}

OwnedSession SessionStore::take(std::string_view key) {
  std::vector<OwnedSession> expired;  // dies after the lock
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  auto& sessions = found->second->sessions;
  while (!sessions.empty()) {
    SSL_SESSION* const newest = sessions.back().get();
    if (!is_good(newest)) {
      expired.push_back(std::move(sessions.back()));
      sessions.pop_back();
      continue;
    }
    if (!is_for_one_use(newest)) {
      SSL_SESSION_up_ref(newest);
      return OwnedSession(newest);
    }
    auto taken = std::move(sessions.back());
    sessions.pop_back();
    return taken;
  }
  return nullptr;
}

std::size_t SessionStore::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace brink::tls
