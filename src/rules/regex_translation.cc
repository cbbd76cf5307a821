#include "rules/regex_translation.h"

#include "base/ascii.h"
#include "base/error.h"
#include "rules/regex_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace brink::rules {
namespace {

using Status = std::expected<void, std::string>;
std::unexpected<std::string> refuse(std::string_view why) { return std::unexpected(std::string(why)); }

constexpr std::string_view kFlags = "imsUuxR";

// (?flags-flags), as written.
struct FlagGroup {
  std::string_view on;
  std::string_view off;
  bool opens_group = false;  // (?flags:
};

class Translator {
 public:
  explicit Translator(std::string_view pattern)
      : utf8_(begins_with_unicode_flag(pattern)), reader_(pattern, utf8_) {}

  std::expected<TranslatedRegex, std::string> run() {
    while (true) {
      if (flags_.verbose) reader_.skip_insignificant();
      if (reader_.at_end()) break;
      BRINK_TRY(step());
    }
    if (!groups_.empty()) return refuse("unclosed group");
    return TranslatedRegex{.pattern = std::move(out_), .utf8 = utf8_};
  }

 private:
  struct Flags {
    bool fold = false;
    bool verbose = false;
  };
  struct Group {
    std::size_t start;  // in out_
    Flags before;
  };

  static bool begins_with_unicode_flag(std::string_view pattern) {
    if (!pattern.starts_with("(?")) return false;
    const auto flags = pattern.substr(2, pattern.find_first_not_of(kFlags, 2) - 2);
    return flags.contains('u') && pattern.substr(2 + flags.size()).find_first_of("-)") == 0;
  }

  Status step() {
    if (reader_.accept("\\")) return escape();
    if (reader_.accept("[")) return bracket_class();
    if (reader_.accept("(")) return open();
    if (reader_.accept(")")) return close();
    const char c = reader_.peek();
    switch (c) {
      case '|':
        reader_.skip(1);
        out_ += '|';
        atom_.reset();
        return {};
      case '.':
      case '^':
      case '$':
        begin_atom();
        reader_.skip(1);
        out_ += c;
        return {};
      case '*':
      case '+':
      case '?': reader_.skip(1); return repeat(std::string(1, c));
      case '{': reader_.skip(1); return counted_repeat();
      default: break;
    }
    const auto character = BRINK_TRY(reader_.read_character());
    begin_atom();
    append_character(character);
    return {};
  }

  void begin_atom() {
    atom_ = out_.size();
    repeated_ = false;
  }

  void append_character(std::uint32_t character) {
    if (character < 0x80 || utf8_) {
      append_re2_character(out_, character);
      return;
    }
    std::string bytes;
    append_utf8(bytes, character);
    append_bytes(bytes);
  }
  // Bytes above ASCII, which are never folded, as one atom.
  void append_bytes(std::string_view bytes) {
    out_ += flags_.fold ? "(?-i:" : "(?:";
    for (const char byte : bytes) append_re2_character(out_, static_cast<unsigned char>(byte));
    out_ += ')';
  }
  void append_set(const ByteSet& set) {
    if (flags_.fold) out_ += "(?-i:";
    append_re2_class(out_, set);
    if (flags_.fold) out_ += ')';
  }

  Status escape() {
    using Kind = RegexEscape::Kind;
    const auto escape = BRINK_TRY(reader_.read_escape());
    begin_atom();
    switch (escape.kind) {
      case Kind::kByte: append_bytes(std::string(1, static_cast<char>(escape.number))); return {};
      case Kind::kCharacter: append_character(escape.number); return {};
      case Kind::kProperty: out_.append("\\").append(1, escape.letter).append(escape.text); return {};
      case Kind::kAssertion:
        if (utf8_ && ascii_lower(escape.letter) == 'b')
          return refuse(R"(\b and \B are not supported after (?u))");
        out_.append("\\").append(1, escape.letter);
        return {};
      case Kind::kPerlClass: break;
    }
    if (!utf8_) {
      append_set(perl_class(escape.letter));
    } else {
      const bool negated = escape.letter < 'a';
      out_.append(negated ? "[^" : "[").append(utf8_members(ascii_lower(escape.letter))).append("]");
    }
    return {};
  }

  Status bracket_class() {
    begin_atom();
    if (utf8_) {
      out_ += BRINK_TRY(reader_.read_utf8_class(flags_.verbose));
    } else {
      append_set(BRINK_TRY(reader_.read_byte_class(flags_.fold, flags_.verbose)));
    }
    return {};
  }

  Status open() {
    if (groups_.size() >= kMaxRegexNesting) return refuse("groups nest too deeply");
    for (const std::string_view look_around : {"?=", "?!", "?<=", "?<!"}) {
      if (reader_.rest().starts_with(look_around))
        return refuse("look-around, including look-ahead and look-behind, is not supported");
    }
    if (reader_.accept("?P<") || reader_.accept("?<")) {
      BRINK_TRY(name());
      open_group("(");
    } else if (reader_.accept("?")) {
      return flags();
    } else {
      open_group("(");
    }
    return {};
  }

  void open_group(std::string_view text) {
    groups_.push_back({.start = out_.size(), .before = flags_});
    out_ += text;
    atom_.reset();
  }

