// What brink.toml says of all origins alike: limits, time-outs, where they must not be.
#pragma once

#include "config/config.h"
#include "origin/origin.h"

#include <vector>

namespace brink::edge {

inline void set_terms(origin::Settings& settings, const config::Origin& common,
                      const std::vector<net::IpNetwork>& forbidden) {
  settings.forbidden = forbidden;
  settings.max_connections = common.connections_per_origin;
  settings.max_queue = common.queue;
  settings.retries = common.retries;
  settings.connect_timeout = common.connect_timeout;
  settings.first_byte_timeout = common.first_byte_timeout;
  settings.between_bytes_timeout = common.between_bytes_timeout;
  settings.idle_timeout = common.idle_timeout;
  settings.queue_timeout = common.queue_timeout;
}

}  // namespace brink::edge
