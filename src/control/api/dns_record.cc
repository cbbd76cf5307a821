#include "control/api/dns_record.h"

#include "base/ascii.h"
#include "control/api/dns_record_data.h"
#include "control/api/dns_record_rules.h"
#include "dns_wire/name.h"
#include "dns_wire/rdata.h"
#include "dns_wire/type.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

namespace type = dns_wire::type;
using dns_wire::Name;
using dns_wire::NameStyle;

constexpr std::array kRecordTypes{type::kA,    type::kNs,     type::kCname,      type::kPtr,   type::kMx,
                                  type::kTxt,  type::kAaaa,   type::kLoc,        type::kSrv,   type::kNaptr,
                                  type::kCert, type::kDname,  type::kDs,         type::kSshfp, type::kDnskey,
                                  type::kTlsa, type::kSmimea, type::kOpenpgpkey, type::kSvcb,  type::kHttps,
                                  type::kSpf,  type::kUri,    type::kCaa};

std::unexpected<ApiError> invalid_name(std::string_view why) {
  return invalid_record(codes::kDnsName, fmt::format("DNS name is invalid: {}", why), "/name");
}

// --- options ---

Outcome<> check_comment(const std::string& comment) {
  std::size_t characters = 0;
  for (char c : comment) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      return invalid_option("comment: must have no line breaks and no control characters", "/comment");
    if ((byte & 0xc0) != 0x80) ++characters;
  }
  if (characters > kMaxRecordComment || comment.size() > 4 * kMaxRecordComment)
    return invalid_option(fmt::format("comment: must be at most {} characters long", kMaxRecordComment),
                          "/comment");
  return {};
}

Outcome<> check_tag(std::string_view tag, std::size_t index) {
  const auto wrong = [&](std::string_view why) {
    return invalid_option(fmt::format("tags: {}", why), fmt::format("/tags/{}", index));
  };
  const auto name = tag.substr(0, tag.find(':'));
  const auto value = tag.size() > name.size() ? tag.substr(name.size() + 1) : std::string_view();
  const bool sound =
      std::ranges::all_of(name, [](char c) { return is_digit(c) || is_alpha(c) || c == '-' || c == '_'; });
  if (name.empty() || name.size() > kMaxTagName || !sound)
    return wrong(fmt::format("a name is 1 to {} letters, digits, \"-\" and \"_\"", kMaxTagName));
  if (value.size() > kMaxTagValue)
    return wrong(fmt::format("a value is at most {} bytes long", kMaxTagValue));
  if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return wrong("a value has no control characters");
  return {};
}

Outcome<> check_settings(const RecordValue& record) {
  if (record.settings.empty()) return {};
  const Json settings = stored_json(record.settings);
  const auto is_on = [&](std::string_view name) {
    const Json* flag = find_value(settings, name);
    return flag != nullptr && flag->is_boolean() && flag->get<bool>();
  };
  if (is_on("ipv4_only") && is_on("ipv6_only"))
    return invalid_option("settings: ipv4_only and ipv6_only exclude each other", "/settings");
  if ((is_on("ipv4_only") || is_on("ipv6_only")) && !record.proxied)
    return invalid_option("settings: ipv4_only and ipv6_only are for proxied records", "/settings");
  if (is_on("flatten_cname") && record.type != type::kCname)
    return invalid_option("settings: flatten_cname is for CNAME records", "/settings");
  return {};
}

}  // namespace

std::unexpected<ApiError> invalid_record(const ErrorCode& detail, std::string text, std::string pointer) {
  ApiError error(codes::kDnsValidation);
  error.pointer = std::move(pointer);
  error.because(ApiError(detail, std::move(text)));
  return std::unexpected(std::move(error));
}

bool is_proxiable(std::uint16_t type) {
  return type == type::kA || type == type::kAaaa || type == type::kCname;
}
bool is_record_type(std::uint16_t type) {
  return std::ranges::find(kRecordTypes, type) != kRecordTypes.end();
}

bool is_flattened(const store::DnsRecord& record, std::string_view zone_name, bool flattens_all) {
  if (record.type != type::kCname) return false;
  if (record.proxied || flattens_all || record.name == zone_name) return true;
  const Json settings = stored_json(record.settings);
  const Json* flag = find_value(settings, "flatten_cname");
  return flag != nullptr && flag->is_boolean() && flag->get<bool>();
}

RecordValue RecordValue::of(const store::DnsRecord& record) {
  return {.id = record.id,
          .zone = record.zone,
          .name = std::string(record.name),
          .type = record.type,
          .ttl = record.ttl,
          .proxied = record.proxied,
          .content = std::string(record.content),
          .rdata = std::string(record.rdata),
          .data = std::string(record.data),
          .priority = record.priority,
          .comment = std::string(record.comment),
          .tags = {record.tags.begin(), record.tags.end()},
          .settings = std::string(record.settings),
          .created = record.created,
          .modified = record.modified,
          .comment_modified = record.comment_modified,
          .tags_modified = record.tags_modified,
          .declared_in = std::string(record.declared_in)};
}

store::DnsRecord RecordValue::view() const {
  return {.id = id,
          .zone = zone,
          .name = name,
          .type = type,
          .ttl = ttl,
          .proxied = proxied,
          .content = content,
          .rdata = rdata,
          .data = data,
          .priority = priority,
          .comment = comment,
          .tags = {tags.begin(), tags.end()},
          .settings = settings,
          .created = created,
          .modified = modified,
          .comment_modified = comment_modified,
          .tags_modified = tags_modified,
          .declared_in = declared_in};
}

