// /zones/{zone_id}/dns_records (api.md 5.5).
#include "control/api/dns_record.h"
#include "control/api/dns_record_change.h"
#include "control/api/dns_record_filter.h"
#include "control/api/dns_record_json.h"
#include "control/api/dns_records_batch.h"
#include "control/api/dns_zone_file.h"
#include "control/api/endpoint_groups.h"
#include "control/api/page.h"
#include "dns_wire/type.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

constexpr PageRule kPages{.least = 1, .most = 5000, .usual = 100};

// --- lists ---

class RecordList {
 public:
  RecordList(Call& call, DnsRecordFilter filter, const Paging& paging)
      : call_(call), filter_(std::move(filter)), page_(paging) {}

  Answer make() && {
    if (filter_.order() == DnsRecordFilter::Order::kStored && filter_.direction() == Direction::kAscending) {
      for_each_match([&](const store::DnsRecord& record) { show(record); });
    } else {
      show_sorted();
    }
    return std::move(page_).finish();
  }

 private:
  template <class F>
  void for_each_match(F f) {
    const auto walk = [&](store::dns_records::Scan scan) {
      while (const auto record = scan.next()) {
        if (filter_.matches(*record)) f(*record);
      }
    };
    if (filter_.exact_name().empty()) {
      walk(store::dns_records::Scan(call_.read(), call_.zone().id));
    } else {
      walk(store::dns_records::Scan(call_.read(), call_.zone().id, filter_.exact_name()));
    }
  }

  void show(const store::DnsRecord& record) {
    if (page_.wants()) {
      page_.add(record_json(record, call_.zone().name));
    } else {
      page_.pass();
    }
  }

  std::string sort_key(const store::DnsRecord& record) const {
    switch (filter_.order()) {
      case DnsRecordFilter::Order::kStored: return {};
      case DnsRecordFilter::Order::kType: return dns_wire::type_name(record.type);
      case DnsRecordFilter::Order::kName: return std::string(record.name);
      case DnsRecordFilter::Order::kContent: return std::string(record.content);
      case DnsRecordFilter::Order::kTtl: return fmt::format("{:010}", record.ttl);
      case DnsRecordFilter::Order::kProxied: return record.proxied ? "1" : "0";
    }
    return {};
  }

  // Records with the same key stay in the order in which they are stored.
  void show_sorted() {
    std::vector<std::pair<std::string, store::Id>> order;
    for_each_match([&](const store::DnsRecord& record) { order.emplace_back(sort_key(record), record.id); });
    std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.first < b.first; });
    if (filter_.direction() == Direction::kDescending) std::ranges::reverse(order);
    for (const auto& [key, id] : order) {
      if (!page_.wants()) {
        page_.pass();
      } else if (const auto record = store::dns_records::get(call_.read(), call_.zone().id, id)) {
        page_.add(record_json(*record, call_.zone().name));
      }
    }
  }

  Call& call_;
  DnsRecordFilter filter_;
  PageBuilder page_;
};

Task<Outcome<Answer>> list_records(Call& call) {
  const auto paging = BRINK_CO_TRY(call.query.paging(kPages));
  auto filter = BRINK_CO_TRY(DnsRecordFilter::parse(call.query));
  co_return RecordList(call, std::move(filter), paging).make();
}

// --- one record ---

Task<Outcome<Answer>> get_record(Call& call) {
  const auto record = store::dns_records::get(call.read(), call.zone().id, call.id("record_id"));
  if (!record) co_return refuse(codes::kRecordNotFound);
  co_return Answer::of(record_json(*record, call.zone().name));
}

Task<Outcome<Answer>> create_record(Call& call) {
  auto record = BRINK_CO_TRY(parse_record(call.body, call.zone().name));
  Change change = [zone = call.zone().id,
                   record = std::move(record)](Changing& changing) mutable -> Outcome<Json> {
    auto records = BRINK_TRY(DnsRecordChange::begin(changing, zone));
    return records.add(std::move(record));
  };
  co_return Answer::of(BRINK_CO_TRY(co_await call.change(std::move(change))));
}

Task<Outcome<Answer>> replace_record(Call& call) {
  const store::Id id = call.id("record_id");
  if (!store::dns_records::get(call.read(), call.zone().id, id)) co_return refuse(codes::kRecordNotFound);
  auto record = BRINK_CO_TRY(parse_record(call.body, call.zone().name));
  Change change = [zone = call.zone().id, id,
                   record = std::move(record)](Changing& changing) mutable -> Outcome<Json> {
    auto records = BRINK_TRY(DnsRecordChange::begin(changing, zone));
    return records.replace(id, std::move(record));
  };
  co_return Answer::of(BRINK_CO_TRY(co_await call.change(std::move(change))));
}

