// What the data of each record type is made of: one table from the type to its fields, from which the parser,
// the printer, the check of wire form and the canonical form are made.
#pragma once

#include "dns_wire/wire_error.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace brink::dns_wire {

enum class Field : std::uint8_t {
  kNone,  // no more
  kU8,
  kU16,
  kU32,
  kTime,       // 32 bits, in text with units too
  kAlgorithm,  // 8 bits, in text by mnemonic too (RFC 4034 appendix A.1)
  kCertType,   // 16 bits, the same (RFC 4398 section 2.1)
  kName,       // uncompressed
  kIpv4,
  kIpv6,
  kString,   // with a byte of length before it
  kTag,      // the same, of 1 to 15 letters and digits (RFC 8659)
  kStrings,  // one or more, to the end
  kRest,     // one string without a length, to the end
  kNonEmptyRest,
  kHex,       // to the end; in text perhaps in several words; not empty
  kBase64,    // the same
  kServices,  // RFC 9460 section 2.2
  kLocation,  // RFC 1876
};

struct RdataFormat {
  std::uint16_t type;
  std::array<Field, 8> fields;
  // Whether names in it are in lower case in canonical form (RFC 4034 section 6.2, RFC 6840 section 5.1).
  bool folds_names = false;
  // What the fields do not say; of data whose fields are right. Null where there is nothing.
  Result<> (*check)(std::string_view wire) = nullptr;
};

// Null for types of which only the form of RFC 3597 is known.
[[nodiscard]] const RdataFormat* rdata_format(std::uint16_t type);

}  // namespace brink::dns_wire
