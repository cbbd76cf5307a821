// /accounts/{account_id}/rules/lists: the lists that rules name, and their items.
#include "base/ascii.h"
#include "control/api/endpoint_groups.h"
#include "control/api/list_item.h"
#include "control/api/ruleset_answer.h"
#include "control/api/ruleset_owner.h"
#include "control/api/timestamp.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr std::size_t kMaxItemsBytes = 256u << 20;  // of a body with items
constexpr std::size_t kMaxListNameBytes = 50;
constexpr std::size_t kMaxListDescriptionBytes = 500;
constexpr std::size_t kMaxLists = 1000;  // of an account
constexpr std::size_t kMaxDeletedAtOnce = 100'000;
constexpr std::uint64_t kMostPerPage = 500;
constexpr std::uint64_t kUsualPerPage = 100;

// --- lists ---

Json list_json(const store::List& list, const store::ReadTransaction& read) {
  return {{"id", list.id.text()},
          {"name", list.name},
          {"kind", list_kind_name(list.kind)},
          {"description", list.description},
          {"num_items", list.items},
          {"num_referencing_filters", references_to_list(read, list.account, list.name)},
          {"created_on", timestamp(list.created)},
          {"modified_on", timestamp(list.modified)}};
}

Outcome<store::List> find_list(const store::ReadTransaction& read, const store::Id& account,
                               const store::Id& id) {
  const auto list = store::lists::get(read, account, id);
  if (!list) return refuse(codes::kNotFound, fmt::format("could not find list {}", id.text()));
  return *list;
}

Outcome<> audit(Changing& changing, const store::Id& account, std::string_view action, const store::Id& list,
                Json before, Json after) {
  return changing.audit({.action = std::string(action),
                         .account = account,
                         .resource_type = "list",
                         .resource = list.text(),
                         .before = std::move(before),
                         .after = std::move(after)});
}

Task<Outcome<Answer>> list_lists(Call& call) {
  Json shown = Json::array();
  for (const store::List& list : store::lists::of_account(call.read(), call.id("account_id")))
    shown.push_back(list_json(list, call.read()));
  co_return Answer::of(std::move(shown));
}

Task<Outcome<Answer>> get_list(Call& call) {
  const auto list = BRINK_CO_TRY(find_list(call.read(), call.id("account_id"), call.id("list_id")));
  co_return Answer::of(list_json(list, call.read()));
}

bool is_list_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
}

