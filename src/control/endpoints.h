// What the control listener answers: one table of path, method and handler.
#pragma once

#include "http/server.h"
#include "telemetry/segment.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control {

// What the answers are made from; replaced whole when the supervisor configures the role anew.
struct NodeState {
  std::vector<std::shared_ptr<const telemetry::Segment>> segments;  // of all roles, old ones too
  bool ready = false;
};

struct Answer {
  std::uint16_t status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string content;
};

struct Endpoint {
  std::string_view path;
  std::string_view meaning;  // a sentence for docs/
  Answer (*answer)(const NodeState& state);
};
[[nodiscard]] std::span<const Endpoint> endpoints();

class Endpoints final : public http::Service {
 public:
  explicit Endpoints(Loop& loop) : loop_(loop) {}
  void use(NodeState state) { state_ = std::move(state); }
  [[nodiscard]] NodeState& state() { return state_; }

  Task<void> serve(http::ServerStream& stream) override;
  std::unique_ptr<http::Body> on_unreadable_request(const http::UnreadableRequest& request,
                                                    http::ResponseHead* answer) override;
  void on_limit(http::Limit) override {}

 private:
  Loop& loop_;
  NodeState state_;
};

}  // namespace brink::control
