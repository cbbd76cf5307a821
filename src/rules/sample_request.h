// A request that nobody sent: what `brink rules eval`, tests and fuzzing compute expressions over.
#pragma once

#include "net/address.h"
#include "rules/facts.h"
#include "rules/request_fields.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brink::rules {

struct SampleRequest {
  using Lines = std::vector<std::pair<std::string, std::string>>;

  bool https = false;
  std::string version = "HTTP/1.1";
  std::string method = "GET";
  std::string host;
  std::string target = "/";     // as rules see it
  std::string received_target;  // before normalization and rewrites; empty: as `target`
  Lines headers;                // in their order; not the host
  std::string body;
  net::IpAddress client;
  std::string country = "XX";
  std::string continent;
  std::int64_t asn = 0;
  bool in_european_union = false;
  std::int64_t arrived_ms = 0;  // Unix time
  std::string zone;
  std::uint16_t status = 0;
  Lines response_headers;
};

// Reads "GET /path HTTP/1.1", header lines, an empty line and a body, as tools write requests into files;
// lines end in LF or CRLF. The Host line gives the host. The error says what is wrong, and in which line.
[[nodiscard]] std::expected<SampleRequest, std::string> read_sample_request(std::string_view text);

// Its fields. Fields that a sample says nothing of are at their defaults (rules/field_defaults.h).
class SampleFacts final : public FactSource {
 public:
  explicit SampleFacts(const SampleRequest& sample);  // kept
  [[nodiscard]] Value read(FieldId field, Arena& arena) const override;

 private:
  [[nodiscard]] Value read_request(FieldId field, Arena& arena) const;
  [[nodiscard]] Value read_headers(FieldId field, Arena& arena) const;
  [[nodiscard]] Value read_body(FieldId field, Arena& arena) const;
  [[nodiscard]] Value read_other(FieldId field, Arena& arena) const;

  const SampleRequest& sample_;
  std::string_view received_target_;
  std::vector<NamedText> lines_;
  std::vector<NamedText> response_lines_;
};

}  // namespace brink::rules
