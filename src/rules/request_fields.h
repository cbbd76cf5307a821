// What fields say of a request that its bytes do not say at once: arguments, cookies, header maps, languages,
// parts of the path. Pure functions; what they answer is in the arena or in the text they were given.
//
// The maps' keys come sorted, each with its values in the order of the request. The time taken is n log n of
// the text at most, whatever the text.
#pragma once

#include "base/arena.h"
#include "rules/value.h"

#include <span>
#include <string_view>

namespace brink::rules {

// One header line, cookie or argument.
struct NamedText {
  std::string_view name;
  std::string_view value;
};

// http.request.uri.args and http.request.body.form: split at '&', then at the first '='; nothing is decoded,
// empty pieces are left out. Map<Array<Bytes>>, and Array<Bytes> of the names and of the values.
[[nodiscard]] Value query_arguments(std::string_view query, Arena& arena);
[[nodiscard]] Value query_argument_names(std::string_view query, Arena& arena);
[[nodiscard]] Value query_argument_values(std::string_view query, Arena& arena);
// query_arguments(query)[name], without the map.
[[nodiscard]] Value query_argument(std::string_view query, std::string_view name, Arena& arena);

// http.request.headers, http.response.headers: keys in lower case, values of each in their order.
[[nodiscard]] Value header_map(std::span<const NamedText> lines, Arena& arena);
[[nodiscard]] Value header_names(std::span<const NamedText> lines, Arena& arena);   // as on the wire
[[nodiscard]] Value header_values(std::span<const NamedText> lines, Arena& arena);  // in the same order
// header_map(lines)[key], without the map; missing for a key with a capital.
[[nodiscard]] Value header_by_key(std::span<const NamedText> lines, std::string_view key, Arena& arena);
// The first line of that name, in any case of letters; empty where there is none.
[[nodiscard]] std::string_view first_header(std::span<const NamedText> lines, std::string_view name);
// All lines of that name, joined: http.cookie by "; ", http.x_forwarded_for by ", ".
[[nodiscard]] std::string_view joined_header(std::span<const NamedText> lines, std::string_view name,
                                             std::string_view separator, Arena& arena);

// http.request.cookies, of the whole Cookie header: names URL-decoded, values as sent. A cookie without '='
// has the value "".
[[nodiscard]] Value cookies(std::string_view cookie_header, Arena& arena);
[[nodiscard]] Value cookie(std::string_view cookie_header, std::string_view name, Arena& arena);

// http.request.accepted_languages, of the Accept-Language header: by weight, descending, equal ones in their
// order; '*' and what has weight 0 are left out.
[[nodiscard]] Value accepted_languages(std::string_view accept_language, Arena& arena);

// http.request.uri.path.basename and .extension of a path without query.
[[nodiscard]] std::string_view path_basename(std::string_view path);
[[nodiscard]] std::string_view path_extension(std::string_view path, Arena& arena);  // in lower case
// cf.bot_management.static_resource: whether files of that extension (in lower case) are static ones.
[[nodiscard]] bool is_static_extension(std::string_view extension);

// The parts of a request target in origin form.
[[nodiscard]] std::string_view path_of(std::string_view target);
[[nodiscard]] std::string_view query_of(std::string_view target);  // without '?'
// http.host: the authority without its port; the brackets of an IPv6 address stay.
[[nodiscard]] std::string_view host_of(std::string_view authority);
// http.request.full_uri.
[[nodiscard]] std::string_view full_uri(std::string_view scheme, std::string_view host,
                                        std::string_view target, Arena& arena);

// http.response.content_type.media_type: in lower case, without parameters.
[[nodiscard]] std::string_view media_type(std::string_view content_type, Arena& arena);
// Whether a body of that Content-Type is a form whose fields http.request.body.form has.
[[nodiscard]] bool is_urlencoded_form(std::string_view content_type);

}  // namespace brink::rules
