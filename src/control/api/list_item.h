// Items of lists as clients send and get them.
#pragma once

#include "control/api/json.h"
#include "rules/problem.h"
#include "store/lists.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxItemProblems = 100;  // reading ends after so many
inline constexpr std::size_t kMaxItemCommentBytes = 500;

// An item that owns its texts, in the form in which it is kept: addresses in their shortest form with the
// bits after the prefix cleared, names in lower case.
struct SentItem {
  std::string value;
  std::string target;
  std::uint16_t status = 0;
  std::uint8_t flags = 0;
  std::uint8_t given = 0;
  std::string comment;

  // Views of it.
  [[nodiscard]] store::ListItem stored(const store::Id& id, store::Time created, store::Time modified) const;
};

// Reads an array of items. Of a million items only one at a time is JSON in memory. Of items with the same
// value the last holds. Problems have pointers as "/17/ip".
[[nodiscard]] std::vector<SentItem> read_items(std::string_view body, store::ListKind kind,
                                               rules::Problems& problems);

[[nodiscard]] Json item_json(const store::ListItem& item, store::ListKind kind);
// Whether a search for that text finds the item.
[[nodiscard]] bool is_found_by(const store::ListItem& item, store::ListKind kind, std::string_view search);

[[nodiscard]] std::string_view list_kind_name(store::ListKind kind);
[[nodiscard]] std::optional<store::ListKind> find_list_kind(std::string_view name);

}  // namespace brink::control::api
