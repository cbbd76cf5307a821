#include "store/environment.h"

#include "store/acme_state.h"
#include "store/check.h"
#include "store/map_gate.h"
#include "store/meta.h"
#include "store/reader.h"
#include "store/schema.h"
#include "tests/store/given_process.h"
#include "tests/store/given_store.h"

#include <filesystem>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

namespace brink::store {
namespace {

using Mode = Environment::Mode;

unsigned permissions(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

Writer::Change putting(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](WriteTransaction& transaction) {
    return acme_state::put(transaction, name, value);
  };
}

TEST(Environment, IsMadeForItsOwnerAlone) {
  const GivenStore store;
  EXPECT_EQ(permissions(store.path()), 0700U);
  for (const char* file : {"data.mdb", "lock.mdb", "writer.lock", "sequence"})
    EXPECT_EQ(permissions(store.path() + "/" + file), 0600U) << file;
}

TEST(Environment, AReaderDoesNotMakeIt) {
  const MemoryDirectory directory;
  for (const std::string& path : {directory.path("none"), directory.path("")}) {
    const auto opened = Environment::open(path, Mode::kRead);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(StoreError::kNotThere));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path("")));
}

TEST(Environment, HasOneWriter) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  GivenProcess other([&](int in, int out) {
    const auto opened = Environment::open(path, Mode::kWrite);
    const char answer = opened ? 'y' : 'n';
    (void)!::write(out, &answer, 1);
    wait_for_byte(in);
  });
  ASSERT_EQ(other.receive<char>(), 'y');
  const Error refused = Environment::open(path, Mode::kWrite).error();
  EXPECT_TRUE(refused.is(StoreError::kBusy));
  EXPECT_EQ(refused.text(), "process " + std::to_string(other.pid()) + " writes the store");
  EXPECT_TRUE(Environment::open(path, Mode::kRead));
  other.kill();  // and nothing is left of its lock
  const auto mine = Environment::open(path, Mode::kWrite);
  ASSERT_TRUE(mine);
  EXPECT_TRUE(Environment::open(path, Mode::kWrite).error().is(StoreError::kBusy));
}

TEST(Environment, AProcessOpensAStoreOnceHoweverManyAsk) {
  GivenStore store;
  const auto before = store.environment->usage()->readers;
  auto second = Environment::open(store.path(), Mode::kRead).value();
  const auto reading = store.read();
  second.reset();  // would free the slots of the whole process, were it an environment of its own
  EXPECT_EQ(store.environment->usage()->readers, before + 1);
  store.change(putting("a", "1"));
  EXPECT_EQ(Environment::open(store.path(), Mode::kRead).value()->sequence(), 1U);
}

TEST(Environment, WhatAReaderHasOpenDoesNotBecomeAWriters) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  ASSERT_TRUE(Environment::open(path, Mode::kWrite));
  const auto reader = Environment::open(path, Mode::kRead);
  ASSERT_TRUE(reader);
  EXPECT_TRUE(Environment::open(path, Mode::kWrite).error().is(StoreError::kBusy));
}

TEST(Environment, KeepsWhatWasCommittedAndItsNumber) {
  const MemoryDirectory directory;
  Loop loop;
  const std::string path = directory.path("store");
  {
    auto environment = Environment::open(path, Mode::kWrite).value();
    Writer writer(*environment, loop);
    ASSERT_TRUE(writer.apply_now(putting("a", "1")));
    ASSERT_TRUE(writer.apply_now(putting("b", "2")));
  }
  std::filesystem::remove(path + "/sequence");  // a reader waits for the writer to make it again
  EXPECT_TRUE(Environment::open(path, Mode::kRead).error().is(StoreError::kNotThere));
  EXPECT_EQ(Environment::open(path, Mode::kWrite).value()->sequence(), 2U);
  const auto environment = Environment::open(path, Mode::kRead).value();
  EXPECT_EQ(environment->sequence(), 2U);
  EXPECT_EQ(acme_state::get(**environment->read(), "b"), "2");
}

TEST(Environment, AReaderElsewhereSeesTheNumberAndTheChange) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  GivenProcess reader([&](int in, int out) {
    wait_for_byte(in);
    Loop loop;
    const auto environment = Environment::open(path, Mode::kRead).value();
    Reader of_loop(*environment, loop);
    const std::string first(*acme_state::get(**of_loop.snapshot(), "a"));
    const char opened = first[0];
    (void)!::write(out, &opened, 1);
    wait_for_byte(in);
    loop.run_once(Deadline::at(loop.now()));
    const char changed = environment->sequence() == 2 && of_loop.has_changed()
                             ? (*acme_state::get(**of_loop.snapshot(), "a"))[0]
                             : '?';
    (void)!::write(out, &changed, 1);
  });
  const auto environment = Environment::open(path, Mode::kWrite).value();
  Loop loop;
  Writer writer(*environment, loop);
  ASSERT_TRUE(writer.apply_now(putting("a", "1")));
  reader.send('x');
  EXPECT_EQ(reader.receive<char>(), '1');
  ASSERT_TRUE(writer.apply_now(putting("a", "2")));
  reader.send('x');
  EXPECT_EQ(reader.receive<char>(), '2');
}

