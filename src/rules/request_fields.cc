#include "rules/request_fields.h"

#include "base/ascii.h"
#include "rules/url_escapes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace brink::rules {
namespace {

template <class T>
std::span<T> make_array(std::size_t count, Arena& arena) {
  T* place = reinterpret_cast<T*>(arena.allocate(count * sizeof(T), alignof(T)));
  std::uninitialized_value_construct_n(place, count);
  return {place, count};
}

// The array of get(item) for each item.
template <class Get>
Value array_of(std::span<const NamedText> items, Arena& arena, Get get) {
  const auto values = make_array<Value>(items.size(), arena);
  for (std::size_t i = 0; i < items.size(); ++i) values[i] = Value::of_bytes(get(items[i]));
  return Value::of_array(values);
}

// The values of the items for which is(item); missing where there are none.
template <class Is>
Value values_where(std::span<const NamedText> items, Arena& arena, Is is) {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(items, is));
  if (count == 0) return {};
  const auto values = make_array<Value>(count, arena);
  std::size_t at = 0;
  for (const NamedText& item : items) {
    if (is(item)) values[at++] = Value::of_bytes(item.value);
  }
  return Value::of_array(values);
}

Value map_of(std::span<NamedText> items, Arena& arena) {
  // Sorting places keeps the order among equals without the memory that stable_sort takes.
  const auto order = make_array<std::size_t>(items.size(), arena);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const int by_name = items[a].name.compare(items[b].name);
    return by_name != 0 ? by_name < 0 : a < b;
  });
  const auto values = make_array<Value>(items.size(), arena);
  std::size_t keys = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    values[i] = Value::of_bytes(items[order[i]].value);
    if (i == 0 || items[order[i]].name != items[order[i - 1]].name) ++keys;
  }
  const auto entries = make_array<MapEntry>(keys, arena);
  std::size_t entry = 0;
  for (std::size_t i = 0; i < order.size();) {
    const std::size_t start = i;
    const std::string_view key = items[order[start]].name;
    while (i < order.size() && items[order[i]].name == key) ++i;
    entries[entry++] = {key, Value::of_array(values.subspan(start, i - start))};
  }
  return Value::of_map(entries);
}

// The pieces of `text` between `separator`s, cut at the first '='; trimmed where asked, without empty ones.
std::span<NamedText> split(std::string_view text, char separator, bool trim, Arena& arena) {
  const auto most = static_cast<std::size_t>(std::ranges::count(text, separator)) + 1;
  const auto items = make_array<NamedText>(most, arena);
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (trim) piece = trim_ows(piece);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    items[count++] = {piece.substr(0, equals),
                      equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1)};
  }
  return items.first(count);
}

std::span<NamedText> arguments(std::string_view query, Arena& arena) {
  return split(query, '&', false, arena);
}

std::span<NamedText> cookie_pairs(std::string_view header, Arena& arena) {
  const auto pairs = split(header, ';', true, arena);
  for (NamedText& pair : pairs) {
    pair.name = url_decode_once(trim_ows(pair.name), arena);
    pair.value = trim_ows(pair.value);
  }
  return pairs;
}

std::string_view lowered(std::string_view text, Arena& arena) {
  const bool is_lower = std::ranges::none_of(text, [](char c) { return c != ascii_lower(c); });
  if (is_lower) return text;
  char* place = arena.allocate(text.size());
  std::ranges::transform(text, place, ascii_lower);
  return {place, text.size()};
}

std::string_view until_parameters(std::string_view content_type) {
  return trim_ows(content_type.substr(0, content_type.find(';')));
}

// The weight of an element of Accept-Language in thousandths (RFC 9110 section 12.4.2); 1000 where none is
// given, 0 where it cannot be read.
unsigned weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = parameters.find(';');
    const std::string_view parameter = trim_ows(parameters.substr(0, end));
    parameters.remove_prefix(end == std::string_view::npos ? parameters.size() : end + 1);
    if (parameter.size() < 2 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    const std::string_view number = parameter.substr(2);
    if (number.empty() || number.size() > 5 || (number.size() > 1 && number[1] != '.')) return 0;
    if (number[0] != '0' && number[0] != '1') return 0;
    unsigned thousandths = number[0] == '1' ? 1000 : 0;
    unsigned step = 100;
    for (const char digit : number.substr(std::min<std::size_t>(2, number.size()))) {
      if (!is_digit(digit)) return 0;
      thousandths += static_cast<unsigned>(digit - '0') * step;
      step /= 10;
    }
    return std::min(thousandths, 1000U);
  }
  return 1000;
}

constexpr auto kStaticExtensions = std::to_array<std::string_view>(
    {"7z",   "apk",  "avi",  "avif",  "bin", "bmp",  "bz2",  "class", "css", "csv", "dmg",  "doc",
     "docx", "ejs",  "eot",  "eps",   "exe", "flac", "gif",  "gz",    "ico", "iso", "jar",  "jpeg",
     "jpg",  "js",   "mid",  "midi",  "mkv", "mp3",  "mp4",  "ogg",   "otf", "pdf", "pict", "pls",
     "png",  "ppt",  "pptx", "ps",    "rar", "svg",  "svgz", "swf",   "tar", "tif", "tiff", "ttf",
     "webm", "webp", "woff", "woff2", "xls", "xlsx", "zip",  "zst"});
