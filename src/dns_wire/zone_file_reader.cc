#include "dns_wire/zone_file_reader.h"

#include "base/ascii.h"
#include "dns_wire/rdata.h"
#include "dns_wire/ttl.h"
#include "dns_wire/type.h"

#include <fmt/format.h>

namespace brink::dns_wire {
namespace {

std::unexpected<Error> fail_at(WireError error, const Token& token) {
  return fail(error, static_cast<std::int64_t>(token.position));
}

// An error whose place was in the token's text.
std::unexpected<Error> moved(const Error& error, const Token& token) {
  return fail(static_cast<WireError>(error.code()),
              static_cast<std::int64_t>(token.position) + std::max<std::int64_t>(error.detail(), 0));
}

Result<Name> parse_name(const Token& token, const Name& origin) {
  auto name = Name::parse(token.text, &origin);
  if (!name) return moved(name.error(), token);
  return name;
}

bool is_directive(const Token& token, std::string_view directive) {
  return !token.quoted && equals_ignoring_case(token.text, directive);
}

}  // namespace

std::string ZoneFileProblem::text() const {
  return fmt::format("line {}, column {}: {}", line, column, error.text());
}

ZoneFileReader::ZoneFileReader(std::string_view text, const Name& origin, ZoneFileOptions options)
    : tokenizer_(text), origin_(origin), options_(options) {}

std::expected<bool, ZoneFileProblem> ZoneFileReader::next(ZoneFileRecord& record) {
  auto got = read(record);
  if (got) return *got;
  generating_.reset();  // the rest of it would be as wrong
  const Error& error = got.error();
  const auto place = tokenizer_.place(static_cast<std::size_t>(std::max<std::int64_t>(error.detail(), 0)));
  return std::unexpected(ZoneFileProblem{.error = Error(static_cast<WireError>(error.code()), kNowhere),
                                         .line = place.line,
                                         .column = place.column});
}

Result<bool> ZoneFileReader::read(ZoneFileRecord& record) {
  for (;;) {
    if (generating_) {
      BRINK_TRY(generated_record(record));
      return true;
    }
    if (!BRINK_TRY(tokenizer_.next(entry_))) return false;
    const Token& first = entry_.tokens.front();
    if (!first.quoted && first.text.starts_with('$')) {
      BRINK_TRY(directive(entry_));
      continue;
    }
    BRINK_TRY(owner_and_record(entry_, record));
    return true;
  }
}

Result<> ZoneFileReader::directive(const Entry& entry) {
  const auto& tokens = entry.tokens;
  if (is_directive(tokens[0], "$INCLUDE")) return fail_at(WireError::kIncludeRefused, tokens[0]);
  if (is_directive(tokens[0], "$GENERATE")) return begin_generate(entry);
  const bool ttl = is_directive(tokens[0], "$TTL");
  if (!ttl && !is_directive(tokens[0], "$ORIGIN")) return fail_at(WireError::kUnknownDirective, tokens[0]);
  if (tokens.size() < 2) return fail_at(WireError::kTooFewFields, tokens[0]);
  if (tokens.size() > 2) return fail_at(WireError::kTooManyFields, tokens[2]);
  if (ttl) {
    default_ttl_ = parse_ttl(tokens[1].text);
    if (!default_ttl_) return fail_at(WireError::kBadTtl, tokens[1]);
  } else {
    origin_ = BRINK_TRY(parse_name(tokens[1], origin_));
  }
  return {};
}

Result<> ZoneFileReader::begin_generate(const Entry& entry) {
  const auto& tokens = entry.tokens;
  if (tokens.size() < 5) return fail_at(WireError::kBadGenerate, tokens[0]);
  const auto range = GenerateRange::parse(tokens[1].text);
  if (!range) return fail_at(WireError::kBadGenerate, tokens[1]);
  if (range->count() > options_.max_generated - generated_)
    return fail_at(WireError::kTooManyGenerated, tokens[1]);
  generated_ += range->count();
  generating_ = Generating{.entry = entry, .range = *range};
  generating_->entry.starts_blank = false;
  generating_->entry.tokens.erase(generating_->entry.tokens.begin(), generating_->entry.tokens.begin() + 2);
  return {};
}

Result<> ZoneFileReader::generated_record(ZoneFileRecord& record) {
  const std::uint32_t number = generating_->range.start + generating_->done * generating_->range.step;
  std::vector<std::string> texts;
  texts.reserve(generating_->entry.tokens.size());  // tokens look into them
  Entry entry = generating_->entry;
  for (Token& token : entry.tokens) {
    auto text = generate(token.text, number);
    if (!text) return moved(text.error(), token);
    token.text = texts.emplace_back(std::move(*text));
  }
  BRINK_TRY(owner_and_record(entry, record));
  if (++generating_->done == generating_->range.count()) generating_.reset();
  return {};
}

Result<> ZoneFileReader::owner_and_record(const Entry& entry, ZoneFileRecord& record) {
  std::span<const Token> tokens(entry.tokens);
  if (!entry.starts_blank) {
    owner_ = BRINK_TRY(parse_name(tokens[0], origin_));
    tokens = tokens.subspan(1);
  }
  if (!owner_) return fail_at(WireError::kNoOwner, tokens[0]);
  record.owner = *owner_;
  record.line = entry.line;
  record.comment = entry.comment;
  return fields(tokens, entry.tokens.back(), record);
}

// [ttl] [class] type data, or [class] [ttl] type data. No type begins with a digit and none is a class, so
// that every word tells itself what it is.
Result<> ZoneFileReader::fields(std::span<const Token> tokens, const Token& last, ZoneFileRecord& record) {
  std::optional<std::uint32_t> ttl;
  bool has_class = false;
  std::size_t at = 0;
  for (; at < tokens.size(); ++at) {
    const auto word = tokens[at].text;
    if (!ttl && !word.empty() && is_digit(word[0])) {
      ttl = parse_ttl(word);
      if (!ttl) return fail_at(WireError::kBadTtl, tokens[at]);
      continue;
    }
    const auto number = has_class ? std::nullopt : parse_class(word);
    if (!number) break;
    if (*number != kClassIn) return fail_at(WireError::kWrongClass, tokens[at]);
    has_class = true;
  }
  if (at == tokens.size()) return fail_at(WireError::kNoType, last);
  const auto type = parse_type(tokens[at].text);
  if (!type) return fail_at(WireError::kUnknownType, tokens[at]);
  record.type = *type;
  if (ttl) {
    record.ttl = *ttl;
    last_ttl_ = ttl;
  } else {
    record.ttl = BRINK_TRY(inherited_ttl(tokens[at]));
  }
  const auto data = tokens.subspan(at + 1);
  if (data.empty()) return fail_at(WireError::kTooFewFields, tokens[at]);
  record.rdata.clear();
  return parse_rdata(record.type, data, origin_, record.rdata);
}

Result<std::uint32_t> ZoneFileReader::inherited_ttl(const Token& at) const {
  for (const auto& ttl : {default_ttl_, last_ttl_, options_.default_ttl}) {
    if (ttl) return *ttl;
  }
  return fail_at(WireError::kNoTtl, at);
}

}  // namespace brink::dns_wire
