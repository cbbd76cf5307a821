#include "control/api/form.h"

#include "base/ascii.h"

namespace brink::control::api {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::unexpected<ApiError> malformed(std::string_view why) {
  return refuse(codes::kInvalid, "The body must be a form (multipart/form-data): " + std::string(why));
}

// The value of `parameter` in a header field such as `form-data; name="file"; filename="zone.txt"`.
std::string parameter_of(std::string_view field, std::string_view parameter) {
  for (std::size_t at = field.find(';'); at != field.npos;) {
    const auto rest = trim_ows(field.substr(at + 1));
    const std::size_t equals = rest.find('=');
    if (equals == rest.npos) return {};
    const bool wanted = equals_ignoring_case(trim_ows(rest.substr(0, equals)), parameter);
    auto value = rest.substr(equals + 1);
    std::string text;
    std::size_t end = 0;
    if (value.starts_with('"')) {
      for (end = 1; end < value.size() && value[end] != '"'; ++end) {
        if (value[end] == '\\' && end + 1 < value.size()) ++end;
        text += value[end];
      }
    } else {
      end = std::min(value.find(';'), value.size());
      text = std::string(trim_ows(value.substr(0, end)));
    }
    if (wanted) return text;
    const std::size_t next = value.find(';', end);
    at = next == value.npos ? field.npos : static_cast<std::size_t>(value.data() - field.data()) + next;
  }
  return {};
}

Outcome<FormPart> parse_part(std::string_view bytes) {
  FormPart part;
  const std::size_t blank = bytes.starts_with(kLineEnd) ? 0 : bytes.find("\r\n\r\n");
  if (blank == bytes.npos || blank > kMaxPartHeadBytes) return malformed("a part has no end of its head");
  auto head = bytes.substr(0, blank);
  part.content = bytes.substr(blank == 0 ? 2 : blank + 4);
  while (!head.empty()) {
    const auto line = head.substr(0, head.find(kLineEnd));
    head.remove_prefix(std::min(head.size(), line.size() + kLineEnd.size()));
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return malformed("a part has a line in its head that is no field");
    const auto name = line.substr(0, colon);
    const auto value = trim_ows(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-disposition")) {
      part.name = parameter_of(value, "name");
      part.file_name = parameter_of(value, "filename");
    } else if (equals_ignoring_case(name, "content-type")) {
      part.content_type = std::string(value);
    }
  }
  if (part.name.empty()) return malformed("a part has no name");
  return part;
}

}  // namespace

Outcome<std::vector<FormPart>> parse_form(std::string_view body) {
  const std::size_t first = body.find(kLineEnd);
  if (!body.starts_with("--") || first == body.npos || first <= 2)
    return malformed("it does not begin with a boundary");
  if (first > kMaxBoundaryBytes + 2) return malformed("its boundary is too long");
  const std::string divider = std::string(kLineEnd).append(body.substr(0, first));
  std::vector<FormPart> form;
  for (std::size_t at = first + kLineEnd.size();;) {
    // A form without parts, and one whose part has neither head nor content, have the boundary at once.
    const std::size_t end = body.find(divider, at - kLineEnd.size());
    if (end == body.npos) return malformed("it does not end with its boundary");
    if (form.size() == kMaxFormParts) return malformed("it has too many parts");
    if (end < at) return malformed("a part is empty");
    form.push_back(BRINK_TRY(parse_part(body.substr(at, end - at))));
    const auto rest = body.substr(end + divider.size());
    if (rest.starts_with("--")) return form;
    if (!rest.starts_with(kLineEnd)) return malformed("a boundary is followed by something else");
    at = end + divider.size() + kLineEnd.size();
  }
}

const FormPart* find_part(const std::vector<FormPart>& form, std::string_view name) {
  for (const FormPart& part : form) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

}  // namespace brink::control::api
