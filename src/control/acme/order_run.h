// One order for one certificate, from newOrder to the certificate in the store (RFC 8555 section 7.4). What
// has been reached is kept in the store, so that whoever comes after a restart goes on from there.
#pragma once

#include "base/random.h"
#include "control/acme/client.h"
#include "control/acme/situation.h"
#include "control/acme/state.h"
#include "store/environment.h"
#include "store/writer.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace brink::control::acme {

struct OrderTimes {
  std::chrono::milliseconds first_poll{1'000};  // then twice as long each time, unless the server says when
  std::chrono::milliseconds last_poll{20'000};
  std::chrono::minutes authorization{10};  // for all of them
  std::chrono::minutes issuance{10};       // from the finalization to the certificate
  std::chrono::milliseconds dns_wait{0};   // until a new TXT record can be seen everywhere
};

// Where an order is placed; all outlive it and belong to one loop.
struct OrderPlace {
  Loop& loop;
  store::Environment& store;
  store::Writer& writer;
  Random& random;
  Client& client;
  const std::string& directory;
  const ChallengePolicy& policy;
  const OrderTimes& times;
};

struct Issued {
  std::vector<std::string> names;
  WallTime expires;
  WallTime renew;
};

class OrderRun {
 public:
  // For `names`, of the zone; an order that is under way already is gone on with, whatever its names.
  OrderRun(OrderPlace place, const store::Id& zone, std::vector<std::string> names)
      : place_(place), zone_(zone), names_(std::move(names)) {}

  // Once it is over, one way or the other, its rows are gone from the store. A failure that may pass
  // (may_go_on) leaves them.
  Task<Outcome<Issued>> run();

  // Of the order that it was about: those of the kept one where there is one.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  Task<Outcome<Order>> begin();
  Task<Outcome<Order>> place_new();
  Task<Outcome<Order>> fetch();
  Task<Outcome<Order>> poll_while(Status status, Deadline deadline, std::string_view what);
  Task<Outcome<>> authorize(const Order& order);
  Task<Outcome<std::vector<Authorization>>> fetch_authorizations(const Order& order);
  Outcome<const Challenge*> choose(const Authorization& authorization) const;
  Task<Outcome<>> present(const std::vector<std::pair<const Authorization*, const Challenge*>>& chosen);
  Task<Outcome<>> await_valid(std::string url, Deadline deadline);
  Task<Outcome<>> finalize(const Order& order);
  Task<Outcome<Issued>> download(const Order& order);
  Task<Outcome<>> pause(const HttpResponse& last, std::chrono::milliseconds& next, Deadline deadline);
  Task<Outcome<>> change(store::Writer::Change change);

  OrderPlace place_;
  const store::Id zone_;
  std::vector<std::string> names_;
  OrderState state_;
};

// Whether the order may come to its end all the same, later.
[[nodiscard]] bool may_go_on(const Failure& failure);

}  // namespace brink::control::acme
