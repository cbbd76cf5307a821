#include "base/ascii.h"
#include "rules/read_act.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::int64_t kStatuses[] = {301, 302, 303, 307, 308};
constexpr std::size_t kMaxListNameBytes = 50;
constexpr std::string_view kKeys[] = {"http.request.full_uri", "raw.http.request.full_uri"};

// A URL with its scheme (RFC 3986 section 3), or a path.
bool is_target(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c > 0x20 && c <= 0x7e; })) return false;
  if (text.starts_with('/')) return true;
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || !is_alpha(text.front())) return false;
  const auto scheme = text.substr(0, colon);
  return std::ranges::all_of(
      scheme, [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

std::optional<Act> read_from_value(Members& parameters, RuleReading& reading) {
  auto from = parameters.object("from_value");
  if (!from) {
    if (!parameters.has("from_value")) parameters.missing("from_value");
    return std::nullopt;
  }
  Redirect redirect;
  if (auto target = from->object("target_url")) {
    if (auto source = reading.read_source(*target, kTextType)) {
      const auto* text = std::get_if<std::string>(&*source);
      if (text != nullptr && !is_target(*text))
        target->wrong("value", "it must be an absolute URL, or a path that begins with /");
      redirect.target = *std::move(source);
    }
    target->finish();
  } else if (!from->has("target_url")) {
    from->missing("target_url");
  }
  redirect.status = static_cast<std::uint16_t>(from->integer_of("status_code", kStatuses).value_or(301));
  redirect.preserve_query = from->flag("preserve_query_string").value_or(false);
  from->finish();
  return redirect;
}

// The field that the list is searched by must be the one that the filter searches it by.
void check_filter(Members& from, const RuleReading& reading, std::string_view key) {
  if (reading.filter == nullptr) return;
  const auto reads = [&](std::string_view name) {
    const Field* field = find_field(name);
    return field != nullptr && reading.filter->fields[static_cast<std::size_t>(field->id)];
  };
  const std::string_view other = key == kKeys[0] ? kKeys[1] : kKeys[0];
  if (reads(other) && !reads(key))
    from.wrong("key", fmt::format("the rule's expression reads {}: both must use the same field", other));
}

std::optional<Act> read_from_list(Members& parameters, RuleReading& reading) {
  auto from = parameters.object("from_list");
  if (!from) {
    if (!parameters.has("from_list")) parameters.missing("from_list");
    return std::nullopt;
  }
  RedirectFromList redirect;
  if (const auto name = from->text("name", 1, kMaxListNameBytes)) {
    redirect.list_name = *name;
    redirect.list = reading.context.lists == nullptr ? nullptr : reading.context.lists->find(*name);
    if (redirect.list == nullptr) {
      from->wrong("name", "there is no list of that name");
    } else if (redirect.list->kind != ListKind::kRedirect) {
      from->wrong("name", "it is no list of redirects");
    }
  } else if (!from->has("name")) {
    from->missing("name");
  }
  if (const auto key = from->text("key", 1)) {
    const Field* field = std::ranges::find(kKeys, *key) == std::end(kKeys) ? nullptr : find_field(*key);
    if (field == nullptr) {
      from->wrong("key", fmt::format("it must be {} or {}", kKeys[0], kKeys[1]));
    } else {
      redirect.key = field->id;
      check_filter(*from, reading, *key);
    }
  } else if (!from->has("key")) {
    from->missing("key");
  }
  from->finish();
  return redirect;
}

}  // namespace

std::optional<Act> read::redirect(Members& parameters, RuleReading& reading) {
  auto act = reading.phase == Phase::kRequestRedirect ? read_from_list(parameters, reading)
                                                      : read_from_value(parameters, reading);
  parameters.finish();
  return act;
}

}  // namespace brink::rules
