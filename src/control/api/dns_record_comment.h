// What a record of a zone file says in its comment: text, tags and what only this API has, in Cloudflare's
// form:
// `; text cf_tags=owner:dns,flag,cf-proxied:true,cf-flatten-cname`. Cloudflare has no words for ipv4_only and
// ipv6_only; here they are cf-ipv4-only and cf-ipv6-only.
#pragma once

#include "control/api/api_error.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::api {

struct RecordComment {
  std::string text;
  std::vector<std::string> tags;  // "name:value" or "name"
  std::optional<bool> proxied;    // cf-proxied
  bool flatten_cname = false;     // cf-flatten-cname
  bool ipv4_only = false;
  bool ipv6_only = false;

  // `comment` without its semicolon. What is no list of tags after all is text.
  [[nodiscard]] static RecordComment parse(std::string_view comment);
  // Empty where there is nothing to say. Values with quotes, equals signs, commas, backslashes or outer
  // blanks are JSON strings.
  [[nodiscard]] std::string write() const;
};

}  // namespace brink::control::api
