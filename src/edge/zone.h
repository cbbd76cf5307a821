// A zone as requests meet it, whether a file or the store says what it is.
#pragma once

#include "config/config.h"
#include "edge/rules/declared_rules.h"
#include "origin/origin.h"
#include "rules/zone_rules.h"

#include <cstddef>
#include <memory>
#include <string>

namespace brink::edge {

struct Zone {
  static constexpr std::size_t kStored = static_cast<std::size_t>(-1);

  std::size_t index = kStored;  // its place in Snapshot::zones, where it is one of these
  std::string name;
  origin::OriginPtr origin;        // for visitors by https
  origin::OriginPtr plain_origin;  // for visitors by http, where it is another
  config::TlsMode tls = config::TlsMode::kFull;
  std::string origin_host;  // the Host sent to the origin; empty: the request's own
  bool always_use_https = false;
  bool websockets = true;
  RuleTexts rule_texts;                           // of a zone of brink.toml; nullptr: none
  std::shared_ptr<const rules::ZoneRules> rules;  // nullptr: none

  [[nodiscard]] const origin::OriginPtr& origin_for(bool secure) const {
    return secure || plain_origin == nullptr ? origin : plain_origin;
  }
};

}  // namespace brink::edge
