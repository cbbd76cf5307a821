#include "rules/documentation.h"

#include "rules/field.h"
#include "rules/function.h"
#include "rules/phase.h"

#include <iterator>

#include <fmt/format.h>

namespace brink::rules {
namespace {

// Text in a cell of a table.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string code(std::string_view text) { return fmt::format("`{}`", cell(text)); }

std::string_view text_of(Readable readable) {
  switch (readable) {
    case Readable::kAlways: return "everywhere";
    case Readable::kBody: return "where the body is read";
    case Readable::kResponse: return "response phases but cache";
    case Readable::kCachedResponse: return "response phases";
    case Readable::kErrorResponse: return "errors and response headers";
    case Readable::kCharacteristic: return "rate limit characteristics";
  }
  return {};
}

std::string_view text_of(Availability availability) {
  switch (availability) {
    case Availability::kExact: return "exact";
    case Availability::kNeedsData: return "from your data";
    case Availability::kOwn: return "Brink's own";
    case Availability::kConstant: return "constant";
    case Availability::kUnavailable: return "not available";
  }
  return {};
}

void append_fields(std::string& page) {
  page += R"(
## Fields

*Exact*: computed as documented. *From your data*: from a database that you supply; without it the value is the
one named for unknown. *Brink's own*: Brink's signal in place of Cloudflare's, of the same type and range.
*Constant*: always the value named. *Not available*: a rule that names it is refused when it is saved, as a rule
must never widen in silence.

| Field | Type | Readable | Brink | Meaning |
|---|---|---|---|---|
)";
  for (const Field& field : fields()) {
    fmt::format_to(std::back_inserter(page), "| {} | {} | {} | {} | {} |\n", code(field.name),
                   code(field.type.text()), text_of(field.readable), text_of(field.availability),
                   cell(field.meaning));
  }
}

void append_functions(std::string& page) {
  page += R"(
## Functions

Every function can be called in every phase. A missing argument makes a call missing unless its meaning says
otherwise. `any(Array<Bool>)` and `all(Array<Bool>)` are part of the grammar.

| Function | Result | Meaning |
|---|---|---|
)";
  for (const Function& function : functions()) {
    fmt::format_to(std::back_inserter(page), "| {} | {} | {} |\n", code(function.signature),
                   code(function.result), cell(function.meaning));
  }
}

void append_phases(std::string& page) {
  page += R"(
## Phases

In the order in which a request meets them.

| Phase | Product | Level | Actions | Body | Response | Runs |
|---|---|---|---|---|---|---|
)";
  for (std::size_t place = 0; place < kPhaseCount; ++place) {
    const PhaseFacts& phase = facts_of(static_cast<Phase>(place));
    std::string actions;
    for (const Action action : phase.actions)
      actions += (actions.empty() ? "" : ", ") + code(name_of(action));
    fmt::format_to(std::back_inserter(page), "| {} | {} | {} | {} | {} | {} | {} |\n", code(phase.name),
                   phase.product,
                   phase.account_level ? (phase.zone_level ? "account, zone" : "account") : "zone", actions,
                   phase.reads_body ? "read" : "", phase.reads_response ? "read" : "",
                   phase.runs ? "yes" : fmt::format("no: {}", phase.missing));
  }
}

void append_actions(std::string& page) {
  page += R"(
## Actions

| Action | Ends the request's phases | Acts |
|---|---|---|
)";
  for (std::size_t place = 0; place < kActionCount; ++place) {
    const ActionFacts& action = facts_of(static_cast<Action>(place));
    fmt::format_to(std::back_inserter(page), "| {} | {} | {} |\n", code(action.name),
                   action.terminating ? "yes" : "no",
                   action.acts ? "yes" : fmt::format("no: {}", action.missing));
  }
}

}  // namespace

std::string documentation() {
  std::string page =
      "# Reference of the Rules language\n\n"
      "Made by `brink docs rules` from the tables in `src/rules`; do not edit it by hand.\n";
  append_fields(page);
  append_functions(page);
  append_phases(page);
  append_actions(page);
  return page;
}

}  // namespace brink::rules