Outcome<> check_options(RecordValue& record) {
  if (record.proxied && !is_proxiable(record.type))
    return invalid_option(fmt::format("proxied: {} records cannot be proxied, only A, AAAA and CNAME",
                                      dns_wire::type_name(record.type)),
                          "/proxied");
  const bool sound_ttl =
      record.ttl == kAutomaticTtl || (record.ttl >= kMinRecordTtl && record.ttl <= kMaxRecordTtl);
  if (!sound_ttl) return invalid_record(codes::kDnsTtl, std::string(codes::kDnsTtl.text), "/ttl");
  if (record.proxied) record.ttl = kAutomaticTtl;  // what answers then is this edge
  BRINK_TRY(check_comment(record.comment));
  if (record.tags.size() > kMaxRecordTags)
    return invalid_option(fmt::format("tags: at most {}", kMaxRecordTags), "/tags");
  for (std::size_t i = 0; i < record.tags.size(); ++i) BRINK_TRY(check_tag(record.tags[i], i));
  return check_settings(record);
}

bool has_priority(std::uint16_t type) { return type == type::kMx || type == type::kUri; }

Outcome<std::string> parse_record_name(std::string_view text, std::string_view zone_name) {
  const Name zone = Name::parse_absolute(zone_name).value_or(Name());
  if (text.empty() || text == "@") return std::string(zone_name);
  const bool has_stray = std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
           std::string_view("\"();").find(c) != std::string_view::npos;
  });
  if (has_stray) return invalid_name("a character that may not be in it");
  auto name = Name::parse_absolute(text);
  if (name && !name->is_within(zone)) {
    if (text.ends_with('.')) return invalid_name(fmt::format("it is not within {}", zone_name));
    name = Name::parse(text, &zone);
  }
  if (!name) return invalid_name(name.error().text());
  for (Name rest = name->parent(); !rest.is_root(); rest = rest.parent()) {
    if (rest.is_wildcard()) return invalid_name("\"*\" can only be the first label");
  }
  return name->lower().host_text();
}

std::unexpected<ApiError> invalid_option(std::string text, std::string pointer) {
  return invalid_record(codes::kInvalid, std::move(text), std::move(pointer));
}

const ErrorCode& content_error(std::uint16_t type) {
  switch (type) {
    case type::kA: return codes::kDnsA;
    case type::kAaaa: return codes::kDnsAaaa;
    case type::kCname: return codes::kDnsCname;
    default: return codes::kDnsContent;
  }
}

std::unexpected<ApiError> invalid_content(std::uint16_t type, const std::string& why, std::string pointer) {
  const ErrorCode& code = content_error(type);
  if (type == type::kA || type == type::kAaaa)
    return invalid_record(code, std::string(code.text), std::move(pointer));
  return invalid_record(code,
                        fmt::format("Content for {} record is invalid: {}.", dns_wire::type_name(type), why),
                        std::move(pointer));
}

Outcome<> check_target(const RecordValue& record, std::string_view zone_name) {
  const bool at_apex = record.name == zone_name;
  if (record.type == type::kCname) {
    const auto target = Name::read(record.rdata);
    if (target && target->is_root()) return invalid_content(record.type, "the root is no host", "/content");
    if (target && target->host_text() == record.name)
      return invalid_content(record.type, "it is the record's own name", "/content");
  }
  if (record.type == type::kDs && at_apex)
    return invalid_content(
        record.type, "DS records belong to the zone above; here they are for delegations below", "/name");
  return {};
}

Outcome<> set_rdata(RecordValue& record, std::string wire, const Json& given) {
  if (wire.size() > kMaxRecordBytes) return std::unexpected(ApiError(codes::kDnsTooLong).at("/content"));
  const auto text = dns_wire::rdata_text(record.type, wire, NameStyle::kHost);
  auto canonical = dns_wire::canonical_rdata(record.type, wire);
  if (!text || !canonical)
    return invalid_content(record.type, (text ? canonical.error() : text.error()).text(), "/content");
  record.content = *text;
  record.rdata = *std::move(canonical);
  if (has_priority(record.type)) {
    record.priority = static_cast<std::uint16_t>(static_cast<unsigned char>(wire[0]) << 8 |
                                                 static_cast<unsigned char>(wire[1]));
    if (record.type == type::kMx) record.content = text->substr(text->find(' ') + 1);
  }
  if (has_data(record.type)) record.data = json_text(data_of_content(record.type, record.content, given));
  return {};
}

Outcome<RecordValue> record_of_rdata(std::string_view name, std::uint16_t type, std::uint32_t ttl,
                                     std::string_view rdata, std::string_view zone_name) {
  RecordValue record;
  record.type = type;
  record.ttl = ttl;
  if (!is_record_type(type))
    return invalid_option(fmt::format("type: there are no {} records here", dns_wire::type_name(type)),
                          "/type");
  record.name = BRINK_TRY(parse_record_name(std::string(name) + ".", zone_name));
  BRINK_TRY(set_rdata(record, std::string(rdata), Json()));
  BRINK_TRY(check_target(record, zone_name));
  return record;
}

}  // namespace brink::control::api
