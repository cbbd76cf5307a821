#include "tls/server_contexts.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "tls/acme_challenge.h"
#include "tls/cipher_policy.h"
#include "tls/client_hello.h"
#include "tls/digest.h"
#include "tls/openssl_handles.h"
#include "tls/server_handshake.h"
#include "tls/wire.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/rand.h>

namespace brink::tls {
namespace {

// One for each connection: a ticket costs the server a key derivation and two passes over the session, and a
// client that comes back gets a fresh one. OpenSSL's default is two, for clients that open several
// connections at once; those speak h2 to us on one. Measured in docs/decisions/0003-tls-on-openssl.md.
constexpr int kTicketsPerHandshake = 1;

using Certificates = std::vector<std::shared_ptr<const Certificate>>;

// Names that a source found, whose contexts are kept; when there are more, all are forgotten and found again.
constexpr std::size_t kMostFoundNames = 16 * 1024;

// The certificates that a client may choose from, and their context once somebody needs it.
struct Identity {
  Certificates certificates;
  std::once_flag once;
  SslCtxHandle context;
};

// An entry and what it shows. The handshake keeps it alive by its entry.
struct Served {
  ServerEntry entry;
  std::shared_ptr<Identity> identity;
};

// One certificate for each kind of key, the first of its kind.
Certificates one_of_each_kind(const Certificates& given) {
  Certificates distinct;
  for (const auto& certificate : given) {
    const bool taken = std::ranges::any_of(
        distinct, [&](const auto& each) { return each->key_type() == certificate->key_type(); });
    if (!taken) distinct.push_back(certificate);
  }
  BRINK_ASSERT(!distinct.empty());
  return distinct;
}

ServerHandshake& handshake_of_this_thread() {
  ServerHandshake* handshake = Wire::of_this_thread().server;
  BRINK_ASSERT(handshake != nullptr);
  return *handshake;
}

// --- OpenSSL's callbacks, in the order in which they come ---

// A name as we may log it and look it up: what is no host name counts as none.
std::string host_name(std::string_view sent) {
  if (!sent.empty() && sent.back() == '.') sent.remove_suffix(1);
  constexpr std::size_t kMaxHostName = 253;
  const auto fits = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
  if (sent.size() > kMaxHostName || !std::ranges::all_of(sent, fits)) return {};
  return to_lower(sent);
}

// The list has one byte of length before each name.
Offer offer_of(std::string_view alpn_list, std::string_view first) {
  return first == kAcmeProtocol && alpn_list.size() == 1 + first.size() ? Offer::kAcmeChallenge : Offer::kAny;
}

void on_message(int written, int, int content_type, const void* bytes, std::size_t size, SSL* ssl, void*) {
  constexpr unsigned char kClientHelloType = 1;
  if (written != 0 || content_type != SSL3_RT_HANDSHAKE || size == 0) return;
  const std::string_view message(static_cast<const char*>(bytes), size);
  auto& handshake = handshake_of_this_thread();
  if (static_cast<unsigned char>(message.front()) != kClientHelloType || handshake.hello_seen) return;
  handshake.hello_seen = true;
  SSL_set_msg_callback(ssl, nullptr);
  ClientHello hello;
  if (!parse_client_hello(message, hello)) {
    handshake.hello_refused = true;
    return;
  }
  handshake.server_name = host_name(hello.server_name);
  handshake.offer = offer_of(hello.alpn, hello.first_alpn());
  handshake.ja3 = ja3(hello);
  handshake.ja4 = ja4(hello, 't');
  handshake.hello = hello_facts(hello, message.size());
}

int on_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
            unsigned offered_size, void*) {
  const auto& handshake = handshake_of_this_thread();
  const std::string_view names(reinterpret_cast<const char*>(offered), offered_size);
  for (const std::string& ours : handshake.entry->alpn) {
    for (std::size_t at = 0; at < names.size(); at += 1 + static_cast<unsigned char>(names[at])) {
      const auto theirs = names.substr(at + 1, static_cast<unsigned char>(names[at]));
      if (theirs != ours) continue;
      *chosen = reinterpret_cast<const unsigned char*>(theirs.data());
      *chosen_size = static_cast<unsigned char>(theirs.size());
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

const EVP_CIPHER* ticket_cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return cipher;
}

int start_ticket(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                 EVP_MAC_CTX* mac, int sealing) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  const bool started =
      EVP_CipherInit_ex2(cipher, ticket_cipher(), key.cipher.data(), iv, sealing, nullptr) == 1 &&
      EVP_MAC_init(mac, key.mac.data(), key.mac.size(), parameters) == 1;
  return started ? 1 : -1;
}

int on_ticket(const SSL* ssl, const TicketKeys& keys, unsigned char* name, unsigned char* iv,
              EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
  constexpr int kUnknownKey = 0;
  constexpr int kRenew = 2;
  if (sealing != 0) {
    const auto key = keys.current();
    std::ranges::copy(key.name, name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(ticket_cipher())) != 1) return -1;
    return start_ticket(key, iv, cipher, mac, sealing);
  }
  const auto found = keys.find(std::span<const unsigned char, 16>(name, 16));
  if (!found) return kUnknownKey;
  const int started = start_ticket(found->key, iv, cipher, mac, sealing);
  // A ticket of TLS 1.3 has been used up by being shown.
  const bool is_to_be_renewed = SSL_version(ssl) == TLS1_3_VERSION || !found->is_current;
  return started == 1 && is_to_be_renewed ? kRenew : started;
}

// Staples what goes with the certificate that has been chosen, as long as it is valid.
int on_status_request(SSL* ssl, void* clock) {
  const auto& handshake = handshake_of_this_thread();
  const X509* chosen = SSL_get_certificate(ssl);
  for (const auto& certificate : handshake.entry->certificates) {
    if (certificate->leaf() != chosen) continue;
    const auto& response = certificate->ocsp_response();
    if (response.empty() || certificate->ocsp_expiry() <= (*static_cast<const WallClock*>(clock))()) break;
    void* copy = OPENSSL_memdup(response.data(), response.size());
    if (copy == nullptr) break;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

struct ServerContexts::Parts {
  using ServedPtr = std::shared_ptr<Served>;

  // What a source found, and the context made of it.
  struct Found {
    std::shared_ptr<const ServerEntry> entry;
    std::shared_ptr<Identity> identity;
    bool needs_tls13 = false;
  };

  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  std::unordered_map<std::string, ServedPtr, NameHash, std::equal_to<>> entry_of_name;
  ServedPtr default_entry;
  EntrySource source;
  std::mutex found_mutex;  // guards found
  std::unordered_map<std::string, Found, NameHash, std::equal_to<>> found;
  std::shared_ptr<const TicketKeys> ticket_keys;
  WallClock clock;
  // Each connection begins with this context, which has no certificate, and changes over to its identity's.
  SslCtxHandle first_context;

  SslCtxHandle make_context() {
    SslCtxHandle made(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* context = made.get();
    BRINK_ASSERT(context != nullptr);
    SSL_CTX_set_security_level(context, 2);
    const bool set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                     SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                     SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1 &&
                     SSL_CTX_set_ciphersuites(context, kTls13Ciphers) == 1 &&
                     SSL_CTX_set1_groups_list(context, kGroups) == 1;
    BRINK_ASSERT(set);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, kTicketsPerHandshake);
    SSL_CTX_set_timeout(context, static_cast<long>(ticket_keys->period().count()));
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, [](SSL* ssl, unsigned char* name, unsigned char* iv,
                                                     EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
      return on_ticket(ssl, *handshake_of_this_thread().contexts.parts_->ticket_keys, name, iv, cipher, mac,
                       sealing);
    });
    SSL_CTX_set_alpn_select_cb(context, on_alpn, nullptr);
    SSL_CTX_set_tlsext_status_cb(context, on_status_request);
    SSL_CTX_set_tlsext_status_arg(context, &clock);
    return made;
  }

  SSL_CTX* context_of(Identity& identity) {
    std::call_once(identity.once, [&] {
      identity.context = make_context();
      for (const auto& certificate : identity.certificates) {
        const int used = SSL_CTX_use_cert_and_key(identity.context.get(), certificate->leaf(),
                                                  certificate->key(), certificate->issuers(), 1);
        BRINK_ASSERT(used == 1);  // Certificate::parse has tried it
      }
    });
    return identity.context.get();
  }

  // The ClientHello has been read; nothing has been decided yet.
  int on_client_hello(SSL* ssl, int* alert) {
    auto& handshake = handshake_of_this_thread();
    if (handshake.hello_refused || !handshake.hello_seen) {
      *alert = SSL_AD_DECODE_ERROR;
      return SSL_CLIENT_HELLO_ERROR;
    }
    const Found chosen = choose(handshake.server_name, handshake.offer);
    if (chosen.entry == nullptr) {
      *alert = SSL_AD_UNRECOGNIZED_NAME;
      return SSL_CLIENT_HELLO_ERROR;
    }
    handshake.entry = chosen.entry;
    const bool changed = SSL_set_SSL_CTX(ssl, context_of(*chosen.identity)) != nullptr &&
                         bind_sessions(ssl, handshake.server_name);
    if (!changed) {
      *alert = SSL_AD_INTERNAL_ERROR;
      return SSL_CLIENT_HELLO_ERROR;
    }
    if (chosen.needs_tls13) {
      SSL_set_min_proto_version(ssl, TLS1_3_VERSION);
    }
    return SSL_CLIENT_HELLO_SUCCESS;
  }

  Found choose(std::string_view server_name, Offer offer) {
    if (offer == Offer::kAcmeChallenge) {
      if (Found challenge = find_challenge(server_name); challenge.entry != nullptr) return challenge;
    }
    if (server_name.empty()) return found_in(default_entry);
    const ServedPtr given = find_given(server_name);
    if (given != nullptr && !given->entry.is_stand_in) return found_in(given);
    if (Found other = find_in_source(server_name); other.entry != nullptr) {
      if (given == nullptr) return other;
      other.needs_tls13 |= asks_for_tls13(given->entry);
      if (!other.entry->is_stand_in) return other;
    }
    return found_in(given != nullptr ? given : default_entry);
  }

  static bool asks_for_tls13(const ServerEntry& entry) {
    return entry.minimum_version == ServerEntry::MinimumVersion::kTls13;
  }

  static Found found_in(const ServedPtr& served) {
    if (served == nullptr) return {};
    return {{served, &served->entry}, served->identity, asks_for_tls13(served->entry)};
  }

  // Of those that were given at the beginning; the default does not count.
  [[nodiscard]] ServedPtr find_given(std::string_view server_name) const {
    if (const auto exact = entry_of_name.find(server_name); exact != entry_of_name.end())
      return exact->second;
    const auto dot = server_name.find('.');
    constexpr std::size_t kMaxPattern = 256;
    char pattern[kMaxPattern] = {'*'};
    if (dot != std::string_view::npos && dot != 0 && server_name.size() - dot < kMaxPattern) {
      std::memcpy(pattern + 1, server_name.data() + dot, server_name.size() - dot);
      const auto wildcard = entry_of_name.find(std::string_view(pattern, 1 + server_name.size() - dot));
      if (wildcard != entry_of_name.end()) return wildcard->second;
    }
    return nullptr;
  }

  // Rare, and another one each time: not kept.
  [[nodiscard]] Found find_challenge(std::string_view server_name) const {
    if (!source || server_name.empty()) return {};
    auto entry = source(server_name, Offer::kAcmeChallenge);
    if (entry == nullptr) return {};
    auto identity = std::make_shared<Identity>();
    identity->certificates = one_of_each_kind(entry->certificates);
    return {std::move(entry), std::move(identity), false};
  }

  Found find_in_source(std::string_view server_name) {
    if (!source) return {};
    auto entry = source(server_name, Offer::kAny);
    if (entry == nullptr) return {};
    const std::lock_guard lock(found_mutex);
    if (const auto known = found.find(server_name); known != found.end() && known->second.entry == entry)
      return known->second;
    if (found.size() >= kMostFoundNames) found.clear();
    auto identity = std::make_shared<Identity>();
    identity->certificates = one_of_each_kind(entry->certificates);
    const bool needs_tls13 = asks_for_tls13(*entry);
    Found made{std::move(entry), std::move(identity), needs_tls13};
    found.insert_or_assign(std::string(server_name), made);
    return made;
  }

  // A session can be taken up again only under the name it was made for: one site's ticket opens no other
  // site.
  static bool bind_sessions(SSL* ssl, const std::string& server_name) {
    const std::string id = server_name.size() <= SSL_MAX_SID_CTX_LENGTH ? server_name : sha256(server_name);
    return SSL_set_session_id_context(ssl, reinterpret_cast<const unsigned char*>(id.data()),
                                      static_cast<unsigned>(id.size())) == 1;
  }
};

std::shared_ptr<const ServerContexts> ServerContexts::make(std::vector<ServerEntry> entries,
                                                           std::shared_ptr<const TicketKeys> ticket_keys,
                                                           WallClock clock, EntrySource source) {
  BRINK_ASSERT(ticket_keys != nullptr);
  drain_errors();
  auto parts = std::make_unique<Parts>();
  parts->ticket_keys = std::move(ticket_keys);
  parts->clock = std::move(clock);
  parts->source = std::move(source);
  std::map<Certificates, std::shared_ptr<Identity>> identities;
  bool has_default = false;
  for (ServerEntry& entry : entries) {
    Certificates distinct = one_of_each_kind(entry.certificates);
    auto& identity = identities[distinct];
    if (identity == nullptr) {
      identity = std::make_shared<Identity>();
      identity->certificates = std::move(distinct);
    }
    const auto served = std::make_shared<Served>(std::move(entry), identity);
    if (parts->default_entry == nullptr) parts->default_entry = served;
    for (const std::string& host : served->entry.hosts) {
      parts->entry_of_name.try_emplace(to_lower(host), served);
      if (host == "*" && !std::exchange(has_default, true)) parts->default_entry = served;
    }
  }
  parts->first_context = parts->make_context();
  SSL_CTX_set_client_hello_cb(
      parts->first_context.get(),
      [](SSL* ssl, int* alert, void* owner) {
        return static_cast<Parts*>(owner)->on_client_hello(ssl, alert);
      },
      parts.get());
  SSL_CTX_set_msg_callback(parts->first_context.get(), on_message);
  return std::shared_ptr<const ServerContexts>(new ServerContexts(std::move(parts)));
}

ServerContexts::ServerContexts(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ServerContexts::~ServerContexts() = default;

std::shared_ptr<const ServerEntry> ServerContexts::entry_for(std::string_view server_name,
                                                             Offer offer) const {
  return parts_->choose(server_name, offer).entry;
}

ssl_st* ServerContexts::new_connection() const {
  SSL* ssl = SSL_new(parts_->first_context.get());
  if (ssl != nullptr) SSL_set_accept_state(ssl);
  return ssl;
}

}  // namespace brink::tls
