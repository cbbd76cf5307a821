#include "control/api/list_item.h"

#include "base/ascii.h"
#include "control/api/timestamp.h"
#include "rules/json_members.h"
#include "rules/list_item.h"

#include <array>
#include <unordered_map>

#include <fmt/format.h>

namespace brink::control::api {
namespace {

using store::ListItem;
using store::ListKind;

constexpr int kMaxItemDepth = 4;
constexpr std::size_t kMaxUrlBytes = 32 * 1024;
constexpr std::int64_t kRedirectStatuses[] = {301, 302, 307, 308};
constexpr std::array<std::string_view, 4> kKinds = {"ip", "hostname", "asn", "redirect"};  // as ListKind

// --- one item ---

void read_flag(rules::Members& members, std::string_view name, std::uint8_t bit, SentItem& item) {
  const auto flag = members.flag(name);
  if (!flag) return;
  item.given |= bit;
  if (*flag) item.flags |= bit;
}

void read_ip(rules::Members& members, SentItem& item) {
  const auto text = members.text("ip", 1, 64);
  if (!text) {
    if (!members.has("ip")) members.missing("ip");
    return;
  }
  if (auto parsed = rules::parse_ip_item(*text)) {
    item.value = std::move(parsed->text);
  } else {
    members.wrong("ip", "it " + parsed.error());
  }
}

void read_asn(rules::Members& members, SentItem& item) {
  const auto number = members.integer("asn", 0, UINT32_MAX);
  if (number) item.value = std::to_string(*number);
  if (!members.has("asn")) members.missing("asn");
}

void read_hostname(rules::Members& members, SentItem& item) {
  auto hostname = members.object("hostname");
  if (!hostname) {
    if (!members.has("hostname")) members.missing("hostname");
    return;
  }
  if (const auto text = hostname->text("url_hostname", 1, 255)) {
    if (auto parsed = rules::parse_hostname_item(*text, true)) {
      item.value = std::move(parsed->name);
    } else {
      hostname->wrong("url_hostname", "it " + parsed.error());
    }
  } else if (!hostname->has("url_hostname")) {
    hostname->missing("url_hostname");
  }
  read_flag(*hostname, "exclude_exact_hostname", ListItem::kExcludeExactHostname, item);
  hostname->finish();
}

bool flag_of(std::uint8_t flags, std::uint8_t given, std::uint8_t bit, bool usual) {
  return (given & bit) == 0 ? usual : (flags & bit) != 0;
}

void read_redirect(rules::Members& members, SentItem& item) {
  auto redirect = members.object("redirect");
  if (!redirect) {
    if (!members.has("redirect")) members.missing("redirect");
    return;
  }
  for (const char* name : {"source_url", "target_url"}) {
    if (!redirect->has(name)) redirect->missing(name);
  }
  item.value = redirect->text("source_url", 1, kMaxUrlBytes).value_or("");
  item.target = redirect->text("target_url", 1, kMaxUrlBytes).value_or("");
  item.status =
      static_cast<std::uint16_t>(redirect->integer_of("status_code", kRedirectStatuses).value_or(0));
  read_flag(*redirect, "include_subdomains", ListItem::kIncludeSubdomains, item);
  read_flag(*redirect, "subpath_matching", ListItem::kSubpathMatching, item);
  read_flag(*redirect, "preserve_query_string", ListItem::kPreserveQueryString, item);
  read_flag(*redirect, "preserve_path_suffix", ListItem::kPreservePathSuffix, item);
  redirect->finish();
  if (item.value.empty() || item.target.empty()) return;
  const rules::RedirectItem checked{
      .source_url = item.value,
      .target_url = item.target,
      .status = item.status == 0 ? std::uint16_t{301} : item.status,
      .include_subdomains = flag_of(item.flags, item.given, ListItem::kIncludeSubdomains, false),
      .subpath_matching = flag_of(item.flags, item.given, ListItem::kSubpathMatching, false),
      .preserve_query_string = flag_of(item.flags, item.given, ListItem::kPreserveQueryString, false),
      .preserve_path_suffix = flag_of(item.flags, item.given, ListItem::kPreservePathSuffix, true)};
  if (const auto wrong = rules::RedirectSet::check(checked)) redirect->wrong_whole(*wrong);
}

SentItem read_item(const Json& json, ListKind kind, std::string pointer, rules::Problems& problems) {
  SentItem item;
  rules::Members members(json, std::move(pointer), problems);
  if (!json.is_object()) return item;
  switch (kind) {
    case ListKind::kIp: read_ip(members, item); break;
    case ListKind::kHostname: read_hostname(members, item); break;
    case ListKind::kAsn: read_asn(members, item); break;
    case ListKind::kRedirect: read_redirect(members, item); break;
  }
  item.comment = members.text("comment", 0, kMaxItemCommentBytes).value_or("");
  for (const char* name : {"id", "created_on", "modified_on"}) (void)members.find(name);  // the server's
  members.finish([](std::string_view) -> std::string_view { return "items of a list are all of its kind"; });
  return item;
}

// Takes items as the parser comes by them, so that only one is in memory as JSON.
class ItemGatherer {
 public:
  ItemGatherer(ListKind kind, rules::Problems& problems) : kind_(kind), problems_(problems) {}

