#include "dns_wire/idna.h"

#include "dns_wire/limits.h"

#include <algorithm>
#include <array>
#include <memory>

#include <idn2.h>

namespace brink::dns_wire {
namespace {

constexpr std::array<std::string_view, 3> kIdeographicStops{"\u3002", "\uff0e", "\uff61"};

// The length of the divider of labels at the start of `text`, 0 where there is none.
std::size_t divider(std::string_view text) {
  if (text.front() == '.') return 1;
  for (auto stop : kIdeographicStops) {
    if (text.starts_with(stop)) return stop.size();
  }
  return 0;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

struct FreeByIdn2 {
  void operator()(std::uint8_t* text) const { idn2_free(text); }
};

Result<std::string> a_label(std::string_view label, std::size_t position) {
  const auto failure = fail(WireError::kNotInternational, static_cast<std::int64_t>(position));
  if (label.size() > kMaxUnicodeLabelBytes) return failure;
  if (label.find('\\') != label.npos || label.find('\0') != label.npos) return failure;
  const std::string terminated(label);
  std::uint8_t* raw = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()), &raw,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, FreeByIdn2> owned(raw);
  if (status != IDN2_OK || raw == nullptr) return failure;
  std::string mapped(reinterpret_cast<const char*>(raw));
  // The mapping may make ASCII of its own (a full-width letter becomes a letter), but no syntax of ours.
  if (mapped.empty() || mapped.find_first_of(".\\\"@;()$ ") != mapped.npos || !is_ascii(mapped))
    return failure;
  return mapped;
}

}  // namespace

Result<std::string> to_a_labels(std::string_view text) {
  std::string name;
  std::size_t start = 0;
  for (std::size_t at = 0; at <= text.size();) {
    if (at < text.size() && text[at] == '\\') {
      at = std::min(at + 2, text.size());
      continue;
    }
    const std::size_t length = at < text.size() ? divider(text.substr(at)) : 0;
    if (at < text.size() && length == 0) {
      ++at;
      continue;
    }
    const auto label = text.substr(start, at - start);
    if (is_ascii(label)) {
      name += label;
    } else {
      name += BRINK_TRY(a_label(label, start));
    }
    if (at == text.size()) break;
    name += '.';
    at += length;
    start = at;
  }
  return name;
}

}  // namespace brink::dns_wire
