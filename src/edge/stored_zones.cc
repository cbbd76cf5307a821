#include "edge/stored_zones.h"

#include "base/ascii.h"
#include "edge/origin_terms.h"
#include "store/acme_state.h"
#include "store/certificates.h"
#include "store/zones.h"
#include "telemetry/log.h"
#include "tls/acme_challenge.h"
#include "tls/certificate.h"
#include "tls/file.h"

#include <chrono>

#include <fmt/format.h>

namespace brink::edge {
namespace {

constexpr auto kBetweenTries = std::chrono::milliseconds(100);
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxTrackedOrigins = 64 * 1024;

// Lower case, without the root's dot; empty where it can be no host of a zone.
std::string canonical(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.empty() || host.size() > kMaxHost || host.front() == '[') return {};
  return to_lower(host);
}

// What tells one set of stored certificates from another without looking at keys and chains.
std::string identity_of(const std::vector<store::Certificate>& certificates) {
  std::string identity;
  for (const store::Certificate& each : certificates) {
    identity += each.id.view();
    identity += fmt::format("/{};", each.modified.time_since_epoch().count());
  }
  return identity;
}

// When another choice may have to be made, though nothing is written: one of them ends.
store::Time earliest_end(const std::vector<store::Certificate>& certificates, store::Time now) {
  store::Time earliest = store::Time::max();
  for (const store::Certificate& each : certificates) {
    if (each.expires > now) earliest = std::min(earliest, each.expires);
  }
  return earliest;
}

std::shared_ptr<const tls::ServerEntry> make_entry(std::string_view name,
                                                   const std::vector<store::Certificate>& stored) {
  tls::ServerEntry entry;
  for (const store::Certificate& each : stored) {
    // The local CA's, which comes last, stands in where there is no other: beside another with another kind
    // of key it would be shown to whoever likes its kind better.
    if (each.source == store::CertificateSource::kLocalCa && !entry.certificates.empty()) continue;
    auto certificate = tls::Certificate::parse(std::string(each.chain), std::string(each.key));
    if (!certificate) {
      telemetry::log_error("a stored certificate cannot be used",
                           {{"host", name}, {"id", each.id.uuid()}, {"why", certificate.error().text()}});
      continue;
    }
    if (!each.ocsp.empty()) {
      auto stapled =
          (*certificate)->with_ocsp_response(std::string(each.ocsp), std::chrono::system_clock::now());
      if (stapled) certificate = std::move(stapled);
    }
    entry.certificates.push_back(std::move(*certificate));
    entry.is_stand_in = each.source == store::CertificateSource::kLocalCa;
  }
  if (entry.certificates.empty()) return nullptr;
  return std::make_shared<const tls::ServerEntry>(std::move(entry));
}

template <class Shards>
auto& shard_of(Shards& shards, std::string_view name) {
  return shards[std::hash<std::string_view>()(name) % shards.size()];
}

// Keeps `kept` under `name`, and no more names than there is room for.
template <class Shard, class Kept>
void keep(Shard& shard, const std::string& name, Kept kept) {
  const std::lock_guard lock(shard.mutex);
  if (shard.kept.size() >= kMaxKeptHosts / 16) shard.kept.clear();
  shard.kept.insert_or_assign(name, std::move(kept));
}

}  // namespace

StoredZones::StoredZones(std::string directory, std::string origin_ca)
    : directory_(std::move(directory)),
      origin_ca_(std::move(origin_ca)),
      terms_(std::make_shared<const Terms>()) {}

StoredZones::~StoredZones() = default;

void StoredZones::use(const config::Origin& common, const std::vector<net::IpNetwork>& forbidden_origins) {
  {
    const std::lock_guard lock(making_);
    terms_ = std::make_shared<const Terms>(common, forbidden_origins);
  }
  for (auto& shard : hosts_) {
    const std::lock_guard lock(shard.mutex);
    shard.kept.clear();
  }
}

const store::Environment* StoredZones::environment() {
  if (const auto* open = environment_.load(std::memory_order_acquire)) return open;
  const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  if (now < next_try_.load(std::memory_order_relaxed)) return nullptr;
  const std::lock_guard lock(opening_);
  if (opened_ != nullptr) return opened_.get();
  next_try_.store(now + std::chrono::nanoseconds(kBetweenTries).count(), std::memory_order_relaxed);
  auto opened = store::Environment::open(directory_, store::Environment::Mode::kRead);
  if (!opened) {
    if (!opened.error().is(store::StoreError::kNotThere)) {
      telemetry::log_error("the store cannot be read",
                           {{"directory", directory_}, {"why", opened.error().text()}});
    }
    return nullptr;
  }
  opened_ = std::move(*opened);
  environment_.store(opened_.get(), std::memory_order_release);
  return opened_.get();
}

