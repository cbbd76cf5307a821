#include "base/ascii.h"
#include "rules/read_act.h"

#include <fmt/format.h>

namespace brink::rules {
namespace {

constexpr std::size_t kMaxUriBytes = 4096;     // all that a rewrite of the URI says, together
constexpr std::size_t kMaxHeaderBytes = 4096;  // name and value
constexpr std::size_t kMaxHeaders = 100;

// --- URI ---

std::size_t bytes_of(const std::optional<TextSource>& source) {
  if (!source) return 0;
  if (const auto* text = std::get_if<std::string>(&*source)) return text->size();
  return std::get<ExpressionPtr>(*source)->source.size();
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

std::optional<TextSource> read_part(Members& uri, std::string_view name, bool empty_is_good,
                                    RuleReading& reading) {
  auto part = uri.object(name);
  if (!part) return std::nullopt;
  auto source = reading.read_source(*part, kTextType, empty_is_good);
  part->finish();
  if (source) {
    const auto* text = std::get_if<std::string>(&*source);
    if (text != nullptr && (!is_printable(*text) || text->find(' ') != text->npos))
      part->wrong("value", "it must be printable ASCII without spaces; write other bytes as %XX");
    if (text != nullptr && name == "path" && !text->starts_with('/'))
      part->wrong("value", "a path must begin with /");
  }
  return source;
}

std::optional<Act> read_uri(Members& parameters, RuleReading& reading) {
  RewriteUri rewrite;
  auto uri = parameters.object("uri");
  if (!uri) {
    if (!parameters.has("uri")) parameters.missing("uri");
    return std::nullopt;
  }
  rewrite.path = read_part(*uri, "path", false, reading);
  rewrite.query = read_part(*uri, "query", true, reading);
  rewrite.origin = uri->flag("origin").value_or(true);
  if (!uri->has("path") && !uri->has("query")) uri->wrong_whole("it needs path or query, or both");
  if (bytes_of(rewrite.path) + bytes_of(rewrite.query) > kMaxUriBytes)
    uri->wrong_whole(fmt::format("all of it together must have at most {} bytes", kMaxUriBytes));
  uri->finish();
  return rewrite;
}

// --- headers ---

constexpr std::string_view kHopByHop[] = {"connection", "keep-alive",    "proxy-connection",
                                          "te",         "trailer",       "transfer-encoding",
                                          "upgrade",    "content-length"};
constexpr std::string_view kRequestNames[] = {"accept-encoding", "host"};
constexpr std::string_view kRequestNamesNotSet[] = {"cookie", "x-forwarded-for", "x-forwarded-proto",
                                                    "x-real-ip", "true-client-ip"};
constexpr std::string_view kResponseNames[] = {"server", "eh-cache-tag", "eh-cdn-cache-control",
                                               "content-encoding"};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Why a rule may not touch the header; empty where it may. `name` is in lower case.
std::string_view refusal(std::string_view name, HeaderOperation::Kind kind, Phase phase) {
  const bool removes = kind == HeaderOperation::Kind::kRemove;
  const bool request = phase != Phase::kResponseHeadersTransform;
  if (name.starts_with("cf-") || name.starts_with("x-cf-"))
    return request && removes && name == "cf-connecting-ip" ? "" : "headers that begin so are the edge's own";
  if (is_among(name, kHopByHop)) return "it belongs to the connection, not to the message";
  if (request && is_among(name, kRequestNames)) return "the edge needs it itself";
  if (request && !removes && is_among(name, kRequestNamesNotSet)) return "it can only be removed";
  if (!request && is_among(name, kResponseNames)) return "the edge sets it itself";
  return "";
}

bool is_header_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

void read_header(Members& headers, const std::string& name, RewriteHeaders& out, RuleReading& reading) {
  using Kind = HeaderOperation::Kind;
  static constexpr std::pair<std::string_view, Kind> kOperations[] = {
      {"set", Kind::kSet}, {"add", Kind::kAdd}, {"remove", Kind::kRemove}};
  const std::string lower = to_lower(name);
  if (!is_header_name(name)) headers.wrong(name, "a header's name must be letters, digits, - and _");
  if (std::ranges::any_of(out.operations,
                          [&](const HeaderOperation& each) { return to_lower(each.name) == lower; }))
    headers.wrong(name, "the header is there twice");
  auto members = headers.object(name);
  if (!members) {
    if (!headers.has(name)) headers.wrong(name, "it must be an object");
    return;
  }
  HeaderOperation operation{.name = name};
  const auto kind = members->word<Kind>("operation", kOperations);
  if (!kind) {
    if (!members->has("operation")) members->missing("operation");
  } else {
    operation.kind = *kind;
    if (const auto why = refusal(lower, *kind, reading.phase); !why.empty())
      headers.wrong(name, fmt::format("the header {} cannot be changed: {}", name, why));
  }
  if (kind && *kind != Kind::kRemove) {
    if (auto source = reading.read_source(*members, kPrintableTypes)) {
      const auto* text = std::get_if<std::string>(&*source);
      if (text != nullptr && !is_printable(*text)) members->wrong("value", "it must be printable ASCII");
      if (text != nullptr && text->size() + name.size() > kMaxHeaderBytes)
        members->wrong("value", fmt::format("a header must have at most {} bytes", kMaxHeaderBytes));
      operation.value = *std::move(source);
    }
  }
  members->finish();
  out.operations.push_back(std::move(operation));
}

std::optional<Act> read_headers(Members& parameters, RuleReading& reading) {
  auto headers = parameters.object("headers");
  if (!headers) {
    if (!parameters.has("headers")) parameters.missing("headers");
    return std::nullopt;
  }
  RewriteHeaders rewrite;
  if (headers->json().empty()) headers->wrong_whole("it needs at least one header");
  if (headers->json().size() > kMaxHeaders) {
    headers->wrong_whole(fmt::format("it must have at most {} headers", kMaxHeaders));
    return std::nullopt;
  }
  for (const auto& [name, unused] : headers->json().items()) read_header(*headers, name, rewrite, reading);
  return rewrite;
}

}  // namespace

std::optional<Act> read::rewrite(Members& parameters, RuleReading& reading) {
  auto act = reading.phase == Phase::kRequestTransform ? read_uri(parameters, reading)
                                                       : read_headers(parameters, reading);
  parameters.finish();
  return act;
}

}  // namespace brink::rules
