#define XXH_STATIC_LINKING_ONLY  // its states can then lie on the stack
#include "base/error.h"
#include "rules/functions/functions.h"
#include "rules/sha256.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <xxhash.h>

namespace brink::rules {

// --- hash_in_range ---

namespace {

static_assert(std::endian::native == std::endian::little);  // what is hashed is the same on every node

void add(XXH3_state_t& state, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  ::XXH3_64bits_update(&state, &size, sizeof size);
  ::XXH3_64bits_update(&state, bytes.data(), bytes.size());
}

void add(XXH3_state_t& state, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kBool: return add(state, std::string_view(value.is_true() ? "\1" : "\0", 1));
    case Value::Kind::kInt: {
      const std::int64_t number = value.integer();
      return add(state, {reinterpret_cast<const char*>(&number), sizeof number});
    }
    case Value::Kind::kIp: {
      const auto& bytes = value.ip().bytes();
      return add(state, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    default: return add(state, value.bytes());
  }
}

}  // namespace

Checked check_hash_in_range(Arguments arguments, Prepared&) {
  BRINK_TRY(check_count(arguments, 3));
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    if (at < 2) {
      BRINK_TRY(check_written(arguments, at, Written::kLiteral));
      BRINK_TRY(check_type(arguments, at, Scalar::kInt));
    } else if (!arguments[at].type.is_scalar()) {
      return wrong_type(at, "Bytes, Int, Bool or Ip", arguments[at].type);
    }
  }
  if (arguments[0].literal.integer() >= arguments[1].literal.integer())
    return wrong_value(1, "the upper bound is not above the lower one");
  return Scalar::kInt;
}

Value call_hash_in_range(Values values, const Prepared&, Arena&) {
  if (any_missing(values)) return {};
  XXH3_state_t state;
  ::XXH3_64bits_reset(&state);
  for (const Value& value : values.subspan(2)) add(state, value);
  const auto least = static_cast<std::uint64_t>(values[0].integer());
  const std::uint64_t span = static_cast<std::uint64_t>(values[1].integer()) - least;
  return Value::of_int(static_cast<std::int64_t>(least + ::XXH3_64bits_digest(&state) % span));
}

// --- sha256 ---

Checked check_sha256(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 1, {{Scalar::kBytes}}));
  return Scalar::kBytes;
}

Value call_sha256(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  const auto* digest = arena.make<Sha256Digest>(sha256({values[0].bytes()}));
  return Value::of_bytes({digest->data(), digest->size()});
}

// --- uuidv4 ---

Checked check_uuidv4(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 1, {{Scalar::kBytes}}));
  return Scalar::kBytes;
}

// RFC 9562 section 5.4: the version and the variant stand in fixed bits.
Value call_uuidv4(Values values, const Prepared&, Arena& arena) {
  constexpr std::size_t kBytes = 16;
  constexpr std::size_t kText = 36;
  if (any_missing(values) || values[0].bytes().size() < kBytes) return {};
  std::array<unsigned char, kBytes> bytes;
  std::memcpy(bytes.data(), values[0].bytes().data(), kBytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);

  char* const out = arena.allocate(kText);
  char* end = out;
  for (std::size_t n = 0; n < kBytes; ++n) {
    if (n == 4 || n == 6 || n == 8 || n == 10) *end++ = '-';
    *end++ = "0123456789abcdef"[bytes[n] >> 4];
    *end++ = "0123456789abcdef"[bytes[n] & 0xF];
  }
  return Value::of_bytes({out, kText});
}

}  // namespace brink::rules
