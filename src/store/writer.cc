#include "store/writer.h"

#include "base/assert.h"
#include "store/open_environment.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include <pthread.h>
#include <signal.h>

namespace brink::store {
namespace {

// Cutting the change log keeps up with what a commit adds, and takes something off what is too much.
constexpr std::uint64_t kCutAtLeast = 1024;

using Outcome = Result<Committed>;

// The wait of one apply(). Whichever of the two sides ends first, the other still has it.
struct Answer {
  std::optional<Outcome> outcome;
  Event arrived;
};

struct Waiting {
  Writer::Change change;
  std::shared_ptr<Answer> answer;                     // for the loop,
  std::move_only_function<void(Outcome)> answer_now;  // or for another thread
};

// Who is told of commits; lives on the loop, and longer than the writer where a post is still on its way.
struct Listeners {
  std::vector<std::function<void(std::uint64_t)>> all;
};

}  // namespace

class Writer::Impl {
 public:
  Impl(Environment& environment, Loop& loop, Options options)
      : environment_(environment), loop_(loop), options_(options) {
    // Signals are for whoever watches them.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_setname_np(thread_.native_handle(), "store writer");
  }

  ~Impl() {
    {
      std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_one();
    thread_.join();
    listeners_->all.clear();
  }

  // An error where the change cannot wait.
  Result<> enqueue(Waiting waiting) {
    BRINK_ASSERT(std::this_thread::get_id() != thread_.get_id());
    {
      std::lock_guard lock(mutex_);
      if (closing_) return fail(StoreError::kClosed);
      if (waiting_.size() >= kMaxWaitingChanges) return fail(StoreError::kBusy);
      waiting_.push_back(std::move(waiting));
    }
    changed_.notify_one();
    return {};
  }

  Listeners& listeners() { return *listeners_; }

 private:
  void run();
  std::size_t commit(std::vector<Waiting>& batch);
  Result<std::uint64_t> change_one(WriteTransaction& transaction, Waiting& waiting, std::uint64_t last);
  Outcome change_within(MDB_txn* whole, Waiting& waiting, std::uint64_t last);
  void answer(std::vector<Waiting>& batch, std::size_t count, std::vector<Outcome>& outcomes,
              std::uint64_t committed);

  Environment& environment_;
  Loop& loop_;
  const Options options_;
  const std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();

  std::mutex mutex_;  // guards waiting_ and closing_
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  bool closing_ = false;

  // Of the commit that is being made.
  std::uint32_t operations_ = 0;
  bool wrote_ = false;  // whether a change that succeeded wrote anything
  std::thread thread_;
};

void Writer::Impl::run() {
  std::vector<Waiting> batch;
  auto next_check = Clock::now() + kStaleReaderCheck;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_check, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty() && closing_) return;
      while (!waiting_.empty() && batch.size() < kMaxChangesPerCommit) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
      }
    }
    // A commit that is full of operations leaves some of the batch to the next one.
    while (!batch.empty()) {
      const std::size_t done = commit(batch);
      batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(done));
    }
    if (Clock::now() >= next_check) {
      (void)environment_.clear_stale_readers();  // tried again in a minute
      next_check = Clock::now() + kStaleReaderCheck;
    }
  }
}

