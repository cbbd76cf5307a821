#include "store/reader.h"

#include "store/open_environment.h"

namespace brink::store {

Reader::Reader(const Environment& environment, Loop& loop) : environment_(environment) {
  loop.add_turn_end_hook(*this);
}

Reader::~Reader() = default;

Result<const ReadTransaction*> Reader::snapshot() {
  if (held_) return transaction_.get();
  if (transaction_ == nullptr) {
    transaction_ = BRINK_TRY(environment_.read());
  } else {
    BRINK_TRY(environment_.open_->renew(transaction_->handle_));
    transaction_->pins_ = true;
  }
  held_ = true;
  return transaction_.get();
}

bool Reader::has_changed() {
  std::uint64_t present = environment_.sequence();
  if (present == seen_) return false;
  // What this turn cannot see yet is for the next one to report.
  if (held_) present = transaction_->sequence();
  if (present == seen_) return false;
  seen_ = present;
  return true;
}

void Reader::on_turn_end() {
  if (!held_) return;
  environment_.open_->release(transaction_->handle_);
  transaction_->pins_ = false;
  held_ = false;
}

}  // namespace brink::store
