#include "edge/request.h"

#include "edge/rules/rule_state.h"

namespace brink::edge {

Request::Request(EdgeThread& on, http::ServerStream& from, std::shared_ptr<const Snapshot> under)
    : thread(on), stream(from), snapshot(std::move(under)), head(from.request()), request_body(from.body()) {}

Request::~Request() = default;

}  // namespace brink::edge
