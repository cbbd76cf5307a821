// Keeps the zones of the store in certificates from one ACME server: looks at each zone when it has changed
// or when its time has come, and places the orders that are due. Holds little in memory: a time for each zone
// that has something to wait for; all else is in the store.
//
// Belongs to one loop.
#pragma once

#include "control/acme/client.h"
#include "control/acme/order_run.h"
#include "control/acme/situation.h"
#include "runtime/task_group.h"
#include "store/environment.h"
#include "store/writer.h"
#include "telemetry/metrics.h"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace brink::control::acme {

inline constexpr std::size_t kMaxOrders = 8;          // under way at a time
inline constexpr std::chrono::seconds kSettle{1};     // after a change, for others that come with it
inline constexpr std::chrono::hours kLongestWait{1};  // then the clock is looked at again, whatever it did
inline constexpr std::chrono::seconds kFirstPauseOfServer{60};  // after it failed; then twice as long each
inline constexpr std::chrono::hours kLongestPauseOfServer{6};
inline constexpr std::chrono::hours kRateLimitPause{1};  // where the server does not say how long
inline constexpr std::size_t kZonesInTurn = 64;          // looked at before others on the loop get their part

// All outlive the issuance.
struct IssuancePlace {
  Loop& loop;
  store::Environment& store;
  store::Writer& writer;
  Random& random;
  telemetry::Registry* metrics;  // nullptr: nothing is counted
};

struct IssuanceTerms {
  std::string directory;
  AccountTerms account;
  ChallengePolicy policy;
  OrderTimes times;
};

class Issuance {
 public:
  Issuance(IssuancePlace place, IssuanceTerms terms, Client& client);
  ~Issuance();

  // Until it is cancelled.
  Task<void> run();
  // The store has changed.
  void notice_change() { wake_.notify(); }

 private:
  struct Counts {
    std::int64_t certificates = 0;
    std::int64_t waiting = 0;
  };
  using Due = std::set<std::pair<WallTime, store::Id>>;

  [[nodiscard]] WallTime now() const;
  void set_due(const store::Id& zone, WallTime when);
  void clear_due(const store::Id& zone);

  Task<Result<>> look_at_all();
  void take_changes();
  Task<Result<>> place_due_orders();
  Task<void> forget(store::Id zone);
  Task<bool> is_served();  // whether the server may be asked, with the account open
  Task<bool> open_account();
  void look_at(const store::ReadTransaction& read, const store::Id& id);
  void count(const store::Id& zone, const Situation& situation);
  Task<void> run_order(store::Id zone, std::string name, std::vector<std::string> names);
  Task<void> note_failure(store::Id zone, std::string name, std::vector<std::string> names, Failure failure);
  Task<void> pause_server(const Failure& failure);
  Task<void> note_success();
  Task<bool> change(store::Writer::Change change);

  IssuancePlace place_;
  const IssuanceTerms terms_;
  Client& client_;
  Due due_;
  std::map<store::Id, WallTime> due_of_;
  std::map<store::Id, Counts> counts_;  // of zones where they are not zero
  std::set<store::Id> running_;         // zones with an order under way
  std::uint64_t seen_ = 0;              // the sequence number up to which changes were taken
  bool looked_at_all_ = false;
  std::optional<PauseState> pause_;
  Event wake_;
  TaskGroup* orders_ = nullptr;
};

}  // namespace brink::control::acme