  // What the parser asks: whether to keep what it has read.
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using enum Json::parse_event_t;
    if (depth > kMaxItemDepth) return false;
    const bool ends = event == value || event == object_end || event == array_end;
    if (depth != 1 || !ends) {
      if (depth == 0 && event == array_start) is_array_ = true;
      return true;
    }
    if (is_array_) take(parsed);
    return false;
  }
  [[nodiscard]] bool saw_array() const { return is_array_; }
  [[nodiscard]] std::vector<SentItem> items() && { return std::move(items_); }

 private:
  void take(const Json& parsed) {
    const std::size_t at = count_++;
    if (problems_.size() >= kMaxItemProblems) return;
    if (items_.size() == store::lists::kMaxItems) {
      problems_.push_back(
          {.pointer = "", .message = fmt::format("a list has at most {} items", items_.size())});
      problems_.resize(kMaxItemProblems);  // nothing more is read
      return;
    }
    const std::size_t before = problems_.size();
    SentItem item = read_item(parsed, kind_, fmt::format("/{}", at), problems_);
    if (problems_.size() != before) return;
    const auto [place, is_new] = places_.try_emplace(item.value, items_.size());
    if (is_new) {
      items_.push_back(std::move(item));
    } else {
      items_[place->second] = std::move(item);
    }
  }

  const ListKind kind_;
  rules::Problems& problems_;
  bool is_array_ = false;
  std::size_t count_ = 0;
  std::vector<SentItem> items_;
  std::unordered_map<std::string, std::size_t> places_;  // of items, by value
};

}  // namespace

store::ListItem SentItem::stored(const store::Id& id, store::Time created, store::Time modified) const {
  return {.id = id,
          .value = value,
          .target = target,
          .status = status,
          .flags = flags,
          .given = given,
          .comment = comment,
          .created = created,
          .modified = modified};
}

std::vector<SentItem> read_items(std::string_view body, ListKind kind, rules::Problems& problems) {
  ItemGatherer gatherer(kind, problems);
  const Json parsed = Json::parse(
      body, [&](int depth, Json::parse_event_t event, Json& value) { return gatherer(depth, event, value); },
      /*allow_exceptions=*/false);
  std::erase_if(problems, [](const rules::Problem& problem) { return problem.message.empty(); });
  if (parsed.is_discarded() || !gatherer.saw_array()) {
    problems.clear();
    problems.push_back({.pointer = "", .message = "the body must be a JSON array of items"});
  }
  return std::move(gatherer).items();
}

Json item_json(const store::ListItem& item, ListKind kind) {
  Json json = {{"id", item.id.text()},
               {"created_on", timestamp(item.created)},
               {"modified_on", timestamp(item.modified)}};
  if (!item.comment.empty()) json["comment"] = item.comment;
  const auto add_flag = [&item](Json& to, const char* name, std::uint8_t bit) {
    if ((item.given & bit) != 0) to[name] = (item.flags & bit) != 0;
  };
  switch (kind) {
    case ListKind::kIp: json["ip"] = item.value; break;
    case ListKind::kAsn: json["asn"] = parse_decimal<std::uint32_t>(item.value).value_or(0); break;
    case ListKind::kHostname: {
      Json& hostname = json["hostname"] = {{"url_hostname", item.value}};
      add_flag(hostname, "exclude_exact_hostname", ListItem::kExcludeExactHostname);
      break;
    }
    case ListKind::kRedirect: {
      Json& redirect = json["redirect"] = {{"source_url", item.value}, {"target_url", item.target}};
      if (item.status != 0) redirect["status_code"] = item.status;
      add_flag(redirect, "include_subdomains", ListItem::kIncludeSubdomains);
      add_flag(redirect, "subpath_matching", ListItem::kSubpathMatching);
      add_flag(redirect, "preserve_query_string", ListItem::kPreserveQueryString);
      add_flag(redirect, "preserve_path_suffix", ListItem::kPreservePathSuffix);
      break;
    }
  }
  return json;
}

bool is_found_by(const store::ListItem& item, ListKind kind, std::string_view search) {
  if (search.empty()) return true;
  switch (kind) {
    case ListKind::kIp: return item.value.starts_with(search);
    case ListKind::kAsn: return item.value == search;
    case ListKind::kHostname: return item.value.contains(search);
    case ListKind::kRedirect: return item.value.contains(search) || item.target.contains(search);
  }
  return false;
}

std::string_view list_kind_name(ListKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<ListKind> find_list_kind(std::string_view name) {
  const auto* found = std::ranges::find(kKinds, name);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<ListKind>(found - kKinds.begin());
}

}  // namespace brink::control::api
