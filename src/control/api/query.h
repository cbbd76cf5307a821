// The query of a request, decoded: `account.id=..&name.exact=a%2Eb&type=A,AAAA&page=2`. Unknown members are
// ignored.
#pragma once

#include "control/api/api_error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxQueryMembers = 256;

// What an endpoint takes as per_page.
struct PageRule {
  std::uint32_t least = 1;
  std::uint32_t most = 50;
  std::uint32_t usual = 20;
};

// A page of a list: `skip()` elements before it, at most `per_page` in it.
struct Paging {
  std::uint64_t page = 1;  // from 1
  std::uint32_t per_page = 20;
  [[nodiscard]] std::uint64_t skip() const { return (page - 1) * per_page; }
};

enum class Direction : std::uint8_t { kAscending, kDescending };

class Query {
 public:
  // `text` is what follows the '?'. '+' is a space. 1001 for broken percent escapes and for too many members.
  [[nodiscard]] static Outcome<Query> parse(std::string_view text);

  // The first of that name; nothing where there is none. An empty value is a value.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // All of them: `name=a&name=b`, `name[]=a`, and `name=a,b`.
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }

  // --- refuse with 1001 what is not of the kind ---
  [[nodiscard]] Outcome<std::optional<bool>> flag(std::string_view name) const;  // true, false, 1, 0
  [[nodiscard]] Outcome<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t least,
                                                             std::uint64_t most) const;
  [[nodiscard]] Outcome<Paging> paging(const PageRule& rule) const;   // `page`, `per_page`
  [[nodiscard]] Outcome<Direction> direction(Direction usual) const;  // `direction=asc|desc`
  [[nodiscard]] Outcome<bool> matches_any() const;                    // `match=any`; default is all

  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& members() const { return members_; }

 private:
  std::vector<std::pair<std::string, std::string>> members_;  // in the order sent
};

}  // namespace brink::control::api
