#include "dns_wire/type.h"

#include "base/ascii.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

struct Mnemonic {
  std::uint16_t number;
  std::string_view text;
};

// IANA's registry "Resource Record (RR) TYPEs", by number; meta types and those that were never used are left
// out.
constexpr Mnemonic kTypes[] = {
    {1, "A"},      {2, "NS"},      {5, "CNAME"},   {6, "SOA"},     {11, "WKS"},     {12, "PTR"},
    {13, "HINFO"}, {14, "MINFO"},  {15, "MX"},     {16, "TXT"},    {17, "RP"},      {18, "AFSDB"},
    {19, "X25"},   {20, "ISDN"},   {21, "RT"},     {24, "SIG"},    {25, "KEY"},     {26, "PX"},
    {28, "AAAA"},  {29, "LOC"},    {33, "SRV"},    {35, "NAPTR"},  {36, "KX"},      {37, "CERT"},
    {39, "DNAME"}, {41, "OPT"},    {42, "APL"},    {43, "DS"},     {44, "SSHFP"},   {45, "IPSECKEY"},
    {46, "RRSIG"}, {47, "NSEC"},   {48, "DNSKEY"}, {49, "DHCID"},  {50, "NSEC3"},   {51, "NSEC3PARAM"},
    {52, "TLSA"},  {53, "SMIMEA"}, {55, "HIP"},    {59, "CDS"},    {60, "CDNSKEY"}, {61, "OPENPGPKEY"},
    {62, "CSYNC"}, {63, "ZONEMD"}, {64, "SVCB"},   {65, "HTTPS"},  {99, "SPF"},     {104, "NID"},
    {105, "L32"},  {106, "L64"},   {107, "LP"},    {108, "EUI48"}, {109, "EUI64"},  {249, "TKEY"},
    {250, "TSIG"}, {251, "IXFR"},  {252, "AXFR"},  {255, "ANY"},   {256, "URI"},    {257, "CAA"},
};
static_assert(std::ranges::is_sorted(kTypes, {}, &Mnemonic::number));

constexpr Mnemonic kClasses[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};

std::string name_of(std::span<const Mnemonic> table, std::uint16_t number, std::string_view unknown) {
  const auto row = std::ranges::lower_bound(table, number, {}, &Mnemonic::number);
  if (row != table.end() && row->number == number) return std::string(row->text);
  return fmt::format("{}{}", unknown, number);
}

std::optional<std::uint16_t> number_of(std::span<const Mnemonic> table, std::string_view text,
                                       std::string_view unknown) {
  for (const Mnemonic& row : table) {
    if (equals_ignoring_case(row.text, text)) return row.number;
  }
  if (text.size() <= unknown.size() || !equals_ignoring_case(text.substr(0, unknown.size()), unknown))
    return std::nullopt;
  return parse_decimal<std::uint16_t>(text.substr(unknown.size()));
}

}  // namespace

std::string type_name(std::uint16_t type) { return name_of(kTypes, type, "TYPE"); }
std::optional<std::uint16_t> parse_type(std::string_view text) { return number_of(kTypes, text, "TYPE"); }
std::string class_name(std::uint16_t number) { return name_of(kClasses, number, "CLASS"); }
std::optional<std::uint16_t> parse_class(std::string_view text) { return number_of(kClasses, text, "CLASS"); }

}  // namespace brink::dns_wire
