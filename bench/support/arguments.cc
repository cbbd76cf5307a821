#include "support/arguments.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace brink::bench {
namespace {

[[noreturn]] void usage_error(std::string_view name, const char* what) {
  std::fprintf(stderr, "--%.*s: %s\n", static_cast<int>(name.size()), name.data(), what);
  std::exit(2);
}

template <typename Number>
Number parsed(std::string_view name, std::string_view text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) usage_error(name, "a number is expected");
  return value;
}

}  // namespace

Arguments::Arguments(int argc, char** argv, std::vector<std::string_view> flags) {
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (!word.starts_with("--")) usage_error(word, "not an option");
    word.remove_prefix(2);
    const bool is_flag = std::ranges::find(flags, word) != flags.end();
    if (!is_flag && i + 1 == argc) usage_error(word, "a value is missing");
    std::string value = is_flag ? "yes" : argv[++i];
    if (!values_.emplace(word, std::move(value)).second) usage_error(word, "given twice");
  }
}

long Arguments::number(std::string_view name) { return parsed<long>(name, text(name)); }

long Arguments::number(std::string_view name, long otherwise) {
  const std::string value = text(name, "");
  return value.empty() ? otherwise : parsed<long>(name, value);
}

double Arguments::seconds(std::string_view name, double otherwise) {
  const std::string value = text(name, "");
  return value.empty() ? otherwise : parsed<double>(name, value);
}

std::string Arguments::text(std::string_view name) {
  asked_[std::string(name)] = true;
  auto found = values_.find(name);
  if (found == values_.end()) usage_error(name, "is required");
  return found->second;
}

std::string Arguments::text(std::string_view name, std::string otherwise) {
  asked_[std::string(name)] = true;
  auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

bool Arguments::flag(std::string_view name) { return !text(name, "").empty(); }

void Arguments::refuse_unknown() const {
  for (const auto& [name, value] : values_) {
    if (!asked_.contains(name)) usage_error(name, "no such option");
  }
}

}  // namespace brink::bench
