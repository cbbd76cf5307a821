#include "control/api/dns_record.h"

#include "base/ascii.h"
#include "control/api/dns_record_data.h"
#include "control/api/timestamp.h"
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

constexpr std::size_t kMaxContentText = 64 * 1024;
constexpr std::array kRecordTypes{type::kA,    type::kNs,     type::kCname,      type::kPtr,   type::kMx,
                                  type::kTxt,  type::kAaaa,   type::kLoc,        type::kSrv,   type::kNaptr,
                                  type::kCert, type::kDname,  type::kDs,         type::kSshfp, type::kDnskey,
                                  type::kTlsa, type::kSmimea, type::kOpenpgpkey, type::kSvcb,  type::kHttps,
                                  type::kSpf,  type::kUri,    type::kCaa};

bool is_text_type(std::uint16_t type) { return type == type::kTxt || type == type::kSpf; }
bool has_priority(std::uint16_t type) { return type == type::kMx || type == type::kUri; }

// --- names ---

std::unexpected<ApiError> invalid_name(std::string_view why) {
  return invalid_record(codes::kDnsName, fmt::format("DNS name is invalid: {}", why), "/name");
}

// "www", "www.zone", "@", "": each is a name of the zone, and any other is below it.
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

// Old clients of SRV leave the name to the data: service, proto and name.
std::optional<std::string> name_of_service(const Json& body) {
  const Json* data = find_value(body, "data");
  if (data == nullptr) return std::nullopt;
  const auto part = [&](std::string_view member) -> std::string {
    const Json* value = find_value(*data, member);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
  };
  const std::string service = part("service");
  const std::string proto = part("proto");
  const std::string name = part("name");
  if (service.empty() || proto.empty()) return std::nullopt;
  const auto label = [](const std::string& text) { return text.starts_with('_') ? text : "_" + text; };
  return label(service) + "." + label(proto) + (name.empty() || name == "@" ? "" : "." + name);
}

// --- content ---

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

// Bare text becomes strings of 255 bytes; the wire form has no other way to say more.
std::string strings_of_bare_text(std::string_view text) {
  std::string wire;
  do {
    const auto part = text.substr(0, dns_wire::kMaxStringBytes);
    wire += static_cast<char>(part.size());
    wire += part;
    text.remove_prefix(part.size());
  } while (!text.empty());
  return wire;
}

Outcome<std::uint16_t> parse_priority(const Json& body, std::uint16_t type) {
  const Json* value = find_value(body, "priority");
  if (value == nullptr && type == type::kUri) {  // some send it with the rest
    if (const Json* data = find_value(body, "data")) value = find_value(*data, "priority");
  }
  if (value == nullptr)
    return invalid_record(codes::kDnsContent,
                          fmt::format("priority: is required for {} records", dns_wire::type_name(type)),
                          "/priority");
  const bool in_range = value->is_number_integer() && *value >= 0 && *value <= 65'535;
  if (!in_range)
    return invalid_record(codes::kDnsContent, "priority: must be a number from 0 to 65535", "/priority");
  return value->get<std::uint16_t>();
}

