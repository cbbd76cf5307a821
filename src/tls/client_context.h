// How we speak TLS to origins: whom we trust, who we are, and the sessions to take up again. One for each way
// of verifying, shared by all threads.
#pragma once

#include "base/error.h"
#include "tls/certificate.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct x509_st;

namespace brink::tls {

class SessionStore;

struct ClientOptions {
  enum class Verify : unsigned char {
    kNone,  // encrypt, whoever it is
    kFull,  // a chain to a trusted authority, valid now, and the name we asked for
  };
  Verify verify = Verify::kFull;
  // Whom to trust, as PEM: authorities, or the origin's own certificate. Empty: the system's authorities.
  std::string ca_pem;
  // One more authority that is trusted, as PEM; empty for none. It can take back what it has signed: then
  // `is_revoked` says so of the serial number (decimal). Called in handshakes, from all threads.
  std::string own_ca_pem;
  std::function<bool(std::string_view serial)> is_revoked;
  // Shown to origins that ask for a client's certificate.
  std::shared_ptr<const Certificate> certificate;
  // Origins whose sessions are kept; 0: every handshake is a full one.
  std::size_t kept_sessions = 4096;
};

// One origin as a connection is made to it.
struct ClientTarget {
  enum class Alpn : unsigned char { kNone, kHttp1, kHttp2, kHttp2OrHttp1 };
  std::string server_name;  // sent as SNI, unless it is an IP address or empty
  std::string
      verify_name;  // whom the certificate must be for, a host name or an IP address; empty: `server_name`
  Alpn alpn = Alpn::kHttp2OrHttp1;
  // Sessions are taken up again only under the same key; "host:port" with whatever else tells origins apart.
  // Empty: neither looked for nor kept.
  std::string session_key;
};

class ClientContext {
 public:
  // Fails with CertificateError where `ca_pem` or `own_ca_pem` cannot be read, with SystemError where the
  // system has no authorities.
  [[nodiscard]] static Result<std::shared_ptr<ClientContext>> make(ClientOptions options);
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;
  ~ClientContext();

  // For this room alone: the object for a new connection, with a kept session where there is one.
  [[nodiscard]] ssl_st* new_connection(const ClientTarget& target);
  [[nodiscard]] SessionStore& sessions() { return *sessions_; }
  [[nodiscard]] bool is_revoked(const x509_st* certificate) const;

 private:
  ClientContext();
  struct ContextFree {
    void operator()(ssl_ctx_st* context) const;
  };
  ClientOptions options_;
  std::shared_ptr<x509_st> own_ca_;
  std::unique_ptr<ssl_ctx_st, ContextFree> context_;
  std::unique_ptr<SessionStore> sessions_;
};

}  // namespace brink::tls
