// Forms as clients send them: multipart/form-data (RFC 7578). The boundary is read from the content itself,
// whose first line it is: some clients name another content type.
#pragma once

#include "control/api/api_error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

inline constexpr std::size_t kMaxFormParts = 1000;
inline constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046 section 5.1.1
inline constexpr std::size_t kMaxPartHeadBytes = 8192;

struct FormPart {
  std::string name;
  std::string file_name;  // empty where it is no file
  std::string content_type;
  std::string_view content;  // in the body that was parsed
};

// 1001 where `body` is no form, with what is wrong. `body` outlives the parts.
[[nodiscard]] Outcome<std::vector<FormPart>> parse_form(std::string_view body);
// The first of that name; nullptr where there is none.
[[nodiscard]] const FormPart* find_part(const std::vector<FormPart>& form, std::string_view name);

}  // namespace brink::control::api
