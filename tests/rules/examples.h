// Reads tests/rules/examples.txt: requests, lists, and expressions with what they come to.
#pragma once

#include "rules/list.h"
#include "rules/list_text.h"
#include "rules/phase.h"
#include "rules/sample_request.h"

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace brink::rules::testing {

struct Example {
  std::string id;
  std::string request;
  std::string result;  // "match", "no", "error", or behind "=" the text of a value, with `is_value`
  bool is_value = false;
  std::string expression;
};

struct Given {
  SampleRequest request;
  Phase phase = Phase::kRequestFirewallCustom;
};

class Lists final : public ListCatalog {
 public:
  void add(std::string_view name, std::string_view items) {
    auto list = read_list(name, items);
    if (!list) throw std::runtime_error(list.error());
    lists_[std::string(name)] = std::make_shared<const List>(*std::move(list));
  }
  [[nodiscard]] ListPtr find(std::string_view name) const override {
    const auto found = lists_.find(std::string(name));
    return found == lists_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, ListPtr> lists_;
};

struct Examples {
  std::map<std::string, Given> requests;
  Lists lists;
  std::vector<Example> examples;
};

inline std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == std::string_view::npos) return words;
    const std::size_t end = line.find(' ', start);
    words.emplace_back(line.substr(start, end - start));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end);
  }
}

inline Given request_of(const std::vector<std::string>& words) {
  Given given;
  given.request.https = words.at(1) == "https";
  given.request.version = words.at(2);
  given.request.method = words.at(3);
  given.request.host = words.at(4);
  given.request.target = words.at(5);
  return given;
}

inline void add_origin(const std::vector<std::string>& words, Given& given) {
  for (std::size_t at = 0; at + 1 < words.size(); at += 2) {
    const std::string& name = words[at];
    const std::string& value = words[at + 1];
    if (name == "ip") given.request.client = net::IpAddress::parse(value).value();
    if (name == "asn") given.request.asn = std::stoll(value);
    if (name == "country") given.request.country = value;
    if (name == "phase") given.phase = find_phase(value).value();
    if (name == "status") given.request.status = static_cast<std::uint16_t>(std::stoi(value));
    if (name == "normalized" || name == "rewritten") {
      given.request.received_target = given.request.target;
      given.request.target = value;
    }
  }
}

inline void add_detail(std::string_view line, Given& given) {
  if (line.starts_with("ip ")) return add_origin(words_of(line), given);
  const bool of_response = line.starts_with("response ");
  if (of_response) line.remove_prefix(9);
  const std::size_t colon = line.find(": ");
  const std::string name(line.substr(0, colon));
  const std::string value(line.substr(colon + 2));
  if (name == "body") {
    given.request.body = value;
  } else {
    (of_response ? given.request.response_headers : given.request.headers).emplace_back(name, value);
  }
}

inline Example example_of(std::string_view line) {
  const std::size_t separator = line.find(" :: ");
  std::string_view head = line.substr(0, separator);
  std::string_view expression = line.substr(separator + 4);
  expression = expression.substr(0, expression.find("  -- "));
  const auto words = words_of(head);
  Example example{.id = words.at(0), .request = words.at(1), .expression = std::string(expression)};
  const std::size_t equals = head.find(" = ");
  example.is_value = equals != std::string_view::npos;
  example.result = example.is_value ? std::string(head.substr(equals + 3)) : words.at(2);
  return example;
}

inline Examples read_examples() {
  Examples examples;
  std::ifstream file(BRINK_SOURCE_DIR "/tests/rules/examples.txt");
  Given* given = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto words = words_of(line);
    if (line.starts_with("   ")) {
      add_detail(std::string_view(line).substr(3), *given);
    } else if (words[0] == "list") {
      std::string items;
      for (std::size_t at = 3; at < words.size(); ++at) items += words[at] + "\n";
      examples.lists.add(words.at(1), items);
    } else if (line.find(" :: ") != std::string::npos) {
      examples.examples.push_back(example_of(line));
    } else {
      given = &(examples.requests[words[0]] = request_of(words));
    }
  }
  return examples;
}

}  // namespace brink::rules::testing
