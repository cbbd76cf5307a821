#include "control/store_keeper.h"

#include "base/random.h"
#include "store/accounts.h"
#include "store/audit_log.h"
#include "telemetry/log.h"

#include <utility>

namespace brink::control {
namespace {

constexpr auto kBetweenCuts = std::chrono::hours(1);
constexpr std::uint64_t kEntriesPerCut = 5'000;  // so that other changes have their turn
constexpr const char* kFirstEmail = "operator@localhost";
constexpr const char* kFirstAccount = "Operator";

// The node's user and account, where they are missing; the user's e-mail address as brink.toml says.
store::Writer::Change operator_change(std::string email, bool* made) {
  return [email = std::move(email), made](store::WriteTransaction& transaction) -> Result<> {
    FastRandom random;
    const store::Time now = transaction.now();
    if (const auto user = store::users::first(transaction); !user) {
      BRINK_TRY(store::users::put(transaction, {.id = store::Id::random(random),
                                                .email = email.empty() ? kFirstEmail : email,
                                                .profile = {},
                                                .created = now,
                                                .modified = now}));
      if (made != nullptr) *made = true;
    } else if (!email.empty() && user->email != email) {
      const std::string profile(user->profile);
      BRINK_TRY(store::users::put(transaction, {user->id, email, profile, user->created, now}));
    }
    if (store::accounts::count(transaction) > 0) return {};
    return store::accounts::put(
        transaction,
        {.id = store::Id::random(random), .name = kFirstAccount, .settings = {}, .created = now});
  };
}

}  // namespace

Result<> StoreKeeper::open(const config::Config& config) {
  auto environment =
      BRINK_TRY(store::Environment::open(config.node.data_dir + "/store", store::Environment::Mode::kWrite));
  auto writer = std::make_unique<store::Writer>(*environment, loop_);
  BRINK_TRY(writer->apply_now(operator_change(config.control.email, &made_)));
  environment_ = std::move(environment);
  writer_ = std::move(writer);
  audit_keep_ = config.control.audit_keep;
  return {};
}

Task<void> StoreKeeper::use(const config::Control& control) {
  audit_keep_ = control.audit_keep;
  if (!is_open() || control.email.empty()) co_return;
  if (auto changed = co_await writer_->apply(operator_change(control.email, nullptr)); !changed)
    telemetry::log_error("the e-mail address of the operator cannot be written",
                         {{"why", changed.error().text()}});
}

Task<void> StoreKeeper::keep_in_order() {
  for (;;) {
    const store::Time before = std::chrono::floor<std::chrono::microseconds>(loop_.wall_now() - audit_keep_);
    for (;;) {
      auto cut = std::make_shared<std::uint64_t>(0);
      const auto done =
          co_await writer_->apply([cut, before](store::WriteTransaction& transaction) -> Result<> {
            *cut = BRINK_TRY(store::audit_log::cut(transaction, before, kEntriesPerCut));
            return {};
          });
      if (!done && done.error().in<WaitError>()) co_return;
      if (!done) telemetry::log_warn("the audit log cannot be cut", {{"why", done.error().text()}});
      if (!done || *cut < kEntriesPerCut) break;
    }
    if (!co_await sleep_until(loop_.after(kBetweenCuts))) co_return;
  }
}

void StoreKeeper::close() {
  writer_.reset();
  environment_.reset();
}

}  // namespace brink::control
