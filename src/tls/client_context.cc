#include "tls/client_context.h"

#include "base/assert.h"
#include "tls/cipher_policy.h"
#include "tls/client_side.h"
#include "tls/openssl_handles.h"
#include "tls/serial.h"
#include "tls/session_store.h"
#include "tls/wire.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>

#include <openssl/pem.h>

namespace brink::tls {
namespace {

bool is_ip_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// Kept under its target's key; the store owns it then.
int on_new_session(SSL*, SSL_SESSION* session) {
  constexpr int kNotKept = 0;
  constexpr int kKept = 1;
  const ClientSide* client = Wire::of_this_thread().client;
  if (client == nullptr || client->target.session_key.empty()) return kNotKept;
  client->context->sessions().put(client->target.session_key, OwnedSession(session));
  return kKept;
}

// Asked of each certificate of a chain, from the root down: of the origin's own at last.
int on_verify(int good, X509_STORE_CTX* verifying) {
  if (good != 1 || X509_STORE_CTX_get_error_depth(verifying) != 0) return good;
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verifying, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* context = static_cast<ClientContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (!context->is_revoked(X509_STORE_CTX_get_current_cert(verifying))) return good;
  X509_STORE_CTX_set_error(verifying, X509_V_ERR_CERT_REVOKED);
  return 0;
}

Result<> trust(SSL_CTX* context, const std::string& ca_pem) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  if (ca_pem.empty()) {
    const int found = SSL_CTX_set_default_verify_paths(context);
    drain_errors();
    if (found != 1) return fail_errno(ENOENT);
    return {};
  }
  const BioHandle bio(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())));
  int count = 0;
  for (;; ++count) {
    const X509Handle certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    X509_STORE_add_cert(store, certificate.get());
  }
  const auto why = take_error();
  if (ERR_GET_REASON(why) != PEM_R_NO_START_LINE) return fail(CertificateError::kBadCertificate, count + 1);
  if (count == 0) return fail(CertificateError::kNoCertificate);
  // What the user names is trusted as it is, also where it is not signed by itself.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

Result<X509Handle> trust_too(SSL_CTX* context, const std::string& ca_pem) {
  const BioHandle bio(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())));
  X509Handle certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  drain_errors();
  if (certificate == nullptr) return fail(CertificateError::kBadCertificate, 1);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
  drain_errors();
  return certificate;
}

// In wire format: each name after its length.
std::string_view alpn_list(ClientTarget::Alpn alpn) {
  using namespace std::string_view_literals;
  switch (alpn) {
    case ClientTarget::Alpn::kNone: return {};
    case ClientTarget::Alpn::kHttp1: return "\x08http/1.1"sv;
    case ClientTarget::Alpn::kHttp2: return "\x02h2"sv;
    case ClientTarget::Alpn::kHttp2OrHttp1: return "\x02h2\x08http/1.1"sv;
  }
  return {};
}

}  // namespace

ClientContext::ClientContext() = default;
ClientContext::~ClientContext() = default;
void ClientContext::ContextFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<ClientContext>> ClientContext::make(ClientOptions options) {
  drain_errors();
  std::shared_ptr<ClientContext> made(new ClientContext);
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  made->sessions_ = std::make_unique<SessionStore>(options.kept_sessions);
  SSL_CTX* context = made->context_.get();
  BRINK_ASSERT(context != nullptr);
  const bool verifies = options.verify == ClientOptions::Verify::kFull;
  // An origin that is not verified may as well have the weak certificate of an old appliance.
  SSL_CTX_set_security_level(context, verifies ? 2 : 1);
  const bool set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                   SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1 &&
                   SSL_CTX_set_ciphersuites(context, kTls13Ciphers) == 1 &&
                   SSL_CTX_set1_groups_list(context, kGroups) == 1;
  BRINK_ASSERT(set);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, verifies ? on_verify : nullptr);
  SSL_CTX_set_app_data(context, made.get());
  if (verifies) BRINK_TRY(trust(context, options.ca_pem));
  if (verifies && !options.own_ca_pem.empty())
    made->own_ca_ = std::shared_ptr<x509_st>(BRINK_TRY(trust_too(context, options.own_ca_pem)));
  if (options.certificate != nullptr) {
    const auto& certificate = *options.certificate;
    const int used =
        SSL_CTX_use_cert_and_key(context, certificate.leaf(), certificate.key(), certificate.issuers(), 1);
    BRINK_ASSERT(used == 1);  // Certificate::parse has tried it
  }
  if (options.kept_sessions > 0) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_new_session);
  } else {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  }
  made->options_ = std::move(options);
  return made;
}

bool ClientContext::is_revoked(const x509_st* certificate) const {
  if (own_ca_ == nullptr || certificate == nullptr || !options_.is_revoked) return false;
  const bool is_of_own_ca =
      X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(own_ca_.get())) == 0;
  return is_of_own_ca && options_.is_revoked(decimal_serial(certificate));
}

ssl_st* ClientContext::new_connection(const ClientTarget& target) {
  SslHandle ssl(SSL_new(context_.get()));
  if (ssl == nullptr) return nullptr;
  SSL_set_connect_state(ssl.get());
  const std::string& verify_name = target.verify_name.empty() ? target.server_name : target.verify_name;
  bool set = true;
  if (!target.server_name.empty() && !is_ip_address(target.server_name)) {
    set &= SSL_set_tlsext_host_name(ssl.get(), target.server_name.c_str()) == 1;
  }
  if (options_.verify == ClientOptions::Verify::kFull) {
    X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // Without a name any valid certificate would do: refuse instead.
    if (verify_name.empty()) return nullptr;
    set &= is_ip_address(verify_name)
               ? X509_VERIFY_PARAM_set1_ip_asc(parameters, verify_name.c_str()) == 1
               : X509_VERIFY_PARAM_set1_host(parameters, verify_name.data(), verify_name.size()) == 1;
  }
  if (const auto list = alpn_list(target.alpn); !list.empty()) {
    // Answers 0 for success, unlike its siblings.
    set &= SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
                               static_cast<unsigned>(list.size())) == 0;
  }
  if (!set) return nullptr;
  if (!target.session_key.empty() && options_.kept_sessions > 0) {
    // A session that is taken up again does not verify anew.
    const auto session = sessions_->take(target.session_key);
    if (session != nullptr && !is_revoked(SSL_SESSION_get0_peer(session.get())))
      SSL_set_session(ssl.get(), session.get());
  }
  return ssl.release();
}

}  // namespace brink::tls
