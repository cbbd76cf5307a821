#include "edge/access_log.h"

#include "http/exchange_fields.h"
#include "telemetry/json_text.h"
#include "telemetry/json_writer.h"

namespace brink::edge {
namespace {

// Longer lines than this are cut in their longest values by the JSON writer.
constexpr std::size_t kMaxLineBytes = 32 * 1024;
// Of one text of a list or an object; what is longer is cut.
constexpr std::size_t kMaxTextBytes = 2048;

void append_text(std::string& json, std::string_view text) {
  char piece[kMaxTextBytes];
  const telemetry::JsonText written = telemetry::write_json_text(text, piece);
  json += '"';
  json.append(piece, written.written);
  json += '"';
}

std::string json_of(const http::RuleColumn& column) {
  std::string json = "[";
  for (const http::RuleMatch& match : column.matches) {
    if (column.security_only && match.source.empty()) continue;
    if (json.size() > 1) json += ',';
    append_text(json, match.*column.member);
  }
  return json + "]";
}

std::string json_of(const http::CustomFieldGroup& group) {
  std::string json = "{";
  for (std::size_t i = 0; i < group.fields.size();) {
    const http::CustomField& field = group.fields[i];
    const auto is_same = [&](const http::CustomField& other) {
      return other.group == field.group && other.name == field.name;
    };
    std::size_t after = i + 1;
    while (after < group.fields.size() && is_same(group.fields[after])) ++after;
    if (field.group == group.group) {
      if (json.size() > 1) json += ',';
      append_text(json, field.name);
      json += after - i > 1 ? ":[" : ":";
      for (std::size_t n = i; n < after; ++n) {
        if (n > i) json += ',';
        append_text(json, group.fields[n].value);
      }
      if (after - i > 1) json += ']';
    }
    i = after;
  }
  return json + "}";
}

void write_value(telemetry::JsonWriter& json, std::string_view name, const http::FactValue& value) {
  std::visit(
      [&]<class T>(const T& fact) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          // not known: left out
        } else if constexpr (std::is_same_v<T, net::IpAddress>) {
          char text[net::IpAddress::kMaxText];
          json.member(name, std::string_view(text, fact.write_text(text)));
        } else if constexpr (std::is_same_v<T, http::RuleColumn> ||
                             std::is_same_v<T, http::CustomFieldGroup>) {
          json.json_member(name, json_of(fact));
        } else {
          json.member(name, fact);
        }
      },
      value);
}

}  // namespace

void AccessLog::use(const config::Log& settings) {
  all_ = settings.access != "off" && settings.access_sample >= 1.0;
  threshold_ = settings.access == "off" || all_
                   ? 0
                   : static_cast<std::uint64_t>(settings.access_sample * 18446744073709551615.0);
}

void AccessLog::write(const http::Exchange& exchange) {
  if (!all_ && (threshold_ == 0 || random_.next() >= threshold_)) return;
  char buffer[kMaxLineBytes];
  telemetry::JsonWriter json(buffer);
  for (const http::ExchangeField& field : http::exchange_fields()) {
    if (!field.log_name.empty()) write_value(json, field.log_name, field.read(exchange));
  }
  writer_.write_line(json.finish());
}

}  // namespace brink::edge
