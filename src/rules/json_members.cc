#include "rules/json_members.h"

#include "base/nearest.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace brink::rules {
namespace {

constexpr std::size_t kMaxShownBytes = 200;

std::string shown(const Json& value) {
  std::string text = value.is_string() ? value.get_ref<const std::string&>()
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= kMaxShownBytes) return text;
  std::size_t end = kMaxShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // no half of a character
  text.resize(end);
  return text + "...";
}

}  // namespace

std::string pointer_to(const std::string& pointer, std::string_view member) {
  std::string made = pointer + "/";
  for (const char c : member) {  // RFC 6901 section 3
    if (c == '~') {
      made += "~0";
    } else if (c == '/') {
      made += "~1";
    } else {
      made += c;
    }
  }
  return made;
}

std::string pointer_to(const std::string& pointer, std::size_t index) {
  return fmt::format("{}/{}", pointer, index);
}

std::string invalid_value(const Json& value, std::string_view property, std::string_view reason) {
  return fmt::format("'{}' is not a valid value for {} because {}", shown(value), property, reason);
}

Members::Members(const Json& json, std::string pointer, Problems& problems)
    : json_(&json), pointer_(std::move(pointer)), problems_(&problems) {
  if (!json.is_object()) wrong_whole("it must be an object");
}

const Json* Members::find(std::string_view name) {
  if (std::ranges::find(known_, name) == known_.end()) known_.push_back(name);
  if (!json_->is_object()) return nullptr;
  const auto found = json_->find(name);
  return found == json_->end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Members::text(std::string_view name, std::size_t least_bytes,
                                         std::size_t most_bytes) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto* text = value->get_ptr<const std::string*>();
  if (text == nullptr) {
    wrong(name, "it must be a string");
    return std::nullopt;
  }
  if (text->size() < least_bytes) {
    wrong(name, least_bytes == 1 ? std::string("it must not be empty")
                                 : fmt::format("it must have at least {} bytes", least_bytes));
    return std::nullopt;
  }
  if (text->size() > most_bytes) {
    wrong(name, fmt::format("it must have at most {} bytes", most_bytes));
    return std::nullopt;
  }
  return *text;
}

std::optional<bool> Members::flag(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto* flag = value->get_ptr<const bool*>();
  if (flag == nullptr) {
    wrong(name, "it must be true or false");
    return std::nullopt;
  }
  return *flag;
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  const bool fits =
      value->is_number_integer() &&
      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
  if (fits) {
    const auto number = value->get<std::int64_t>();
    if (number >= least && number <= most) return number;
  }
  wrong(name, most == INT64_MAX ? fmt::format("it must be an integer of at least {}", least)
                                : fmt::format("it must be an integer from {} to {}", least, most));
  return std::nullopt;
}

std::optional<std::int64_t> Members::integer_of(std::string_view name,
                                                std::span<const std::int64_t> allowed) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) {
    for (const std::int64_t each : allowed) {
      if (*value == each) return each;
    }
  }
  wrong(name, fmt::format("it must be one of {}", fmt::join(allowed, ", ")));
  return std::nullopt;
}

std::optional<Members> Members::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  Members members(*value, pointer_of(name), *problems_);
  if (!value->is_object()) return std::nullopt;
  return members;
}

const Json* Members::array(std::string_view name, std::size_t least, std::size_t most) {
  const Json* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    wrong(name, "it must be an array");
    return nullptr;
  }
  if (value->size() < least) {
    wrong(name, least == 1 ? std::string("it must not be empty")
                           : fmt::format("it must have at least {} elements", least));
    return nullptr;
  }
  if (value->size() > most) {
    wrong(name, fmt::format("it must have at most {} elements", most));
    return nullptr;
  }
  return value;
}

std::optional<std::vector<std::string>> Members::texts(std::string_view name, std::size_t least,
                                                       std::size_t most) {
  const Json* values = array(name, least, most);
  if (values == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const Json& value = (*values)[i];
    const auto* text = value.get_ptr<const std::string*>();
    const auto refuse = [&](std::string_view reason) {
      problems_->push_back(
          {.pointer = pointer_to(pointer_of(name), i), .message = invalid_value(value, name, reason)});
    };
    if (text == nullptr || text->empty()) {
      refuse("it must be a string that is not empty");
    } else if (std::ranges::find(texts, *text) != texts.end()) {
      refuse("it is there twice");
    } else {
      texts.push_back(*text);
    }
  }
  return texts;
}

void Members::wrong(std::string_view name, std::string_view reason, int code) {
  static const Json kNull;
  const Json* value = find(name);
  problems_->push_back({.pointer = pointer_of(name),
                        .code = code,
                        .message = invalid_value(value == nullptr ? kNull : *value, name, reason)});
}

void Members::missing(std::string_view name) {
  problems_->push_back({.pointer = pointer_of(name), .message = fmt::format("{} is required", name)});
}

void Members::wrong_whole(std::string_view reason, int code) {
  const std::size_t slash = pointer_.rfind('/');
  const std::string_view name = slash == std::string::npos ? std::string_view("the body")
                                                           : std::string_view(pointer_).substr(slash + 1);
  problems_->push_back({.pointer = pointer_, .code = code, .message = invalid_value(*json_, name, reason)});
}

void Members::finish(std::string_view (*hint)(std::string_view)) {
  if (!json_->is_object()) return;
  for (const auto& [name, value] : json_->items()) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    std::string message = fmt::format("unknown member \"{}\"", name.substr(0, kMaxShownBytes));
    const std::string_view advice = hint == nullptr ? std::string_view() : hint(name);
    if (!advice.empty()) {
      message += fmt::format("; {}", advice);
    } else if (const auto near = nearest_name(name, known_); !near.empty()) {
      message += fmt::format("; did you mean \"{}\"?", near);
    }
    problems_->push_back({.pointer = pointer_of(name), .message = std::move(message)});
  }
}

std::string Members::one_of(std::span<const std::string_view> words) {
  return fmt::format("it must be one of {}", fmt::join(words, ", "));
}

}  // namespace brink::rules
