// The life of a request, as one table: each stage with its name, the Rules phase it runs where it has one,
// and the function that does the work. Metrics, traces, Server-Timing and docs/ take the stages' names from
// here.
#pragma once

#include "edge/request.h"
#include "runtime/task.h"

#include <span>
#include <string_view>

namespace brink::edge {

enum class Flow : unsigned char {
  kContinue,
  kRespond,  // the request needs no further request stage: a response or a failure is set
};

// Which way the request goes when the stage runs.
enum class Direction : unsigned char {
  kInward,   // from the client: until a stage responds
  kOutward,  // towards the client: always all of them
};

struct Stage {
  std::string_view name;
  std::string_view phase;  // "http_request_transform"; empty: no rules run here
  Direction direction;
  std::string_view meaning;                 // a sentence for docs/
  Flow (*run)(Request& request) = nullptr;  // exactly one of these two
  Task<Flow> (*run_async)(Request& request) = nullptr;
};

[[nodiscard]] std::span<const Stage> stages();

// Answers one request: runs it through the stages, sends the response, writes it into the log and counts it.
Task<void> serve(EdgeThread& thread, http::ServerStream& stream);

// docs/stages.md, from the table.
[[nodiscard]] std::string stages_documentation();

}  // namespace brink::edge