TEST(Environment, RefusesANewerSchema) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  {
    auto environment = Environment::open(path, Mode::kWrite).value();
    Loop loop;
    Writer writer(*environment, loop);
    ASSERT_TRUE(writer.apply_now([](WriteTransaction& transaction) -> Result<> {
      BRINK_TRY(acme_state::put(transaction, "so that the change counts", ""));
      return transaction.put(Table::kMeta, kSchemaKey, StoredNumber(kSchemaVersion + 7).view());
    }));
  }
  for (const Mode mode : {Mode::kWrite, Mode::kRead}) {
    const auto opened = Environment::open(path, mode);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(StoreError::kNewerSchema));
    EXPECT_EQ(opened.error().detail(), kSchemaVersion + 7);
  }
}

TEST(Schema, TheStepsThatAreDueAreTakenInTheirOrder) {
  GivenStore store;
  const auto append = [](WriteTransaction& transaction, char what) {
    const auto before = transaction.get(Table::kAcme, "steps");
    return transaction.put(Table::kAcme, "steps", std::string(before.value_or("")) + what);
  };
  static constexpr auto step = append;
  static constexpr UpgradeStep steps[] = {
      {.version = 3, .take = [](WriteTransaction& transaction) { return step(transaction, 'd'); }},
      {.version = 1, .take = [](WriteTransaction& transaction) { return step(transaction, 'b'); }},
      {.version = 0, .take = [](WriteTransaction& transaction) { return step(transaction, 'a'); }},
      {.version = 2, .take = [](WriteTransaction& transaction) { return step(transaction, 'c'); }},
  };
  store.change([](WriteTransaction& transaction) -> Result<> {
    EXPECT_TRUE(BRINK_TRY(bring_up_to_date(transaction, steps, 4)));
    EXPECT_EQ(transaction.get(Table::kAcme, "steps"), "bcd");
    EXPECT_EQ(stored_number(transaction.get(Table::kMeta, kSchemaKey)), 4U);
    EXPECT_FALSE(BRINK_TRY(bring_up_to_date(transaction, steps, 4)));
    const auto missing = bring_up_to_date(transaction, steps, 5);
    EXPECT_TRUE(!missing && missing.error().is(StoreError::kCorrupt));
    const auto newer = bring_up_to_date(transaction, steps, 3);
    EXPECT_TRUE(!newer && newer.error().is(StoreError::kNewerSchema));
    return {};
  });
}

TEST(Environment, ASnapshotIsAStoreOfItsOwn) {
  GivenStore store;
  store.change(putting("a", "1"));
  const std::string copy = store.directory.path("copy");
  ASSERT_TRUE(store.environment->snapshot_to(copy));
  store.change(putting("a", "2"));
  EXPECT_EQ(permissions(copy), 0700U);
  EXPECT_EQ(permissions(copy + "/data.mdb"), 0600U);
  {
    const auto reader = Environment::open(copy, Mode::kRead);
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader)->sequence(), 1U);
    EXPECT_EQ(acme_state::get(**(*reader)->read(), "a"), "1");
    EXPECT_TRUE(check(**reader, {})->problems.empty());
  }
  const auto again = store.environment->snapshot_to(copy);
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(StoreError::kIo));
  EXPECT_EQ(again.error().detail(), EEXIST);
  EXPECT_TRUE(Environment::open(copy, Mode::kRead)) << "what was there stays";
}

TEST(Environment, ASnapshotIsCopiedWhileOthersWrite) {
  GivenStore store;
  for (int i = 0; i < 200; ++i) store.change(putting(std::to_string(i), std::string(5000, 'x')));
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    for (int i = 0; !stop; ++i)
      store.change(putting(std::to_string(i % 200), std::string(5000, static_cast<char>(i))));
  });
  for (int i = 0; i < 5; ++i) {
    const std::string copy = store.directory.path(fmt::format("copy{}", i));
    EXPECT_TRUE(store.environment->snapshot_to(copy));
    const auto reader = Environment::open(copy, Mode::kRead).value();
    EXPECT_TRUE(check(*reader, {})->problems.empty());
    EXPECT_GE(reader->sequence(), 200U);
  }
  stop = true;
  writing.join();
}

