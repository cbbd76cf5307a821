#include "store/accounts.h"

#include "store/acme_state.h"
#include "store/audit_log.h"
#include "tests/store/given_store.h"

namespace brink::store {
namespace {

TEST(Accounts, AreKeptById) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(accounts::put(transaction, {.id = id(2), .name = "b"}));
    return accounts::put(transaction, {.id = id(1), .name = "a", .settings = "{}", .created = time_at(5)});
  });
  const auto read = store.read();
  const auto found = accounts::get(*read, id(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id(1));
  EXPECT_EQ(found->name, "a");
  EXPECT_EQ(found->settings, "{}");
  EXPECT_EQ(found->created, time_at(5));
  EXPECT_EQ(accounts::count(*read), 2U);
  accounts::Scan scan(*read);
  EXPECT_EQ(scan.next()->name, "a");
  EXPECT_EQ(scan.next()->name, "b");
  EXPECT_FALSE(scan.next());
  const auto nil = store.writer->apply_now(
      [](WriteTransaction& transaction) { return accounts::put(transaction, {.name = "x"}); });
  EXPECT_TRUE(nil.error().is(StoreError::kInvalid));
}

TEST(Users, TheFirstIsTheOperator) {
  GivenStore store;
  EXPECT_FALSE(users::first(*store.read()));
  store.change([](WriteTransaction& transaction) {
    return users::put(transaction, {.id = id(4),
                                    .email = "admin@example.com",
                                    .profile = "{\"first_name\":\"A\"}",
                                    .created = time_at(1),
                                    .modified = time_at(2)});
  });
  const auto read = store.read();
  const auto first = users::first(*read);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, id(4));
  EXPECT_EQ(first->email, "admin@example.com");
  EXPECT_EQ(first->profile, "{\"first_name\":\"A\"}");
  EXPECT_EQ(first->created, time_at(1));
  EXPECT_EQ(first->modified, time_at(2));
  EXPECT_TRUE(users::get(*read, id(4)));
  EXPECT_FALSE(users::get(*read, id(5)));
}

TEST(AcmeState, KeepsWhatItIsGivenByName) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(acme_state::put(transaction, "http abc", "answer"));
    BRINK_TRY(acme_state::put(transaction, "empty", ""));
    // A value that the transaction itself gave may be put again.
    return acme_state::put(transaction, "copy", *acme_state::get(transaction, "http abc"));
  });
  EXPECT_EQ(acme_state::get(*store.read(), "http abc"), "answer");
  EXPECT_EQ(acme_state::get(*store.read(), "copy"), "answer");
  EXPECT_EQ(acme_state::get(*store.read(), "empty"), "");
  EXPECT_EQ(acme_state::get(*store.read(), ""), std::nullopt);
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(acme_state::remove(transaction, "http abc")));
    EXPECT_FALSE(BRINK_TRY(acme_state::remove(transaction, "http abc")));
    EXPECT_FALSE(BRINK_TRY(acme_state::remove(transaction, "")));
    return {};
  });
  EXPECT_FALSE(acme_state::get(*store.read(), "http abc"));
}

struct GivenAudit : GivenStore {
  void has(std::uint8_t account, std::uint8_t number, std::int64_t when) {
    change([&](WriteTransaction& transaction) {
      return audit_log::add(transaction, {.id = id(number), .account = id(account), .when = time_at(when)});
    });
  }
  std::vector<int> numbers(std::uint8_t account, std::int64_t since, std::int64_t before, bool newest_first) {
    const auto transaction = read();
    audit_log::Scan scan(*transaction, id(account), time_at(since), time_at(before), newest_first);
    std::vector<int> all;
    while (const auto entry = scan.next()) all.push_back(entry->id.bytes.back());
    return all;
  }
};