  // Nothing asks for a group by its name, so the name is checked and left out.
  Status name() {
    const auto name = reader_.rest().substr(0, reader_.rest().find('>'));
    const auto may_begin = [](char c) { return is_alpha(c) || c == '_'; };
    const auto may_go_on = [&](char c) {
      return may_begin(c) || is_digit(c) || c == '.' || c == '[' || c == ']';
    };
    if (name.size() == reader_.rest().size()) return refuse("unclosed capture group name");
    if (name.empty()) return refuse("empty capture group name");
    if (!may_begin(name.front()) || !std::ranges::all_of(name, may_go_on))
      return refuse("invalid capture group character");
    if (std::ranges::find(names_, name) != names_.end()) return refuse("duplicate capture group name");
    names_.push_back(name);
    reader_.skip(name.size() + 1);
    return {};
  }

  Status close() {
    if (groups_.empty()) return refuse("unopened group");
    out_ += ')';
    atom_ = groups_.back().start;
    repeated_ = false;
    flags_ = groups_.back().before;
    groups_.pop_back();
    return {};
  }

  std::expected<FlagGroup, std::string> read_flags() {
    FlagGroup group;
    const auto read = [this] {
      const auto flags = reader_.rest().substr(0, reader_.rest().find_first_not_of(kFlags));
      reader_.skip(flags.size());
      return flags;
    };
    group.on = read();
    const bool negation = reader_.accept("-");
    if (negation) group.off = read();
    group.opens_group = reader_.accept(":");
    if (!group.opens_group && !reader_.accept(")"))
      return refuse(reader_.at_end() ? "expected flag but got end of pattern" : "unrecognized flag");
    if (negation && group.off.empty()) return refuse("dangling flag negation operator");
    if (!group.opens_group && group.on.empty() && group.off.empty())
      return refuse("repetition operator missing expression");  // "(?)"
    for (const char flag : kFlags) {
      if (std::ranges::count(group.on, flag) + std::ranges::count(group.off, flag) > 1)
        return refuse("duplicate flag");
    }
    return group;
  }

  // (?flags) and (?flags:
  Status flags() {
    const bool at_start = out_.empty() && groups_.empty() && !past_start_;
    past_start_ = true;
    const FlagGroup group = BRINK_TRY(read_flags());
    if (group.on.contains('R') || group.off.contains('R')) return refuse("the flag R is not supported");
    if (group.on.contains('u') && !(at_start && !group.opens_group))
      return refuse("the flag u is supported only at the pattern's start, as (?u)");
    if (group.off.contains('u') && utf8_) return refuse("(?-u) is not supported after (?u)");

    const auto kept = [](std::string_view flags) {
      std::string text;
      std::ranges::copy_if(flags, std::back_inserter(text), [](char c) { return c != 'x' && c != 'u'; });
      return text;
    };
    std::string text = kept(group.on);
    if (const auto off = kept(group.off); !off.empty()) text += "-" + off;
    if (group.opens_group) {
      open_group("(?" + text + ":");
    } else if (!text.empty()) {
      out_ += "(?" + text + ")";
    }
    atom_.reset();
    for (const bool on : {true, false}) {
      const auto written = on ? group.on : group.off;
      if (written.contains('i')) flags_.fold = on;
      if (written.contains('x')) flags_.verbose = on;
    }
    return {};
  }

  // `text` is *, +, ? or {n,m}; a ? behind it makes it lazy.
  Status repeat(std::string text) {
    if (!atom_) return refuse("repetition operator missing expression");
    if (reader_.accept("?")) text += '?';
    if (repeated_) {
      // RE2 takes no repetition of a repetition, unless it is a group.
      if (++wrapped_ > kMaxRegexNesting) return refuse("repetitions nest too deeply");
      out_.insert(*atom_, "(?:");
      out_ += ')';
    }
    out_ += text;
    repeated_ = true;
    return {};
  }

  // {n}, {n,} or {n,m}, whose { has been read.
  Status counted_repeat() {
    const auto skip_space = [this] {
      if (flags_.verbose) reader_.skip_insignificant();
    };
    const auto number = [&]() -> std::expected<std::optional<std::size_t>, std::string> {
      skip_space();
      const auto digits = reader_.rest().substr(0, reader_.rest().find_first_not_of("0123456789"));
      reader_.skip(digits.size());
      skip_space();
      if (digits.empty()) return std::nullopt;
      const auto value = parse_decimal<std::size_t>(digits);
      if (!value || *value > kMaxRepetition)
        return refuse("repetitions of more than " + std::to_string(kMaxRepetition) + " are not supported");
      return value;
    };
    const auto least = BRINK_TRY(number());
    if (!least) return refuse("repetition quantifier expects a valid decimal");
    std::string text = "{" + std::to_string(*least);
    if (reader_.accept(",")) {
      text += ',';
      const auto most = BRINK_TRY(number());
      if (most && *most < *least)
        return refuse("invalid repetition count range, the start must be <= the end");
      if (most) text += std::to_string(*most);
    }
    if (!reader_.accept("}")) return refuse("unclosed counted repetition");
    return repeat(text + "}");
  }

  const bool utf8_;
  RegexReader reader_;
  std::string out_;
  Flags flags_;
  std::vector<Group> groups_;
  std::vector<std::string_view> names_;
  std::optional<std::size_t> atom_;  // where in out_ that begins which a repetition would repeat
  bool repeated_ = false;            // that is a repetition already
  bool past_start_ = false;
  std::size_t wrapped_ = 0;
};

}  // namespace

std::expected<TranslatedRegex, std::string> translate_regex(std::string_view pattern) {
  return Translator(pattern).run();
}

}  // namespace brink::rules
