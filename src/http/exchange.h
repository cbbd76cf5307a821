// The one record of facts of a request: what is known of the client, the connection, the request and the
// response, what each stage decided, and what it cost. Stages write it; the Rules language, the access log,
// traces and metrics read it, all through the one table of http/exchange_fields.h. A new fact is added here
// and there, once.
//
// Lives as long as its request is served; views are into the request's head. Belongs to
// one loop.
#pragma once

#include "http/connection_facts.h"
#include "http/message.h"
#include "runtime/deadline.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brink::http {

// Names one request in responses, logs and traces: 16 hexadecimal digits.
using RayId = std::array<char, 16>;

// What the origin's side of the request came to; all zero where no origin was asked.
struct OriginFacts {
  std::string_view name;       // as configured
  net::SocketAddress address;  // the one connected to
  std::uint16_t status = 0;    // of its response; 0: none came
  Version version = Version::kHttp11;
  bool reused = false;  // the connection had carried requests before
  std::uint8_t attempts = 0;
  Duration wait{};                   // for a connection of the pool, all attempts
  Duration connect{};                // TCP, of the last attempt; 0 where reused
  Duration tls{};                    // handshake, likewise
  Duration first_byte{};             // from the request being sent to the response's head
  std::uint64_t request_bytes = 0;   // content sent
  std::uint64_t response_bytes = 0;  // content received
};

// What one stage of the pipeline decided, for the log and traces.
struct StageNote {
  std::uint8_t stage = 0;  // its place in edge::kStages
  Duration took{};
  std::string_view decision;  // static text, as "continue" or "respond"
};

// A rule that matched the request; views of the rule.
struct RuleMatch {
  std::string_view phase;   // "http_request_firewall_custom"
  std::string_view source;  // Logpush's name of a security product, "firewallCustom"; empty for other phases
  std::string_view action;
  std::string_view ruleset;  // ids
  std::string_view rule;
  std::string_view description;
};

// A field that a rule of http_log_custom_fields wants in the log.
struct CustomField {
  enum class Group : std::uint8_t { kRequest, kResponse, kCookie };
  Group group;
  std::string_view name;
  std::string_view value;
};

struct Exchange {
  RayId ray{};
  const ConnectionFacts* connection = nullptr;
  const RequestHead* request = nullptr;
  // As the visitor sent them; the head's own may be rewritten on the way to the origin.
  Version version = Version::kHttp11;
  std::string_view scheme;
  std::string_view authority;
  std::string_view target;

  TimePoint started;  // the request's first byte
  std::chrono::system_clock::time_point started_wall;
  TimePoint response_started;  // the response's head was ready to be sent
  TimePoint ended;

  net::IpAddress client_ip;  // the visitor, as trusted proxies say
  std::string_view zone;     // its name; empty where no zone matched

  std::uint64_t request_head_bytes = 0;
  std::uint64_t request_body_bytes = 0;
  std::uint16_t status = 0;  // of the response to the client
  std::uint64_t response_head_bytes = 0;
  std::uint64_t response_body_bytes = 0;
  bool response_complete = false;  // all of it was given to the transport
  std::string_view response_content_type;

  OriginFacts origin;
  std::string_view proxy_error;      // RFC 9209 error type where this system failed the request; static
  std::string_view refused_because;  // what was wrong with a request that could not be read; empty: nothing
  std::string_view cache_status;     // "none" until the cache is asked

  static constexpr std::size_t kMaxRuleMatches = 64;
  std::vector<RuleMatch> rule_matches;  // in the order in which they matched
  static constexpr std::size_t kMaxCustomFields = 128;
  std::vector<CustomField> custom_fields;

  static constexpr std::size_t kMaxNotes = 48;
  std::array<StageNote, kMaxNotes> notes;
  std::uint8_t note_count = 0;

  [[nodiscard]] std::string_view path() const { return target.substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
  [[nodiscard]] std::string_view ray_text() const { return {ray.data(), ray.size()}; }
};

}  // namespace brink::http
