#include "control/api/dns_record_json.h"

#include "control/api/dns_record_data.h"
#include "control/api/dns_record_rules.h"
#include "control/api/timestamp.h"
#include "dns_wire/name.h"
#include "dns_wire/rdata.h"
#include "dns_wire/type.h"

#include <fmt/format.h>

namespace brink::control::api {
namespace {

namespace type = dns_wire::type;
using dns_wire::Name;

constexpr std::size_t kMaxContentText = 64 * 1024;

bool is_text_type(std::uint16_t type) { return type == type::kTxt || type == type::kSpf; }

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

}  // namespace

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
