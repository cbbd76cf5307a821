#include "store/tokens.h"

#include "tests/store/given_store.h"

namespace brink::store {
namespace {

TokenHash hash(std::uint8_t number) {
  TokenHash made;
  made.fill(number);
  return made;
}

TEST(Tokens, GiveBackWhatWasPut) {
  GivenStore store;
  const Token token{.id = id(1),
                    .owner = id(2),
                    .of_account = true,
                    .name = "deploy",
                    .hash = hash(7),
                    .disabled = true,
                    .policies = "[]",
                    .condition = "{}",
                    .not_before = time_at(1),
                    .expires = time_at(2),
                    .issued = time_at(3),
                    .modified = time_at(4),
                    .last_used = time_at(5)};
  store.change([&](WriteTransaction& transaction) { return tokens::put(transaction, token); });
  const auto read = store.read();
  for (const auto& found : {tokens::get(*read, id(1)), tokens::find(*read, hash(7))}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id(1));
    EXPECT_EQ(found->owner, id(2));
    EXPECT_TRUE(found->of_account);
    EXPECT_EQ(found->name, "deploy");
    EXPECT_EQ(found->hash, hash(7));
    EXPECT_TRUE(found->disabled);
    EXPECT_EQ(found->policies, "[]");
    EXPECT_EQ(found->condition, "{}");
    EXPECT_EQ(found->not_before, time_at(1));
    EXPECT_EQ(found->expires, time_at(2));
    EXPECT_EQ(found->issued, time_at(3));
    EXPECT_EQ(found->modified, time_at(4));
    EXPECT_EQ(found->last_used, time_at(5));
  }
  EXPECT_FALSE(tokens::find(*read, hash(8)));
}

TEST(Tokens, ARolledSecretDiesAtOnce) {
  GivenStore store;
  Token token{.id = id(1), .owner = id(2), .hash = hash(1)};
  store.change([&](WriteTransaction& transaction) { return tokens::put(transaction, token); });
  token.hash = hash(2);
  store.change([&](WriteTransaction& transaction) { return tokens::put(transaction, token); });
  EXPECT_FALSE(tokens::find(*store.read(), hash(1)));
  EXPECT_TRUE(tokens::find(*store.read(), hash(2)));
  store.change([&](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(tokens::remove(transaction, id(1))));
    EXPECT_FALSE(BRINK_TRY(tokens::remove(transaction, id(1))));
    return {};
  });
  EXPECT_FALSE(tokens::find(*store.read(), hash(2)));
}

TEST(Tokens, AHashIsOneTokensOnly) {
  GivenStore store;
  store.change(
      [](WriteTransaction& transaction) { return tokens::put(transaction, {.id = id(1), .hash = hash(1)}); });
  const auto second = store.writer->apply_now(
      [](WriteTransaction& transaction) { return tokens::put(transaction, {.id = id(2), .hash = hash(1)}); });
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(StoreError::kTaken));
  EXPECT_EQ(tokens::find(*store.read(), hash(1))->id, id(1));
}

TEST(Tokens, AnIndexThatLeadsAstrayOpensNoDoor) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    BRINK_TRY(tokens::put(transaction, {.id = id(1), .hash = hash(1)}));
    return transaction.put(Table::kTokensByHash, std::string(32, '\5'), id(1).view());
  });
  EXPECT_FALSE(tokens::find(*store.read(), hash(5)));
}

TEST(Tokens, AreWalkedInTheOrderOfIds) {
  GivenStore store;
  store.change([](WriteTransaction& transaction) -> Result<> {
    for (const std::uint8_t number : {2, 3, 1})
      BRINK_TRY(tokens::put(transaction, {.id = id(number), .hash = hash(number)}));
    return {};
  });
  const auto read = store.read();
  tokens::Scan scan(*read);
  for (const std::uint8_t number : {1, 2, 3}) EXPECT_EQ(scan.next()->id, id(number));
  EXPECT_FALSE(scan.next());
}

}  // namespace
}  // namespace brink::store
