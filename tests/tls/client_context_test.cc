#include "tls/client_context.h"

#include "tests/tls/given.h"
#include "tls/openssl_handles.h"
#include "tls/session_store.h"

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

const Authority& authority() {
  static const Authority made;
  return made;
}

// The X509_V_ERR_ code with which a client that trusts the authority refuses the server; nothing where it
// does not.
std::optional<std::int64_t> refusal(const std::shared_ptr<const Certificate>& certificate,
                                    ClientTarget target) {
  Connection connection(serving(certificate), trusting(authority().pem()), std::move(target));
  if (connection.shake_hands()) return std::nullopt;
  EXPECT_TRUE(connection.client_error && connection.client_error->is(TlsError::kCertificateInvalid));
  EXPECT_TRUE(connection.server_error && connection.server_error->is(TlsError::kHandshakeFailed))
      << "the server hears why";
  return connection.client_error->detail();
}

TEST(Verification, AcceptsAChainToATrustedAuthorityForTheName) {
  EXPECT_EQ(refusal(authority().certificate_for({"www.example.com"}), {.server_name = "www.example.com"}),
            std::nullopt);
  EXPECT_EQ(refusal(authority().certificate_for({"*.example.com"}), {.server_name = "www.example.com"}),
            std::nullopt);
  EXPECT_EQ(refusal(authority().certificate_for({"127.0.0.1"}), {.server_name = "127.0.0.1"}), std::nullopt);
  EXPECT_EQ(refusal(authority().certificate_for({"2001:db8::1"}), {.server_name = "2001:db8::1"}),
            std::nullopt);
  EXPECT_EQ(refusal(authority().certificate_for({"origin.example"}),
                    {.server_name = "www.example.com", .verify_name = "origin.example"}),
            std::nullopt);
}

