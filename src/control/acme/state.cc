#include "control/acme/state.h"

#include "control/api/json.h"
#include "store/dns_records.h"

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

using api::Json;

constexpr std::size_t kMaxWhy = 300;

std::string account_row(std::string_view directory) { return fmt::format("account {}", directory); }
std::string pause_row(std::string_view directory) { return fmt::format("pause {}", directory); }
std::string order_row(const store::Id& zone) { return fmt::format("order {}", zone.text()); }
std::string waiting_row(const store::Id& zone) { return fmt::format("waiting {}", zone.text()); }

std::optional<Json> object_in(const store::ReadTransaction& read, std::string_view row) {
  const auto text = store::acme_state::get(read, row);
  if (!text) return std::nullopt;
  Json object = api::stored_json(*text);
  if (!object.is_object()) return std::nullopt;
  return object;
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* member = api::find_value(object, name);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

std::int64_t number_of(const Json& object, std::string_view name) {
  const Json* member = api::find_value(object, name);
  return member != nullptr && member->is_number_integer() ? member->get<std::int64_t>() : 0;
}

std::vector<std::string> texts_of(const Json& object, std::string_view name) {
  std::vector<std::string> texts;
  const Json* list = api::find_value(object, name);
  if (list == nullptr || !list->is_array()) return texts;
  for (const Json& each : *list) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

WallTime time_of(const Json& object, std::string_view name) {
  return WallTime(std::chrono::seconds(number_of(object, name)));
}

std::int64_t seconds_of(WallTime time) { return time.time_since_epoch().count(); }

Result<> put(store::WriteTransaction& write, const std::string& row, const Json& value) {
  return store::acme_state::put(write, row, api::json_text(value));
}

}  // namespace

std::optional<AccountState> account_state(const store::ReadTransaction& read, std::string_view directory) {
  const auto object = object_in(read, account_row(directory));
  if (!object) return std::nullopt;
  return AccountState{text_of(*object, "key"), text_of(*object, "url"), text_of(*object, "email")};
}

Result<> put_account_state(store::WriteTransaction& write, std::string_view directory,
                           const AccountState& state) {
  return put(write, account_row(directory),
             Json{{"key", state.key}, {"url", state.url}, {"email", state.email}});
}

std::optional<PauseState> pause_state(const store::ReadTransaction& read, std::string_view directory) {
  const auto object = object_in(read, pause_row(directory));
  if (!object) return std::nullopt;
  return PauseState{static_cast<std::uint32_t>(number_of(*object, "failures")), time_of(*object, "until"),
                    text_of(*object, "why")};
}

Result<> put_pause_state(store::WriteTransaction& write, std::string_view directory,
                         const PauseState& state) {
  if (state.failures == 0) {
    BRINK_TRY(store::acme_state::remove(write, pause_row(directory)));
    return {};
  }
  return put(write, pause_row(directory),
             Json{{"failures", state.failures},
                  {"until", seconds_of(state.until)},
                  {"why", state.why.substr(0, kMaxWhy)}});
}

std::optional<OrderState> order_state(const store::ReadTransaction& read, const store::Id& zone) {
  const auto object = object_in(read, order_row(zone));
  if (!object) return std::nullopt;
  return OrderState{text_of(*object, "directory"), text_of(*object, "url"),
                    text_of(*object, "key"),       texts_of(*object, "names"),
                    texts_of(*object, "answers"),  texts_of(*object, "records")};
}

Result<> put_order_state(store::WriteTransaction& write, const store::Id& zone, const OrderState& state) {
  return put(write, order_row(zone),
             Json{{"directory", state.directory},
                  {"url", state.url},
                  {"key", state.key},
                  {"names", state.names},
                  {"answers", state.answers},
                  {"records", state.records}});
}

Result<> remove_order_state(store::WriteTransaction& write, const store::Id& zone) {
  const auto order = order_state(write, zone);
  if (!order) return {};
  for (const std::string& row : order->answers) BRINK_TRY(store::acme_state::remove(write, row));
  for (const std::string& text : order->records) {
    if (const auto id = store::Id::parse(text)) BRINK_TRY(store::dns_records::remove(write, zone, *id));
  }
  BRINK_TRY(store::acme_state::remove(write, order_row(zone)));
  return {};
}

std::vector<Waiting> waiting_state(const store::ReadTransaction& read, const store::Id& zone) {
  std::vector<Waiting> waiting;
  const auto object = object_in(read, waiting_row(zone));
  if (!object) return waiting;
  const Json* list = api::find_value(*object, "names");
  if (list == nullptr || !list->is_array()) return waiting;
  for (const Json& each : *list) {
    waiting.push_back({text_of(each, "name"), static_cast<std::uint32_t>(number_of(each, "failures")),
                       time_of(each, "until"), text_of(each, "why")});
  }
  return waiting;
}

Result<> put_waiting_state(store::WriteTransaction& write, const store::Id& zone,
                           const std::vector<Waiting>& waiting) {
  if (waiting.empty()) {
    BRINK_TRY(store::acme_state::remove(write, waiting_row(zone)));
    return {};
  }
  Json list = Json::array();
  for (const Waiting& each : waiting) {
    list.push_back({{"name", each.name},
                    {"failures", each.failures},
                    {"until", seconds_of(each.until)},
                    {"why", each.why.substr(0, kMaxWhy)}});
  }
  return put(write, waiting_row(zone), Json{{"names", std::move(list)}});
}

}  // namespace brink::control::acme
