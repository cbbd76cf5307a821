#include "control/api/dns_records_batch.h"

#include "control/api/dns_record_change.h"
#include "control/api/dns_record_json.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

enum class Operation : std::uint8_t { kDelete, kPatch, kPut, kPost };

struct List {
  std::string_view member;
  Operation operation;
};
// In the order in which they are done.
constexpr List kLists[] = {{"deletes", Operation::kDelete},
                           {"patches", Operation::kPatch},
                           {"puts", Operation::kPut},
                           {"posts", Operation::kPost}};

// Four arrays of objects, not too many, with ids where they are needed.
Outcome<> check_batch(const Json& body) {
  if (!body.is_object()) return refuse(codes::kInvalid, "The body must be a JSON object");
  std::size_t operations = 0;
  for (const auto& [member, operation] : kLists) {
    const Json* list = find_value(body, member);
    if (list == nullptr) continue;
    if (!list->is_array())
      return std::unexpected(ApiError(codes::kInvalid, fmt::format("{}: must be an array", member))
                                 .at(fmt::format("/{}", member)));
    operations += list->size();
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto place = fmt::format("/{}/{}", member, i);
      if (!(*list)[i].is_object())
        return std::unexpected(
            ApiError(codes::kInvalid, fmt::format("{}: must be objects", member)).at(place));
      if (operation == Operation::kPost) continue;
      const Json* id = find_value((*list)[i], "id");
      if (id == nullptr || !id->is_string())
        return std::unexpected(
            ApiError(codes::kInvalid, fmt::format("{}: each needs an id", member)).at(place + "/id"));
    }
  }
  if (operations > kMaxBatchOperations)
    return refuse(codes::kInvalid, fmt::format("A batch has at most {} operations; this one has {}",
                                               kMaxBatchOperations, operations));
  return {};
}

Outcome<Json> run(DnsRecordChange& records, Operation operation, const Json& item) {
  if (operation == Operation::kPost) return records.add(BRINK_TRY(parse_record(item, records.zone_name())));
  const auto id = store::Id::parse(item["id"].get_ref<const std::string&>());
  if (!id) return refuse(codes::kRecordNotFound);
  switch (operation) {
    case Operation::kDelete: return records.remove(*id);
    case Operation::kPatch: return records.patch(*id, item);
    default: return records.replace(*id, BRINK_TRY(parse_record(item, records.zone_name())));
  }
}

}  // namespace

Task<Outcome<Answer>> change_records(Call& call) {
  BRINK_CO_TRY(check_batch(call.body));
  Change change = [zone = call.zone().id, body = std::move(call.body)](Changing& changing) -> Outcome<Json> {
    auto records = BRINK_TRY(DnsRecordChange::begin(changing, zone));
    Json result = Json::object();
    for (const auto& [member, operation] : kLists) {
      Json& done = result[member] = Json::array();
      const Json* list = find_value(body, member);
      for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        auto answer = run(records, operation, (*list)[i]);
        if (!answer) {
          std::string place = fmt::format("/{}/{}{}", member, i, answer.error().pointer);
          return std::unexpected(std::move(answer.error()).at(std::move(place)));
        }
        done.push_back(*std::move(answer));
      }
    }
    return result;
  };
  co_return Answer::of(BRINK_CO_TRY(co_await call.change(std::move(change))));
}

}  // namespace brink::control::api
