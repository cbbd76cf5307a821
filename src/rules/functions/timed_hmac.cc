// is_timed_hmac_valid_v0: message, separator, timestamp of ten digits, "-", MAC. The separator is not signed.
#include "base/ascii.h"
#include "base/error.h"
#include "rules/functions/functions.h"
#include "rules/sha256.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <openssl/crypto.h>

namespace brink::rules {
namespace {

constexpr std::size_t kTimestampDigits = 10;
constexpr std::size_t kMacDigits = 43;  // base64 of 32 bytes, without the padding

struct SignedText {
  std::string_view message;
  std::string_view timestamp;
  std::string_view mac;
};

// The last possible split: the MAC itself may have a "-" in it, the message may have anything.
std::optional<SignedText> split(std::string_view text, std::size_t separator) {
  const std::size_t least = kTimestampDigits + separator + 1;  // in front of the "-"
  if (text.size() < least + 1 + kMacDigits) return std::nullopt;
  for (std::size_t dash = text.size() - kMacDigits - 1; dash >= least; --dash) {
    if (text[dash] != '-') continue;
    const std::size_t start = dash - kTimestampDigits;
    const auto timestamp = text.substr(start, kTimestampDigits);
    if (!std::ranges::all_of(timestamp, is_digit)) continue;
    return SignedText{text.substr(0, start - separator), timestamp, text.substr(dash + 1)};
  }
  return std::nullopt;
}

// In standard base64 the MAC is URL-encoded, in the alphabet for URLs it is as it is.
bool agrees(std::string_view mac, const Sha256Digest& expected, bool url_safe, Arena& arena) {
  const Prepared none;
  const Value digest = Value::of_bytes({expected.data(), expected.size()});
  const Value arguments[] = {digest, Value::of_bytes(url_safe ? "u" : "p")};
  const std::string_view wanted = call_encode_base64(arguments, none, arena).bytes();
  if (!url_safe) {
    // A + of the alphabet may stand for itself.
    char* const out = arena.allocate(mac.size());
    char* end = out;
    while (!mac.empty()) {
      if (mac.starts_with('%') && mac.size() >= 3) {
        const Value escape[] = {Value::of_bytes(mac.substr(0, 3))};
        const auto decoded = call_url_decode(escape, none, arena).bytes();
        end = std::ranges::copy(decoded, end).out;
        mac.remove_prefix(3);
      } else {
        *end++ = mac.front();
        mac.remove_prefix(1);
      }
    }
    mac = {out, end};
  }
  return mac.size() == wanted.size() && ::CRYPTO_memcmp(mac.data(), wanted.data(), wanted.size()) == 0;
}

}  // namespace

Checked check_is_timed_hmac_valid_v0(Arguments arguments, Prepared&) {
  BRINK_TRY(check_arguments(arguments, 4,
                            {{Scalar::kBytes, Written::kLiteral},
                             {Scalar::kBytes},
                             {Scalar::kInt, Written::kLiteral},
                             {Scalar::kInt},
                             {Scalar::kInt, Written::kLiteral},
                             {Scalar::kBytes, Written::kLiteral}}));
  BRINK_TRY(check_range(arguments, 2, 0, std::numeric_limits<std::int32_t>::max()));
  if (arguments.size() > 4) BRINK_TRY(check_range(arguments, 4, 0, std::numeric_limits<std::int32_t>::max()));
  if (arguments.size() > 5) BRINK_TRY(check_flags(arguments, 5, "s"));
  return Scalar::kBool;
}

Value call_is_timed_hmac_valid_v0(Values values, const Prepared&, Arena& arena) {
  if (any_missing(values)) return {};
  const std::size_t separator = values.size() > 4 ? static_cast<std::size_t>(values[4].integer()) : 0;
  const auto signed_text = split(values[1].bytes(), separator);
  if (!signed_text) return Value::of_bool(false);
  const std::int64_t timestamp = parse_decimal<std::int64_t>(signed_text->timestamp).value_or(0);
  if (values[3].integer() > timestamp + values[2].integer()) return Value::of_bool(false);
  const auto mac = hmac_sha256(values[0].bytes(), {signed_text->message, signed_text->timestamp});
  return Value::of_bool(agrees(signed_text->mac, mac, flags_of(values, 5).contains('s'), arena));
}

}  // namespace brink::rules
