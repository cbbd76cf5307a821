// Requests that never reach the stages, since they could not be read: who sent what, and what was answered,
// is counted and logged all the same, and the visitor gets a page with the ray id to ask after.
#pragma once

#include "edge/edge_thread.h"

#include <memory>

namespace brink::edge {

// http::Service::on_unreadable_request() of the edge. On the thread's loop.
[[nodiscard]] std::unique_ptr<http::Body> refuse_unreadable(EdgeThread& thread,
                                                            const http::UnreadableRequest& request,
                                                            http::ResponseHead* answer);

}  // namespace brink::edge
