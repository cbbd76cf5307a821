// One line of JSON for each request, by the table of http/exchange_fields.h, on its way to the control role.
// Belongs to one loop.
#pragma once

#include "base/random.h"
#include "config/config.h"
#include "http/exchange.h"
#include "telemetry/log_channel.h"

#include <cstdint>

namespace brink::edge {

class AccessLog {
 public:
  AccessLog(Loop& loop, int channel, telemetry::Registry& metrics) : writer_(loop, channel, metrics) {}

  // Whether, and which share of, requests are logged from now on.
  void use(const config::Log& settings);
  void write(const http::Exchange& exchange);
  // Sends what has been gathered; at the end.
  void flush() { writer_.flush(); }

 private:
  telemetry::LogWriter writer_;
  FastRandom random_;
  std::uint64_t threshold_ = 0;  // a request is logged where a random number is below it
  bool all_ = false;
};

}  // namespace brink::edge
