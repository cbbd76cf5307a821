#include "control/acme/certificate_keeper.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "control/acme/https_sender.h"
#include "control/acme/issuance.h"
#include "net/cares_resolver.h"
#include "runtime/task_group.h"
#include "telemetry/log.h"

namespace brink::control::acme {
namespace {

ChallengePolicy policy_of(const config::Acme& settings) {
  ChallengePolicy policy;
  for (const std::string& name : settings.challenges) {
    if (const auto type = find_challenge_type(name)) policy.types.push_back(*type);
  }
  return policy;
}

IssuanceTerms terms_of(const config::Acme& settings, std::string mac_key) {
  return {.directory = settings.directory,
          .account = {.email = settings.email,
                      .agrees = settings.agree,
                      .external_key_id = settings.external_account,
                      .external_mac_key = std::move(mac_key)},
          .policy = policy_of(settings),
          .times = {.dns_wait = settings.dns_wait}};
}

void complain(std::string_view about, std::string_view why) {
  telemetry::log_error("ACME cannot work", {{"about", about}, {"why", why}});
}

}  // namespace

CertificateKeeper::CertificateKeeper(Loop& loop, store::Environment& store, store::Writer& writer,
                                     telemetry::Registry* metrics)
    : loop_(loop), store_(store), writer_(writer), metrics_(metrics) {
  writer_.on_commit([this](std::uint64_t) {
    if (issuance_ != nullptr) issuance_->notice_change();
  });
}

CertificateKeeper::~CertificateKeeper() = default;

void CertificateKeeper::use(const config::Acme& settings, Credentials credentials) {
  if (settings == settings_ && credentials == credentials_) return;
  settings_ = settings;
  credentials_ = std::move(credentials);
  changed_.notify();
}

Task<void> CertificateKeeper::run() {
  for (;;) {
    changed_.clear();
    TaskGroup work("acme", co_await current_scope());
    if (!settings_.directory.empty()) work.spawn(keep(settings_, credentials_));
    const auto changed = co_await changed_.wait(Deadline::never());
    co_await work.finish();
    if (!changed) co_return;
  }
}

Task<void> CertificateKeeper::keep(config::Acme settings, Credentials credentials) {
  const std::string_view key_text = credentials.external_account_key;
  const auto mac_key = base64url_decode(trim_ows(key_text.substr(0, key_text.find_first_of("\r\n"))));
  if (!settings.external_account.empty() && (!mac_key || mac_key->empty())) {
    complain("external_account_key", "the file does not hold a key in base64url");
    co_return;
  }
  if (!settings.ca.empty() && credentials.ca_pem.empty()) {
    complain("ca", "the file cannot be read");
    co_return;
  }
  auto trust = tls::ClientContext::make({.ca_pem = credentials.ca_pem});
  if (!trust) {
    complain("ca", trust.error().text());
    co_return;
  }
  auto resolver = net::CaresResolver::make(loop_);
  if (!resolver) {
    complain("name lookups", resolver.error().text());
    co_return;
  }
  std::optional<AccountState> account;
  if (const auto read = store_.read()) account = account_state(**read, settings.directory);
  std::optional<tls::Es256Key> key;
  if (account) {
    auto kept = tls::Es256Key::parse(account->key);
    if (kept) key = std::move(*kept);
  }
  if (!key) {
    // It is kept before the server hears of it: an account is worth nothing without its key.
    key = tls::Es256Key::make();
    const auto written = co_await writer_.apply(
        [directory = settings.directory, pem = key->pem()](store::WriteTransaction& write) {
          return put_account_state(write, directory, {.key = pem, .url = {}, .email = {}});
        });
    if (!written) {
      complain("the store", written.error().text());
      co_return;
    }
  }
  HttpsSender sender(loop_, **resolver, std::move(*trust));
  Client client(loop_, sender, settings.directory, std::move(*key));
  Issuance issuance(
      {.loop = loop_, .store = store_, .writer = writer_, .random = random_, .metrics = metrics_},
      terms_of(settings, mac_key.value_or("")), client);
  issuance_ = &issuance;
  co_await issuance.run();
  issuance_ = nullptr;
}

}  // namespace brink::control::acme
