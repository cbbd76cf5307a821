// Which zones a list shows, and in which order (api.md 5.3).
#pragma once

#include "control/api/query.h"
#include "store/transaction.h"
#include "store/zones.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

class ZoneFilter {
 public:
  enum class Order : std::uint8_t { kName, kStatus, kAccountId, kAccountName };

  [[nodiscard]] static Outcome<ZoneFilter> parse(const Query& query);

  [[nodiscard]] bool matches(const store::Zone& zone, std::string_view account_name) const;
  [[nodiscard]] bool is_empty() const { return tests_.empty(); }
  // Whether its only test is of the name, and whether a name passes that.
  [[nodiscard]] bool is_of_names() const { return name_test_ && tests_.size() == 1; }
  [[nodiscard]] bool matches_name(std::string_view name) const { return name_test_(name); }
  // The one name that can match; empty where there may be several.
  [[nodiscard]] const std::string& exact_name() const { return exact_name_; }
  [[nodiscard]] Order order() const { return order_; }
  [[nodiscard]] Direction direction() const { return direction_; }

 private:
  using Test = std::function<bool(const store::Zone& zone, std::string_view account_name)>;
  std::vector<Test> tests_;
  std::function<bool(std::string_view name)> name_test_;  // among tests_, where there is one
  bool any_ = false;
  std::string exact_name_;
  Order order_ = Order::kName;
  Direction direction_ = Direction::kAscending;
};

}  // namespace brink::control::api
