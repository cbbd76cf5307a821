#include "edge/snapshot.h"

#include "base/ascii.h"
#include "edge/credentials.h"
#include "edge/origin_terms.h"
#include "telemetry/log.h"
#include "tls/certificate.h"
#include "tls/client_context.h"

#include <chrono>
#include <map>

#include <fmt/format.h>

namespace brink::edge {
namespace {

using Problems = std::vector<std::string>;
using CertificatePtr = std::shared_ptr<const tls::Certificate>;

std::optional<std::string> read_text(const ReadFile& read_file, const std::string& path, Problems& problems) {
  auto text = read_file(path);
  if (text) return std::move(*text);
  problems.push_back(fmt::format("{}: {}", path, text.error().text()));
  return std::nullopt;
}

CertificatePtr read_certificate(const ReadFile& read_file, const config::Certificate& files,
                                Problems& problems) {
  const auto chain = read_text(read_file, files.certificate, problems);
  const auto key = read_text(read_file, files.key, problems);
  if (!chain || !key) return nullptr;
  auto certificate = tls::Certificate::parse(*chain, *key);
  if (!certificate) {
    problems.push_back(
        fmt::format("{} with key {}: {}", files.certificate, files.key, certificate.error().text()));
    return nullptr;
  }
  if (files.ocsp.empty()) return *certificate;
  const auto response = read_text(read_file, files.ocsp, problems);
  if (!response) return nullptr;
  auto stapled = (*certificate)->with_ocsp_response(*response, std::chrono::system_clock::now());
  if (!stapled && stapled.error().is(tls::CertificateError::kOcspExpired)) {
    // Whoever fetches responses is late; the certificate is as good as without one.
    telemetry::log_warn("an OCSP response has expired and is not stapled", {{"file", files.ocsp}});
    return *certificate;
  }
  if (!stapled) {
    problems.push_back(fmt::format("{}: {}", files.ocsp, stapled.error().text()));
    return nullptr;
  }
  return *stapled;
}

origin::Settings origin_settings(const config::Zone& zone, const config::Config& config) {
  const config::OriginUrl& url = zone.origin;
  origin::Settings settings;
  settings.name = url.text;
  settings.https = url.https && zone.tls >= config::TlsMode::kFull;
  settings.host = url.host;
  settings.port = url.port;
  settings.unix_path = url.unix_path;
  settings.sni = zone.origin_sni;
  if (settings.sni.empty() && !url.host.empty() && !net::IpAddress::parse(url.host)) settings.sni = url.host;
  settings.http2 = static_cast<origin::Http2>(zone.origin_http2);
  settings.proxy_header = static_cast<origin::ProxyHeader>(zone.origin_proxy_protocol);
  settings.verify = zone.tls == config::TlsMode::kStrict;
  settings.ca_file = zone.origin_ca;
  settings.client_certificate_file = zone.origin_client_certificate;
  settings.client_key_file = zone.origin_client_key;
  set_terms(settings, config.origin, config.edge.forbidden_origins);
  return settings;
}

// A zone that names no authority of its own trusts the node's origin CA besides the system's. `stored` may be
// nullptr, where it is only checked what the files say.
std::shared_ptr<tls::ClientContext> client_context(const ReadFile& read_file,
                                                   const origin::Settings& settings,
                                                   const std::shared_ptr<StoredZones>& stored,
                                                   Problems& problems) {
  if (!settings.https) return nullptr;
  tls::ClientOptions options;
  options.verify = settings.verify ? tls::ClientOptions::Verify::kFull : tls::ClientOptions::Verify::kNone;
  if (!settings.ca_file.empty()) {
    auto pem = read_text(read_file, settings.ca_file, problems);
    if (!pem) return nullptr;
    options.ca_pem = std::move(*pem);
  } else if (settings.verify && stored != nullptr) {
    options.own_ca_pem = stored->origin_ca_pem();
    options.is_revoked = [stored](std::string_view serial) { return stored->is_revoked(serial); };
  }
  if (!settings.client_certificate_file.empty()) {
    options.certificate = read_certificate(
        read_file, {settings.client_certificate_file, settings.client_key_file, ""}, problems);
    if (options.certificate == nullptr) return nullptr;
  }
  auto context = tls::ClientContext::make(std::move(options));
  if (context) return *context;
  problems.push_back(fmt::format("origin {}: {}{}", settings.name,
                                 settings.ca_file.empty() ? "" : settings.ca_file + ": ",
                                 context.error().text()));
  return nullptr;
}

// The origin of these settings as it is, where one is; a client certificate or CA is read again all the same,
// for its file may have been renewed: then it is a new origin.
origin::OriginPtr make_origin(const ReadFile& read_file, const config::Zone& zone,
                              const config::Config& config, const Snapshot* before,
                              const std::shared_ptr<StoredZones>& stored, Problems& problems) {
  origin::Settings settings = origin_settings(zone, config);
  const bool from_files = !settings.ca_file.empty() || !settings.client_certificate_file.empty();
  if (before != nullptr && !from_files) {
    for (const auto& known : before->zones) {
      if (known->origin->settings == settings) return known->origin;
    }
  }
  auto context = client_context(read_file, settings, stored, problems);
  return std::make_shared<const origin::Origin>(std::move(settings), std::move(context));
}

// The name a client asks for, as a certificate would have to cover it: any one name below a wildcard.
std::string name_to_cover(const std::string& host) {
  return host.starts_with("*.") ? "any-name-of-it" + host.substr(1) : host;
}

// The entries of a zone, the most specific first: every name gets the certificates that are good for it (one
// of each kind of key is chosen among them), and a name that none is good for gets all.
std::vector<tls::ServerEntry> server_entries(const ReadFile& read_file, const config::Zone& zone,
                                             const std::string& data_dir, Problems& problems) {
  std::vector<CertificatePtr> certificates;
  for (const config::Certificate& files : certificate_files(zone, data_dir)) {
    if (auto certificate = read_certificate(read_file, files, problems))
      certificates.push_back(std::move(certificate));
  }
  if (certificates.empty()) return {};

  ZoneTable names_of_zone;
  const Zone itself;
  for (const std::string& host : zone.hosts) names_of_zone.add(host, itself);
  std::map<std::vector<CertificatePtr>, std::vector<std::string>> hosts_by_certificates;
  const auto place = [&](const std::string& host) {
    std::vector<CertificatePtr> good;
    for (const CertificatePtr& certificate : certificates) {
      if (certificate->covers(name_to_cover(host))) good.push_back(certificate);
    }
    if (!good.empty()) hosts_by_certificates[std::move(good)].push_back(host);
  };
  for (const CertificatePtr& certificate : certificates) {
    for (const std::string& name : certificate->names()) {
      if (names_of_zone.find(name_to_cover(name)) != nullptr) place(to_lower(name));
    }
  }
  std::vector<tls::ServerEntry> entries;
  for (auto& [good, hosts] : hosts_by_certificates)
    entries.push_back({.hosts = std::move(hosts), .certificates = good});
  entries.push_back({.hosts = zone.hosts, .certificates = certificates});
  for (tls::ServerEntry& entry : entries) {
    entry.is_stand_in = zone.certificates.empty();
    if (zone.min_tls_version == 0x0304) entry.minimum_version = tls::ServerEntry::MinimumVersion::kTls13;
  }
  return entries;
}

void add_rules(const config::Zone& from, Zone& to, Problems& problems) {
  if (from.rules.empty()) return;
  std::vector<std::string> texts;
  for (const config::Rule& rule : from.rules) texts.push_back(rule.json);
  to.rule_texts = std::make_shared<const std::vector<std::string>>(std::move(texts));
  Problems of_rules;
  to.rules = compile_declared(to.rule_texts, nullptr, &of_rules);
  for (const std::string& problem : of_rules)
    problems.push_back(fmt::format("zone {}: {}", from.name, problem));
}

void copy_limits(const config::Edge& from, Snapshot& to) {
  const auto& limits = from.limits;
  to.limits = {.header_bytes = limits.header_bytes,
               .header_count = limits.header_count,
               .uri_bytes = limits.uri_bytes,
               .body_bytes = limits.body_bytes,
               .streams = limits.streams,
               .requests_per_connection = limits.requests_per_connection,
               .h2_resets = limits.h2_resets,
               .h2_control_frames = limits.h2_control_frames,
               .h2_empty_frames = limits.h2_empty_frames,
               .h2_stream_window = limits.h2_stream_window,
               .h2_connection_window = limits.h2_connection_window};
  const auto& timeouts = from.timeouts;
  to.timeouts = {.tls_handshake = timeouts.tls_handshake,
                 .request_header = timeouts.request_header,
                 .request_body = timeouts.request_body,
                 .keep_alive = timeouts.keep_alive,
                 .write = timeouts.write,
                 .tunnel_idle = timeouts.tunnel_idle};
}

}  // namespace

std::expected<std::shared_ptr<const Snapshot>, std::vector<std::string>> make_snapshot(
    config::Config config, const ReadFile& read_file, const Snapshot* before,
    const std::shared_ptr<const tls::TicketKeys>& ticket_keys, std::shared_ptr<StoredZones> stored) {
  Problems problems;
  auto snapshot = std::make_shared<Snapshot>();
  copy_limits(config.edge, *snapshot);
  if (!config.edge.geo.empty()) {
    auto geo = filter::Geo::open(config.edge.geo);
    if (geo) {
      snapshot->geo = std::move(*geo);
    } else {
      problems.push_back(std::move(geo.error()));
    }
  }

  std::vector<tls::ServerEntry> entries;
  for (const config::Zone& each : config.zones) {
    auto zone = std::make_unique<Zone>();
    zone->index = snapshot->zones.size();
    zone->name = each.name;
    zone->tls = each.tls;
    zone->origin_host = each.origin_host;
    zone->origin = make_origin(read_file, each, config, before, stored, problems);
    add_rules(each, *zone, problems);
    for (const std::string& host : each.hosts) snapshot->by_host.add(host, *zone);
    snapshot->zones.push_back(std::move(zone));

    if (config.edge.https.empty()) continue;
    for (tls::ServerEntry& entry : server_entries(read_file, each, config.node.data_dir, problems)) {
      // Whoever asks for no name of ours gets the zone's that is the default, else the first one's.
      if (each.name == config.edge.default_certificate_zone && entry.hosts == each.hosts)
        entry.hosts.push_back("*");
      entries.push_back(std::move(entry));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  if (!config.edge.https.empty()) {
    snapshot->certificates = tls::ServerContexts::make(
        std::move(entries), ticket_keys, tls::system_wall_clock(),
        [stored = std::move(stored)](std::string_view name, tls::Offer offer) {
          return offer == tls::Offer::kAcmeChallenge ? stored->find_acme_challenge(name)
                                                     : stored->find_certificates(name);
        });
  }
  snapshot->config = std::move(config);
  return snapshot;
}

std::vector<std::string> check_certificates(const config::Config& config) {
  Problems problems;
  const ReadFile read_file = files_on_disk();
  for (const config::Zone& zone : config.zones) {
    for (const config::Certificate& files : zone.certificates)
      (void)read_certificate(read_file, files, problems);
    (void)client_context(read_file, origin_settings(zone, config), nullptr, problems);
  }
  return problems;
}

}  // namespace brink::edge
