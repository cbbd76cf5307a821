#include "control/api/zone_filter.h"

#include "base/ascii.h"
#include "control/api/zone_json.h"

#include <algorithm>

namespace brink::control::api {
namespace {

// A filter of text: "example.com", "contains:x", "starts_with_case_sensitive:X", ...
struct TextTest {
  enum class Operator : std::uint8_t { kEqual, kNotEqual, kContains, kStartsWith, kEndsWith };
  Operator operation = Operator::kEqual;
  bool case_sensitive = false;
  std::string operand;

  [[nodiscard]] static TextTest parse(std::string_view text) {
    struct Named {
      std::string_view name;
      Operator operation;
    };
    constexpr Named kOperators[] = {{"equal", Operator::kEqual},
                                    {"not_equal", Operator::kNotEqual},
                                    {"contains", Operator::kContains},
                                    {"starts_with", Operator::kStartsWith},
                                    {"ends_with", Operator::kEndsWith}};
    constexpr std::string_view kCase = "_case_sensitive";
    TextTest test;
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
      std::string_view name = text.substr(0, colon);
      const bool exact = name.ends_with(kCase);
      if (exact) name.remove_suffix(kCase.size());
      for (const Named& known : kOperators) {
        if (known.name != name) continue;
        test.operation = known.operation;
        test.case_sensitive = exact;
        text = text.substr(colon + 1);
        break;
      }
    }
    test.operand = test.case_sensitive ? std::string(text) : to_lower(text);
    return test;
  }

  [[nodiscard]] bool matches(std::string_view value) const {
    const std::string folded = case_sensitive ? std::string(value) : to_lower(value);
    switch (operation) {
      case Operator::kEqual: return folded == operand;
      case Operator::kNotEqual: return folded != operand;
      case Operator::kContains: return folded.contains(operand);
      case Operator::kStartsWith: return folded.starts_with(operand);
      case Operator::kEndsWith: return folded.ends_with(operand);
    }
    return false;
  }
};

Outcome<ZoneFilter::Order> parse_order(const Query& query) {
  const auto text = query.find("order");
  // plan.id: all zones have the same plan, so that any order is that order.
  if (!text || text->empty() || *text == "name" || *text == "plan.id") return ZoneFilter::Order::kName;
  if (*text == "status") return ZoneFilter::Order::kStatus;
  if (*text == "account.id") return ZoneFilter::Order::kAccountId;
  if (*text == "account.name") return ZoneFilter::Order::kAccountName;
  return refuse(codes::kInvalid,
                "query parameter order: must be name, status, account.id, account.name or plan.id");
}

}  // namespace

Outcome<ZoneFilter> ZoneFilter::parse(const Query& query) {
  ZoneFilter filter;
  filter.any_ = BRINK_TRY(query.matches_any());
  filter.order_ = BRINK_TRY(parse_order(query));
  filter.direction_ = BRINK_TRY(query.direction(Direction::kAscending));
  if (const auto name = query.find("name"); name && !name->empty()) {
    TextTest test = TextTest::parse(*name);
    // Names are kept as A-labels; people also ask by the name as they write it.
    if (test.operation == TextTest::Operator::kEqual) {
      if (const auto parsed = parse_zone_name(test.operand)) test.operand = *parsed;
      if (!filter.any_ && !test.case_sensitive) filter.exact_name_ = test.operand;
    }
    filter.tests_.emplace_back(
        [test](const store::Zone& zone, std::string_view) { return test.matches(zone.name); });
    filter.name_test_ = [test](std::string_view zone_name) { return test.matches(zone_name); };
  }
  if (const auto status = query.find("status"); status && !status->empty()) {
    filter.tests_.emplace_back([wanted = std::string(*status)](const store::Zone& zone, std::string_view) {
      return status_name(zone.status) == wanted;
    });
  }
  if (const auto types = query.all("type"); !types.empty()) {
    filter.tests_.emplace_back([wanted = std::vector<std::string>(types.begin(), types.end())](
                                   const store::Zone& zone, std::string_view) {
      return std::ranges::find(wanted, type_name(zone.type)) != wanted.end();
    });
  }
  if (const auto account = query.find("account.id"); account && !account->empty()) {
    filter.tests_.emplace_back(
        [wanted = store::Id::parse(*account)](const store::Zone& zone, std::string_view) {
          return wanted && zone.account == *wanted;
        });
  }
  if (const auto account = query.find("account.name"); account && !account->empty()) {
    filter.tests_.emplace_back([test = TextTest::parse(*account)](const store::Zone&, std::string_view name) {
      return test.matches(name);
    });
  }
  return filter;
}

bool ZoneFilter::matches(const store::Zone& zone, std::string_view account_name) const {
  if (tests_.empty()) return true;
  const auto passes = [&](const Test& test) { return test(zone, account_name); };
  return any_ ? std::ranges::any_of(tests_, passes) : std::ranges::all_of(tests_, passes);
}

}  // namespace brink::control::api
