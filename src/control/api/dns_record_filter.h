// Which DNS records a list shows, and in which order (api.md 5.5).
#pragma once

#include "control/api/query.h"
#include "store/dns_records.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

// All texts are compared without case.
class DnsRecordFilter {
 public:
  enum class Order : std::uint8_t { kStored, kType, kName, kContent, kTtl, kProxied };

  [[nodiscard]] static Outcome<DnsRecordFilter> parse(const Query& query);

  [[nodiscard]] bool matches(const store::DnsRecord& record) const;
  // The one name that can match; empty where there may be several.
  [[nodiscard]] const std::string& exact_name() const { return exact_name_; }
  [[nodiscard]] Order order() const { return order_; }
  [[nodiscard]] Direction direction() const { return direction_; }

 private:
  using Test = std::function<bool(const store::DnsRecord& record)>;

  void add_name_tests(const Query& query);
  void add_content_tests(const Query& query);
  void add_comment_tests(const Query& query);
  void add_tag_tests(const Query& query);
  Outcome<> parse_order(const Query& query);

  std::vector<Test> tests_;
  std::vector<Test> tag_tests_;
  bool any_ = false;
  bool any_tag_ = false;
  std::string exact_name_;
  Order order_ = Order::kStored;
  Direction direction_ = Direction::kAscending;
};

}  // namespace brink::control::api
