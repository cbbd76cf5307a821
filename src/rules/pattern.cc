#include "rules/pattern.h"

#include "rules/regex_translation.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

namespace brink::rules {

// --- Regex ---

Regex::Regex(std::string pattern, std::unique_ptr<re2::RE2> compiled)
    : pattern_(std::move(pattern)), compiled_(std::move(compiled)) {}
Regex::~Regex() = default;

std::expected<std::shared_ptr<const Regex>, std::string> Regex::compile(std::string_view pattern,
                                                                        Groups groups) {
  const auto translated = translate_regex(pattern);
  if (!translated) return std::unexpected(translated.error());

  re2::RE2::Options options;
  options.set_encoding(translated->utf8 ? re2::RE2::Options::EncodingUTF8
                                        : re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  options.set_never_capture(groups == Groups::kNotTold);
  auto compiled = std::make_unique<re2::RE2>(translated->pattern, options);
  if (!compiled->ok()) return std::unexpected(compiled->error());
  return std::shared_ptr<const Regex>(new Regex(std::string(pattern), std::move(compiled)));
}

bool Regex::matches(std::string_view text) const {
  return compiled_->Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool Regex::find(std::string_view text, std::span<std::string_view> groups) const {
  re2::StringPiece found[1 + kMaxGroups];
  const std::size_t told = std::min(groups.size(), std::size(found));
  const bool matched =
      compiled_->Match(text, 0, text.size(), re2::RE2::UNANCHORED, found, static_cast<int>(told));
  for (std::size_t n = 0; n < groups.size(); ++n) {
    const bool took_part = matched && n < told && found[n].data() != nullptr;
    groups[n] = took_part ? std::string_view(found[n].data(), found[n].size()) : std::string_view();
  }
  return matched;
}

// --- Replacement ---

std::expected<Replacement, std::string> Replacement::parse(std::string_view text) {
  Replacement replacement;
  std::string plain;
  std::size_t references = 0;
  const auto end_plain = [&] {
    if (!plain.empty()) replacement.pieces_.push_back({.text = std::exchange(plain, {})});
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$') {
      plain += text[at];
      continue;
    }
    const auto rest = text.substr(at + 1);
    if (rest.starts_with('$')) {
      plain += '$';
      ++at;
    } else if (rest.size() >= 3 && rest[0] == '{' && rest[1] >= '1' && rest[1] <= '8' && rest[2] == '}') {
      if (++references > kMaxReferences)
        return std::unexpected("a replacement has at most " + std::to_string(kMaxReferences) + " references");
      end_plain();
      replacement.pieces_.push_back({.group = static_cast<std::uint8_t>(rest[1] - '0')});
      at += 3;
    } else {
      return std::unexpected("a $ in a replacement begins ${1} to ${8}, or is written $$");
    }
  }
  end_plain();
  return replacement;
}

}  // namespace brink::rules