TEST(Verification, RefusesAnotherName) {
  const auto certificate = authority().certificate_for({"www.example.com", "*.example.org"});
  EXPECT_EQ(refusal(certificate, {.server_name = "example.com"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(refusal(certificate, {.server_name = "a.b.example.org"}), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(refusal(certificate, {.server_name = "www.example.com", .verify_name = "other.example"}),
            X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(refusal(certificate, {.server_name = "192.0.2.1"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(Verification, RefusesAnExpiredOneAndOneToCome) {
  const auto expired = authority().certificate_for(
      {"www.example.com"}, {.not_before = wall_now() - hours(2), .not_after = wall_now() - hours(1)});
  const auto to_come = authority().certificate_for(
      {"www.example.com"}, {.not_before = wall_now() + hours(1), .not_after = wall_now() + hours(2)});
  EXPECT_EQ(refusal(expired, {.server_name = "www.example.com"}), X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(refusal(to_come, {.server_name = "www.example.com"}), X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST(Verification, RefusesWhatNobodyTrustedHasSigned) {
  const Pem lone = self_signed({"www.example.com"});
  EXPECT_EQ(refusal(*Certificate::parse(lone.certificate, lone.key), {.server_name = "www.example.com"}),
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
  const Authority stranger("Stranger");
  EXPECT_EQ(refusal(stranger.certificate_for({"www.example.com"}), {.server_name = "www.example.com"}),
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
}

TEST(Verification, RefusesAClientsCertificateOfAServer) {
  EXPECT_EQ(refusal(authority().certificate_for({"www.example.com"}, {.for_client = true}),
                    {.server_name = "www.example.com"}),
            X509_V_ERR_INVALID_PURPOSE);
}

TEST(Verification, AcceptsAnOriginsOwnCertificateThatWasNamed) {
  const Pem lone = self_signed({"www.example.com"});
  Connection connection(serving(*Certificate::parse(lone.certificate, lone.key)), trusting(lone.certificate),
                        {.server_name = "www.example.com"});
  EXPECT_TRUE(connection.shake_hands());
  // A leaf that an authority has signed may be named as well, without its authority.
  const Pem leaf = authority().issue({"www.example.com"});
  const std::string alone =
      leaf.certificate.substr(0, leaf.certificate.find("-----END CERTIFICATE-----") + 26);
  Connection pinned(serving(*Certificate::parse(leaf.certificate, leaf.key)), trusting(alone),
                    {.server_name = "www.example.com"});
  EXPECT_TRUE(pinned.shake_hands());
}

TEST(Verification, BySystemAuthoritiesKnowsNoneOfOurs) {
  auto system = ClientContext::make({});
  ASSERT_TRUE(system.has_value()) << system.error().text();
  Connection connection(serving(authority().certificate_for({"www.example.com"})), *system,
                        {.server_name = "www.example.com"});
  EXPECT_FALSE(connection.shake_hands());
  EXPECT_TRUE(connection.client_error->is(TlsError::kCertificateInvalid));
  EXPECT_NE(connection.client_error->text().find("certificate not accepted: "), std::string::npos);
}

TEST(Verification, WithoutAnyNameIsNoneAndRefused) {
  Connection connection(serving(authority().certificate_for({"www.example.com"})),
                        trusting(authority().pem()), {});
  EXPECT_FALSE(connection.shake_hands());
}

TEST(Verification, OffAcceptsAnybody) {
  const Pem lone = self_signed({"other.example"});
  Connection connection(serving(*Certificate::parse(lone.certificate, lone.key)), trusting_anybody(),
                        {.server_name = "www.example.com"});
  EXPECT_TRUE(connection.shake_hands());
}

TEST(ClientContext, ThatIsGivenNoAuthorityInItsPemSaysSo) {
  const auto none = ClientContext::make({.ca_pem = "nothing"});
  ASSERT_FALSE(none.has_value());
  EXPECT_TRUE(none.error().is(CertificateError::kNoCertificate));
  const auto torn = ClientContext::make(
      {.ca_pem = authority().pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"});
  ASSERT_FALSE(torn.has_value());
  EXPECT_EQ(torn.error().text(), "certificate number 2 in it cannot be read");
}

TEST(ClientAlpn, IsAsTheTargetSays) {
  const auto negotiated = [](ClientTarget::Alpn asked, std::vector<std::string> spoken) {
    const auto server = serving({ServerEntry{.hosts = {"*"},
                                             .certificates = {authority().certificate_for({"a.example"})},
                                             .alpn = std::move(spoken)}});
    Connection connection(server, trusting_anybody(), {.server_name = "a.example", .alpn = asked});
    if (!connection.shake_hands())
      return connection.client_error->is(TlsError::kNoSharedAlpn) ? std::string("none shared")
                                                                  : std::string("failed");
    EXPECT_EQ(connection.server->facts().alpn, connection.client->facts().alpn);
    return connection.client->facts().alpn;
  };
  using Alpn = ClientTarget::Alpn;
  EXPECT_EQ(negotiated(Alpn::kHttp2OrHttp1, {"h2", "http/1.1"}), "h2");
  EXPECT_EQ(negotiated(Alpn::kHttp2OrHttp1, {"http/1.1"}), "http/1.1");
  EXPECT_EQ(negotiated(Alpn::kHttp1, {"h2", "http/1.1"}), "http/1.1");
  EXPECT_EQ(negotiated(Alpn::kNone, {"h2", "http/1.1"}), "");
  EXPECT_EQ(negotiated(Alpn::kHttp2, {"http/1.1"}), "none shared");
}

// --- a server of OpenSSL's that asks for a certificate ---

struct OpenSslServer {
  explicit OpenSslServer(const Pem& pem, int version = 0) : context(SSL_CTX_new(TLS_server_method())) {
    const BioHandle certificate(
        BIO_new_mem_buf(pem.certificate.data(), static_cast<int>(pem.certificate.size())));
    const auto parsed = *Certificate::parse(pem.certificate, pem.key);
    SSL_CTX_use_cert_and_key(context.get(), parsed->leaf(), parsed->key(), parsed->issuers(), 1);
    if (version != 0) SSL_CTX_set_max_proto_version(context.get(), version);
  }
  // Serves one connection: handshake, then one byte. Answers the common name of the client's certificate.
  std::string serve(const std::shared_ptr<ClientContext>& client_context, ClientTarget target,
                    bool* resumed = nullptr) {
    auto sockets = socket_pair();
    Loop loop;
    TlsTransport client(std::move(sockets.one), client_context, std::move(target));
    EXPECT_TRUE(client.attach(loop).has_value());
    const SslHandle server(SSL_new(context.get()));
    SSL_set_fd(server.get(), sockets.other.get());
    std::optional<Result<>> shaken;
    TaskGroup group("client", loop);
    group.spawn(store(client.handshake(Deadline::never()), shaken));
    int accepted = 0;
    turn_until(loop, [&] {
      ERR_clear_error();
      if (accepted != 1) accepted = SSL_accept(server.get());
      return accepted == 1 && shaken.has_value();
    });
    EXPECT_TRUE(shaken && shaken->has_value()) << shaken->error().text();
    EXPECT_EQ(SSL_write(server.get(), "x", 1), 1);
    EXPECT_EQ(run(loop, read_some(client)).value_or("failed"), "x");
    if (resumed != nullptr) *resumed = client.facts().resumed;
    EXPECT_EQ(SSL_session_reused(server.get()) == 1, client.facts().resumed);
    const X509Handle certificate(SSL_get1_peer_certificate(server.get()));
    SSL_set_shutdown(server.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    char name[100] = {};
    if (certificate != nullptr)
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    return name;
  }
  SslCtxHandle context;
};

class ClientCertificateTest : public testing::TestWithParam<int> {};

TEST_P(ClientCertificateTest, IsShownToAServerThatAsks) {
  OpenSslServer server(authority().issue({"origin.example"}), GetParam());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(server.context.get()), authority().certificate());
  SSL_CTX_set_verify(server.context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  const auto ours = authority().certificate_for({"edge.example"}, {.for_client = true});
  EXPECT_EQ(server.serve(trusting(authority().pem(), ours), {.server_name = "origin.example"}),
            "edge.example");
  const auto rsa = authority().certificate_for({"edge-rsa.example"}, {.rsa = true, .for_client = true});
  EXPECT_EQ(server.serve(trusting(authority().pem(), rsa), {.server_name = "origin.example"}),
            "edge-rsa.example");
}

TEST_P(ClientCertificateTest, IsNotShownToAServerThatDoesNot) {
  OpenSslServer server(authority().issue({"origin.example"}), GetParam());
  const auto ours = authority().certificate_for({"edge.example"}, {.for_client = true});
  EXPECT_EQ(server.serve(trusting(authority().pem(), ours), {.server_name = "origin.example"}), "");
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientCertificateTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) { return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

// --- sessions ---

class ClientSessionTest : public testing::TestWithParam<int> {
 protected:
  bool resumes(const std::shared_ptr<ClientContext>& context, const std::string& key) {
    bool resumed = false;
    server_.serve(context, {.server_name = "origin.example", .session_key = key}, &resumed);
    return resumed;
  }
  OpenSslServer server_{authority().issue({"origin.example"}), GetParam()};
};

TEST_P(ClientSessionTest, IsTakenUpAgainUnderTheSameKey) {
  const auto context = trusting(authority().pem());
  EXPECT_FALSE(resumes(context, "origin.example:443"));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(resumes(context, "origin.example:443")) << i;
  EXPECT_FALSE(resumes(context, "origin.example:8443"));
  EXPECT_EQ(context->sessions().size(), 2u);
}

TEST_P(ClientSessionTest, IsNotKeptWithoutAKeyOrWhereNoneAreKept) {
  const auto context = trusting(authority().pem());
  EXPECT_FALSE(resumes(context, ""));
  EXPECT_FALSE(resumes(context, ""));
  EXPECT_EQ(context->sessions().size(), 0u);
  const auto forgetful = *ClientContext::make({.ca_pem = authority().pem(), .kept_sessions = 0});
  EXPECT_FALSE(resumes(forgetful, "origin.example:443"));
  EXPECT_FALSE(resumes(forgetful, "origin.example:443"));
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientSessionTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) { return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

TEST(ClientSession, IsTakenUpWithOurOwnServer) {
  const auto server = serving(authority().certificate_for({"www.example.com"}));
  const auto context = trusting(authority().pem());
  const ClientTarget target{.server_name = "www.example.com", .session_key = "www"};
  for (int i = 0; i < 3; ++i) {
    Connection connection(server, context, target);
    ASSERT_TRUE(connection.shake_hands());
    EXPECT_EQ(connection.client->facts().resumed, i > 0) << i;
    EXPECT_EQ(connection.server->facts().resumed, i > 0);
    EXPECT_EQ(carry(connection.loop, *connection.server, *connection.client, "with the ticket"),
              "with the ticket");
  }
}

}  // namespace
}  // namespace brink::tls
