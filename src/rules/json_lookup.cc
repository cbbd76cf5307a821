#include "rules/json_lookup.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace brink::rules {
namespace {

constexpr std::uint32_t kReplacementCharacter = 0xFFFD;

std::optional<std::uint32_t> read_hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, number, 16);
  if (error != std::errc() || end != text.data() + 4) return std::nullopt;
  return number;
}

// The characters of a string whose quotes are cut and whose escapes have been checked, as UTF-8 bytes.
class StringReader {
 public:
  explicit StringReader(std::string_view inner) : rest_(inner) {}
  // The next bytes: up to four of them; none at the end.
  struct Bytes {
    std::array<char, 4> bytes;
    std::size_t count;
  };
  Bytes next() {
    if (rest_.empty()) return {.bytes = {}, .count = 0};
    const char c = take();
    if (c != '\\') return {.bytes = {c}, .count = 1};
    const char letter = take();
    switch (letter) {
      case 'b': return {.bytes = {'\b'}, .count = 1};
      case 'f': return {.bytes = {'\f'}, .count = 1};
      case 'n': return {.bytes = {'\n'}, .count = 1};
      case 'r': return {.bytes = {'\r'}, .count = 1};
      case 't': return {.bytes = {'\t'}, .count = 1};
      case 'u': return utf8(take_unicode());
      default: return {.bytes = {letter}, .count = 1};
    }
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  std::uint32_t take_unicode() {
    const std::uint32_t unit = read_hex4(rest_).value_or(kReplacementCharacter);
    rest_.remove_prefix(4);
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    if (unit > 0xDBFF || !rest_.starts_with("\\u")) return kReplacementCharacter;
    const std::uint32_t low = read_hex4(rest_.substr(2)).value_or(0);
    if (low < 0xDC00 || low > 0xDFFF) return kReplacementCharacter;
    rest_.remove_prefix(6);
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  static Bytes utf8(std::uint32_t c) {
    const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
    const auto tail = [&](unsigned shift) { return byte(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) return {.bytes = {byte(c)}, .count = 1};
    if (c < 0x800) return {.bytes = {byte(0xC0 | c >> 6), tail(0)}, .count = 2};
    if (c < 0x10000) return {.bytes = {byte(0xE0 | c >> 12), tail(6), tail(0)}, .count = 3};
    return {.bytes = {byte(0xF0 | c >> 18), tail(12), tail(6), tail(0)}, .count = 4};
  }

  std::string_view rest_;
};

std::string_view without_quotes(std::string_view text) { return text.substr(1, text.size() - 2); }

bool string_equals(std::string_view quoted, std::string_view wanted) {
  const auto inner = without_quotes(quoted);
  if (!inner.contains('\\')) return inner == wanted;
  StringReader reader(inner);
  while (true) {
    const auto next = reader.next();
    if (next.count == 0) return wanted.empty();
    const std::string_view bytes(next.bytes.data(), next.count);
    if (!wanted.starts_with(bytes)) return false;
    wanted.remove_prefix(bytes.size());
  }
}

// Reads the text from start to end, with a stack of the containers that are open. The path leads through the
// outermost `on_path_` of them; the value that is read next is on it where `next_is_on_path_` says so.
class Scanner {
 public:
  Scanner(std::string_view text, std::span<const Value> path) : text_(text), path_(path) {}

  std::optional<std::string_view> find() {
    if (!read_value()) return std::nullopt;
    while (depth_ > 0) {
      if (!read_rest_of_container()) return std::nullopt;
    }
    skip_space();
    if (at_ != text_.size()) return std::nullopt;
    return found_;
  }

 private:
  struct Container {
    bool object;
    bool empty;
    std::size_t position;  // of the next element of an array
  };

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  void skip_space() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  bool accept(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool accept(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  // A scalar, or the start of a container.
  bool read_value() {
    skip_space();
    if (at_end()) return false;
    const std::size_t start = at_;
    const bool wanted = next_is_on_path_ && depth_ == path_.size();
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      if (depth_ == kMaxJsonNesting) return false;
      ++at_;
      open_[depth_++] = {.object = c == '{', .empty = true, .position = 0};
      // A container at the path's end is neither a string nor an integer, and needs no place.
      if (next_is_on_path_ && !wanted) on_path_ = depth_;
      return true;
    }
    if (c == '"' ? !read_string() : c == '-' || is_digit(c) ? !read_number() : !read_word()) return false;
    if (wanted) found_ = text_.substr(start, at_ - start);
    return true;
  }

  // Up to the next value in the innermost container, and that value; or the container's end.
  bool read_rest_of_container() {
    Container& container = open_[depth_ - 1];
    skip_space();
    if (accept(container.object ? '}' : ']')) {
      --depth_;
      on_path_ = std::min(on_path_, depth_);
      return true;
    }
    if (!container.empty) {
      if (!accept(',')) return false;
      skip_space();
    }
    container.empty = false;
    const bool live = on_path_ == depth_;
    const Value* step = live ? &path_[depth_ - 1] : nullptr;
    if (container.object) {
      const std::size_t start = at_;
      if (!read_string()) return false;
      next_is_on_path_ = live && step->kind() == Value::Kind::kBytes &&
                         string_equals(text_.substr(start, at_ - start), step->bytes());
      skip_space();
      if (!accept(':')) return false;
    } else {
      next_is_on_path_ = live && step->kind() == Value::Kind::kInt && step->integer() >= 0 &&
                         static_cast<std::size_t>(step->integer()) == container.position;
      ++container.position;
    }
    if (next_is_on_path_) found_.reset();  // of equal names the last counts
    return read_value();
  }

  bool read_string() {
    if (!accept('"')) return false;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') continue;
      if (at_end()) return false;
      const char letter = text_[at_++];
      if (letter == 'u') {
        if (!read_hex4(text_.substr(at_))) return false;
        at_ += 4;
      } else if (!std::string_view("\"\\/bfnrt").contains(letter)) {
        return false;
      }
    }
    return false;
  }

  bool read_digits() {
    const std::size_t start = at_;
    while (!at_end() && is_digit(text_[at_])) ++at_;
    return at_ > start;
  }
  bool read_number() {
    (void)accept('-');
    if (!accept('0') && !read_digits()) return false;
    if (accept('.') && !read_digits()) return false;
    if (accept('e') || accept('E')) {
      if (!accept('+')) (void)accept('-');
      return read_digits();
    }
    return true;
  }
  bool read_word() { return accept("true") || accept("false") || accept("null"); }

  const std::string_view text_;
  const std::span<const Value> path_;
  std::size_t at_ = 0;
  std::array<Container, kMaxJsonNesting> open_;
  std::size_t depth_ = 0;
  std::size_t on_path_ = 0;
  bool next_is_on_path_ = true;
  std::optional<std::string_view> found_;
};

}  // namespace

std::optional<std::string_view> find_json(std::string_view text, std::span<const Value> path) {
  return Scanner(text, path).find();
}

std::optional<std::int64_t> json_integer(std::string_view value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> json_string(std::string_view value, Arena& arena) {
  if (!value.starts_with('"')) return std::nullopt;
  const auto inner = without_quotes(value);
  if (!inner.contains('\\')) return inner;
  char* const out = arena.allocate(inner.size());  // an escape is never shorter than what it stands for
  char* end = out;
  StringReader reader(inner);
  for (auto next = reader.next(); next.count > 0; next = reader.next())
    end = std::ranges::copy_n(next.bytes.begin(), static_cast<std::ptrdiff_t>(next.count), end).out;
  return std::string_view(out, end);
}

}  // namespace brink::rules
