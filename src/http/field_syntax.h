// The characters of HTTP's texts: tokens, field values, request targets, hosts (RFC 9110 section 5, RFC
// 3986). Shared by every protocol, so that what one lets in another can let out. Pure functions, safe from
// any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/ascii.h"
#include "http/field_name.h"

namespace brink::http {

namespace syntax {

enum CharacterClass : std::uint8_t {
  kToken = 1,       // tchar, RFC 9110 section 5.6.2
  kFieldValue = 2,  // field-vchar, space and tab: all but controls, RFC 9110 section 5.5
  kTarget =
      4,  // visible ASCII but '#': what a client may send of a URI, whether or not it should have encoded it
  kHost = 8,  // of a registered name or an IPv4 address: letters, digits, "-._~"
};

inline constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    const bool is_alphanumeric = is_alpha(letter) || is_digit(letter);
    std::uint8_t& bits = classes[c];
    if (is_alphanumeric || std::string_view("!#$%&'*+-.^_`|~").contains(letter)) bits |= kToken;
    if ((c >= 0x20 && c != 0x7f) || c == '\t') bits |= kFieldValue;
    if (c > 0x20 && c < 0x7f && c != '#') bits |= kTarget;
    if (is_alphanumeric || std::string_view("-._~").contains(letter)) bits |= kHost;
  }
  return classes;
}();

[[nodiscard]] constexpr bool is_in(char c, CharacterClass which) {
  return (kClasses[static_cast<unsigned char>(c)] & which) != 0;
}

// The first byte from `at` on that is not of the class; `end` where all are.
template <CharacterClass kWhich>
[[nodiscard]] inline const char* skip(const char* at, const char* end) {
#if defined(__SSE2__)
  if constexpr (kWhich == kFieldValue || kWhich == kTarget) {
    for (; end - at >= 16; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      __m128i wrong;
      if constexpr (kWhich == kFieldValue) {
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
        const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
        wrong = _mm_or_si128(_mm_andnot_si128(tab, control), del);
      } else {
        // Signed: what is above 0x7f is negative, and so not above the space either.
        const __m128i visible = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x20));
        const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
        const __m128i hash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('#'));
        wrong = _mm_or_si128(_mm_andnot_si128(visible, _mm_set1_epi8(-1)), _mm_or_si128(del, hash));
      }
      const int mask = _mm_movemask_epi8(wrong);
      if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
    }
  }
#endif
  while (at != end && is_in(*at, kWhich)) ++at;
  return at;
}

template <CharacterClass kWhich>
[[nodiscard]] inline bool all_in(std::string_view text) {
  return skip<kWhich>(text.data(), text.data() + text.size()) == text.data() + text.size();
}

}  // namespace syntax

// A method or a field's name: not empty.
[[nodiscard]] inline bool is_token(std::string_view text) {
  return !text.empty() && syntax::all_in<syntax::kToken>(text);
}

// A field's value: no controls but tabs, no white space around it. May be empty.
[[nodiscard]] inline bool is_field_value(std::string_view text) {
  if (!text.empty() && (is_ows(text.front()) || is_ows(text.back()))) return false;
  return syntax::all_in<syntax::kFieldValue>(text);
}

// A path with its query in origin-form: begins with '/', no fragment.
[[nodiscard]] inline bool is_origin_form(std::string_view text) {
  return text.starts_with('/') && syntax::all_in<syntax::kTarget>(text);
}

// A host and optional port as Host and :authority have them: "example.com", "192.0.2.1:8080",
// "[2001:db8::1]:443". Narrower than RFC 3986: no user information, no percent-encoding, no sub-delimiters,
// none of which a name in the DNS can have; no empty host. An empty port ("example.com:") is none.
[[nodiscard]] bool is_authority(std::string_view text);

// Whether a peer may send that field after a body (RFC 9110 section 6.5.1): not what frames, routes,
// authenticates or describes the message, for that has been acted upon by then.
[[nodiscard]] bool may_be_trailer(FieldName name);

}  // namespace brink::http
