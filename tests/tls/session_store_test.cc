#include "tls/session_store.h"

#include "tests/tls/given.h"
#include "tls/openssl_handles.h"

#include <ctime>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

OwnedSession session(int version, long age = 0) {
  OwnedSession made(SSL_SESSION_new());
  SSL_SESSION_set_protocol_version(made.get(), version);
  SSL_SESSION_set_time(made.get(), static_cast<long>(std::time(nullptr)) - age);
  SSL_SESSION_set_timeout(made.get(), 3600);
  const unsigned char id[] = {1, 2, 3};
  SSL_SESSION_set1_id(made.get(), id, sizeof id);  // what makes it one that can be resumed
  return made;
}

TEST(SessionStore, GivesATls13SessionOnce) {
  SessionStore store(10);
  store.put("a:443", session(TLS1_3_VERSION));
  EXPECT_EQ(store.take("b:443"), nullptr);
  EXPECT_NE(store.take("a:443"), nullptr);
  EXPECT_EQ(store.take("a:443"), nullptr);
}

TEST(SessionStore, GivesATls12SessionAgainAndAgain) {
  SessionStore store(10);
  store.put("a:443", session(TLS1_2_VERSION));
  const auto first = store.take("a:443");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(store.take("a:443"), first);
  auto renewed = session(TLS1_2_VERSION);
  const auto* expected = renewed.get();
  store.put("a:443", std::move(renewed));
  EXPECT_EQ(store.take("a:443").get(), expected);
}

TEST(SessionStore, GivesTheNewestOfSeveralAndKeepsAFew) {
  SessionStore store(10);
  std::vector<const SSL_SESSION*> put;
  for (std::size_t i = 0; i < SessionStore::kSessionsPerKey + 3; ++i) {
    auto each = session(TLS1_3_VERSION);
    put.push_back(each.get());
    store.put("a:443", std::move(each));
  }
  for (std::size_t i = 0; i < SessionStore::kSessionsPerKey; ++i) {
    EXPECT_EQ(store.take("a:443").get(), put.back());
    put.pop_back();
  }
  EXPECT_EQ(store.take("a:443"), nullptr);
}

TEST(SessionStore, ForgetsWhatHasExpired) {
  SessionStore store(10);
  store.put("a:443", session(TLS1_3_VERSION));
  store.put("a:443", session(TLS1_3_VERSION, 3601));
  EXPECT_NE(store.take("a:443"), nullptr);
  store.put("b:443", session(TLS1_2_VERSION, 3601));
  EXPECT_EQ(store.take("b:443"), nullptr);
}

TEST(SessionStore, LetsTheOneUsedLeastRecentlyGo) {
  SessionStore store(2);
  store.put("a", session(TLS1_2_VERSION));
  store.put("b", session(TLS1_2_VERSION));
  EXPECT_NE(store.take("a"), nullptr);
  store.put("c", session(TLS1_2_VERSION));
  EXPECT_EQ(store.size(), 2u);
  EXPECT_EQ(store.take("b"), nullptr);
  EXPECT_NE(store.take("a"), nullptr);
  EXPECT_NE(store.take("c"), nullptr);
}

}  // namespace
}  // namespace brink::tls