std::shared_ptr<const Zone> StoredZones::find(std::string_view host) {
  const store::Environment* store = environment();
  if (store == nullptr) return nullptr;
  const std::string name = canonical(host);
  if (name.empty()) return nullptr;
  const std::uint64_t sequence = store->sequence();
  auto& shard = shard_of(hosts_, name);
  KeptHost kept;
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.kept.find(name); found != shard.kept.end()) {
      if (found->second.verified == sequence) return found->second.zone;
      kept = found->second;
    }
  }
  const auto transaction = store->read();
  if (!transaction) {  // what was right a moment ago is better than nothing
    telemetry::log_error("the store cannot be read", {{"why", transaction.error().text()}});
    return kept.zone;
  }
  auto facts = read_host_facts(**transaction, name);
  if (!facts) {
    kept.zone = nullptr;
  } else {
    auto rules = rules_.find(**transaction, facts->account, facts->zone);
    if (kept.zone == nullptr || facts != kept.facts || rules != kept.zone->rules)
      kept.zone = make_zone(*facts, std::move(rules));
  }
  kept.verified = (*transaction)->sequence();
  kept.facts = std::move(facts);
  auto zone = kept.zone;
  keep(shard, name, std::move(kept));
  return zone;
}

std::shared_ptr<const tls::ServerEntry> StoredZones::find_certificates(std::string_view server_name) {
  const store::Environment* store = environment();
  if (store == nullptr) return nullptr;
  const std::string name(server_name);
  const std::uint64_t sequence = store->sequence();
  const store::Time now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  auto& shard = shard_of(certificates_, name);
  KeptCertificates kept;
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.kept.find(name); found != shard.kept.end()) {
      if (found->second.verified == sequence && now < found->second.until) return found->second.entry;
      kept = found->second;
    }
  }
  const auto transaction = store->read();
  if (!transaction) return kept.entry;
  const auto stored = store::certificates::for_host(**transaction, name, now);
  kept.until = earliest_end(stored, now);
  std::string identity = identity_of(stored);
  if (identity != kept.identity) kept.entry = stored.empty() ? nullptr : make_entry(name, stored);
  kept.identity = std::move(identity);
  kept.verified = (*transaction)->sequence();
  auto entry = kept.entry;
  keep(shard, name, std::move(kept));
  return entry;
}

std::shared_ptr<const tls::ServerEntry> StoredZones::find_acme_challenge(std::string_view server_name) {
  const store::Environment* store = environment();
  if (store == nullptr) return nullptr;
  const auto transaction = store->read();
  if (!transaction) return nullptr;
  const auto pem = store::acme_state::get(**transaction, fmt::format("alpn {}", server_name));
  if (!pem) return nullptr;
  auto certificate = tls::Certificate::parse(*pem, *pem);
  if (!certificate) {
    telemetry::log_error("the answer to an ACME challenge cannot be used",
                         {{"host", server_name}, {"why", certificate.error().text()}});
    return nullptr;
  }
  tls::ServerEntry entry;
  entry.certificates = {std::move(*certificate)};
  entry.alpn = {std::string(tls::kAcmeProtocol)};
  return std::make_shared<const tls::ServerEntry>(std::move(entry));
}

std::optional<std::string> StoredZones::acme_answer(std::string_view token) {
  constexpr std::size_t kMaxToken = 256;
  const store::Environment* store = environment();
  if (store == nullptr || token.empty() || token.size() > kMaxToken) return std::nullopt;
  const auto transaction = store->read();
  if (!transaction) return std::nullopt;
  const auto answer = store::acme_state::get(**transaction, fmt::format("http {}", token));
  if (!answer) return std::nullopt;
  return std::string(*answer);
}