static_assert(std::ranges::is_sorted(kStaticExtensions));

}  // namespace

Value query_arguments(std::string_view query, Arena& arena) { return map_of(arguments(query, arena), arena); }

Value query_argument_names(std::string_view query, Arena& arena) {
  return array_of(arguments(query, arena), arena, [](const NamedText& item) { return item.name; });
}

Value query_argument_values(std::string_view query, Arena& arena) {
  return array_of(arguments(query, arena), arena, [](const NamedText& item) { return item.value; });
}

Value query_argument(std::string_view query, std::string_view name, Arena& arena) {
  return values_where(arguments(query, arena), arena,
                      [&](const NamedText& item) { return item.name == name; });
}

Value header_map(std::span<const NamedText> lines, Arena& arena) {
  const auto items = make_array<NamedText>(lines.size(), arena);
  for (std::size_t i = 0; i < lines.size(); ++i) items[i] = {lowered(lines[i].name, arena), lines[i].value};
  return map_of(items, arena);
}

Value header_names(std::span<const NamedText> lines, Arena& arena) {
  return array_of(lines, arena, [](const NamedText& line) { return line.name; });
}

Value header_values(std::span<const NamedText> lines, Arena& arena) {
  return array_of(lines, arena, [](const NamedText& line) { return line.value; });
}

Value header_by_key(std::span<const NamedText> lines, std::string_view key, Arena& arena) {
  if (std::ranges::any_of(key, [](char c) { return c != ascii_lower(c); })) return {};
  return values_where(lines, arena,
                      [&](const NamedText& line) { return equals_ignoring_case(line.name, key); });
}

std::string_view first_header(std::span<const NamedText> lines, std::string_view name) {
  for (const NamedText& line : lines) {
    if (equals_ignoring_case(line.name, name)) return line.value;
  }
  return {};
}

std::string_view joined_header(std::span<const NamedText> lines, std::string_view name,
                               std::string_view separator, Arena& arena) {
  std::size_t count = 0;
  std::size_t size = 0;
  std::string_view first;
  for (const NamedText& line : lines) {
    if (!equals_ignoring_case(line.name, name)) continue;
    if (count++ == 0) first = line.value;
    size += line.value.size() + separator.size();
  }
  if (count <= 1) return first;
  char* const place = arena.allocate(size - separator.size());
  char* at = place;
  bool is_first = true;
  for (const NamedText& line : lines) {
    if (!equals_ignoring_case(line.name, name)) continue;
    if (!std::exchange(is_first, false)) at = std::ranges::copy(separator, at).out;
    at = std::ranges::copy(line.value, at).out;
  }
  return {place, static_cast<std::size_t>(at - place)};
}

Value cookies(std::string_view cookie_header, Arena& arena) {
  return map_of(cookie_pairs(cookie_header, arena), arena);
}

Value cookie(std::string_view cookie_header, std::string_view name, Arena& arena) {
  return values_where(cookie_pairs(cookie_header, arena), arena,
                      [&](const NamedText& pair) { return pair.name == name; });
}

Value accepted_languages(std::string_view accept_language, Arena& arena) {
  struct Language {
    std::string_view tag;
    unsigned weight;
    std::size_t place;
  };
  const auto languages =
      make_array<Language>(static_cast<std::size_t>(std::ranges::count(accept_language, ',')) + 1, arena);
  std::size_t count = 0;
  for_each_list_element(accept_language, [&](std::string_view element) {
    const std::size_t end = element.find(';');
    const std::string_view tag = trim_ows(element.substr(0, end));
    const unsigned wanted = end == std::string_view::npos ? 1000 : weight(element.substr(end + 1));
    if (!tag.empty() && tag != "*" && wanted != 0) {
      languages[count] = {tag, wanted, count};
      ++count;
    }
    return true;
  });
  std::ranges::sort(languages.first(count), [](const Language& a, const Language& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.place < b.place;
  });
  const auto values = make_array<Value>(count, arena);
  for (std::size_t i = 0; i < count; ++i) values[i] = Value::of_bytes(languages[i].tag);
  return Value::of_array(values);
}

std::string_view path_basename(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view path_extension(std::string_view path, Arena& arena) {
  const std::string_view name = path_basename(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  return lowered(name.substr(dot + 1), arena);
}

bool is_static_extension(std::string_view extension) {
  return std::ranges::binary_search(kStaticExtensions, extension);
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view host_of(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return authority.substr(0, colon);
}

std::string_view full_uri(std::string_view scheme, std::string_view host, std::string_view target,
                          Arena& arena) {
  return arena.join(scheme, "://", host, target);
}

std::string_view media_type(std::string_view content_type, Arena& arena) {
  return lowered(until_parameters(content_type), arena);
}

bool is_urlencoded_form(std::string_view content_type) {
  return equals_ignoring_case(until_parameters(content_type), "application/x-www-form-urlencoded");
}

}  // namespace brink::rules
