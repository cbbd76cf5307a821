// Record types and classes: numbers and mnemonics (RFC 1035 sections 3.2.2 and 3.2.4 and successors), and the
// form TYPE123, CLASS123 of RFC 3597 for all others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brink::dns_wire {

// The types that code names; type_name and parse_type know the others too.
namespace type {
inline constexpr std::uint16_t kA = 1;
inline constexpr std::uint16_t kNs = 2;
inline constexpr std::uint16_t kCname = 5;
inline constexpr std::uint16_t kSoa = 6;
inline constexpr std::uint16_t kPtr = 12;
inline constexpr std::uint16_t kMx = 15;
inline constexpr std::uint16_t kTxt = 16;
inline constexpr std::uint16_t kAaaa = 28;
inline constexpr std::uint16_t kLoc = 29;
inline constexpr std::uint16_t kSrv = 33;
inline constexpr std::uint16_t kNaptr = 35;
inline constexpr std::uint16_t kCert = 37;
inline constexpr std::uint16_t kDname = 39;
inline constexpr std::uint16_t kDs = 43;
inline constexpr std::uint16_t kSshfp = 44;
inline constexpr std::uint16_t kDnskey = 48;
inline constexpr std::uint16_t kTlsa = 52;
inline constexpr std::uint16_t kSmimea = 53;
inline constexpr std::uint16_t kCds = 59;
inline constexpr std::uint16_t kCdnskey = 60;
inline constexpr std::uint16_t kOpenpgpkey = 61;
inline constexpr std::uint16_t kSvcb = 64;
inline constexpr std::uint16_t kHttps = 65;
inline constexpr std::uint16_t kSpf = 99;
inline constexpr std::uint16_t kUri = 256;
inline constexpr std::uint16_t kCaa = 257;
}  // namespace type

inline constexpr std::uint16_t kClassIn = 1;

// "MX"; "TYPE65280" where there is no mnemonic.
[[nodiscard]] std::string type_name(std::uint16_t type);
// In any case; nothing for a word that names no type.
[[nodiscard]] std::optional<std::uint16_t> parse_type(std::string_view text);
// "IN"; "CLASS32" where there is no mnemonic.
[[nodiscard]] std::string class_name(std::uint16_t number);
[[nodiscard]] std::optional<std::uint16_t> parse_class(std::string_view text);

}  // namespace brink::dns_wire