std::shared_ptr<const rules::ZoneRules> StoredZones::rules_of(const Zone& declared) {
  const store::Environment* store = environment();
  if (store == nullptr) return declared.rules;
  const std::uint64_t sequence = store->sequence();
  auto& shard = shard_of(declared_rules_, declared.name);
  KeptRules kept;
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.kept.find(declared.name); found != shard.kept.end()) {
      if (found->second.verified == sequence && found->second.texts == declared.rule_texts)
        return found->second.both;
      kept = found->second;
    }
  }
  const auto transaction = store->read();
  if (!transaction) return declared.rules;
  const auto zone = store::zones::find(**transaction, declared.name);
  auto stored = zone ? rules_.find(**transaction, zone->account, zone->id) : nullptr;
  auto own = zone ? rules_.declared(**transaction, zone->account, declared.name, declared.rule_texts)
                  : declared.rules;
  if (stored != kept.stored || own != kept.declared || kept.verified == 0) {
    kept.both = rules::ZoneRules::overlaid(stored, own);
    kept.stored = std::move(stored);
    kept.declared = std::move(own);
  }
  kept.texts = declared.rule_texts;
  kept.verified = (*transaction)->sequence();
  auto both = kept.both;
  keep(shard, declared.name, std::move(kept));
  return both;
}

std::shared_ptr<const Zone> StoredZones::make_zone(const HostFacts& facts,
                                                   std::shared_ptr<const rules::ZoneRules> rules) {
  const std::lock_guard lock(making_);
  auto zone = std::make_shared<Zone>();
  zone->rules = std::move(rules);
  zone->name = facts.zone_name;
  zone->tls = facts.ssl;
  zone->always_use_https = facts.always_use_https;
  zone->websockets = facts.websockets;
  // Towards the origin as the visitor came, unless the zone says that it has no TLS there.
  if (facts.ssl >= config::TlsMode::kFull) {
    zone->origin = make_origin(facts, *terms_, true);
    zone->plain_origin = make_origin(facts, *terms_, false);
  } else {
    zone->origin = make_origin(facts, *terms_, false);
  }
  if (zone->origin == nullptr) return nullptr;
  return zone;
}

// With making_ held.
origin::OriginPtr StoredZones::make_origin(const HostFacts& facts, const Terms& terms, bool https) {
  origin::Settings settings;
  settings.https = https;
  settings.port = https ? 443 : 80;
  settings.host = facts.cname;
  settings.addresses = facts.addresses;
  settings.verify = facts.ssl == config::TlsMode::kStrict;
  set_terms(settings, terms.common, terms.forbidden);
  settings.name = fmt::format("{}://{}", https ? "https" : "http", facts.cname);
  if (!facts.addresses.empty()) settings.name += facts.addresses.front().text();

  std::string key = facts.zone.text() + (settings.verify ? " strict " : " ") + settings.name;
  for (const net::IpAddress& address : facts.addresses) key += " " + address.text();
  std::weak_ptr<const origin::Origin>& known = origins_[key];
  if (auto origin = known.lock(); origin != nullptr && origin->settings == settings) return origin;
  auto context = https ? client_context(settings.verify) : nullptr;
  if (https && context == nullptr) return nullptr;
  auto origin = std::make_shared<const origin::Origin>(std::move(settings), std::move(context));
  known = origin;
  if (origins_.size() > kMaxTrackedOrigins)
    std::erase_if(origins_, [](const auto& each) { return each.second.expired(); });
  return origin;
}

std::shared_ptr<tls::ClientContext> StoredZones::tls_to_origins(bool verify) {
  const std::lock_guard lock(making_);
  return client_context(verify);
}

// With making_ held.
std::shared_ptr<tls::ClientContext> StoredZones::client_context(bool verify) {
  auto& context = client_contexts_[verify ? 1 : 0];
  tls::ClientOptions options;
  options.verify = verify ? tls::ClientOptions::Verify::kFull : tls::ClientOptions::Verify::kNone;
  if (verify && !trusts_origin_ca_) {
    options.own_ca_pem = origin_ca_pem();
    options.is_revoked = [this](std::string_view serial) { return is_revoked(serial); };
  }
  if (context != nullptr && options.own_ca_pem.empty()) return context;
  const bool has_origin_ca = !options.own_ca_pem.empty();
  auto made = tls::ClientContext::make(std::move(options));
  if (!made) {
    telemetry::log_error("no TLS to origins", {{"why", made.error().text()}});
    return context;
  }
  context = std::move(*made);
  trusts_origin_ca_ = trusts_origin_ca_ || has_origin_ca;
  return context;
}

std::string StoredZones::origin_ca_pem() const {
  return origin_ca_.empty() ? std::string() : tls::read_file(origin_ca_).value_or("");
}

bool StoredZones::is_revoked(std::string_view serial) {
  const store::Environment* store = environment();
  if (store == nullptr) return false;
  const auto transaction = store->read();
  if (!transaction) return false;
  const auto certificate = store::origin_certificates::get(**transaction, serial);
  return certificate && certificate->revoked != store::Time{};
}

}  // namespace brink::edge
