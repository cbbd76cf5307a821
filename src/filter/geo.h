// Where addresses are, and whose: from MaxMind DB files that the user brings (GeoLite2, GeoIP2, DB-IP and the
// like). Several files are asked in their order; the first that knows a fact says it.
//
// Immutable, shared by all threads. The files are mapped, not read.
#pragma once

#include "net/address.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::filter {

// What is known of one address; what is not is empty or 0. Views are into the mapped files.
struct Place {
  std::string_view country;    // ISO 3166-1 alpha-2
  std::string_view continent;  // AF AN AS EU NA OC SA
  std::string_view city;
  std::string_view region;       // "England"
  std::string_view region_code;  // "ENG"
  std::string_view second_region_code;
  std::string_view postal_code;
  std::string_view time_zone;  // "Europe/Berlin"
  std::uint16_t metro_code = 0;
  bool has_position = false;
  double latitude = 0;
  double longitude = 0;
  std::uint32_t as_number = 0;
};

class Geo {
 public:
  // The most files that are asked for one address.
  static constexpr std::size_t kMaxFiles = 8;

  // The error is a sentence with the file's name.
  [[nodiscard]] static std::expected<std::shared_ptr<const Geo>, std::string> open(
      std::span<const std::string> files);
  Geo(const Geo&) = delete;
  Geo& operator=(const Geo&) = delete;
  ~Geo();

  [[nodiscard]] Place find(const net::IpAddress& address) const;

 private:
  struct File;
  Geo();
  std::vector<std::unique_ptr<File>> files_;
};

// Whether the country is of the European Union, or one of its outermost regions.
[[nodiscard]] bool is_in_european_union(std::string_view country);

}  // namespace brink::filter
