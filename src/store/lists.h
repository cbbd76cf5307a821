// The lists of an account that rules name ($office), and their items. A list has up to a million of them, so
// that they lie in chunks, in the order in which they came: reading a page and reading all are both a walk
// along neighbouring rows.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace brink::store {

enum class ListKind : std::uint8_t { kIp, kHostname, kAsn, kRedirect };

struct List {
  Id id;
  Id account;
  std::string_view name;  // unique in the account
  ListKind kind = ListKind::kIp;
  std::string_view description;
  Time created;
  Time modified;
  std::uint64_t items = 0;  // how many there are
  // The number of the change that last touched the items: other items, another number.
  std::uint64_t version = 0;
  std::uint64_t next_order = 0;  // of the next item; never goes back
};

// Flags of an item, and which of them its writer gave: what was not given is not shown.
struct ListItem {
  enum Flag : std::uint8_t {
    kExcludeExactHostname = 1,  // hostname
    kIncludeSubdomains = 1,     // redirect
    kSubpathMatching = 2,
    kPreserveQueryString = 4,
    kPreservePathSuffix = 8,
  };
  Id id;                     // its order (8 bytes, most significant first), then chance
  std::string_view value;    // an address or network, a host name, a number, or the URL redirected from
  std::string_view target;   // of a redirect
  std::uint16_t status = 0;  // of a redirect; 0: not given
  std::uint8_t flags = 0;
  std::uint8_t given = 0;
  std::string_view comment;
  Time created;
  Time modified;

  [[nodiscard]] std::uint64_t order() const;
};

namespace lists {

inline constexpr std::size_t kMaxItems = 1'000'000;  // of one list
// A chunk that reaches one of these is full.
inline constexpr std::size_t kItemsPerChunk = 512;
inline constexpr std::size_t kBytesPerChunk = 256 * 1024;

[[nodiscard]] std::optional<List> get(const ReadTransaction& transaction, const Id& account, const Id& id);
[[nodiscard]] std::optional<List> find(const ReadTransaction& transaction, const Id& account,
                                       std::string_view name);
[[nodiscard]] std::vector<List> of_account(const ReadTransaction& transaction, const Id& account);
// Inserts or replaces what is said of it, not its items. kTaken where another list of the account has the
// name; kInvalid for nil ids and an empty name.
Result<> put(WriteTransaction& transaction, const List& list);
// With its items.
Result<bool> remove(WriteTransaction& transaction, const Id& account, const Id& id);

// --- items ---

// In their order; from the first with an order not below `from` on.
class ItemScan {
 public:
  ItemScan(const ReadTransaction& transaction, const Id& list, std::uint64_t from = 0);
  // Its views live as long as the transaction's (transaction.h).
  [[nodiscard]] std::optional<ListItem> next();

 private:
  Cursor cursor_;
  std::uint64_t from_;
  std::vector<std::string_view> chunk_;
  std::size_t at_ = 0;
};

[[nodiscard]] std::optional<ListItem> item(const ReadTransaction& transaction, const Id& list, const Id& id);

// Puts items in place of all; their ids must rise. Sets `list`'s items and version, and stores it.
Result<> replace_items(WriteTransaction& transaction, List& list, std::span<const ListItem> items);
// Puts items at the end; their orders must rise and lie above all others.
Result<> append_items(WriteTransaction& transaction, List& list, std::span<const ListItem> items);

// Puts each item in place of the one with its id; nothing in an item's place removes it. Ids that the list
// does not have are passed over.
using ItemChanges = std::map<Id, std::optional<ListItem>>;
Result<> change_items(WriteTransaction& transaction, List& list, const ItemChanges& changes);

// --- operations ---

// Bulk operations are done before they are answered; that they were is kept for a week.
Result<> add_operation(WriteTransaction& transaction, const Id& account, const Id& operation, Time done);
// When it was done.
[[nodiscard]] std::optional<Time> operation(const ReadTransaction& transaction, const Id& account,
                                            const Id& operation);

}  // namespace lists
}  // namespace brink::store
