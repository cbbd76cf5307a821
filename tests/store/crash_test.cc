// Processes that die at any moment. Killing a process is not cutting the power: what LMDB says of that is in
// docs/store.md.
#include "store/acme_state.h"
#include "store/check.h"
#include "store/reader.h"
#include "tests/store/given_process.h"
#include "tests/store/given_store.h"

#include <map>
#include <thread>

namespace brink::store {
namespace {

using Mode = Environment::Mode;

constexpr int kRounds = 20;  // BRINK_SOAK_ROUNDS asks for more
constexpr int kThreads = 3;  // that write at once, so that commits have several changes

int rounds() {
  const char* wanted = std::getenv("BRINK_SOAK_ROUNDS");
  return wanted != nullptr ? std::atoi(wanted) : kRounds;
}

// What the writing process reports once the change has been acknowledged.
struct Acknowledged {
  std::uint32_t number;
  std::uint32_t sequence;
};

// A change that touches several tables; its number is found again by a row of its own.
Result<> numbered_change(WriteTransaction& transaction, std::uint32_t number, FastRandom& random) {
  BRINK_TRY(acme_state::put(transaction, fmt::format("change {}", number), std::to_string(number)));
  const auto zone = static_cast<std::uint8_t>(1 + random.below(5));
  if (random.below(20) == 0) {
    BRINK_TRY(zones::remove(transaction, id(zone)));
    return {};
  }
  BRINK_TRY(zones::put(transaction, given_zone(zone, fmt::format("zone{}.test", zone))));
  for (std::uint64_t records = random.below(6); records-- > 0;) {
    const std::string name = fmt::format("{}.zone{}.test", random.below(20), zone);
    auto record = given_record(zone, static_cast<std::uint8_t>(1 + random.below(60)), name);
    const std::string comment(random.below(3000), 'c');
    record.comment = comment;
    BRINK_TRY(dns_records::put(transaction, record));
  }
  return {};
}

[[noreturn]] void write_until_killed(const std::string& path, std::uint32_t first, std::uint64_t seed,
                                     int out) {
  const auto environment = Environment::open(path, Mode::kWrite).value();
  Loop loop;
  Writer writer(*environment, loop, {.kept_changes = 500});
  std::atomic<std::uint32_t> next = first;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      FastRandom random(seed + static_cast<std::uint64_t>(i));
      for (;;) {
        const std::uint32_t number = next++;
        const auto committed = writer.apply_now(
            [&](WriteTransaction& transaction) { return numbered_change(transaction, number, random); });
        BRINK_ASSERT(committed.has_value());
        const Acknowledged report{number, static_cast<std::uint32_t>(committed->sequence)};
        if (::write(out, &report, sizeof report) != sizeof report) ::_exit(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ::_exit(1);
}

TEST(Crash, AKilledWriterLosesNothingThatItAcknowledged) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  FastRandom random(20261124);
  std::map<std::uint32_t, std::uint32_t> acknowledged;
  std::uint32_t next = 0;
  for (int round = 0; round < rounds(); ++round) {
    const std::uint64_t seed = random.next();
    GivenProcess process([&](int, int out) { write_until_killed(path, next, seed, out); });
    // Dies while it opens the store, at its first changes, or in the midst of many.
    const std::uint64_t heard = random.below(4) == 0 ? 0 : random.below(150);
    const auto hear = [&](int patience_ms) {
      const auto report = process.receive<Acknowledged>(patience_ms);
      if (report) acknowledged[report->number] = report->sequence;
      return report.has_value();
    };
    for (std::uint64_t i = 0; i < heard; ++i) ASSERT_TRUE(hear(30'000));
    const auto until = Clock::now() + std::chrono::microseconds(random.below(3000));
    while (Clock::now() < until) hear(0);
    process.kill();
    while (hear(0)) {
    }

    auto opened = Environment::open(path, Mode::kWrite);
    ASSERT_TRUE(opened) << opened.error().text();
    const auto report = check(**opened, {});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->problems.empty()) << testing::PrintToString(report->problems);
    EXPECT_EQ((*opened)->clear_stale_readers(), 0);
    const auto read = (*opened)->read().value();
    EXPECT_EQ(read->sequence(), (*opened)->sequence());
    for (const auto& [number, sequence] : acknowledged) {
      ASSERT_LE(sequence, read->sequence()) << number;
      ASSERT_EQ(acme_state::get(*read, fmt::format("change {}", number)), std::to_string(number));
      next = std::max(next, number + 1);
    }
    next += kThreads;  // those that were under way when it died may be there or not
  }
  EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(rounds()));
}

TEST(Crash, KilledReadersLeaveNoSlotBehind) {
  const MemoryDirectory directory;
  const std::string path = directory.path("store");
  ASSERT_TRUE(Environment::open(path, Mode::kWrite));
  FastRandom random(7);
  for (int round = 0; round < rounds(); ++round) {
    GivenProcess reader([&](int, int out) {
      const auto environment = Environment::open(path, Mode::kRead).value();
      Loop loop;
      Reader of_loop(*environment, loop);
      for (;;) {
        const char state = of_loop.snapshot() ? 'y' : 'n';
        const auto held = environment->read();
        if (::write(out, &state, 1) != 1) ::_exit(1);
        loop.run_once(Deadline::at(loop.now()));
      }
    });
    for (std::uint64_t turns = 1 + random.below(50); turns-- > 0;) ASSERT_EQ(reader.receive<char>(), 'y');
    reader.kill();
    const auto environment = Environment::open(path, Mode::kWrite).value();
    ASSERT_TRUE(environment->clear_stale_readers());
    EXPECT_EQ(environment->usage()->readers, 1U) << "this one";
    Loop loop;
    Writer writer(*environment, loop, {.kept_changes = 1});
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(writer.apply_now([&](WriteTransaction& transaction) {
        return acme_state::put(transaction, "big", std::string(100'000, static_cast<char>(round + i)));
      }));
    }
    // Pages that a dead reader pinned are used again: the store does not grow with the rounds.
    EXPECT_LT(environment->usage()->bytes, 4U << 20);
  }
}

}  // namespace
}  // namespace brink::store
