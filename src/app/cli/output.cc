#include "app/cli/output.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace brink::app::cli {
namespace {

std::string cell(const Json& row, std::string_view member) {
  const Json* value = &row;
  while (!member.empty()) {
    const auto dot = member.find('.');
    value = control::api::find_value(*value, member.substr(0, dot));
    if (value == nullptr) return "-";
    member = dot == std::string_view::npos ? std::string_view() : member.substr(dot + 1);
  }
  if (const auto* text = value->get_ptr<const std::string*>()) return printable(*text);
  return printable(control::api::json_text(*value));
}

// Characters, not bytes: names may be in any script.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out += control ? '?' : c;
  }
  return out;
}

void print_text(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_rows(const Json& rows, const std::vector<Column>& columns, bool as_json) {
  if (as_json) return print_text(rows.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns) lines[0].emplace_back(column.heading);
  for (const Json& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Column& column : columns) line.push_back(cell(row, column.member));
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - width(line[i]) + 2, ' ');
    }
    print_text(text + "\n");
  }
}

int complain(std::string_view command, std::string_view problem) {
  fmt::print(stderr, "brink {}: {}\n", command, problem);
  return 1;
}

}  // namespace brink::app::cli