TEST(Environment, FollowsAMapThatAnotherProcessHasGrown) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  ASSERT_TRUE(Environment::open(path, Mode::kWrite, 1 << 20));
  GivenProcess other([&](int in, int out) {
    wait_for_byte(in);
    const auto environment = Environment::open(path, Mode::kWrite, 64 << 20).value();
    Loop loop;
    Writer writer(*environment, loop);
    const char done = writer.apply_now(putting("a", std::string(8 << 20, 'x'))) ? 'y' : 'n';
    (void)!::write(out, &done, 1);
    wait_for_byte(in);
  });
  const auto environment = Environment::open(path, Mode::kRead, 1 << 20).value();
  Loop loop;
  Reader reader(*environment, loop);
  ASSERT_TRUE(reader.snapshot());
  other.send('x');
  ASSERT_EQ(other.receive<char>(), 'y');
  {
    // The loop's snapshot lies in the map: it cannot be moved now, and nobody waits forever for it.
    const auto waiting = environment->read();
    ASSERT_FALSE(waiting);
    EXPECT_TRUE(waiting.error().is(StoreError::kIo));
  }
  loop.run_once(Deadline::at(loop.now()));
  ASSERT_TRUE(reader.snapshot());
  EXPECT_EQ(acme_state::get(**reader.snapshot(), "a")->size(), 8U << 20);
  EXPECT_TRUE(environment->read());
}

TEST(MapGate, ClosesForOneWhileNobodyIsInside) {
  MapGate gate;
  std::atomic<int> inside = 0;
  std::atomic<bool> stop = false;
  std::atomic<int> moves = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        ASSERT_TRUE(gate.enter());
        ++inside;
        --inside;
        gate.leave();
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(gate.alone([&] {
      EXPECT_EQ(inside, 0);
      ++moves;
    }));
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(moves, 200);
}

TEST(Environment, SaysWhenEverySlotOfAReaderIsTaken) {
  GivenStore store;
  std::vector<std::unique_ptr<ReadTransaction>> readers;
  for (unsigned i = 0; i < 2 * kMaxReaders; ++i) {
    auto reader = store.environment->read();
    if (!reader) {
      EXPECT_TRUE(reader.error().is(StoreError::kTooManyReaders)) << reader.error().text();
      break;
    }
    readers.push_back(std::move(*reader));
  }
  EXPECT_GE(readers.size(), kMaxReaders);
  EXPECT_LT(readers.size(), kMaxReaders + 100);
  EXPECT_TRUE(store.writer->apply_now(putting("a", "1"))) << "writing needs no slot";
  readers.pop_back();
  EXPECT_TRUE(store.environment->read());
}

TEST(Environment, SlotsOfDeadReadersAreTakenBack) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  ASSERT_TRUE(Environment::open(path, Mode::kWrite));
  GivenProcess reader([&](int in, int out) {
    const auto environment = Environment::open(path, Mode::kRead).value();
    std::vector<std::unique_ptr<ReadTransaction>> held;
    for (unsigned i = 0; i < kMaxReaders / 2; ++i) held.push_back(environment->read().value());
    (void)!::write(out, "y", 1);
    wait_for_byte(in);
  });
  ASSERT_EQ(reader.receive<char>(), 'y');
  const auto environment = Environment::open(path, Mode::kWrite).value();
  EXPECT_EQ(environment->usage()->readers, kMaxReaders / 2 + 1);
  EXPECT_EQ(environment->clear_stale_readers(), 0);
  reader.kill();
  // Who finds no slot looks for dead readers itself.
  std::vector<std::unique_ptr<ReadTransaction>> held;
  for (unsigned i = 0; i < kMaxReaders - 10; ++i) {
    auto mine = environment->read();
    ASSERT_TRUE(mine) << i;
    held.push_back(std::move(*mine));
  }
  EXPECT_LT(environment->usage()->readers, kMaxReaders + 50);
  held.clear();
  EXPECT_EQ(environment->clear_stale_readers(), 0);
}

TEST(Environment, AnswersWithAnErrorWhereTheDirectoryCannotBe) {
  const MemoryDirectory directory;
  const auto opened = Environment::open(directory.path("a/b/c"), Mode::kWrite);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(StoreError::kIo));
  EXPECT_EQ(opened.error().detail(), ENOENT);
}

TEST(StoreError, SaysWhatItIs) {
  EXPECT_EQ(Error(StoreError::kIo, ENOENT).text(),
            "the store cannot be read or written: No such file or directory");
  EXPECT_EQ(Error(StoreError::kNewerSchema, 7).text(),
            "the store was written by a newer Brink (its schema is 7)");
  EXPECT_EQ(Error(StoreError::kFull).domain().name(), "store");
}

}  // namespace
}  // namespace brink::store