Task<Outcome<Answer>> create_list(Call& call) {
  const auto name = BRINK_CO_TRY(required_text(call.body, "name", kMaxListNameBytes));
  const auto kind_name = BRINK_CO_TRY(required_text(call.body, "kind", 32));
  const auto description = BRINK_CO_TRY(text_member(call.body, "description", kMaxListDescriptionBytes));
  const auto kind = find_list_kind(kind_name);
  if (!is_list_name(name)) {
    co_return std::unexpected(
        ApiError(codes::kRuleset, fmt::format("'{}' is not a valid value for name because it must be "
                                              "lower-case letters, digits and _",
                                              name))
            .at("/name"));
  }
  if (!kind) {
    co_return std::unexpected(
        ApiError(codes::kRuleset, fmt::format("'{}' is not a valid value for kind because it must be "
                                              "one of ip, hostname, asn, redirect",
                                              kind_name))
            .at("/kind"));
  }
  auto result = co_await call.change([name, kind = *kind, description = description.value_or(""),
                                      account = call.id("account_id")](Changing& changing) -> Outcome<Json> {
    if (store::lists::of_account(changing.store, account).size() >= kMaxLists)
      return refuse(codes::kRuleset, fmt::format("an account has at most {} lists", kMaxLists));
    if (store::lists::find(changing.store, account, name)) {
      return std::unexpected(
          ApiError(codes::kRuleset,
                   fmt::format("'{}' is not a valid value for name because another list has it", name))
              .at("/name"));
    }
    const store::List list{.id = changing.new_id(),
                           .account = account,
                           .name = name,
                           .kind = kind,
                           .description = description,
                           .created = changing.now(),
                           .modified = changing.now(),
                           .version = changing.store.next_sequence()};
    BRINK_TRY(store::lists::put(changing.store, list));
    Json after = list_json(list, changing.store);
    BRINK_TRY(audit(changing, account, "list_create", list.id, Json(), after));
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> update_list(Call& call) {
  const auto description = BRINK_CO_TRY(text_member(call.body, "description", kMaxListDescriptionBytes));
  auto result = co_await call.change([description = description.value_or(""), account = call.id("account_id"),
                                      id = call.id("list_id")](Changing& changing) -> Outcome<Json> {
    store::List list = BRINK_TRY(find_list(changing.store, account, id));
    Json before = list_json(list, changing.store);
    const std::string name(list.name);
    list.name = name;
    list.description = description;
    list.modified = changing.now();
    BRINK_TRY(store::lists::put(changing.store, list));
    Json after = list_json(list, changing.store);
    BRINK_TRY(audit(changing, account, "list_update", id, std::move(before), after));
    return after;
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> delete_list(Call& call) {
  auto result = co_await call.change(
      [account = call.id("account_id"), id = call.id("list_id")](Changing& changing) -> Outcome<Json> {
        const auto list = BRINK_TRY(find_list(changing.store, account, id));
        Json before = list_json(list, changing.store);
        if (before["num_referencing_filters"] != 0)
          return refuse(codes::kInUse, "rules name the list: change them first");
        BRINK_TRY(store::lists::remove(changing.store, account, id));
        BRINK_TRY(audit(changing, account, "list_delete", id, std::move(before), Json()));
        return Json{{"id", id.text()}};
      });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

// --- items ---

// A cursor is the order from which the next page goes on, in hexadecimal.
Outcome<std::uint64_t> read_cursor(const Query& query) {
  const auto text = query.find("cursor");
  if (!text || text->empty()) return 0;
  std::uint64_t order = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), order, 16);
  if (error != std::errc() || end != text->data() + text->size())
    return refuse(codes::kInvalidParameter, "cursor: it must be one that an answer gave");
  return order;
}

Task<Outcome<Answer>> list_items(Call& call) {
  const auto list = BRINK_CO_TRY(find_list(call.read(), call.id("account_id"), call.id("list_id")));
  const auto asked = BRINK_CO_TRY(call.query.number("per_page", 1, UINT32_MAX));
  const std::uint64_t per_page = std::min(asked.value_or(kUsualPerPage), kMostPerPage);
  const std::uint64_t from = BRINK_CO_TRY(read_cursor(call.query));
  const std::string_view search = call.query.find("search").value_or("");
  Json shown = Json::array();
  Json cursors = Json::object();
  store::lists::ItemScan scan(call.read(), list.id, from);
  while (const auto item = scan.next()) {
    if (!is_found_by(*item, list.kind, search)) continue;
    if (shown.size() == per_page) {
      cursors["after"] = fmt::format("{:x}", item->order());
      break;
    }
    shown.push_back(item_json(*item, list.kind));
  }
  Answer answer = Answer::of(std::move(shown));
  answer.page = Json{{"cursors", std::move(cursors)}};
  co_return answer;
}

Task<Outcome<Answer>> get_item(Call& call) {
  const auto list = BRINK_CO_TRY(find_list(call.read(), call.id("account_id"), call.id("list_id")));
  const store::Id& id = call.id("item_id");
  const auto item = store::lists::item(call.read(), list.id, id);
  if (!item) co_return refuse(codes::kNotFound, fmt::format("could not find item {}", id.text()));
  co_return Answer::of(item_json(*item, list.kind));
}

// --- changing items ---

// A list while its items are changed, on the writer's thread. Owns its texts: writing ends views.
class ItemsChange {
 public:
  [[nodiscard]] static Outcome<ItemsChange> begin(Changing& changing, const store::Id& account,
                                                  const store::Id& id) {
    ItemsChange change(changing);
    change.list_ = BRINK_TRY(find_list(changing.store, account, id));
    change.name_ = std::string(change.list_.name);
    change.description_ = std::string(change.list_.description);
    return change;
  }

  [[nodiscard]] store::ListKind kind() const { return list_.kind; }

  Outcome<Json> replace(const std::vector<SentItem>& sent) {
    own();
    BRINK_TRY(store::lists::replace_items(changing_.store, list_, numbered(sent)));
    return finish("list_items_replace", Json{{"items", sent.size()}});
  }

  // Those that the list has already stay in their place, with what was sent.
  Outcome<Json> append(const std::vector<SentItem>& sent) {
    std::unordered_map<std::string_view, const SentItem*> by_value;
    for (const SentItem& item : sent) by_value.emplace(item.value, &item);
    store::lists::ItemChanges changes;
    {
      store::lists::ItemScan scan(changing_.store, list_.id);
      while (const auto item = scan.next()) {
        const auto same = by_value.find(item->value);
        if (same == by_value.end()) continue;
        changes.emplace(item->id, same->second->stored(item->id, item->created, changing_.now()));
        by_value.erase(same);
      }
    }
    if (list_.items + by_value.size() > store::lists::kMaxItems)
      return refuse(codes::kRuleset, fmt::format("a list has at most {} items", store::lists::kMaxItems));
    std::vector<SentItem> added;
    for (const SentItem& item : sent) {
      if (by_value.contains(item.value)) added.push_back(item);
    }
    own();
    if (!changes.empty()) BRINK_TRY(store::lists::change_items(changing_.store, list_, changes));
    BRINK_TRY(store::lists::append_items(changing_.store, list_, numbered(added)));
    return finish("list_items_add", Json{{"items", sent.size()}});
  }

  Outcome<Json> remove(const std::vector<store::Id>& ids) {
    store::lists::ItemChanges changes;
    for (const store::Id& id : ids) {
      if (!store::lists::item(changing_.store, list_.id, id))
        return refuse(codes::kNotFound, fmt::format("could not find item {}", id.text()));
      changes.emplace(id, std::nullopt);
    }
    own();
    BRINK_TRY(store::lists::change_items(changing_.store, list_, changes));
    return finish("list_items_delete", Json{{"items", ids.size()}});
  }

 private:
  explicit ItemsChange(Changing& changing) : changing_(changing) {}

  void own() {
    list_.name = name_;
    list_.description = description_;
  }

  std::vector<store::ListItem> numbered(const std::vector<SentItem>& sent) {
    std::vector<store::ListItem> items;
    items.reserve(sent.size());
    for (const SentItem& item : sent) {
      store::Id id = changing_.new_id();
      const std::uint64_t order = ++list_.next_order;
      for (std::size_t i = 0; i < sizeof order; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(order >> (8 * (sizeof order - 1 - i)));
      items.push_back(item.stored(id, changing_.now(), changing_.now()));
    }
    return items;
  }

  Outcome<Json> finish(std::string_view action, Json after) {
    BRINK_TRY(audit(changing_, list_.account, action, list_.id, Json(), std::move(after)));
    const store::Id operation = changing_.new_id();
    BRINK_TRY(store::lists::add_operation(changing_.store, list_.account, operation, changing_.now()));
    return Json{{"operation_id", operation.text()}};
  }

  Changing& changing_;
  store::List list_;
  std::string name_;
  std::string description_;
};

Task<Outcome<Answer>> write_items(Call& call, bool replaces) {
  auto problems = std::make_shared<rules::Problems>();
  auto result = co_await call.change([problems, replaces, body = std::move(call.raw_body),
                                      account = call.id("account_id"),
                                      id = call.id("list_id")](Changing& changing) -> Outcome<Json> {
    auto change = BRINK_TRY(ItemsChange::begin(changing, account, id));
    const auto sent = read_items(body, change.kind(), *problems);
    if (!problems->empty()) return refuse(codes::kRuleset);
    return replaces ? change.replace(sent) : change.append(sent);
  });
  if (!result && !problems->empty()) co_return refused(*problems);
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> add_items(Call& call) { co_return co_await write_items(call, false); }
Task<Outcome<Answer>> replace_items(Call& call) { co_return co_await write_items(call, true); }

Outcome<std::vector<store::Id>> read_ids(const Json& body) {
  const Json* items = find_value(body, "items");
  if (items == nullptr || !items->is_array() || items->empty() || items->size() > kMaxDeletedAtOnce) {
    return std::unexpected(
        ApiError(codes::kInvalid,
                 fmt::format(R"(items: must be an array of 1 to {} objects as {{"id"}})", kMaxDeletedAtOnce))
            .at("/items"));
  }
  std::vector<store::Id> ids;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const Json* text = find_value((*items)[i], "id");
    const auto id = text != nullptr && text->is_string()
                        ? store::Id::parse(text->get_ref<const std::string&>())
                        : std::nullopt;
    if (!id) {
      return std::unexpected(ApiError(codes::kInvalid, "id: must be 32 lower-case hexadecimal digits")
                                 .at(fmt::format("/items/{}/id", i)));
    }
    ids.push_back(*id);
  }
  return ids;
}

Task<Outcome<Answer>> delete_items(Call& call) {
  auto ids = BRINK_CO_TRY(read_ids(call.body));
  auto result = co_await call.change([ids = std::move(ids), account = call.id("account_id"),
                                      id = call.id("list_id")](Changing& changing) -> Outcome<Json> {
    auto change = BRINK_TRY(ItemsChange::begin(changing, account, id));
    return change.remove(ids);
  });
  co_return Answer::of(BRINK_CO_TRY(std::move(result)));
}

Task<Outcome<Answer>> get_operation(Call& call) {
  const store::Id& id = call.id("operation_id");
  const auto done = store::lists::operation(call.read(), call.id("account_id"), id);
  if (!done) co_return refuse(codes::kNotFound, fmt::format("could not find operation {}", id.text()));
  co_return Answer::of(Json{{"id", id.text()}, {"status", "completed"}, {"completed", timestamp(*done)}});
}

using enum http::Method;
constexpr Permission kSee = reads(Area::kAccountRuleLists);
constexpr Permission kEdit = writes(Area::kAccountRuleLists);
constexpr Where kOf = Where::kAccount;

constexpr Endpoint kEndpoints[] = {
    {kGet, "/accounts/{account_id}/rules/lists", kOf, kSee, Content::kNone, list_lists,
     "The account's lists, without their items.", true},
    {kPost, "/accounts/{account_id}/rules/lists", kOf, kEdit, Content::kJson, create_list,
     "Makes a list: `name` (as rules name it: `$name`), `kind` (`ip`, `hostname`, `asn`, `redirect`), "
     "`description`.",
     true},
    {kGet, "/accounts/{account_id}/rules/lists/bulk_operations/{operation_id}", kOf, kSee, Content::kNone,
     get_operation, "How a change of items went. It was done before it was answered: `completed`.", true},
    {kGet, "/accounts/{account_id}/rules/lists/{list_id}", kOf, kSee, Content::kNone, get_list, "A list.",
     true},
    {kPut, "/accounts/{account_id}/rules/lists/{list_id}", kOf, kEdit, Content::kJson, update_list,
     "Changes its `description`.", true},
    {kDelete, "/accounts/{account_id}/rules/lists/{list_id}", kOf, kEdit, Content::kNone, delete_list,
     "Deletes it, unless a rule of the account or its zones names it.", true},
    {kGet, "/accounts/{account_id}/rules/lists/{list_id}/items", kOf, kSee, Content::kNone, list_items,
     "Its items, in the order in which they came: `per_page` (up to 500), `cursor`, `search`.", true},
    {kPost, "/accounts/{account_id}/rules/lists/{list_id}/items", kOf, kEdit, Content::kBytes, add_items,
     "Adds items; one that is there already gets the new comment.", true, kMaxItemsBytes},
    {kPut, "/accounts/{account_id}/rules/lists/{list_id}/items", kOf, kEdit, Content::kBytes, replace_items,
     "Puts items in place of all: up to a million.", true, kMaxItemsBytes},
    {kDelete, "/accounts/{account_id}/rules/lists/{list_id}/items", kOf, kEdit, Content::kJson, delete_items,
     R"(Deletes items: `{"items": [{"id"}]}`.)", true, 8u << 20},
    {kGet, "/accounts/{account_id}/rules/lists/{list_id}/items/{item_id}", kOf, kSee, Content::kNone,
     get_item, "An item.", true},
};

}  // namespace

std::span<const Endpoint> list_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