Task<Outcome<Answer>> edit_record(Call& call) {
  if (!call.body.is_object()) co_return refuse(codes::kInvalid, "The body must be a JSON object");
  Change change = [zone = call.zone().id, id = call.id("record_id"),
                   body = std::move(call.body)](Changing& changing) -> Outcome<Json> {
    auto records = BRINK_TRY(DnsRecordChange::begin(changing, zone));
    return records.patch(id, body);
  };
  co_return Answer::of(BRINK_CO_TRY(co_await call.change(std::move(change))));
}

Task<Outcome<Answer>> delete_record(Call& call) {
  Change change = [zone = call.zone().id, id = call.id("record_id")](Changing& changing) -> Outcome<Json> {
    auto records = BRINK_TRY(DnsRecordChange::begin(changing, zone));
    BRINK_TRY(records.remove(id));
    return Json{{"id", id.text()}};
  };
  co_return Answer::of(BRINK_CO_TRY(co_await call.change(std::move(change))));
}

// --- scans: Brink does not guess at records that another provider may have ---

Task<Outcome<Answer>> scan_records(Call&) {
  co_return Answer::of({{"recs_added", 0}, {"total_records_parsed", 0}});
}
Task<Outcome<Answer>> trigger_scan(Call&) { co_return Answer::of(Json()); }
Task<Outcome<Answer>> list_scanned(Call&) { co_return one_page(Json::array()); }
Task<Outcome<Answer>> review_scanned(Call&) {
  co_return Answer::of({{"accepts", Json::array()}, {"rejects", Json::array()}});
}

using enum http::Method;
constexpr Permission kSee = reads(Area::kDns);
constexpr Permission kEdit = writes(Area::kDns);

constexpr Endpoint kEndpoints[] = {
    {kGet, "/zones/{zone_id}/dns_records", Where::kZone, kSee, Content::kNone, list_records,
     "The zone's records. Filters: `type`, `name`, `content`, `comment` (each also `.exact`, `.contains`, "
     "`.startswith`, "
     "`.endswith`; `comment.present`, `comment.absent`), `tag` (likewise, of `name:value`; `tag.present`, "
     "`tag.absent`), "
     "`proxied`, `search`, `match`, `tag_match`; `order`, `direction`.",
     true},
    {kPost, "/zones/{zone_id}/dns_records", Where::kZone, kEdit, Content::kJson, create_record,
     "Makes a record.", true},
    {kPost, "/zones/{zone_id}/dns_records/batch", Where::kZone, kEdit, Content::kJson, change_records,
     "Changes many: `deletes`, `patches`, `puts`, `posts`, in this order; all or none.", true,
     kMaxBatchBytes},
    {kGet, "/zones/{zone_id}/dns_records/export", Where::kZone, kSee, Content::kNone, export_zone_file,
     "The records as a master file (RFC 1035), with comments and tags.", true},
    {kPost, "/zones/{zone_id}/dns_records/import", Where::kZone, kEdit, Content::kBytes, import_zone_file,
     "Adds the records of a master file: a form with `file` and `proxied`; all or none.", true,
     kMaxImportBytes},
    {kPost, "/zones/{zone_id}/dns_records/scan", Where::kZone, kEdit, Content::kNone, scan_records,
     "Brink does not scan for records: it adds none.", true},
    {kPost, "/zones/{zone_id}/dns_records/scan/trigger", Where::kZone, kEdit, Content::kNone, trigger_scan,
     "Likewise."},
    {kGet, "/zones/{zone_id}/dns_records/scan/review", Where::kZone, kSee, Content::kNone, list_scanned,
     "Likewise: none are found."},
    {kPost, "/zones/{zone_id}/dns_records/scan/review", Where::kZone, kEdit, Content::kOptionalJson,
     review_scanned, "Likewise."},
    {kGet, "/zones/{zone_id}/dns_records/{record_id}", Where::kZone, kSee, Content::kNone, get_record,
     "A record.", true},
    {kPut, "/zones/{zone_id}/dns_records/{record_id}", Where::kZone, kEdit, Content::kJson, replace_record,
     "Replaces it: what is not given has its default.", true},
    {kPatch, "/zones/{zone_id}/dns_records/{record_id}", Where::kZone, kEdit, Content::kJson, edit_record,
     "Changes what is given.", true},
    {kDelete, "/zones/{zone_id}/dns_records/{record_id}", Where::kZone, kEdit, Content::kNone, delete_record,
     "Deletes it.", true},
};

}  // namespace

std::span<const Endpoint> dns_record_endpoints() { return kEndpoints; }

}  // namespace brink::control::api
