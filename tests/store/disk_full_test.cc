// No room: the map's, the file system's, the process's. A change that has none fails alone, readers go on,
// and writing works again once there is room.
#include "store/acme_state.h"
#include "store/check.h"
#include "tests/store/given_store.h"

#include <csignal>
#include <fstream>

#include <sys/mount.h>
#include <sys/resource.h>

namespace brink::store {
namespace {

constexpr std::size_t kPiece = 64 << 10;

Writer::Change putting(int number) {
  return [number](WriteTransaction& transaction) {
    return acme_state::put(transaction, std::to_string(number),
                           std::string(kPiece, static_cast<char>('a' + number % 26)));
  };
}

// Puts pieces until there is no room; how many there were, all of which are kept.
int fill(Writer& writer, const Environment& environment) {
  int number = 0;
  for (;; ++number) {
    const auto committed = writer.apply_now(putting(number));
    if (committed) continue;
    EXPECT_TRUE(committed.error().is(StoreError::kFull)) << committed.error().text();
    break;
  }
  EXPECT_GT(number, 4);
  const auto again = writer.apply_now(putting(number));
  EXPECT_TRUE(!again && again.error().is(StoreError::kFull)) << "and stays full";
  const auto read = environment.read().value();
  EXPECT_EQ(read->sequence(), static_cast<std::uint64_t>(number));
  EXPECT_EQ(environment.sequence(), static_cast<std::uint64_t>(number));
  for (int i = 0; i < number; ++i) EXPECT_EQ(acme_state::get(*read, std::to_string(i))->size(), kPiece);
  EXPECT_FALSE(acme_state::get(*read, std::to_string(number)));
  EXPECT_TRUE(check(environment, {})->problems.empty());
  return number;
}

TEST(DiskFull, AFullMapIsSurvivedAndALargerOneTakesMore) {
  GivenStore store({}, 4 << 20);
  const int number = fill(*store.writer, *store.environment);
  store.writer.reset();
  store.environment.reset();
  store.environment = store.open(8 << 20);
  store.writer = std::make_unique<Writer>(*store.environment, store.loop);
  store.change(putting(number));
  EXPECT_TRUE(check(*store.environment, {})->problems.empty());
}

TEST(DiskFull, InACommitOfManyOnlyWhatHasNoRoomFails) {
  GivenStore store({}, 4 << 20);
  std::binary_semaphore started(0), go(0);
  TaskGroup group("test", store.loop);
  std::optional<Result<Committed>> answers[3];
  const auto spawn = [&](int index, Writer::Change change) {
    group.spawn([](Task<Result<Committed>> task, std::optional<Result<Committed>>& answer) -> Task<void> {
      answer.emplace(co_await task);
    }(store.writer->apply(std::move(change)), answers[index]));
  };
  std::optional<Result<Committed>> first;
  group.spawn([](Task<Result<Committed>> task, std::optional<Result<Committed>>& answer) -> Task<void> {
    answer.emplace(co_await task);
  }(store.writer->apply([&](WriteTransaction& transaction) -> Result<> {
                started.release();
                go.acquire();
                return acme_state::put(transaction, "first", "x");
              }),
                                                                                         first));
  started.acquire();
  spawn(0, putting(0));
  spawn(1, [](WriteTransaction& transaction) {
    return acme_state::put(transaction, "too much", std::string(8 << 20, 'x'));
  });
  spawn(2, putting(2));
  go.release();
  run_until(store.loop, [&] { return group.running() == 0; });
  EXPECT_TRUE(answers[0]->has_value());
  ASSERT_FALSE(answers[1]->has_value());
  EXPECT_TRUE(answers[1]->error().is(StoreError::kFull));
  EXPECT_TRUE(answers[2]->has_value());
  EXPECT_EQ(store.environment->sequence(), 3U);
  EXPECT_TRUE(check(*store.environment, {})->problems.empty());
}

// RLIMIT_FSIZE stands for a disk that is full: a write beyond it fails with EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_signal_);
  }

 private:
  rlimit before_{};
  void (*before_signal_)(int) = nullptr;
};

TEST(DiskFull, AFileThatMayNotGrowIsSurvived) {
  GivenStore store;
  int number = 0;
  {
    const FileSizeLimit limit(2 << 20);
    number = fill(*store.writer, *store.environment);
  }
  store.change(putting(number));
  EXPECT_EQ(acme_state::get(*store.read(), std::to_string(number))->size(), kPiece);
  EXPECT_TRUE(check(*store.environment, {})->problems.empty());
}

TEST(DiskFull, AFullFileSystemIsSurvived) {
  const MemoryDirectory directory;
  const std::string mounted = directory.path("");
  if (::mount("none", mounted.c_str(), "tmpfs", 0, "size=4m") != 0)
    GTEST_SKIP() << "needs the right to mount";
  {
    const std::string filler = directory.path("filler");
    std::ofstream(filler) << std::string(1 << 20, 'x');
    auto environment = Environment::open(directory.path("store"), Environment::Mode::kWrite).value();
    Loop loop;
    Writer writer(*environment, loop);
    const int number = fill(writer, *environment);
    // Readers that come now find their slots, however many they are.
    std::vector<std::unique_ptr<ReadTransaction>> readers;
    for (unsigned i = 0; i < kMaxReaders / 2; ++i) {
      auto reader = environment->read();
      ASSERT_TRUE(reader);
      readers.push_back(std::move(*reader));
    }
    ::unlink(filler.c_str());
    EXPECT_TRUE(writer.apply_now(putting(number)));
    EXPECT_TRUE(check(*environment, {})->problems.empty());
  }
  ::umount(mounted.c_str());
}

TEST(DiskFull, AStoreThatCannotBeMadeSaysSo) {
  const MemoryDirectory directory;
  const std::string mounted = directory.path("");
  if (::mount("none", mounted.c_str(), "tmpfs", 0, "size=16k") != 0)
    GTEST_SKIP() << "needs the right to mount";
  {
    const auto opened = Environment::open(directory.path("store"), Environment::Mode::kWrite);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(StoreError::kFull)) << opened.error().text();
  }
  ::umount(mounted.c_str());
}

}  // namespace
}  // namespace brink::store
