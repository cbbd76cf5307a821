#include "control/api/dns_record_filter.h"

#include "base/ascii.h"
#include "dns_wire/name.h"
#include "dns_wire/type.h"

#include <algorithm>
#include <optional>

namespace brink::control::api {
namespace {

enum class Part : std::uint8_t { kExact, kContains, kStartsWith, kEndsWith };

struct Operator {
  std::string_view suffix;
  Part part;
};
constexpr Operator kOperators[] = {{".exact", Part::kExact},
                                   {".contains", Part::kContains},
                                   {".startswith", Part::kStartsWith},
                                   {".endswith", Part::kEndsWith}};

// `wanted` is in lower case.
bool is_part(std::string_view text, Part part, std::string_view wanted) {
  const std::string lower = to_lower(text);
  switch (part) {
    case Part::kExact: return lower == wanted;
    case Part::kContains: return lower.contains(wanted);
    case Part::kStartsWith: return lower.starts_with(wanted);
    case Part::kEndsWith: return lower.ends_with(wanted);
  }
  return false;
}

// A name as the store has it, where it is one; "*", "_x" and parts of names as they are.
std::string stored_name(std::string_view text) {
  const auto name = dns_wire::Name::parse_absolute(text);
  return name ? name->lower().host_text() : to_lower(text);
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return text;
  return text.substr(1, text.size() - 2);
}

bool content_matches(const store::DnsRecord& record, Part part, std::string_view wanted) {
  if (is_part(record.content, part, wanted)) return true;
  const bool is_text = record.type == dns_wire::type::kTxt || record.type == dns_wire::type::kSpf;
  return is_text && is_part(without_quotes(record.content), part, without_quotes(wanted));
}

struct Tag {
  std::string_view name;
  std::string_view value;
};
Tag split_tag(std::string_view tag) {
  const std::size_t colon = tag.find(':');
  return {tag.substr(0, colon), colon == tag.npos ? std::string_view() : tag.substr(colon + 1)};
}

bool has_tag(const store::DnsRecord& record, std::string_view name) {
  return std::ranges::any_of(
      record.tags, [&](std::string_view tag) { return equals_ignoring_case(split_tag(tag).name, name); });
}

// `wanted` is "name:part of the value".
bool has_tag_like(const store::DnsRecord& record, Part part, std::string_view wanted) {
  const Tag pattern = split_tag(wanted);
  return std::ranges::any_of(record.tags, [&](std::string_view text) {
    const Tag tag = split_tag(text);
    return equals_ignoring_case(tag.name, pattern.name) && is_part(tag.value, part, pattern.value);
  });
}

bool is_found(const store::DnsRecord& record, std::string_view wanted) {
  return is_part(record.name, Part::kContains, wanted) || content_matches(record, Part::kContains, wanted) ||
         is_part(record.comment, Part::kContains, wanted) ||
         std::ranges::any_of(record.tags,
                             [&](std::string_view tag) { return is_part(tag, Part::kContains, wanted); });
}

}  // namespace

Outcome<DnsRecordFilter> DnsRecordFilter::parse(const Query& query) {
  DnsRecordFilter filter;
  filter.any_ = BRINK_TRY(query.matches_any());
  if (const auto match = query.find("tag_match")) {
    if (*match != "any" && *match != "all")
      return refuse(codes::kInvalid, "query parameter tag_match: must be any or all");
    filter.any_tag_ = *match == "any";
  }
  filter.add_name_tests(query);
  filter.add_content_tests(query);
  filter.add_comment_tests(query);
  filter.add_tag_tests(query);
  if (const auto types = query.all("type"); !types.empty()) {
    std::vector<std::uint16_t> numbers;
    for (auto type : types) {
      if (const auto number = dns_wire::parse_type(type)) numbers.push_back(*number);
    }
    filter.tests_.emplace_back(
        [numbers](const auto& record) { return std::ranges::find(numbers, record.type) != numbers.end(); });
  }
  if (const auto proxied = BRINK_TRY(query.flag("proxied")))
    filter.tests_.emplace_back([wanted = *proxied](const auto& record) { return record.proxied == wanted; });
  if (const auto search = query.find("search"))
    filter.tests_.emplace_back(
        [wanted = to_lower(*search)](const auto& record) { return is_found(record, wanted); });
  if (filter.any_ && filter.tests_.size() > 1) filter.exact_name_.clear();
  BRINK_TRY(filter.parse_order(query));
  return filter;
}

void DnsRecordFilter::add_name_tests(const Query& query) {
  for (std::string_view exact : {"name", "name.exact"}) {
    const auto wanted = query.find(exact);
    if (!wanted) continue;
    exact_name_ = stored_name(*wanted);
    tests_.emplace_back([name = exact_name_](const auto& record) { return record.name == name; });
  }
  for (const auto& [suffix, part] : kOperators) {
    if (part == Part::kExact) continue;
    if (const auto wanted = query.find("name" + std::string(suffix)))
      tests_.emplace_back(
          [part, text = to_lower(*wanted)](const auto& record) { return is_part(record.name, part, text); });
  }
}

void DnsRecordFilter::add_content_tests(const Query& query) {
  const auto add = [&](const std::string& member, Part part) {
    if (const auto wanted = query.find(member))
      tests_.emplace_back([part, text = to_lower(*wanted)](const auto& record) {
        return content_matches(record, part, text);
      });
  };
  add("content", Part::kExact);
  for (const auto& [suffix, part] : kOperators) add("content" + std::string(suffix), part);
}

void DnsRecordFilter::add_comment_tests(const Query& query) {
  const auto add = [&](const std::string& member, Part part) {
    if (const auto wanted = query.find(member))
      tests_.emplace_back([part, text = to_lower(*wanted)](const auto& record) {
        return is_part(record.comment, part, text);
      });
  };
  add("comment", Part::kExact);
  for (const auto& [suffix, part] : kOperators) add("comment" + std::string(suffix), part);
  if (query.has("comment.present"))
    tests_.emplace_back([](const auto& record) { return !record.comment.empty(); });
  if (query.has("comment.absent"))
    tests_.emplace_back([](const auto& record) { return record.comment.empty(); });
}

void DnsRecordFilter::add_tag_tests(const Query& query) {
  if (const auto name = query.find("tag.present"))
    tag_tests_.emplace_back(
        [name = std::string(*name)](const auto& record) { return has_tag(record, name); });
  if (const auto name = query.find("tag.absent"))
    tag_tests_.emplace_back(
        [name = std::string(*name)](const auto& record) { return !has_tag(record, name); });
  const auto add = [&](const std::string& member, Part part) {
    if (const auto wanted = query.find(member))
      tag_tests_.emplace_back(
          [part, text = to_lower(*wanted)](const auto& record) { return has_tag_like(record, part, text); });
  };
  add("tag", Part::kExact);
  for (const auto& [suffix, part] : kOperators) add("tag" + std::string(suffix), part);
}

Outcome<> DnsRecordFilter::parse_order(const Query& query) {
  direction_ = BRINK_TRY(query.direction(Direction::kAscending));
  const auto order = query.find("order");
  if (!order || order->empty()) return {};
  constexpr std::pair<std::string_view, Order> kOrders[] = {{"type", Order::kType},
                                                            {"name", Order::kName},
                                                            {"content", Order::kContent},
                                                            {"ttl", Order::kTtl},
                                                            {"proxied", Order::kProxied}};
  for (const auto& [name, value] : kOrders) {
    if (*order != name) continue;
    order_ = value;
    return {};
  }
  return refuse(codes::kInvalid, "query parameter order: must be type, name, content, ttl or proxied");
}

bool DnsRecordFilter::matches(const store::DnsRecord& record) const {
  const auto passes = [&](const Test& test) { return test(record); };
  const bool matched =
      tests_.empty() || (any_ ? std::ranges::any_of(tests_, passes) : std::ranges::all_of(tests_, passes));
  if (!matched || tag_tests_.empty()) return matched;
  return any_tag_ ? std::ranges::any_of(tag_tests_, passes) : std::ranges::all_of(tag_tests_, passes);
}

}  // namespace brink::control::api
