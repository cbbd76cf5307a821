#include "base/ascii.h"

namespace brink {

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ascii_lower(c);
  return lower;
}

bool list_has_token(std::string_view list, std::string_view token) {
  bool found = false;
  for_each_list_element(list, [&](std::string_view element) {
    found = equals_ignoring_case(element, token);
    return !found;
  });
  return found;
}

}  // namespace brink
