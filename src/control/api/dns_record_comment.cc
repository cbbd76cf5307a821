#include "control/api/dns_record_comment.h"

#include "base/ascii.h"
#include "control/api/json.h"

namespace brink::control::api {
namespace {

constexpr std::string_view kMark = "cf_tags=";

bool needs_quotes(std::string_view value) {
  return value.find_first_of("\"=,\\") != value.npos || trim_ows(value) != value;
}

// The end of the JSON string that begins at text[0]; npos where it does not end.
std::size_t string_end(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.npos;
}

// A value up to the comma or the end; takes it off `text`.
std::optional<std::string> take_value(std::string_view& text) {
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(','), text.size());
    const auto value = trim_ows(text.substr(0, end));
    text.remove_prefix(end);
    if (value.find_first_of("\"=\\") != value.npos) return std::nullopt;
    return std::string(value);
  }
  const std::size_t end = string_end(text);
  if (end == text.npos) return std::nullopt;
  const Json value = stored_json(text.substr(0, end));
  text = trim_ows(text.substr(end));
  if (!value.is_string() || (!text.empty() && text[0] != ',')) return std::nullopt;
  return value.get<std::string>();
}

struct Flag {
  std::string_view word;
  bool RecordComment::* member;
};
constexpr Flag kFlags[] = {{"cf-flatten-cname", &RecordComment::flatten_cname},
                           {"cf-ipv4-only", &RecordComment::ipv4_only},
                           {"cf-ipv6-only", &RecordComment::ipv6_only}};

bool add_tag(RecordComment& comment, std::string_view name, const std::optional<std::string>& value) {
  if (equals_ignoring_case(name, "cf-proxied")) {
    if (value != "true" && value != "false") return false;
    comment.proxied = value == "true";
    return true;
  }
  for (const Flag& flag : kFlags) {
    if (!equals_ignoring_case(name, flag.word)) continue;
    comment.*flag.member = value != "false";
    return true;
  }
  if (!name.empty()) comment.tags.push_back(value ? std::string(name) + ":" + *value : std::string(name));
  return true;
}

bool parse_tags(std::string_view text, RecordComment& comment) {
  text = trim_ows(text);
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(":,");
    const auto name = trim_ows(text.substr(0, end));
    if (name.find_first_of("\"=\\ \t") != name.npos) return false;
    text.remove_prefix(std::min(end, text.size()));
    std::optional<std::string> value;
    if (text.starts_with(':')) {
      text.remove_prefix(1);
      value = take_value(text);
      if (!value) return false;
    }
    if (!add_tag(comment, name, value)) return false;
    if (text.starts_with(',')) text = trim_ows(text.substr(1));
  }
  return true;
}

}  // namespace

RecordComment RecordComment::parse(std::string_view comment) {
  // The text may speak of cf_tags= too: the mark is the first that a list of tags follows to the end.
  for (std::size_t at = comment.find(kMark); at != comment.npos; at = comment.find(kMark, at + 1)) {
    if (at > 0 && !is_ows(comment[at - 1])) continue;
    RecordComment parsed;
    if (!parse_tags(comment.substr(at + kMark.size()), parsed)) continue;
    parsed.text = std::string(trim_ows(comment.substr(0, at)));
    return parsed;
  }
  RecordComment plain;
  plain.text = std::string(comment);
  return plain;
}

std::string RecordComment::write() const {
  std::string list;
  const auto add = [&](std::string_view item) {
    if (!list.empty()) list += ',';
    list += item;
  };
  for (std::string_view tag : tags) {
    const std::size_t colon = tag.find(':');
    const auto value = colon == tag.npos ? std::string_view() : tag.substr(colon + 1);
    add(needs_quotes(value) ? std::string(tag.substr(0, colon + 1)) + json_text(Json(std::string(value)))
                            : std::string(tag));
  }
  if (proxied) add(*proxied ? "cf-proxied:true" : "cf-proxied:false");
  for (const Flag& flag : kFlags) {
    if (this->*flag.member) add(flag.word);
  }

  std::string written = text;
  if (list.empty() && !text.contains(kMark)) return written;
  if (!written.empty()) written += ' ';
  return written.append(kMark).append(list);
}

}  // namespace brink::control::api
