#include "rules/url_normalization.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>

namespace brink::rules {
namespace {

constexpr std::array<std::string_view, 2> kTypes = {"rfc3986", "cloudflare"};      // as UrlNormalization
constexpr std::array<std::string_view, 3> kScopes = {"none", "incoming", "both"};  // as UrlNormalizationScope

constexpr bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
// Reserved characters (RFC 3986 section 2.2) keep the form that they have.
constexpr bool may_stand_literally(char c) {
  return is_unreserved(c) || std::string_view(":/?#[]@!$&'()*+,;=").contains(c);
}

constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
constexpr char kHex[] = "0123456789ABCDEF";

char* write_escape(char* out, unsigned byte) {
  *out++ = '%';
  *out++ = kHex[byte >> 4];
  *out++ = kHex[byte & 0xF];
  return out;
}

// The byte of the escape that begins at `at`; -1 where none does.
int escaped_byte(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool has_normal_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (may_stand_literally(text[at])) continue;
    const int byte = escaped_byte(text, at);
    if (byte < 0 || is_unreserved(static_cast<char>(byte)) || text[at + 1] != kHex[byte >> 4] ||
        text[at + 2] != kHex[byte & 0xF])
      return false;
    at += 2;
  }
  return true;
}

// `out` has room for three times the text.
char* normalize_characters(std::string_view text, char* out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (const int byte = escaped_byte(text, at); byte >= 0) {
      at += 2;
      if (is_unreserved(static_cast<char>(byte))) {
        *out++ = static_cast<char>(byte);
      } else {
        out = write_escape(out, static_cast<unsigned>(byte));
      }
    } else if (may_stand_literally(c)) {
      *out++ = c;
    } else {
      out = write_escape(out, static_cast<unsigned char>(c));
    }
  }
  return out;
}

// \ to /, and runs of / to one.
char* join_slashes(std::string_view path, char* out) {
  bool after_slash = false;
  for (const char c : path) {
    const bool slash = c == '/' || c == '\\';
    if (slash && after_slash) continue;
    after_slash = slash;
    *out++ = slash ? '/' : c;
  }
  return out;
}

bool has_dot_segments(std::string_view path) {
  for (std::size_t slash = path.find("/."); slash != path.npos; slash = path.find("/.", slash + 1)) {
    std::string_view segment = path.substr(slash + 1);
    segment = segment.substr(0, segment.find('/'));
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

// RFC 3986 section 5.2.4, for a path that begins with "/". In place.
char* remove_dot_segments(char* const start, const char* const end) {
  char* out = start;
  for (const char* at = start; at < end;) {  // at a slash
    const char* const segment_end = std::find(at + 1, end, '/');
    const std::string_view segment(at + 1, segment_end);
    const bool last = segment_end == end;
    if (segment == "." || segment == "..") {
      if (segment == "..") {
        while (out > start && *--out != '/') {
        }
      }
      if (last) *out++ = '/';
    } else {
      out = std::copy(at, segment_end, out);
    }
    at = segment_end;
  }
  return out;
}

}  // namespace

std::string_view name_of(UrlNormalization type) { return kTypes[static_cast<std::size_t>(type)]; }
std::optional<UrlNormalization> find_url_normalization(std::string_view name) {
  const auto found = std::ranges::find(kTypes, name);
  if (found == kTypes.end()) return std::nullopt;
  return static_cast<UrlNormalization>(found - kTypes.begin());
}
std::string_view name_of(UrlNormalizationScope scope) { return kScopes[static_cast<std::size_t>(scope)]; }
std::optional<UrlNormalizationScope> find_url_normalization_scope(std::string_view name) {
  const auto found = std::ranges::find(kScopes, name);
  if (found == kScopes.end()) return std::nullopt;
  return static_cast<UrlNormalizationScope>(found - kScopes.begin());
}

std::string_view normalize_path(std::string_view path, UrlNormalization type, Arena& arena) {
  if (!path.starts_with('/')) return path;  // "*" of OPTIONS
  const bool joins = type == UrlNormalization::kCloudflare && path.contains("//");
  if (has_normal_characters(path) && !joins && !has_dot_segments(path)) return path;

  const std::string_view received = path;
  if (type == UrlNormalization::kCloudflare) {
    char* const joined = arena.allocate(received.size());
    path = {joined, join_slashes(received, joined)};
  }
  char* const start = arena.allocate(path.size() * 3);
  char* end = normalize_characters(path, start);
  end = remove_dot_segments(start, end);
  return {start, end};
}

}  // namespace brink::rules