// Commits a beginning of the batch and answers it; how many.
std::size_t Writer::Impl::commit(std::vector<Waiting>& batch) {
  OpenEnvironment& open = *environment_.open_;
  std::vector<Outcome> outcomes;
  operations_ = 0;
  wrote_ = false;
  std::uint64_t last = 0;
  const auto fail_all = [&](Error error) {
    const std::size_t count = outcomes.empty() ? batch.size() : outcomes.size();
    for (Outcome& each : outcomes) {
      if (each) each = std::unexpected(error);
    }
    outcomes.resize(count, std::unexpected(error));
    answer(batch, count, outcomes, 0);
    return count;
  };

  auto begun = open.begin_write(nullptr);
  if (!begun) return fail_all(begun.error());
  MDB_txn* const whole = *begun;
  WriteTransaction transaction(environment_, whole);
  const std::uint64_t before = last = transaction.sequence();
  const bool alone = batch.size() == 1;  // needs no transaction inside the transaction
  while (outcomes.size() < batch.size() && operations_ < kMaxOperationsPerCommit) {
    Waiting& waiting = batch[outcomes.size()];
    if (alone) {
      const auto changed = change_one(transaction, waiting, last);
      wrote_ = changed && transaction.wrote_;
      outcomes.push_back(changed ? Outcome(Committed{*changed}) : std::unexpected(changed.error()));
    } else {
      outcomes.push_back(change_within(whole, waiting, last));
    }
    if (outcomes.back()) last = outcomes.back()->sequence;
  }
  transaction.handle_ = nullptr;
  if (!wrote_) {  // nothing to keep: all failed, or did nothing
    open.abort(whole, false);
    answer(batch, outcomes.size(), outcomes, 0);
    return outcomes.size();
  }
  {
    WriteTransaction cutting(environment_, whole);
    const auto cut = cutting.cut_log(options_.kept_changes, 2 * std::uint64_t{operations_} + kCutAtLeast);
    cutting.handle_ = nullptr;
    if (!cut) {
      open.abort(whole, false);
      return fail_all(cut.error());
    }
  }
  if (auto committed = open.commit(whole, false); !committed) return fail_all(committed.error());
  environment_.published_->store(last, std::memory_order_release);
  answer(batch, outcomes.size(), outcomes, last == before ? 0 : last);
  return outcomes.size();
}

// Runs a change in `transaction`; the sequence number after it.
Result<std::uint64_t> Writer::Impl::change_one(WriteTransaction& transaction, Waiting& waiting,
                                               std::uint64_t last) {
  transaction.now_ = std::chrono::floor<std::chrono::microseconds>(options_.time->wall_now());
  transaction.next_sequence_ = last + 1;
  BRINK_TRY(waiting.change(transaction));
  BRINK_TRY(transaction.finish());
  operations_ += transaction.operations_;
  return transaction.operations_ == 0 ? last : last + 1;
}

Outcome Writer::Impl::change_within(MDB_txn* whole, Waiting& waiting, std::uint64_t last) {
  OpenEnvironment& open = *environment_.open_;
  MDB_txn* const part = BRINK_TRY(open.begin_write(whole));
  WriteTransaction transaction(environment_, part);
  auto changed = change_one(transaction, waiting, last);
  transaction.handle_ = nullptr;
  if (!changed || !transaction.wrote_) {
    open.abort(part, true);
    if (!changed) return std::unexpected(changed.error());
  } else {
    BRINK_TRY(open.commit(part, true));
    wrote_ = true;
  }
  return Committed{*changed};
}

void Writer::Impl::answer(std::vector<Waiting>& batch, std::size_t count, std::vector<Outcome>& outcomes,
                          std::uint64_t committed) {
  std::vector<std::pair<std::shared_ptr<Answer>, Outcome>> for_loop;
  for (std::size_t i = 0; i < count; ++i) {
    batch[i].change = nullptr;  // dies before whoever it was made for hears of it
    if (batch[i].answer) {
      for_loop.emplace_back(std::move(batch[i].answer), outcomes[i]);
    }
  }
  if (committed != 0 || !for_loop.empty()) {
    loop_.post([committed, answers = std::move(for_loop), listeners = listeners_] {
      if (committed != 0) {
        for (auto& each : listeners->all) each(committed);
      }
      for (auto& [answer, outcome] : answers) {
        answer->outcome = outcome;
        answer->arrived.notify();
      }
    });
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (batch[i].answer_now) batch[i].answer_now(outcomes[i]);
  }
}

Writer::Writer(Environment& environment, Loop& loop, Options options)
    : impl_(std::make_unique<Impl>(environment, loop, options)) {}
Writer::~Writer() = default;

Task<Result<Committed>> Writer::apply(Change change) {
  auto answer = std::make_shared<Answer>();
  BRINK_CO_TRY(impl_->enqueue({.change = std::move(change), .answer = answer}));
  BRINK_CO_TRY(co_await answer->arrived.wait(Deadline::never()));
  co_return *answer->outcome;
}

Result<Committed> Writer::apply_now(Change change) {
  std::binary_semaphore done(0);
  std::optional<Outcome> outcome;
  BRINK_TRY(impl_->enqueue({.change = std::move(change), .answer_now = [&](Outcome result) {
                              outcome = std::move(result);
                              done.release();
                            }}));
  done.acquire();
  return *std::move(outcome);
}

void Writer::on_commit(std::function<void(std::uint64_t)> listener) {
  impl_->listeners().all.push_back(std::move(listener));
}

}  // namespace brink::store
