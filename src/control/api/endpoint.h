// The one table of what the API answers: routing, permissions, docs/api.md and the tests of coverage come
// from it.
#pragma once

#include "control/api/call.h"
#include "control/api/permission.h"
#include "runtime/task.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace brink::control::api {

using Handler = Task<Outcome<Answer>> (*)(Call& call);

// Of what the caller needs the permission.
enum class Where : std::uint8_t {
  kPublic,    // of nothing: no credentials are needed
  kAnybody,   // of nothing, but credentials are
  kUser,      // of the user
  kAccount,   // of the account in the path, {account_id}
  kZone,      // of the zone in the path, {zone_id}
  kAnywhere,  // the handler sees to it: lists show what the caller may see
};

enum class Content : std::uint8_t {
  kNone,          // what the client sends is not read
  kJson,          // must be JSON: Call::body
  kOptionalJson,  // JSON or nothing
  kBytes,         // as it is: Call::raw_body
};

struct Endpoint {
  http::Method method;
  // Below /client/v4. A parameter is a whole segment: "{zone_id}", "{account_id}", "{id}" and all whose names
  // end in
  // "_id" take 32 lower-case hexadecimal digits; "{uuid}" takes a UUID; others take any text of at most 255
  // bytes.
  std::string_view path;
  Where where;
  // Nothing with kAnybody, kPublic and kAnywhere, and for rulesets, whose phase decides which one it is:
  // there the handler sees to it.
  std::optional<Permission> permission;
  Content content;
  Handler handler;
  std::string_view meaning;  // a sentence for docs/api.md
  bool sdk = false;          // part of the recorded walk of the SDK, so that tests/e2e must call it
  std::size_t most_bytes = kMaxJsonBytes;  // of the content
};

// "GET"; of the methods that endpoints have.
[[nodiscard]] std::string_view method_text(http::Method method);

// All endpoints, in the order in which the documentation shows them. Each file of endpoints has a function
// that gives its rows, which endpoint.cc lists.
[[nodiscard]] std::span<const Endpoint> endpoints();

// docs/api.md.
[[nodiscard]] std::string endpoints_documentation();

}  // namespace brink::control::api
