#include "edge/error_page.h"

#include "base/ascii.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace brink::edge {
namespace {

using http::FieldName;

std::string json_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string html_page(const Failure& failure, const http::Exchange& exchange) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{0} {1}</title><style>"
      ":root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh "
      "auto;"
      "padding:0 1.5rem}}h1{{font-size:1.6rem}}b{{font-size:3.5rem;font-weight:600;display:block}}"
      "small{{opacity:.65}}</style></head>\n<body><h1><b>{0}</b>{1}</h1>\n<p>{2}</p>\n<p><small>{3}Ray ID "
      "<code>{4}</code></small></p></body></html>\n",
      failure.status, failure.title, failure.explanation,
      exchange.authority.empty() ? std::string() : html_escaped(exchange.authority) + " &middot; ",
      exchange.ray_text());
}

std::string problem_json(const Failure& failure, const http::Exchange& exchange) {
  std::string json = fmt::format(
      R"({{"type":"about:blank","title":"{}","status":{},"detail":"{}","instance":"{}","ray_id":"{}")",
      failure.title, failure.status, failure.explanation, json_escaped(exchange.path()), exchange.ray_text());
  if (!failure.proxy_status.empty()) json += fmt::format(R"(,"proxy_status":"{}")", failure.proxy_status);
  return json + "}\n";
}

// The weight of an element of Accept; 1 where it says none or no number.
double weight_of(std::string_view element) {
  for (auto rest = element.find(';'); rest != std::string_view::npos; rest = element.find(';', rest + 1)) {
    std::string_view parameter = trim_ows(element.substr(rest + 1));
    if (parameter.size() < 3 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    double weight = 1;
    std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), weight);
    return weight;
  }
  return 1;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::unique_ptr<http::Body> error_page(const Failure& failure, const http::Exchange& exchange,
                                       http::ResponseHead& response) {
  const bool json = prefers_json(exchange.request->fields.value(FieldName::kAccept));
  response.status = failure.status;
  response.fields.add(FieldName::kContentType,
                      json ? "application/problem+json" : "text/html; charset=utf-8");
  response.fields.add(FieldName::kCacheControl, "private, no-store");
  if (failure.status == 405)
    response.fields.add(FieldName::kAllow, "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH");
  if (failure.status == 503) response.fields.add(FieldName::kRetryAfter, "5");
  Slice content = Slice::copy_of(json ? problem_json(failure, exchange) : html_page(failure, exchange));
  if (exchange.request->method == http::Method::kHead) {
    response.fields.add(FieldName::kContentLength,
                        response.arena.copy(fmt::format_int(content.size()).c_str()));
    return nullptr;
  }
  return std::make_unique<http::FixedBody>(std::move(content));
}

bool prefers_json(std::string_view accept) {
  double html = 0, json = 0;
  bool json_first = false;
  for_each_list_element(accept, [&](std::string_view element) {
    const std::string_view type = trim_ows(element.substr(0, element.find(';')));
    const double weight = weight_of(element);
    const auto is = [&](std::string_view name) { return equals_ignoring_case(type, name); };
    if (is("application/json") || is("application/problem+json") || is("application/*")) {
      if (html == 0) json_first = true;
      json = std::max(json, weight);
    } else if (is("text/html") || is("application/xhtml+xml") || is("text/*")) {
      html = std::max(html, weight);
    }
    return true;
  });
  return json > html || (json > 0 && json == html && json_first);
}

}  // namespace brink::edge
