// One call of the API, as an endpoint's handler sees it: path, query, body, caller, and the node's services.
#pragma once

#include "base/random.h"
#include "control/api/answer.h"
#include "control/api/caller.h"
#include "control/api/change.h"
#include "control/api/json.h"
#include "control/api/query.h"
#include "http/message.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "store/environment.h"
#include "store/writer.h"
#include "store/zones.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brink::control::api {

class CertificateAuthorities;
class ZoneActivation;
struct Endpoint;

// What the node is, as answers tell it. From brink.toml; replaced whole at a reload.
struct NodeFacts {
  std::vector<std::string> name_servers;   // told to customers at a zone's creation
  std::vector<std::string> ipv4_networks;  // what the node speaks to origins from
  std::vector<std::string> ipv6_networks;
  bool activate_zones_at_once = false;  // without asking whether the parent delegates to this node
  std::string site = "BRK";             // of CF-Ray
};

// What handlers work with. All outlive every call; all belong to the control role's loop.
struct Services {
  store::Environment& store;
  store::Writer& writer;
  Loop& loop;
  Random& random;  // of ids; secrets come from fill_secret()
  const NodeFacts& node;
  // nullptr where they could not be opened: then zones are made without a certificate, and no origin gets
  // one.
  const CertificateAuthorities* authorities = nullptr;
  // nullptr where zones are made active at once, or not at all.
  ZoneActivation* activation = nullptr;
};

// Made by the router for one request; lives until the answer has been made. Belongs to the loop.
class Call {
 public:
  Call(const http::RequestHead& head, const Endpoint& endpoint, Services& services)
      : head(head), endpoint(endpoint), services(services) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const http::RequestHead& head;
  const Endpoint& endpoint;
  Services& services;
  std::string ray;  // CF-Ray
  Query query;
  Caller caller;
  Json body;             // of endpoints with Content::kJson, always parsed; null where kOptionalJson had none
  std::string raw_body;  // of endpoints with Content::kBytes

  // --- the path's parameters ---
  // An id of the pattern: "{zone_id}" is id("zone_id"). Of well-formed ids: others never reach a handler.
  [[nodiscard]] const store::Id& id(std::string_view name) const;
  // A parameter that is no id: "{setting}".
  [[nodiscard]] std::string_view text(std::string_view name) const;
  void add_parameter(std::string name, std::string text, std::optional<store::Id> id);

  // --- reading ---
  // The store as it was when the call began; views that come of it live until `change` or the call's end. Not
  // to be called after `change`.
  [[nodiscard]] const store::ReadTransaction& read() const;
  // The zone of the path, which exists and which the caller may use as the endpoint wants; only where the
  // pattern has {zone_id}. As read(): its views die with `change`.
  [[nodiscard]] const store::Zone& zone() const;
  [[nodiscard]] ZoneIdentity zone_identity() const { return {zone().id, zone().account}; }
  [[nodiscard]] store::Time now() const;

  // --- writing ---
  // Has the writer make the change, and answers its result once it is on the disk. Lets go of read() first.
  // Whatever the change must be certain of (that the zone is still there, that no record is the same) it
  // checks itself.
  Task<Outcome<Json>> change(Change change);
  // Who and what, for audit entries.
  [[nodiscard]] AuditOrigin audit_origin() const;

  // --- for the router ---
  Outcome<> begin_read();
  void end_read() {
    zone_.reset();
    read_.reset();
  }
  void set_zone(store::Zone zone) { zone_ = std::move(zone); }

 private:
  struct Parameter {
    std::string name;
    std::string text;
    std::optional<store::Id> id;
  };
  std::vector<Parameter> parameters_;
  std::unique_ptr<store::ReadTransaction> read_;
  std::optional<store::Zone> zone_;
};

}  // namespace brink::control::api
