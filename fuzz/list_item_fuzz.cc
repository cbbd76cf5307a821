// Items of lists: what is accepted is in a list of it, and is accepted again as it is kept. JSON look-ups,
// which read bodies as clients send them, agree with a parser that builds documents. The first byte says what
// is tried.
#include "rules/list_item.h"

#include "base/assert.h"
#include "rules/json_lookup.h"
#include "rules/list.h"
#include "rules/url_normalization.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

using namespace brink::rules;  // NOLINT: a fuzz target is a leaf

void try_ip(std::string_view text) {
  const auto item = parse_ip_item(text);
  if (!item) return;
  const auto again = parse_ip_item(item->text);
  BRINK_ASSERT(again && again->text == item->text);
  const IpRange& range = item->range;
  const IpSet set({range});
  BRINK_ASSERT(range.first <= range.last);
  BRINK_ASSERT(set.contains(range.first) != range.mapped);
  // The end of a network that reaches into the IPv4-mapped addresses may be one of them.
  BRINK_ASSERT(range.mapped || set.contains(range.last) || range.last.is_v4());
}

void try_hostname(std::string_view text) {
  const auto item = parse_hostname_item(text, false);
  if (!item) return;
  const auto again = parse_hostname_item(item->name, false);
  BRINK_ASSERT(again && again->name == item->name);
  const HostnameSet set({&*item, 1});
  const bool wildcard = item->name.starts_with("*.");
  const std::string name = wildcard ? item->name.substr(2) : item->name;
  BRINK_ASSERT(set.contains(name));
  BRINK_ASSERT(set.contains("a." + name) == wildcard);
}

void try_redirect(std::string_view text) {
  const std::size_t cut = text.find('\n');
  const RedirectItem item{
      .source_url = std::string(text.substr(0, cut)),
      .target_url = cut == text.npos ? "https://t.example/" : std::string(text.substr(cut + 1)),
      .include_subdomains = text.size() % 2 == 0,
      .subpath_matching = text.size() % 3 == 0};
  const RedirectSet set({&item, 1});
  BRINK_ASSERT(set.size() == (RedirectSet::check(item) ? 0U : 1U));
  (void)set.find(text);
  if (set.size() == 0) return;
  const std::string uri =
      (item.source_url.find("://") < item.source_url.find('/') ? "" : "https://") + item.source_url;
  const auto match = set.find(uri + "?q=1");
  BRINK_ASSERT(match && match->suffix.empty() && match->target_url == item.target_url);
  for (const char c : RedirectSet::target(*match, "q=1")) BRINK_ASSERT(static_cast<unsigned char>(c) > ' ');
  const bool below = set.find(uri + (uri.ends_with('/') ? "" : "/") + "x").has_value();
  BRINK_ASSERT(below == item.subpath_matching);
}

void try_path(std::string_view text) {
  brink::Arena arena;
  const std::string path = "/" + std::string(text);
  for (const auto type : {UrlNormalization::kRfc3986, UrlNormalization::kCloudflare}) {
    const auto once = normalize_path(path, type, arena);
    BRINK_ASSERT(once.starts_with('/'));
    BRINK_ASSERT(normalize_path(once, type, arena) == once);
  }
}

void try_json(std::string_view text) {
  // To the other parser a NUL is the end of the text, and a byte order mark is nothing.
  if (text.contains('\0') || text.starts_with('\xef')) return;
  if (static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; })) >
      kMaxJsonNesting)
    return;
  const brink::rules::Value path[] = {Value::of_bytes("a"), Value::of_int(0)};
  const auto found = find_json(text, path);
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded()) return;  // it refuses more: broken UTF-8, numbers beyond a double
  const nlohmann::json* at = nullptr;
  if (document.is_object() && document.contains("a")) {
    const auto& array = document["a"];
    if (array.is_array() && !array.empty()) at = &array.front();
  }
  if (at != nullptr && at->is_number_integer() && !at->is_number_unsigned())
    BRINK_ASSERT(found && json_integer(*found) == at->get<std::int64_t>());
  brink::Arena arena;
  if (at != nullptr && at->is_string()) {
    BRINK_ASSERT(found);
    BRINK_ASSERT(json_string(*found, arena) == std::string_view(at->get_ref<const std::string&>()));
  }
  if (at == nullptr) BRINK_ASSERT(!found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0: try_ip(text); break;
    case 1: try_hostname(text); break;
    case 2: try_redirect(text); break;
    case 3: try_path(text); break;
    default: try_json(text); break;
  }
  return 0;
}
