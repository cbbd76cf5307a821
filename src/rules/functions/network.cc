#include "base/error.h"
#include "rules/functions/functions.h"

namespace brink::rules {
namespace {

constexpr std::int64_t kV4Bits = 32;
constexpr std::int64_t kV6Bits = 128;

// The address with all but its first bits cleared; of an IPv4 address, `v4` bits of its 32.
Value network_of(const Value& value, std::int64_t v4, std::int64_t v6, Arena& arena) {
  const net::IpAddress& address = value.ip();
  const auto kept = static_cast<unsigned>(address.is_v4() ? kV6Bits - kV4Bits + v4 : v6);
  auto bytes = address.bytes();
  for (unsigned n = 0; n < bytes.size(); ++n) {
    const unsigned bits = kept > n * 8 ? std::min(kept - n * 8, 8U) : 0;
    bytes[n] = static_cast<std::uint8_t>(bytes[n] & (0xFF00U >> bits));
  }
  return Value::of_ip(*arena.make<net::IpAddress>(net::IpAddress::v6(bytes)));
}

}  // namespace

Checked check_cidr(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 3,
                            {{Scalar::kIp, Written::kField},
                             {Scalar::kInt, Written::kLiteral},
                             {Scalar::kInt, Written::kLiteral}}));
  BRINK_TRY(check_range(arguments, 1, 1, kV4Bits));
  BRINK_TRY(check_range(arguments, 2, 1, kV6Bits));
  return Scalar::kIp;
}

Value call_cidr(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  return network_of(values[0], values[1].integer(), values[2].integer(), arena);
}

Checked check_cidr6(Arguments arguments, Prepared&) {
  BRINK_TRY(
      check_arguments(arguments, 2, {{Scalar::kIp, Written::kField}, {Scalar::kInt, Written::kLiteral}}));
  BRINK_TRY(check_range(arguments, 1, 1, kV6Bits));
  return Scalar::kIp;
}

Value call_cidr6(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  return network_of(values[0], kV4Bits, values[1].integer(), arena);
}

}  // namespace brink::rules
