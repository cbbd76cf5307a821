// brink rules check and eval: expressions by themselves, without a running node.
#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "base/error.h"
#include "rules/explain.h"
#include "rules/list_text.h"
#include "rules/parse.h"
#include "rules/sample_request.h"
#include "rules/walk.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace brink::app::cli {
namespace {

constexpr int kWrong = 1;     // the expression, as `brink check` of a configuration
constexpr int kUnusable = 2;  // what was asked, as a bad option

class Lists final : public rules::ListCatalog {
 public:
  [[nodiscard]] rules::ListPtr find(std::string_view name) const override {
    const auto found = lists_.find(name);
    return found == lists_.end() ? nullptr : found->second;
  }
  void add(rules::List list) {
    std::string name = list.name;
    lists_[std::move(name)] = std::make_shared<const rules::List>(std::move(list));
  }

 private:
  std::map<std::string, rules::ListPtr, std::less<>> lists_;
};

struct Options {
  std::string file;
  std::string expression;
  std::string request;
  std::string phase = "http_request_firewall_custom";
  std::string client_ip = "192.0.2.1";
  std::string country;
  std::int64_t asn = 0;
  bool https = false;
  std::vector<std::string> lists;  // "name=file"
};

std::expected<std::string, std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (!file) return std::unexpected(fmt::format("{}: it cannot be read", path));
  return content;
}

std::expected<void, std::string> read_lists(const Options& options, Lists& lists) {
  for (const std::string& option : options.lists) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos)
      return std::unexpected(fmt::format("--list {}: expected name=file", option));
    const std::string path = option.substr(equals + 1);
    const std::string content = BRINK_TRY(content_of(path));
    auto list = rules::read_list(option.substr(0, equals), content);
    if (!list) return std::unexpected(fmt::format("{}: {}", path, list.error()));
    lists.add(*std::move(list));
  }
  return {};
}

std::expected<rules::SampleRequest, std::string> request_of(const Options& options) {
  const std::string text = BRINK_TRY(content_of(options.request));
  auto request = rules::read_sample_request(text);
  if (!request) return std::unexpected(fmt::format("{}: {}", options.request, request.error()));
  const auto client = net::IpAddress::parse(options.client_ip);
  if (!client) return std::unexpected(fmt::format("--client-ip {}: not an IP address", options.client_ip));
  request->client = *client;
  if (!options.country.empty()) request->country = options.country;
  request->asn = options.asn;
  request->https = options.https;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  request->arrived_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return *std::move(request);
}

std::expected<rules::ParseOptions, std::string> parse_options(const Options& options, const Lists& lists) {
  const auto phase = rules::find_phase(options.phase);
  if (!phase) return std::unexpected(fmt::format("--phase {}: no such phase", options.phase));
  return rules::ParseOptions{.phase = *phase, .lists = &lists};
}

// A filter, or else a value. Of two errors, that of the reading that came further.
std::expected<rules::ExpressionPtr, rules::ParseError> parse(const std::string& text,
                                                             const rules::ParseOptions& options) {
  auto filter = rules::parse_filter(text, options);
  if (filter) return filter;
  auto value = rules::parse_value(text, {}, options);
  if (value) return value;
  return value.error().span.start > filter.error().span.start ? value : filter;
}

int unusable(std::string_view command, std::string_view problem) {
  (void)complain(command, problem);
  return kUnusable;
}

int check(const Options& options) {
  constexpr std::string_view kCommand = "rules check";
  Lists lists;
  if (const auto read = read_lists(options, lists); !read) return unusable(kCommand, read.error());
  const auto terms = parse_options(options, lists);
  if (!terms) return unusable(kCommand, terms.error());
  const auto text = content_of(options.file);
  if (!text) return unusable(kCommand, text.error());
  const auto expression = parse(*text, *terms);
  if (!expression) {
    fmt::print(stderr, "{}", expression.error().text(*text));
    return kWrong;
  }
  print_text(fmt::format("{}: good ({})\n", options.file, rules::type_of(*(*expression)->root).text()));
  return 0;
}

int evaluate(const Options& options) {
  constexpr std::string_view kCommand = "rules eval";
  Lists lists;
  if (const auto read = read_lists(options, lists); !read) return unusable(kCommand, read.error());
  const auto terms = parse_options(options, lists);
  if (!terms) return unusable(kCommand, terms.error());
  const auto request = request_of(options);
  if (!request) return unusable(kCommand, request.error());
  const auto expression = parse(options.expression, *terms);
  if (!expression) {
    fmt::print(stderr, "{}", expression.error().text(options.expression));
    return kWrong;
  }
  const rules::SampleFacts source(*request);
  Arena arena;
  rules::Facts facts(source, arena);
  print_text(rules::explain(**expression, facts));
  return 0;
}

void add_terms(CLI::App& command, Options& options) {
  command.add_option("--phase", options.phase, "the phase whose fields it may read")->type_name("PHASE");
  command.add_option("--list", options.lists, "a list that it may name, one item a line")
      ->type_name("NAME=FILE");
}

}  // namespace

void add_rules_commands(CLI::App& app, Chosen& chosen) {
  auto* rules = app.add_subcommand("rules", "Check and try expressions of rules")->require_subcommand(1);
  const auto act = [&](CLI::App& command, const std::shared_ptr<Options>& options,
                       int (*run)(const Options&)) {
    command.callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
  };

  auto checked = std::make_shared<Options>();
  auto* check_command = rules->add_subcommand("check", "Check the expression in a file");
  check_command->add_option("file", checked->file, "the file")->type_name("FILE")->required();
  add_terms(*check_command, *checked);
  act(*check_command, checked, check);

  auto tried = std::make_shared<Options>();
  auto* eval_command =
      rules->add_subcommand("eval", "Compute an expression for a request, and show the value of each part");
  eval_command->add_option("--expression", tried->expression, "the expression")->required();
  eval_command
      ->add_option("--request", tried->request, "the request: its line, headers, an empty line, its body")
      ->type_name("FILE")
      ->required();
  eval_command->add_option("--client-ip", tried->client_ip, "the visitor's address")->type_name("IP");
  eval_command->add_option("--country", tried->country, "the visitor's country")->type_name("CC");
  eval_command->add_option("--asn", tried->asn, "the visitor's autonomous system")->type_name("N");
  eval_command->add_flag("--https", tried->https, "the visitor's connection is encrypted");
  add_terms(*eval_command, *tried);
  act(*eval_command, tried, evaluate);
}

}  // namespace brink::app::cli
