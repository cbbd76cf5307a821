// What is wrong with a ruleset that somebody wrote, as the API lists it.
#pragma once

#include <string>
#include <vector>

namespace brink::rules {

// Codes of the rulesets API. Clients look at the status and the message alone.
namespace problem_code {
inline constexpr int kInvalid = 20119;           // a property
inline constexpr int kUnavailable = 20120;       // what this server does not have
inline constexpr int kExpression = 20127;        // an expression
inline constexpr int kSecondEntryPoint = 20217;  // of a phase
}  // namespace problem_code

struct Problem {
  std::string pointer;  // JSON pointer (RFC 6901) into what was read: "/rules/0/expression"
  int code = problem_code::kInvalid;
  std::string message;  // "'x' is not a valid value for <property> because <reason>"
};
using Problems = std::vector<Problem>;

}  // namespace brink::rules
