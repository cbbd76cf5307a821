#include "runtime/timer_wheel.h"

#include "base/random.h"

#include <map>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace brink {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{hours(1000)};

class CountingTimer final : public Timer {
 public:
  ~CountingTimer() { disarm(); }
  int fired = 0;

 private:
  void on_timer() override { ++fired; }
};

TEST(TimerWheel, FiresAtItsTimeAndNotAMicrosecondEarlier) {
  for (auto distance :
       {microseconds(1), microseconds(999), microseconds(1000), microseconds(63'500), microseconds(64'000),
        microseconds(4'095'999), microseconds(4'096'000), microseconds(3'600'000'000)}) {
    TimerWheel wheel(kStart);
    CountingTimer timer;
    wheel.arm(timer, kStart + distance);
    wheel.advance(kStart + distance - microseconds(1));
    EXPECT_EQ(timer.fired, 0) << distance.count();
    wheel.advance(kStart + distance + milliseconds(1));
    EXPECT_EQ(timer.fired, 1) << distance.count();
    EXPECT_FALSE(timer.is_armed());
    wheel.advance(kStart + distance + hours(100'000));
    EXPECT_EQ(timer.fired, 1) << distance.count();
  }
}

TEST(TimerWheel, ATimeThatHasPassedFiresWithinTheNextMillisecond) {
  TimerWheel wheel(kStart);
  wheel.advance(kStart + seconds(5));
  CountingTimer timer;
  wheel.arm(timer, kStart);
  wheel.advance(kStart + seconds(5));
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(kStart + seconds(5) + milliseconds(1));
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, ADisarmedTimerDoesNotFire) {
  TimerWheel wheel(kStart);
  CountingTimer timer;
  wheel.arm(timer, kStart + seconds(1));
  timer.disarm();
  wheel.advance(kStart + seconds(10));
  EXPECT_EQ(timer.fired, 0);
}

TEST(TimerWheel, ArmingAgainMovesTheTimer) {
  TimerWheel wheel(kStart);
  CountingTimer timer;
  wheel.arm(timer, kStart + seconds(1));
  wheel.arm(timer, kStart + seconds(20));
  wheel.advance(kStart + seconds(19));
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(kStart + seconds(20));
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, ATimerDestroyedWhileArmedIsForgotten) {
  TimerWheel wheel(kStart);
  {
    CountingTimer timer;
    wheel.arm(timer, kStart + seconds(1));
  }
  wheel.advance(kStart + seconds(2));
  EXPECT_EQ(wheel.next_expiry(), TimePoint::max());
}

TEST(TimerWheel, ATimerMayArmItselfAndDisarmOthersWhileItFires) {
  TimerWheel wheel(kStart);
  struct Periodic final : Timer {
    TimerWheel& wheel;
    CountingTimer& victim;
    int fired = 0;
    TimePoint next = kStart + milliseconds(10);
    Periodic(TimerWheel& w, CountingTimer& v) : wheel(w), victim(v) { wheel.arm(*this, next); }
    ~Periodic() { disarm(); }
    void on_timer() override {
      ++fired;
      victim.disarm();
      next += milliseconds(10);
      wheel.arm(*this, next);
    }
  };
  CountingTimer victim;
  Periodic periodic(wheel, victim);
  wheel.arm(victim, kStart + milliseconds(10));  // due in the same tick, after the first
  wheel.advance(kStart + seconds(1));
  EXPECT_EQ(periodic.fired, 100);
  EXPECT_EQ(victim.fired, 0);
}

TEST(TimerWheel, ATimeBeyondTheReachOfTheWheelsDoesNotFireEarly) {  // 2^36 ms are some 2.2 years
  TimerWheel wheel(kStart);
  const auto distance = hours(24 * 365 * 11);
  CountingTimer timer;
  wheel.arm(timer, kStart + distance);
  for (int year = 1; year <= 10; ++year) {
    wheel.advance(kStart + hours(24 * 365 * year));
    ASSERT_EQ(timer.fired, 0) << year;
    ASSERT_LE(wheel.next_expiry(), kStart + distance);
  }
  wheel.advance(kStart + distance - milliseconds(1));
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(kStart + distance);
  EXPECT_EQ(timer.fired, 1);
}

TEST(TimerWheel, TakesTheFarthestTimeThereIs) {
  TimerWheel wheel(kStart);
  CountingTimer timer;
  wheel.arm(timer, TimePoint::max() - Duration(1));
  wheel.advance(kStart + hours(24 * 365 * 100));
  EXPECT_EQ(timer.fired, 0);
  EXPECT_TRUE(timer.is_armed());
}

// The wheel against a sorted map: the same timers, random operations, the same timers fired after every step.
class Model {
 public:
  static constexpr std::size_t kTimers = 200;

  explicit Model(std::uint64_t seed) : random_(seed), wheel_(kStart) {
    for (std::size_t i = 0; i < kTimers; ++i) timers_.push_back(std::make_unique<Recorded>(*this, i));
  }

  void step() {
    switch (random_.below(8)) {
      case 0:
      case 1:
      case 2:
      case 3: arm(pick(), now_ + random_distance()); break;
      case 4: arm(pick(), now_ - microseconds(random_.below(5'000'000))); break;
      case 5: disarm(pick()); break;
      case 6: advance(microseconds(random_.below(3'000))); break;
      default: advance(random_distance()); break;
    }
  }

 private:
  struct Recorded final : Timer {
    Recorded(Model& m, std::size_t i) : model(m), index(i) {}
    ~Recorded() { disarm(); }
    void on_timer() override {
      ASSERT_FALSE(is_armed());
      ASSERT_TRUE(model.fired_.insert(index).second) << "fired twice";
    }
    Model& model;
    std::size_t index;
  };

  std::size_t pick() { return random_.below(kTimers); }

  // From a microsecond to some nine years, every order of magnitude as likely as the others.
  microseconds random_distance() { return microseconds(random_.next() >> (16 + random_.below(48))); }

  static std::uint64_t tick_rounded_up(TimePoint when) {
    return when <= kStart
               ? 0
               : static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(when - kStart).count());
  }
  std::uint64_t current_tick() const { return static_cast<std::uint64_t>((now_ - kStart) / milliseconds(1)); }

  void arm(std::size_t index, TimePoint when) {
    due_[index] = std::max(tick_rounded_up(when), current_tick() + 1);
    wheel_.arm(*timers_[index], when);
  }

  void disarm(std::size_t index) {
    due_.erase(index);
    timers_[index]->disarm();
  }

  void advance(microseconds distance) {
    now_ += distance;
    std::set<std::size_t> expected;
    for (auto it = due_.begin(); it != due_.end();) {
      if (it->second <= current_tick()) {
        expected.insert(it->first);
        it = due_.erase(it);
      } else {
        ++it;
      }
    }
    fired_.clear();
    wheel_.advance(now_);
    ASSERT_EQ(fired_, expected);
    for (std::size_t i = 0; i < kTimers; ++i) ASSERT_EQ(timers_[i]->is_armed(), due_.contains(i));
    std::uint64_t first = UINT64_MAX;
    for (const auto& [index, tick] : due_) first = std::min(first, tick);
    if (first != UINT64_MAX) {
      ASSERT_LE(wheel_.next_expiry(), kStart + milliseconds(first)) << "the loop would sleep through a timer";
      ASSERT_GT(wheel_.next_expiry(), now_) << "the loop would spin";
    }
  }

  FastRandom random_;
  TimerWheel wheel_;
  TimePoint now_ = kStart;
  std::vector<std::unique_ptr<Recorded>> timers_;
  std::map<std::size_t, std::uint64_t> due_;
  std::set<std::size_t> fired_;
};

TEST(TimerWheelModel, FiresWhatASortedMapWould) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Model model(seed);
    for (int i = 0; i < 1000; ++i) {
      model.step();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace brink
