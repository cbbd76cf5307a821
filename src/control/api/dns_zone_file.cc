#include "control/api/dns_zone_file.h"

#include "control/api/dns_record_change.h"
#include "control/api/dns_record_comment.h"
#include "control/api/form.h"
#include "dns_wire/rdata.h"
#include "dns_wire/type.h"
#include "dns_wire/zone_file_reader.h"
#include "dns_wire/zone_file_writer.h"

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace brink::control::api {
namespace {

namespace type = dns_wire::type;
using dns_wire::Name;

struct Setting {
  std::string_view name;
  bool RecordComment::* member;
};
constexpr Setting kSettings[] = {{"flatten_cname", &RecordComment::flatten_cname},
                                 {"ipv4_only", &RecordComment::ipv4_only},
                                 {"ipv6_only", &RecordComment::ipv6_only}};

// Those of the delegation and of the zone itself: the edge makes its own.
bool is_the_edges(const dns_wire::ZoneFileRecord& record, const Name& zone) {
  return record.type == type::kSoa || (record.type == type::kNs && record.owner == zone);
}

Outcome<RecordValue> record_of_line(const dns_wire::ZoneFileRecord& line, const Name& zone,
                                    std::string_view zone_name, bool proxied) {
  if (!line.owner.is_within(zone))
    return invalid_record(codes::kDnsName,
                          fmt::format("{} is not within {}", line.owner.host_text(), zone_name), "");
  RecordValue record =
      BRINK_TRY(record_of_rdata(line.owner.host_text(), line.type, line.ttl, line.rdata, zone_name));
  const auto comment = RecordComment::parse(line.comment);
  record.comment = comment.text;
  record.tags = comment.tags;
  record.proxied = comment.proxied.value_or(proxied && is_proxiable(record.type));
  Json settings = Json::object();
  for (const Setting& setting : kSettings) {
    if (comment.*setting.member) settings[setting.name] = true;
  }
  if (!settings.empty()) record.settings = json_text(settings);
  BRINK_TRY(check_options(record));
  return record;
}

// The errors of a file, each with its line.
class Errors {
 public:
  void add(std::string text) { add(ApiError(codes::kDnsContent, std::move(text))); }
  void add(std::uint32_t line, const ApiError& error) {
    for (const ApiError& detail : error.chain) {
      ApiError told = detail;
      told.message = fmt::format("line {}: {}", line, detail.message);
      add(std::move(told));
    }
    if (error.chain.empty()) add(fmt::format("line {}: {}", line, error.message));
  }
  [[nodiscard]] bool empty() const { return total_.chain.empty(); }
  [[nodiscard]] bool full() const { return total_.chain.size() == kMaxZoneFileErrors; }
  [[nodiscard]] ApiError total() && { return std::move(total_); }

 private:
  void add(ApiError error) {
    if (!full()) total_.because(std::move(error));
  }
  ApiError total_{codes::kDnsValidation};
};

struct Import {
  std::vector<RecordValue> records;
  store::Id zone;
};

// As DnsRecordChange::add for each that is not there yet.
Outcome<Json> add_records(Changing& changing, Import& import) {
  auto change = BRINK_TRY(DnsRecordChange::begin(changing, import.zone));
  const std::size_t total = import.records.size();
  std::size_t added = 0;
  for (RecordValue& record : import.records) {
    if (change.has_same(record)) continue;
    const std::string what = fmt::format("{} {}", record.name, dns_wire::type_name(record.type));
    auto answer = change.add(std::move(record));
    if (!answer) {
      answer.error().message = fmt::format("{}: {}", what, answer.error().message);
      return std::unexpected(std::move(answer.error()));
    }
    ++added;
  }
  return Json{{"recs_added", added}, {"total_records_parsed", total}};
}

}  // namespace

Result<> append_zone_file_record(std::string& file, const store::DnsRecord& record) {
  const Name owner = BRINK_TRY(Name::parse_absolute(record.name));
  RecordComment comment{.text = std::string(record.comment),
                        .tags = {record.tags.begin(), record.tags.end()}};
  if (is_proxiable(record.type)) comment.proxied = record.proxied;
  const Json settings = stored_json(record.settings);
  for (const Setting& setting : kSettings) {
    const Json* flag = find_value(settings, setting.name);
    comment.*setting.member = flag != nullptr && *flag == true;
  }
  return dns_wire::append_record(file, owner, record.ttl, record.type, record.rdata, comment.write());
}

Task<Outcome<Answer>> export_zone_file(Call& call) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(call.now());
  std::string file =
      fmt::format(";;\n;; Domain:     {0}.\n;; Exported:   {1:%Y-%m-%d %H:%M:%S}\n;;\n$ORIGIN {0}.\n",
                  call.zone().name, fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  store::dns_records::Scan scan(call.read(), call.zone().id);
  while (const auto record = scan.next()) BRINK_CO_TRY(append_zone_file_record(file, *record));
  co_return Answer::text("text/plain; charset=utf-8", std::move(file));
}

Outcome<std::vector<RecordValue>> read_zone_file(std::string_view text, std::string_view zone_name,
                                                 bool proxied) {
  const Name zone = BRINK_TRY(Name::parse_absolute(zone_name));
  dns_wire::ZoneFileReader reader(text, zone, {.default_ttl = kAutomaticTtl});
  std::vector<RecordValue> records;
  Errors errors;
  for (dns_wire::ZoneFileRecord line; !errors.full();) {
    const auto got = reader.next(line);
    if (!got) {
      errors.add(got.error().text());
      continue;
    }
    if (!*got) break;
    if (is_the_edges(line, zone)) continue;
    if (auto record = record_of_line(line, zone, zone_name, proxied)) {
      records.push_back(*std::move(record));
    } else {
      errors.add(line.line, record.error());
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors).total());
  return records;
}

Task<Outcome<Answer>> import_zone_file(Call& call) {
  const auto form = BRINK_CO_TRY(parse_form(call.raw_body));
  const FormPart* file = find_part(form, "file");
  if (file == nullptr) co_return refuse(codes::kInvalid, "The form has no part \"file\"");
  if (file->content.size() > kMaxZoneFileBytes)
    co_return refuse(codes::kTooLarge, fmt::format("The file is longer than {} bytes", kMaxZoneFileBytes));
  const FormPart* proxied = find_part(form, "proxied");
  if (proxied != nullptr && proxied->content != "true" && proxied->content != "false")
    co_return refuse(codes::kInvalid, "proxied: must be true or false");

  Import import{.records = BRINK_CO_TRY(read_zone_file(file->content, call.zone().name,
                                                       proxied != nullptr && proxied->content == "true")),
                .zone = call.zone().id};
  Change change = [import = std::move(import)](Changing& changing) mutable {
    return add_records(changing, import);
  };
  co_return Answer::of(BRINK_CO_TRY(co_await call.change(std::move(change))));
}

}  // namespace brink::control::api
