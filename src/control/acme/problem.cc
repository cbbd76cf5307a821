#include "control/acme/problem.h"

#include <fmt/format.h>

namespace brink::control::acme {
namespace {

constexpr std::string_view kPrefix = "urn:ietf:params:acme:error:";

std::string text_of(const Json& object, std::string_view name) {
  const Json* member = api::find_value(object, name);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

std::string type_of(const Json& document) {
  std::string type = text_of(document, "type");
  if (type.starts_with(kPrefix)) type.erase(0, kPrefix.size());
  return type;
}

std::string identifier_of(const Json& document) {
  const Json* identifier = api::find_value(document, "identifier");
  return identifier != nullptr ? text_of(*identifier, "value") : std::string();
}

// A stranger's words in one line of a log.
std::string one_line(std::string text) {
  if (text.size() > kMaxProblemText) text.resize(kMaxProblemText);
  for (char& c : text) c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return text;
}

// RFC 8555 section 6.7.1: what is wrong with each name.
void add_subproblems(const Json& document, Failure& failure) {
  constexpr std::size_t kMost = 100;
  const Json* list = api::find_value(document, "subproblems");
  if (list == nullptr || !list->is_array()) return;
  for (std::size_t i = 0; i < list->size() && i < kMost; ++i) {
    const Json& each = (*list)[i];
    const std::string name = identifier_of(each);
    if (name.empty()) continue;
    failure.names.push_back(name);
    failure.text += fmt::format("; {}: {} {}", name, type_of(each), text_of(each, "detail"));
  }
}

FailureKind kind_of(std::uint16_t status, std::string_view type) {
  if (status == 429 || type == "rateLimited") return FailureKind::kRateLimited;
  if (status >= 500 || type == "serverInternal") return FailureKind::kServer;
  return FailureKind::kRefused;
}

}  // namespace

std::string_view kind_name(FailureKind kind) {
  switch (kind) {
    case FailureKind::kCancelled: return "cancelled";
    case FailureKind::kUnreachable: return "unreachable";
    case FailureKind::kServer: return "server_error";
    case FailureKind::kRateLimited: return "rate_limited";
    case FailureKind::kRefused: return "refused";
    case FailureKind::kInvalid: return "invalid";
    case FailureKind::kTimeout: return "timeout";
    case FailureKind::kProtocol: return "protocol_error";
    case FailureKind::kConfiguration: return "configuration";
    case FailureKind::kStore: return "store";
  }
  return "";
}

Failure problem_of(const Json& document, FailureKind kind) {
  Failure failure{.kind = kind, .text = {}, .type = type_of(document), .retry_after = {}, .names = {}};
  const std::string detail = text_of(document, "detail");
  failure.text = failure.type.empty() ? detail : fmt::format("{}: {}", failure.type, detail);
  if (failure.text.empty()) failure.text = "the server gives no reason";
  if (std::string name = identifier_of(document); !name.empty()) failure.names.push_back(std::move(name));
  add_subproblems(document, failure);
  failure.text = one_line(std::move(failure.text));
  return failure;
}

Failure problem_of(std::uint16_t status, std::string_view content) {
  auto document = api::parse_json(content);
  const bool is_document = document && document->is_object();
  Failure failure = problem_of(is_document ? *document : Json(), FailureKind::kRefused);
  failure.kind = kind_of(status, failure.type);
  failure.text = fmt::format("status {}, {}", status, failure.text);
  return failure;
}

}  // namespace brink::control::acme
