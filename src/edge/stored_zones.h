// The zones of the store as requests meet them. Nothing is loaded: a host is read when somebody asks for it,
// and what was made of it is kept until the store has changed and says something else of it.
//
// Shared by all threads of the edge; locks inside.
#pragma once

#include "config/config.h"
#include "edge/host_facts.h"
#include "edge/rules/stored_rules.h"
#include "edge/zone.h"
#include "store/environment.h"
#include "store/tuple.h"
#include "tls/client_context.h"
#include "tls/server_contexts.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace brink::edge {

// Hosts that are kept, those that no zone has among them; more, and the shard that is full is emptied.
inline constexpr std::size_t kMaxKeptHosts = 64 * 1024;

class StoredZones {
 public:
  // Of the store in `directory`. It may be there only later: it is looked for again with the requests, but
  // not more often than every tenth of a second. `origin_ca` is the file with the certificate of the node's
  // origin CA, whom `ssl = strict` trusts besides the system's authorities; it, too, may be there only later.
  explicit StoredZones(std::string directory, std::string origin_ca = {});
  StoredZones(const StoredZones&) = delete;
  StoredZones& operator=(const StoredZones&) = delete;
  ~StoredZones();

  // How origins are reached from now on; what was made under other terms is forgotten.
  void use(const config::Origin& common, const std::vector<net::IpNetwork>& forbidden_origins);

  // The zone that serves `host` (in any case, with or without port's brackets, without port); nullptr where
  // none does.
  [[nodiscard]] std::shared_ptr<const Zone> find(std::string_view host);

  // The rules of a zone of brink.toml: those of its file, and for phases of which the file says nothing,
  // those that the store has for the zone of that name.
  [[nodiscard]] std::shared_ptr<const rules::ZoneRules> rules_of(const Zone& declared);

  // How TLS to an origin is spoken for zones that say nothing more than whether its certificate is checked.
  // nullptr where it cannot be.
  [[nodiscard]] std::shared_ptr<tls::ClientContext> tls_to_origins(bool verify);

  // What a tls::EntrySource answers: the certificates of a name; the certificate of the TLS-ALPN-01 challenge
  // of ACME (RFC 8737) that is under way for it.
  [[nodiscard]] std::shared_ptr<const tls::ServerEntry> find_certificates(std::string_view server_name);
  [[nodiscard]] std::shared_ptr<const tls::ServerEntry> find_acme_challenge(std::string_view server_name);

  // The certificate of the node's origin CA, as PEM; empty as long as there is none. And whether it has taken
  // back the certificate with that serial number (decimal): where the store cannot be asked, it has not.
  [[nodiscard]] std::string origin_ca_pem() const;
  [[nodiscard]] bool is_revoked(std::string_view serial);

  // The answer to the HTTP-01 challenge of ACME (RFC 8555 section 8.3) with that token.
  [[nodiscard]] std::optional<std::string> acme_answer(std::string_view token);

 private:
  struct KeptHost {
    std::uint64_t verified = 0;  // the sequence number up to which it is known to hold
    std::optional<HostFacts> facts;
    std::shared_ptr<const Zone> zone;
  };
  struct KeptRules {
    std::uint64_t verified = 0;
    RuleTexts texts;
    std::shared_ptr<const rules::ZoneRules> stored;
    std::shared_ptr<const rules::ZoneRules> declared;
    std::shared_ptr<const rules::ZoneRules> both;
  };
  struct KeptCertificates {
    std::uint64_t verified = 0;
    store::Time until;     // a certificate ends then, and the choice is made anew
    std::string identity;  // of what the entry was made of
    std::shared_ptr<const tls::ServerEntry> entry;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class Kept>
  struct Shard {
    std::mutex mutex;  // guards kept
    std::unordered_map<std::string, Kept, Hash, std::equal_to<>> kept;
  };
  static constexpr std::size_t kShards = 16;
  template <class Kept>
  using Shards = std::array<Shard<Kept>, kShards>;

  struct Terms {
    config::Origin common;
    std::vector<net::IpNetwork> forbidden;
  };

  [[nodiscard]] const store::Environment* environment();
  [[nodiscard]] std::shared_ptr<const Zone> make_zone(const HostFacts& facts,
                                                      std::shared_ptr<const rules::ZoneRules> rules);
  [[nodiscard]] origin::OriginPtr make_origin(const HostFacts& facts, const Terms& terms, bool https);
  [[nodiscard]] std::shared_ptr<tls::ClientContext> client_context(bool verify);

  const std::string directory_;
  const std::string origin_ca_;
  std::unique_ptr<store::Environment> opened_;  // set once, under opening_
  std::atomic<const store::Environment*> environment_{nullptr};
  std::atomic<std::int64_t> next_try_{0};  // of opening: steady clock, nanoseconds
  std::mutex opening_;

  Shards<KeptHost> hosts_;
  Shards<KeptCertificates> certificates_;
  Shards<KeptRules> declared_rules_;
  StoredRules rules_;

  std::mutex making_;  // guards what follows
  std::shared_ptr<const Terms> terms_;
  // By all that makes them what they are, so that hosts with the same records share one origin and its
  // connections.
  std::unordered_map<std::string, std::weak_ptr<const origin::Origin>> origins_;
  std::array<std::shared_ptr<tls::ClientContext>, 2> client_contexts_;  // unverified, verified
  bool trusts_origin_ca_ = false;                                       // the verified one
};

}  // namespace brink::edge
