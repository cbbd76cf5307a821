// What commands print: tables for people, JSON for programs.
#pragma once

#include "app/cli/local_api.h"

#include <string>
#include <string_view>
#include <vector>

namespace brink::app::cli {

// A member of each row to print under a heading; "account.name" is a member of a member.
struct Column {
  std::string_view heading;
  std::string_view member;
};

// `rows` as a table whose columns are as wide as they must be; as JSON where `as_json`. Control characters
// are not printed as they are: what strangers named must not steer a terminal.
void print_rows(const Json& rows, const std::vector<Column>& columns, bool as_json);
void print_text(std::string_view text);
// Without its control characters.
[[nodiscard]] std::string printable(std::string_view text);

// Prints `brink <command>: <problem>` to standard error; 1.
[[nodiscard]] int complain(std::string_view command, std::string_view problem);

}  // namespace brink::app::cli
