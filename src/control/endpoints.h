// What the control listeners answer: the API below /client/v4, and beside it a small table for machines that
// look after machines.
#pragma once

#include "control/api/api.h"
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

struct PlainAnswer {
  std::uint16_t status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string content;
};

struct PlainEndpoint {
  std::string_view path;
  std::string_view meaning;  // a sentence for docs/
  PlainAnswer (*answer)(const NodeState& state);
};
[[nodiscard]] std::span<const PlainEndpoint> plain_endpoints();

// Shared by all listeners of the role. Belongs to one loop.
class Endpoints {
 public:
  explicit Endpoints(Loop& loop) : loop_(loop) {}
  void use(NodeState state) { state_ = std::move(state); }
  void use(api::NodeFacts node) { node_ = std::move(node); }
  // nullptr: the store is not open (yet, or any more), and the API says so.
  void use(api::Api* api) { api_ = api; }
  // Why there is no Api yet, for those who ask it.
  void wait_for_store(std::string why) { waits_because_ = std::move(why); }
  [[nodiscard]] NodeState& state() { return state_; }
  [[nodiscard]] const api::NodeFacts& node() const { return node_; }

  Task<void> serve(http::ServerStream& stream, bool is_node_owner);
  std::unique_ptr<http::Body> refuse_unreadable(const http::UnreadableRequest& request,
                                                http::ResponseHead* answer);

 private:
  Task<void> serve_plain(http::ServerStream& stream);

  Loop& loop_;
  NodeState state_;
  api::NodeFacts node_;
  api::Api* api_ = nullptr;
  std::string waits_because_;
  FastRandom random_;  // of rays where there is no API to make them
};

// What a listener's connections are served by: it knows who can be at the other end.
class ListenerService final : public http::Service {
 public:
  ListenerService(Endpoints& endpoints, bool is_node_owner)
      : endpoints_(endpoints), is_node_owner_(is_node_owner) {}

  Task<void> serve(http::ServerStream& stream) override { return endpoints_.serve(stream, is_node_owner_); }
  std::unique_ptr<http::Body> on_unreadable_request(const http::UnreadableRequest& request,
                                                    http::ResponseHead* answer) override {
    return endpoints_.refuse_unreadable(request, answer);
  }
  void on_limit(http::Limit) override {}

 private:
  Endpoints& endpoints_;
  bool is_node_owner_;
};

}  // namespace brink::control
