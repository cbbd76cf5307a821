// One request on its way through the stages of edge/stages.cc: everything that a stage may look at or change.
#pragma once

#include "edge/failure.h"
#include "edge/snapshot.h"
#include "http/exchange.h"
#include "http/server.h"
#include "origin/fetch.h"

#include <memory>
#include <optional>

namespace brink::edge {

class EdgeThread;
struct RuleState;

struct Request {
  Request(EdgeThread& on, http::ServerStream& from, std::shared_ptr<const Snapshot> under);
  ~Request();
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  EdgeThread& thread;
  http::ServerStream& stream;
  const std::shared_ptr<const Snapshot> snapshot;
  http::RequestHead& head;  // as received, then as the stages change it on its way to the origin
  http::Exchange exchange;
  const Zone* zone = nullptr;  // of `snapshot`, or the stored one
  std::shared_ptr<const Zone> stored_zone;

  std::unique_ptr<RuleState> rules;  // nullptr where no rules can apply

  // The request's content on its way to the origin; nullptr: none.
  http::Body* request_body;
  std::unique_ptr<http::Body> replayed_body;  // where its beginning was looked at

  // The response, once a stage has one: an origin's, or one made here.
  http::ResponseHead* response = nullptr;
  http::Body* response_body = nullptr;
  std::optional<origin::Fetch> fetch;     // where the origin was asked
  std::optional<http::ResponseHead> own;  // where the response is made here
  std::unique_ptr<http::Body> own_body;
  const Failure* failure = nullptr;  // why Brink answers itself; the error page stage makes the response

  // Starts a response of our own and makes it the one to be sent.
  http::ResponseHead& respond(std::uint16_t status) {
    response = &own.emplace();
    response->status = status;
    response_body = nullptr;
    return *response;
  }
};

}  // namespace brink::edge
