#include "control/api/dns_record_change.h"

#include "control/api/dns_record_json.h"
#include "dns_wire/type.h"
#include "store/zones.h"

#include <algorithm>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

namespace type = dns_wire::type;

bool is_address(std::uint16_t type) { return type == type::kA || type == type::kAaaa; }

bool same_tags(const store::DnsRecord& a, const RecordValue& b) { return std::ranges::equal(a.tags, b.tags); }

// The same data twice: 81057 is what older clients know for one that only says more of it.
std::unexpected<ApiError> refuse_twin(const store::DnsRecord& twin, const RecordValue& record) {
  const bool same_kind = twin.proxied == record.proxied && same_tags(twin, record);
  const bool differs = twin.ttl != record.ttl || twin.comment != record.comment;
  return refuse(same_kind && differs ? codes::kRecordExists : codes::kIdenticalRecord);
}

}  // namespace

Outcome<DnsRecordChange> DnsRecordChange::begin(Changing& changing, const store::Id& zone_id,
                                                RecordAuthor author) {
  const auto zone = store::zones::get(changing.store, zone_id);
  if (!zone) return refuse(codes::kNotFound);
  DnsRecordChange change(changing, author);
  change.zone_ = zone_id;
  change.account_ = zone->account;
  change.zone_name_ = std::string(zone->name);
  const auto flattening = store::settings::get(changing.store, zone_id, "cname_flattening");
  change.flattens_all_ = flattening && stored_json(flattening->value) == "flatten_all";
  return change;
}

Outcome<RecordValue> DnsRecordChange::existing(const store::Id& id) const {
  const auto record = store::dns_records::get(changing_.store, zone_, id);
  if (!record) return refuse(codes::kRecordNotFound);
  if (author_ == RecordAuthor::kApi && !record->declared_in.empty())
    return refuse(codes::kReadOnlyRecord,
                  fmt::format("The record is declared in {}: change it there", record->declared_in));
  return RecordValue::of(*record);
}

bool DnsRecordChange::has_same(const RecordValue& record) const {
  store::dns_records::Scan scan(changing_.store, zone_, record.name, record.type);
  while (const auto other = scan.next()) {
    if (other->rdata == record.rdata) return true;
  }
  return false;
}

Outcome<> DnsRecordChange::check_neighbours(const RecordValue& record) const {
  const bool is_alias = record.type == type::kCname;
  const bool flattened = is_flattened(record.view(), zone_name_, flattens_all_);
  std::size_t text_bytes = record.type == type::kTxt ? record.rdata.size() : 0;
  store::dns_records::Scan scan(changing_.store, zone_, record.name);
  while (const auto other = scan.next()) {
    if (other->id == record.id) continue;
    if (other->type == record.type && other->rdata == record.rdata) return refuse_twin(*other, record);
    if (other->type == type::kTxt) text_bytes += other->rdata.size();
    const bool other_is_alias = other->type == type::kCname;
    if (!is_alias && !other_is_alias) continue;
    // RFC 1034 section 3.6.2; an alias that is answered by addresses only excludes other addresses.
    const bool both_give_addresses =
        (is_alias || is_address(record.type)) && (other_is_alias || is_address(other->type));
    const bool gives_way = is_alias ? flattened : is_flattened(*other, zone_name_, flattens_all_);
    if (both_give_addresses || !gives_way) return refuse(codes::kHostTaken);
  }
  if (record.type == type::kTxt && text_bytes > kMaxTxtBytes) return refuse(codes::kTxtTooLong);
  return {};
}

Outcome<> DnsRecordChange::audit(std::string_view action, const store::Id& id, Json before, Json after) {
  return changing_.audit({.action = std::string(action),
                          .account = account_,
                          .resource_type = "DNS_record",
                          .resource = id.text(),
                          .zone = zone_,
                          .zone_name = zone_name_,
                          .before = std::move(before),
                          .after = std::move(after)});
}

Outcome<Json> DnsRecordChange::write(const RecordValue& record, Json before) {
  BRINK_TRY(check_neighbours(record));
  BRINK_TRY(store::dns_records::put(changing_.store, record.view()));
  Json after = record_json(record.view(), zone_name_);
  const std::string_view action = before.is_null() ? "rec_add" : "rec_set";
  BRINK_TRY(audit(action, record.id, std::move(before), after));
  return after;
}

Outcome<Json> DnsRecordChange::add(RecordValue record) {
  record.id = changing_.new_id();
  record.zone = zone_;
  record.created = changing_.now();
  record.modified = record.created;
  if (!record.comment.empty()) record.comment_modified = record.created;
  if (!record.tags.empty()) record.tags_modified = record.created;
  return write(record, Json());
}

Outcome<Json> DnsRecordChange::replace(const store::Id& id, RecordValue record) {
  const RecordValue old = BRINK_TRY(existing(id));
  record.id = id;
  record.zone = zone_;
  record.created = old.created;
  record.modified = changing_.now();
  record.comment_modified = record.comment == old.comment ? old.comment_modified : record.modified;
  record.tags_modified = record.tags == old.tags ? old.tags_modified : record.modified;
  return write(record, record_json(old.view(), zone_name_));
}

Outcome<Json> DnsRecordChange::patch(const store::Id& id, const Json& changes) {
  const RecordValue old = BRINK_TRY(existing(id));
  RecordValue record = BRINK_TRY(parse_record(patched_body(old.view(), changes), zone_name_));
  return replace(id, std::move(record));
}

Outcome<Json> DnsRecordChange::remove(const store::Id& id) {
  const RecordValue old = BRINK_TRY(existing(id));
  BRINK_TRY(store::dns_records::remove(changing_.store, zone_, id));
  Json before = record_json(old.view(), zone_name_);
  BRINK_TRY(audit("rec_del", id, before, Json()));
  return before;
}

}  // namespace brink::control::api
