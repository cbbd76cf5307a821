// The fields of the Rules language as one request has them: the reading of rules/field.h's table from the
// Exchange, the heads and the connection. A test holds the two tables together.
#pragma once

#include "filter/geo.h"
#include "rules/facts.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::edge {

struct Request;

// What expressions see of the request's target: as received, and as the phases before made it.
struct RuleTarget {
  std::string_view received;  // path and query
  std::string_view current;   // normalised and rewritten
};

// The beginning of the request's content, where a rule looks at it.
struct RuleBody {
  std::string_view bytes;  // at most edge.limits.rules_body_bytes
  std::uint64_t size = 0;  // of the whole, where it is known; else of what has come
  bool truncated = false;  // there is more than `bytes`
};

class RequestFacts final : public rules::FactSource {
 public:
  explicit RequestFacts(Request& request) : request_(request) {}

  [[nodiscard]] rules::Value read(rules::FieldId field, Arena& arena) const override;
  [[nodiscard]] rules::Value read_key(rules::FieldId field, std::string_view key,
                                      Arena& arena) const override;

 private:
  [[nodiscard]] rules::Value read_target(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] rules::Value read_header(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] rules::Value read_body(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] rules::Value read_connection(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] rules::Value read_tls(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] rules::Value read_place(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] rules::Value read_response(rules::FieldId field, Arena& arena) const;
  [[nodiscard]] const filter::Place& place() const;

  Request& request_;
  mutable std::optional<filter::Place> place_;  // looked up once, when a rule first asks
};

}  // namespace brink::edge
