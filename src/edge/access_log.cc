#include "edge/access_log.h"

#include "http/exchange_fields.h"
#include "telemetry/json_writer.h"

namespace brink::edge {
namespace {

// Longer lines than this are cut in their longest values by the JSON writer.
constexpr std::size_t kMaxLineBytes = 32 * 1024;

void write_value(telemetry::JsonWriter& json, std::string_view name, const http::FactValue& value) {
  std::visit(
      [&]<class T>(const T& fact) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          // not known: left out
        } else if constexpr (std::is_same_v<T, net::IpAddress>) {
          char text[net::IpAddress::kMaxText];
          json.member(name, std::string_view(text, fact.write_text(text)));
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
