// The items of lists.h. A row is a chunk: key list and the order of its first item; value a tuple whose
// fields are items, each itself a tuple.
#include "store/fields.h"
#include "store/lists.h"
#include "store/rows.h"

namespace brink::store {

std::uint64_t ListItem::order() const {
  std::uint64_t order = 0;
  for (std::size_t i = 0; i < sizeof order; ++i) order = order << 8 | id.bytes[i];
  return order;
}

std::optional<std::vector<std::string_view>> rows::list_chunk(std::string_view key, std::string_view value) {
  if (key.size() != kIdBytes + sizeof(std::uint64_t)) return std::nullopt;
  const auto tuple = TupleView::parse(value);
  if (!tuple || tuple->count() == 0) return std::nullopt;
  std::vector<std::string_view> items;
  items.reserve(tuple->count());
  for (std::size_t i = 0; i < tuple->count(); ++i) items.push_back(tuple->text(i));
  return items;
}

std::optional<ListItem> rows::list_item(std::string_view bytes) {
  Fields fields(bytes);
  ListItem item;
  item.id = fields.id();
  item.value = fields.text();
  item.comment = fields.text();
  item.created = fields.time();
  item.modified = fields.time();
  item.target = fields.text();
  item.status = fields.small<std::uint16_t>();
  item.flags = fields.small<std::uint8_t>();
  item.given = fields.small<std::uint8_t>();
  if (!fields.good() || item.id.is_nil()) return std::nullopt;
  return item;
}

namespace lists {
namespace {

rows::Key chunk_key(const Id& list, std::uint64_t order) { return rows::Key(list.view()).add_number(order); }

std::string bytes_of(const ListItem& item) {
  TupleWriter row;
  row.text(item.id.view())
      .text(item.value)
      .text(item.comment)
      .time(item.created)
      .time(item.modified)
      .text(item.target)
      .number(item.status)
      .number(item.flags)
      .number(item.given);
  return row.finish();
}

// Gathers items and writes a chunk whenever one is full.
class ChunkWriter {
 public:
  ChunkWriter(WriteTransaction& transaction, const Id& list) : transaction_(transaction), list_(list) {}

  Result<> add(const ListItem& item) { return add(item.order(), bytes_of(item)); }
  Result<> add(std::uint64_t order, std::string bytes) {
    if (items_ == 0) first_ = order;
    chunk_.text(bytes);
    bytes_ += bytes.size();
    if (++items_ < kItemsPerChunk && bytes_ < kBytesPerChunk) return {};
    return finish();
  }
  Result<> finish() {
    if (items_ == 0) return {};
    BRINK_TRY(rows::put(transaction_, Table::kListItems, chunk_key(list_, first_).view(), chunk_));
    chunk_ = TupleWriter();
    items_ = bytes_ = 0;
    return {};
  }

 private:
  WriteTransaction& transaction_;
  const Id list_;
  TupleWriter chunk_;
  std::uint64_t first_ = 0;
  std::size_t items_ = 0;
  std::size_t bytes_ = 0;
};

Result<> store_list(WriteTransaction& transaction, List& list) {
  list.version = transaction.next_sequence();
  list.modified = transaction.now();
  return put(transaction, list);
}

}  // namespace

ItemScan::ItemScan(const ReadTransaction& transaction, const Id& list, std::uint64_t from)
    : cursor_(transaction, Table::kListItems, std::string(list.view())), from_(from) {
  if (from == 0) return;
  // The chunk that may hold it begins before it.
  Cursor before(transaction, Table::kListItems, std::string(list.view()), /*reverse=*/true);
  before.seek(chunk_key(list, from).view());
  if (before.next()) cursor_.seek(before.key());
}

std::optional<ListItem> ItemScan::next() {
  for (;;) {
    while (at_ < chunk_.size()) {
      const auto item = rows::list_item(chunk_[at_++]);
      if (item && item->order() >= from_) return item;
    }
    if (!cursor_.next()) return std::nullopt;
    chunk_ = rows::list_chunk(cursor_.key(), cursor_.value()).value_or(std::vector<std::string_view>());
    at_ = 0;
  }
}

std::optional<ListItem> item(const ReadTransaction& transaction, const Id& list, const Id& id) {
  ItemScan scan(transaction, list, ListItem{.id = id}.order());
  auto found = scan.next();
  return found && found->id == id ? found : std::nullopt;
}

Result<> replace_items(WriteTransaction& transaction, List& list, std::span<const ListItem> items) {
  BRINK_TRY(transaction.remove_all(Table::kListItems, list.id.view()));
  ChunkWriter writer(transaction, list.id);
  for (const ListItem& item : items) BRINK_TRY(writer.add(item));
  BRINK_TRY(writer.finish());
  list.items = items.size();
  return store_list(transaction, list);
}

Result<> append_items(WriteTransaction& transaction, List& list, std::span<const ListItem> items) {
  ChunkWriter writer(transaction, list.id);
  // The last chunk may have room: it is written anew, with what is added.
  std::vector<std::pair<std::uint64_t, std::string>> last;
  {
    Cursor cursor(transaction, Table::kListItems, std::string(list.id.view()), /*reverse=*/true);
    if (cursor.next()) {
      for (const auto bytes :
           rows::list_chunk(cursor.key(), cursor.value()).value_or(std::vector<std::string_view>())) {
        if (const auto item = rows::list_item(bytes)) last.emplace_back(item->order(), bytes);
      }
    }
  }
  std::size_t bytes = 0;
  for (const auto& each : last) bytes += each.second.size();
  const bool has_room = last.size() < kItemsPerChunk && bytes < kBytesPerChunk;
  if (has_room) {
    for (auto& [order, text] : last) BRINK_TRY(writer.add(order, std::move(text)));
  }
  for (const ListItem& item : items) BRINK_TRY(writer.add(item));
  BRINK_TRY(writer.finish());
  list.items += items.size();
  return store_list(transaction, list);
}

// Chunk by chunk: those without a change stay as they are. A chunk keeps its key even where its first item
// goes.
Result<> change_items(WriteTransaction& transaction, List& list, const ItemChanges& changes) {
  for (auto change = changes.begin(); change != changes.end();) {
    std::string key;
    std::vector<std::string> items;
    {
      Cursor cursor(transaction, Table::kListItems, std::string(list.id.view()), /*reverse=*/true);
      cursor.seek(chunk_key(list.id, ListItem{.id = change->first}.order()).view());
      if (!cursor.next()) {
        ++change;
        continue;
      }
      key = std::string(cursor.key());
      for (const auto bytes :
           rows::list_chunk(cursor.key(), cursor.value()).value_or(std::vector<std::string_view>()))
        items.emplace_back(bytes);
    }
    TupleWriter chunk;
    std::size_t kept = 0;
    Id last = change->first;
    for (const std::string& bytes : items) {
      const auto item = rows::list_item(bytes);
      if (!item) continue;
      last = std::max(last, item->id);
      const auto wanted = changes.find(item->id);
      if (wanted == changes.end()) {
        chunk.text(bytes);
      } else if (wanted->second) {
        chunk.text(bytes_of(*wanted->second));
      } else {
        --list.items;
        continue;
      }
      ++kept;
    }
    if (kept == 0) {
      BRINK_TRY(transaction.remove(Table::kListItems, key));
    } else {
      BRINK_TRY(rows::put(transaction, Table::kListItems, key, chunk));
    }
    change = changes.upper_bound(last);
  }
  return store_list(transaction, list);
}

}  // namespace lists
}  // namespace brink::store