TEST(AuditLog, GivesBackWhatWasAdded) {
  GivenStore store;
  const AuditEntry entry{.id = id(1),
                         .account = id(2),
                         .when = time_at(100),
                         .action = "rec_add",
                         .succeeded = false,
                         .actor = id(3),
                         .actor_email = "a@b",
                         .actor_address = "192.0.2.1",
                         .actor_context = "api_token",
                         .token = id(4),
                         .token_name = "deploy",
                         .ray = "ray",
                         .method = "POST",
                         .uri = "/client/v4/zones",
                         .user_agent = "curl",
                         .status = 403,
                         .zone = id(5),
                         .zone_name = "a.test",
                         .resource_type = "DNS_record",
                         .resource = "x",
                         .before = "{}",
                         .after = "[]"};
  store.change([&](WriteTransaction& transaction) { return audit_log::add(transaction, entry); });
  const auto read = store.read();
  const auto found = audit_log::Scan(*read, id(2), time_at(0), time_at(1000), false).next();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, entry.id);
  EXPECT_EQ(found->account, entry.account);
  EXPECT_EQ(found->when, entry.when);
  EXPECT_EQ(found->action, entry.action);
  EXPECT_EQ(found->succeeded, entry.succeeded);
  EXPECT_EQ(found->actor, entry.actor);
  EXPECT_EQ(found->actor_email, entry.actor_email);
  EXPECT_EQ(found->actor_address, entry.actor_address);
  EXPECT_EQ(found->actor_context, entry.actor_context);
  EXPECT_EQ(found->token, entry.token);
  EXPECT_EQ(found->token_name, entry.token_name);
  EXPECT_EQ(found->ray, entry.ray);
  EXPECT_EQ(found->method, entry.method);
  EXPECT_EQ(found->uri, entry.uri);
  EXPECT_EQ(found->user_agent, entry.user_agent);
  EXPECT_EQ(found->status, entry.status);
  EXPECT_EQ(found->zone, entry.zone);
  EXPECT_EQ(found->zone_name, entry.zone_name);
  EXPECT_EQ(found->resource_type, entry.resource_type);
  EXPECT_EQ(found->resource, entry.resource);
  EXPECT_EQ(found->before, entry.before);
  EXPECT_EQ(found->after, entry.after);
}

TEST(AuditLog, IsWalkedInTimeBothWaysWithinItsBounds) {
  GivenAudit store;
  for (std::uint8_t number = 1; number <= 5; ++number) store.has(1, number, number * 10);
  store.has(2, 99, 30);
  store.has(1, 30, 30);
  EXPECT_EQ(store.numbers(1, 0, 100, false), (std::vector<int>{1, 2, 3, 30, 4, 5}));
  EXPECT_EQ(store.numbers(1, 0, 100, true), (std::vector<int>{5, 4, 30, 3, 2, 1}));
  EXPECT_EQ(store.numbers(1, 20, 40, false), (std::vector<int>{2, 3, 30}));
  EXPECT_EQ(store.numbers(1, 20, 40, true), (std::vector<int>{30, 3, 2}));
  EXPECT_EQ(store.numbers(2, 0, 100, true), (std::vector<int>{99}));
  EXPECT_TRUE(store.numbers(3, 0, 100, true).empty());
  EXPECT_TRUE(store.numbers(1, 60, 100, true).empty());
  EXPECT_TRUE(store.numbers(1, 0, 10, false).empty());
}

TEST(AuditLog, IsCutAtItsOldEndOfAllAccounts) {
  GivenAudit store;
  for (const std::uint8_t account : {1, 2, 3}) {
    for (std::uint8_t number = 1; number <= 5; ++number) store.has(account, number, number * 10);
  }
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_EQ(BRINK_TRY(audit_log::cut(transaction, time_at(30), 3)), 3U);
    EXPECT_EQ(BRINK_TRY(audit_log::cut(transaction, time_at(30), 100)), 3U);
    EXPECT_EQ(BRINK_TRY(audit_log::cut(transaction, time_at(30), 100)), 0U);
    return {};
  });
  for (const std::uint8_t account : {1, 2, 3})
    EXPECT_EQ(store.numbers(account, 0, 100, false), (std::vector<int>{3, 4, 5}));
}

}  // namespace
}  // namespace brink::store
