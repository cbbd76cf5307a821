// The command line of a bench tool: `--name value` pairs and `--flag`s.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace brink::bench {

// Reads everything at the start. A tool asks for each option once, then calls `refuse_unknown`; what is
// missing, doubled or malformed ends the process with status 2 and a line that names the option.
class Arguments {
 public:
  Arguments(int argc, char** argv, std::vector<std::string_view> flags = {});

  [[nodiscard]] long number(std::string_view name);
  [[nodiscard]] long number(std::string_view name, long otherwise);
  [[nodiscard]] double seconds(std::string_view name, double otherwise);
  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string otherwise);
  [[nodiscard]] bool flag(std::string_view name);

  void refuse_unknown() const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, bool, std::less<>> asked_;
};

}  // namespace brink::bench
