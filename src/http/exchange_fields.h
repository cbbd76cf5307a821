// The one table from a fact's names to the fact: its name in the Rules language, its name in logs (Logpush's
// http_requests), and how it is read from an Exchange.
#pragma once

#include "http/exchange.h"
#include "net/address.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace brink::http {

// One member of the rules that matched, as a list; of those of security products alone, or of all.
struct RuleColumn {
  std::span<const RuleMatch> matches;
  std::string_view RuleMatch::* member;
  bool security_only = false;
};

// The custom fields of one group, as an object; a name that stands there several times has a list.
struct CustomFieldGroup {
  std::span<const CustomField> fields;
  CustomField::Group group;
};

// A view; good as long as the exchange it was read from. std::monostate: the fact is not known.
using FactValue = std::variant<std::monostate, bool, std::int64_t, double, std::string_view, net::IpAddress,
                               std::chrono::system_clock::time_point, RuleColumn, CustomFieldGroup>;

struct ExchangeField {
  std::string_view rules_name;  // "http.request.method"; empty: not in the Rules language
  std::string_view log_name;    // "ClientRequestMethod"; empty: not in the log
  std::string_view meaning;     // a sentence for docs/
  FactValue (*read)(const Exchange& exchange);
};

// All facts, in the order in which the log writes them.
[[nodiscard]] std::span<const ExchangeField> exchange_fields();
// nullptr where there is none of that name.
[[nodiscard]] const ExchangeField* find_rules_field(std::string_view rules_name);

// The documentation of the access log, docs/access-log.md, from the table.
[[nodiscard]] std::string exchange_fields_documentation();

}  // namespace brink::http
