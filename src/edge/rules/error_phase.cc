// http_custom_errors: what the zone's owner wants shown instead of an error's own page.
#include "edge/error_page.h"
#include "edge/request.h"
#include "edge/rules/phases.h"
#include "edge/rules/rule_state.h"

#include <array>

#include <fmt/format.h>

namespace brink::edge {

using http::FieldName;
using rules::CompiledRule;

namespace {

constexpr std::uint16_t kFirstError = 400;

// The content with its tokens filled in; in HTML, what comes from the request is escaped.
std::string filled_in(const rules::ServeError& page, RuleState& state, const http::Exchange& exchange) {
  char address[net::IpAddress::kMaxText];
  const bool html = page.content_type.starts_with("text/html");
  const auto shown = [html](std::string_view text) { return html ? html_escaped(text) : std::string(text); };
  const std::pair<std::string_view, std::string> tokens[] = {
      {"::RAY_ID::", shown(exchange.ray_text())},
      {"::CLIENT_IP::", shown({address, exchange.client_ip.write_text(address)})},
      {"::GEO::", shown(state.facts.get(rules::FieldId::kIpSrcCountry).bytes())},
  };
  std::string out;
  for (std::string_view rest = page.content; !rest.empty();) {
    const auto mark = std::min(rest.find("::"), rest.size());
    out += rest.substr(0, mark);
    rest.remove_prefix(mark);
    if (rest.empty()) break;
    const auto* token =
        std::ranges::find_if(tokens, [rest](const auto& each) { return rest.starts_with(each.first); });
    if (token != std::end(tokens)) {
      out += token->second;
      rest.remove_prefix(token->first.size());
    } else {
      out += rest.substr(0, 1);
      rest.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

Flow serve_custom_errors(Request& request) {
  if (request.rules == nullptr || request.response == nullptr || request.response->status < kFirstError ||
      request.rules->is_security_response)
    return Flow::kContinue;
  RuleState& state = *request.rules;
  // A rule of the zone wins over the account's, although the account's are asked first.
  const rules::ServeError* chosen = nullptr;
  bool of_zone = false;
  state.run(rules::Phase::kCustomErrors, [&](const rules::Ruleset& ruleset, const CompiledRule& rule) {
    const auto* page = std::get_if<rules::ServeError>(&rule.rule().act);
    const bool is_of_zone = ruleset.kind == rules::Kind::kZone;
    if (page != nullptr && (chosen == nullptr || (is_of_zone && !of_zone))) {
      chosen = page;
      of_zone = is_of_zone;
    }
    return !of_zone;
  });
  if (chosen == nullptr) return Flow::kContinue;

  http::ResponseHead& response = *request.response;
  Slice content = Slice::copy_of(filled_in(*chosen, state, request.exchange));
  if (chosen->status) response.status = *chosen->status;
  response.reason = {};
  for (const FieldName name : {FieldName::kContentEncoding, FieldName::kContentLength,
                               FieldName::kContentRange, FieldName::kETag, FieldName::kLastModified})
    response.fields.remove(name);
  response.fields.set(FieldName::kContentType, response.arena.copy(chosen->content_type));
  if (request.head.method == http::Method::kHead) {
    response.fields.add(FieldName::kContentLength,
                        response.arena.copy(fmt::format_int(content.size()).c_str()));
    request.response_body = nullptr;
    return Flow::kContinue;
  }
  request.own_body = std::make_unique<http::FixedBody>(std::move(content));
  request.response_body = request.own_body.get();
  return Flow::kContinue;
}

}  // namespace brink::edge
