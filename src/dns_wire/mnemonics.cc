#include "dns_wire/mnemonics.h"

#include "base/ascii.h"

#include <span>

namespace brink::dns_wire {
namespace {

struct Row {
  std::string_view text;
  std::uint16_t number;
};

constexpr Row kAlgorithms[] = {
    {"RSAMD5", 1},
    {"DH", 2},
    {"DSA", 3},
    {"RSASHA1", 5},
    {"DSA-NSEC3-SHA1", 6},
    {"RSASHA1-NSEC3-SHA1", 7},
    {"RSASHA256", 8},
    {"RSASHA512", 10},
    {"ECC-GOST", 12},
    {"ECDSAP256SHA256", 13},
    {"ECDSAP384SHA384", 14},
    {"ED25519", 15},
    {"ED448", 16},
    {"INDIRECT", 252},
    {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
};

constexpr Row kCertificateTypes[] = {
    {"PKIX", 1}, {"SPKI", 2},   {"PGP", 3},     {"IPKIX", 4}, {"ISPKI", 5},
    {"IPGP", 6}, {"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253}, {"OID", 254},
};

std::optional<std::uint16_t> find(std::span<const Row> rows, std::string_view text) {
  for (const Row& row : rows) {
    if (equals_ignoring_case(row.text, text)) return row.number;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint8_t> parse_algorithm(std::string_view text) {
  if (const auto number = parse_decimal<std::uint8_t>(text)) return number;
  const auto number = find(kAlgorithms, text);
  if (!number) return std::nullopt;
  return static_cast<std::uint8_t>(*number);
}

std::optional<std::uint16_t> parse_certificate_type(std::string_view text) {
  if (const auto number = parse_decimal<std::uint16_t>(text)) return number;
  return find(kCertificateTypes, text);
}

}  // namespace brink::dns_wire