// Its fields but for what the rest of the record says; `words` look into `content`.
Outcome<Words> words_of_content(std::uint16_t type, const std::string& content,
                                const std::string& zone_name) {
  Words words;
  const std::string& kept = words.texts.emplace_back(content);
  auto tokens = dns_wire::tokenize(kept);
  if (!tokens) return invalid_content(type, tokens.error().text(), "/content");
  if (tokens->size() == 1 && !tokens->front().quoted && tokens->front().text == "@" && type != type::kTxt)
    tokens->front().text = words.texts.emplace_back(zone_name + ".");
  words.tokens = *std::move(tokens);
  return words;
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

// Content, data, rdata and priority of the wire form as it was given.
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

Outcome<> parse_words(RecordValue& record, const Words& words, const Json& given, std::string_view pointer) {
  std::string wire;
  const auto parsed = dns_wire::parse_rdata(record.type, words.tokens, Name(), wire);
  if (!parsed) {
    // Positions in words that the client did not send as such would only mislead.
    const auto code = static_cast<dns_wire::WireError>(parsed.error().code());
    const Error error(code, given.is_null() ? parsed.error().detail() : dns_wire::kNowhere);
    return invalid_content(record.type, error.text(), std::string(pointer));
  }
  return set_rdata(record, std::move(wire), given);
}

Outcome<> parse_content(const Json& body, RecordValue& record, const std::string& zone_name) {
  const Json* data = find_value(body, "data");
  const bool by_data = data != nullptr && has_data(record.type) && !(data->is_object() && data->empty());
  if (by_data) {
    if (!data->is_object()) return invalid_record(codes::kDnsContent, "data: must be an object", "/data");
    Words words = BRINK_TRY(words_of_data(record.type, *data));
    if (record.type == type::kUri) {
      const std::string priority = fmt::format("{}", BRINK_TRY(parse_priority(body, record.type)));
      words.tokens.insert(words.tokens.begin(), {.text = words.texts.emplace_back(priority)});
    }
    return parse_words(record, words, *data, "/data");
  }

  const Json* content = find_value(body, "content");
  const auto* text = content == nullptr ? nullptr : content->get_ptr<const std::string*>();
  if (text == nullptr || text->empty()) {
    const auto what =
        has_data(record.type) ? "data: is required" : "content: must be a string that is not empty";
    return invalid_record(
        content_error(record.type),
        content == nullptr || has_data(record.type) ? what : std::string(content_error(record.type).text),
        has_data(record.type) ? "/data" : "/content");
  }
  if (text->size() > kMaxContentText) return std::unexpected(ApiError(codes::kDnsTooLong).at("/content"));
  if (is_text_type(record.type) && !text->starts_with('"')) {
    BRINK_TRY(set_rdata(record, strings_of_bare_text(*text), Json()));
    record.content = *text;
    return {};
  }
  Words words = BRINK_TRY(words_of_content(record.type, *text, zone_name));
  const bool lacks_priority = record.type == type::kMx
                                  ? words.tokens.size() == 1
                                  : record.type == type::kUri && words.tokens.size() == 2;
  if (lacks_priority) {
    const std::string priority = fmt::format("{}", BRINK_TRY(parse_priority(body, record.type)));
    words.tokens.insert(words.tokens.begin(), {.text = words.texts.emplace_back(priority)});
  }
  BRINK_TRY(parse_words(record, words, Json(), "/content"));
  if (is_text_type(record.type)) record.content = *text;
  return {};
}

// --- the rest ---

std::unexpected<ApiError> invalid_option(std::string text, std::string pointer) {
  return invalid_record(codes::kInvalid, std::move(text), std::move(pointer));
}

Outcome<> parse_ttl_member(const Json& body, RecordValue& record) {
  const Json* ttl = find_value(body, "ttl");
  if (ttl == nullptr) return {};
  if (!ttl->is_number_integer() || *ttl < 0 || *ttl > kMaxRecordTtl)
    return invalid_record(codes::kDnsTtl, std::string(codes::kDnsTtl.text), "/ttl");
  record.ttl = ttl->get<std::uint32_t>();
  return {};
}

Outcome<> parse_flag(const Json& object, std::string_view name, const std::string& pointer, bool& flag) {
  const Json* value = find_value(object, name);
  if (value == nullptr) return {};
  if (!value->is_boolean()) return invalid_option(fmt::format("{}: must be true or false", name), pointer);
  flag = value->get<bool>();
  return {};
}

Outcome<> parse_comment(const Json& body, RecordValue& record) {
  const Json* comment = find_value(body, "comment");
  if (comment == nullptr) return {};
  if (!comment->is_string()) return invalid_option("comment: must be a string", "/comment");
  record.comment = comment->get<std::string>();
  return {};
}

Outcome<> parse_tags(const Json& body, RecordValue& record) {
  const Json* tags = find_value(body, "tags");
  if (tags == nullptr) return {};
  if (!tags->is_array()) return invalid_option("tags: must be an array of strings", "/tags");
  for (std::size_t i = 0; i < tags->size() && i <= kMaxRecordTags; ++i) {
    if (!(*tags)[i].is_string())
      return invalid_option("tags: must be an array of strings", fmt::format("/tags/{}", i));
    record.tags.push_back((*tags)[i].get<std::string>());
  }
  return {};
}

Outcome<> parse_settings(const Json& body, RecordValue& record) {
  const Json* settings = find_value(body, "settings");
  if (settings == nullptr) return {};
  if (!settings->is_object()) return invalid_option("settings: must be an object", "/settings");
  Json kept = Json::object();
  for (std::string_view name : {"ipv4_only", "ipv6_only", "flatten_cname"}) {
    if (find_value(*settings, name) == nullptr) continue;
    bool flag = false;
    BRINK_TRY(parse_flag(*settings, name, fmt::format("/settings/{}", name), flag));
    kept[name] = flag;
  }
  if (!kept.empty()) record.settings = json_text(kept);
  return {};
}

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

Outcome<RecordValue> parse_record(const Json& body, std::string_view zone_name) {
  if (!body.is_object()) return refuse(codes::kInvalid, "The body must be a JSON object");
  RecordValue record;
  const Json* given_type = find_value(body, "type");
  const auto* type_text = given_type == nullptr ? nullptr : given_type->get_ptr<const std::string*>();
  if (type_text == nullptr) return invalid_option("type: must be a string such as \"A\"", "/type");
  const auto number = dns_wire::parse_type(*type_text);
  if (!number || !is_record_type(*number))
    return invalid_option(fmt::format("type: there are no {} records here", type_text->substr(0, 32)),
                          "/type");
  record.type = *number;

  const Json* given_name = find_value(body, "name");
  std::optional<std::string> name;
  if (given_name != nullptr && given_name->is_string()) name = given_name->get<std::string>();
  if (given_name == nullptr && record.type == type::kSrv) name = name_of_service(body);
  if (!name) return invalid_record(codes::kDnsName, "name: must be a string", "/name");
  record.name = BRINK_TRY(parse_record_name(*name, zone_name));

  BRINK_TRY(parse_content(body, record, std::string(zone_name)));
  BRINK_TRY(check_target(record, zone_name));
  BRINK_TRY(parse_ttl_member(body, record));
  BRINK_TRY(parse_flag(body, "proxied", "/proxied", record.proxied));
  BRINK_TRY(parse_comment(body, record));
  BRINK_TRY(parse_tags(body, record));
  BRINK_TRY(parse_settings(body, record));
  BRINK_TRY(check_options(record));
  return record;
}

Json patched_body(const store::DnsRecord& record, const Json& changes) {
  Json body = {{"name", std::string(record.name) + "."},
               {"type", dns_wire::type_name(record.type)},
               {"ttl", record.ttl},
               {"proxied", record.proxied}};
  if (!record.data.empty()) body["data"] = stored_json(record.data);
  body["content"] = std::string(record.content);
  if (has_priority(record.type)) body["priority"] = record.priority;
  if (!record.comment.empty()) body["comment"] = std::string(record.comment);
  if (!record.tags.empty()) body["tags"] = record.tags;
  if (!record.settings.empty()) body["settings"] = stored_json(record.settings);
  if (!changes.is_object()) return body;

  const Json* type = find_value(changes, "type");
  const bool retyped =
      type != nullptr && type->is_string() && dns_wire::parse_type(type->get<std::string>()) != record.type;
  if (retyped) {
    for (std::string_view member : {"content", "data", "priority"}) body.erase(member);
  }
  if (find_value(changes, "content") != nullptr) body.erase("data");
  if (find_value(changes, "data") != nullptr) body.erase("content");
  // The priority of URI is in its content too, where the one that comes alone must not lose to it.
  if (record.type == type::kUri && find_value(changes, "priority") != nullptr &&
      find_value(changes, "content") == nullptr)
    body.erase("content");
  for (const auto& [member, value] : changes.items()) body[member] = value;
  return body;
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

Json record_json(const store::DnsRecord& record, std::string_view zone_name) {
  Json json = {{"id", record.id.text()},
               {"zone_id", record.zone.text()},
               {"zone_name", std::string(zone_name)},
               {"name", std::string(record.name)},
               {"type", dns_wire::type_name(record.type)},
               {"content", std::string(record.content)},
               {"proxiable", is_proxiable(record.type)},
               {"proxied", record.proxied},
               {"ttl", record.ttl},
               {"settings", record.settings.empty() ? Json::object() : stored_json(record.settings)},
               {"meta", Json::object()},
               {"comment", record.comment.empty() ? Json() : Json(std::string(record.comment))},
               {"tags", Json::array()},
               {"created_on", timestamp(record.created)},
               {"modified_on", timestamp(record.modified)}};
  for (auto tag : record.tags) json["tags"].push_back(std::string(tag));
  if (!record.data.empty()) json["data"] = stored_json(record.data);
  if (has_priority(record.type)) json["priority"] = record.priority;
  if (record.comment_modified != store::Time{})
    json["comment_modified_on"] = timestamp(record.comment_modified);
  if (record.tags_modified != store::Time{}) json["tags_modified_on"] = timestamp(record.tags_modified);
  return json;
}

}  // namespace brink::control::api
