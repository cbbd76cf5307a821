// The `data` member of DNS records: which types have it, and its members in the order of the record's fields.
// From it to the words of the presentation form, and back.
#pragma once

#include "control/api/api_error.h"
#include "control/api/json.h"
#include "dns_wire/tokenizer.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

[[nodiscard]] bool has_data(std::uint16_t type);

// Words that own their texts.
struct Words {
  std::deque<std::string> texts;
  std::vector<dns_wire::Token> tokens;

  void add(std::string text, bool quoted = false);
};

// The words of a record of `type` that has `data`; of URI but the priority. 1004 for a member that is missing
// or of another kind, with its pointer.
[[nodiscard]] Outcome<Words> words_of_data(std::uint16_t type, const Json& data);

// The data of a record whose presentation form is `content`, with host names without their dot. What is text
// in `given` (null: nothing) stays as it was given, as clients compare it.
[[nodiscard]] Json data_of_content(std::uint16_t type, std::string_view content, const Json& given);

}  // namespace brink::control::api
