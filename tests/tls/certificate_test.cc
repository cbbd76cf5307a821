#include "tls/certificate.h"

#include "tests/tls/given.h"
#include "tls/openssl_handles.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>

namespace brink::tls {
namespace {

const Authority& authority() {
  static const Authority made;
  return made;
}

std::optional<CertificateError> refusal(const std::string& chain, const std::string& key) {
  const auto parsed = Certificate::parse(chain, key);
  if (parsed) return std::nullopt;
  EXPECT_FALSE(parsed.error().text().empty());
  EXPECT_EQ(ERR_peek_error(), 0u) << "the error queue is not clean";
  return static_cast<CertificateError>(parsed.error().code());
}

TEST(Certificate, TellsWhatItIs) {
  const auto certificate =
      authority().certificate_for({"example.com", "*.example.com", "192.0.2.7", "2001:db8::1"});
  EXPECT_EQ(certificate->key_type(), Certificate::KeyType::kEcdsa);
  EXPECT_EQ(certificate->names(),
            (std::vector<std::string>{"example.com", "*.example.com", "192.0.2.7", "2001:db8::1"}));
  EXPECT_LT(certificate->not_before(), wall_now());
  EXPECT_GT(certificate->not_after(), wall_now() + hours(23));
  EXPECT_LT(certificate->not_after(), wall_now() + hours(25));
  for (const char* covered :
       {"example.com", "EXAMPLE.com", "www.example.com", "*.example.com", "192.0.2.7", "2001:db8::1"}) {
    EXPECT_TRUE(certificate->covers(covered)) << covered;
  }
  for (const char* other : {"a.b.example.com", "example.org", "192.0.2.8", ""}) {
    EXPECT_FALSE(certificate->covers(other)) << other;
  }
  EXPECT_EQ(authority().certificate_for({"a"}, {.rsa = true})->key_type(), Certificate::KeyType::kRsa);
}

TEST(Certificate, TellsWhoSignedItAndHow) {
  const auto certificate = authority().certificate_for({"example.com"});
  EXPECT_EQ(certificate->issuer_name(), "Test CA");
  EXPECT_EQ(certificate->signature_name(), "ECDSAWithSHA256");
  const auto made = make_certificate({.common_name = "own",
                                      .names = {"example.com"},
                                      .not_before = wall_now() - hours(1),
                                      .not_after = wall_now() + hours(1)},
                                     shared_rsa_key().get(), nullptr, nullptr);
  const auto rsa = *Certificate::parse(certificate_pem(made->get()), key_pem(shared_rsa_key().get()));
  EXPECT_EQ(rsa->issuer_name(), "own");
  EXPECT_EQ(rsa->signature_name(), "SHA256WithRSA");
}

TEST(Certificate, ThatCannotBeReadSaysWhy) {
  const Pem good = authority().issue({"example.com"});
  const Pem other = authority().issue({"example.com"});
  EXPECT_EQ(refusal("", good.key), CertificateError::kNoCertificate);
  EXPECT_EQ(refusal("nonsense", good.key), CertificateError::kNoCertificate);
  EXPECT_EQ(refusal(good.certificate, ""), CertificateError::kNoKey);
  EXPECT_EQ(refusal(good.certificate, good.certificate), CertificateError::kNoKey);
  EXPECT_EQ(refusal(good.certificate, other.key), CertificateError::kKeyDoesNotMatch);

  std::string torn = good.certificate;
  torn[torn.find("CERTIFICATE-----") + 60] = '!';
  EXPECT_EQ(refusal(torn, good.key), CertificateError::kBadCertificate);
  std::string torn_key = good.key;
  torn_key.replace(torn_key.find('\n') + 10, 8, "AAAAAAAA");
  EXPECT_EQ(refusal(good.certificate, torn_key), CertificateError::kBadKey);
}

TEST(Certificate, SaysWhichOneOfTheChainIsBad) {
  const Pem good = authority().issue({"example.com"});
  const auto parsed = Certificate::parse(
      good.certificate + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", good.key);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().text(), "certificate number 3 in it cannot be read");
}

TEST(Certificate, WithAnEncryptedKeyIsRefused) {
  const Pem good = authority().issue({"example.com"});
  const BioHandle in(BIO_new_mem_buf(good.key.data(), static_cast<int>(good.key.size())));
  const PkeyHandle key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const BioHandle out(BIO_new(BIO_s_mem()));
  char passphrase[] = "secret";
  ASSERT_EQ(
      PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr),
      1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  EXPECT_EQ(refusal(good.certificate, std::string(text, static_cast<std::size_t>(size))),
            CertificateError::kKeyNeedsPassphrase);
}

TEST(Certificate, WithAWeakKeyIsRefused) {
  const auto weak = make_rsa_key(1024);
  auto made = make_certificate({.common_name = "weak",
                                .names = {"weak.example"},
                                .not_before = wall_now(),
                                .not_after = wall_now() + hours(1)},
                               weak.get(), nullptr, nullptr);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(refusal(certificate_pem(made->get()), key_pem(weak.get())), CertificateError::kTooWeak);
}

TEST(Certificate, OfAnUnusableKindIsRefused) {
  const PkeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
  const Pem good = authority().issue({"example.com"});
  EXPECT_EQ(refusal(good.certificate, key_pem(key.get())), CertificateError::kUnsupportedKey);
}

// --- OCSP ---

struct OcspAnswer {
  int status = V_OCSP_CERTSTATUS_GOOD;
  std::chrono::seconds this_update = -hours(1);
  std::optional<std::chrono::seconds> next_update = hours(1);
};

// A response about `certificate` signed by `signer`, as a responder makes one.
std::string ocsp_response(const Certificate& certificate, const Authority& signer,
                          const OcspAnswer& answer = {}) {
  const OcspBasicHandle basic(OCSP_BASICRESP_new());
  const OcspIdHandle id(
      OCSP_cert_to_id(EVP_sha1(), certificate.leaf(), sk_X509_value(certificate.issuers(), 0)));
  ASN1_TIME* this_update = X509_gmtime_adj(nullptr, answer.this_update.count());
  ASN1_TIME* next_update =
      answer.next_update ? X509_gmtime_adj(nullptr, answer.next_update->count()) : nullptr;
  ASN1_TIME* revoked_at =
      answer.status == V_OCSP_CERTSTATUS_REVOKED ? X509_gmtime_adj(nullptr, -3600) : nullptr;
  OCSP_basic_add1_status(basic.get(), id.get(), answer.status, 0, revoked_at, this_update, next_update);
  OCSP_basic_sign(basic.get(), signer.certificate(), signer.key(), EVP_sha256(), nullptr, 0);
  ASN1_TIME_free(this_update);
  ASN1_TIME_free(next_update);
  ASN1_TIME_free(revoked_at);
  const OcspResponseHandle response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response.get(), &der);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

TEST(OcspResponse, ThatFitsIsKeptUntilItExpires) {
  const auto certificate = authority().certificate_for({"example.com"});
  const auto der = ocsp_response(*certificate, authority());
  const auto stapled = certificate->with_ocsp_response(der, wall_now());
  ASSERT_TRUE(stapled.has_value()) << stapled.error().text();
  EXPECT_EQ((*stapled)->ocsp_response(), der);
  EXPECT_GT((*stapled)->ocsp_expiry(), wall_now() + std::chrono::minutes(59));
  EXPECT_LT((*stapled)->ocsp_expiry(), wall_now() + std::chrono::minutes(61));
  EXPECT_TRUE(certificate->ocsp_response().empty());
}

TEST(OcspResponse, ThatDoesNotFitIsRefused) {
  const auto certificate = authority().certificate_for({"example.com"});
  const auto other = authority().certificate_for({"example.com"});
  const Authority stranger;
  const auto refused = [&](const std::string& der) -> std::optional<CertificateError> {
    const auto stapled = certificate->with_ocsp_response(der, wall_now());
    if (stapled) return std::nullopt;
    return static_cast<CertificateError>(stapled.error().code());
  };
  EXPECT_EQ(refused(""), CertificateError::kBadOcspResponse);
  EXPECT_EQ(refused("nonsense"), CertificateError::kBadOcspResponse);
  EXPECT_EQ(refused(ocsp_response(*other, authority())), CertificateError::kOcspOfAnother);
  EXPECT_EQ(refused(ocsp_response(*certificate, stranger)), CertificateError::kOcspBadSignature);
  EXPECT_EQ(refused(ocsp_response(*certificate, authority(), {.status = V_OCSP_CERTSTATUS_REVOKED})),
            CertificateError::kOcspRevoked);
  EXPECT_EQ(refused(ocsp_response(*certificate, authority(), {.status = V_OCSP_CERTSTATUS_UNKNOWN})),
            CertificateError::kOcspRevoked);
  EXPECT_EQ(refused(ocsp_response(*certificate, authority(), {.next_update = -std::chrono::seconds(60)})),
            CertificateError::kOcspExpired);
  EXPECT_EQ(
      refused(ocsp_response(*certificate, authority(), {.this_update = hours(1), .next_update = hours(2)})),
      CertificateError::kOcspExpired);
  EXPECT_EQ(refused(ocsp_response(*certificate, authority(), {.next_update = std::nullopt})),
            CertificateError::kOcspExpired);
}

TEST(OcspResponse, IsReadSafelyHoweverItIsTorn) {
  const auto certificate = authority().certificate_for({"example.com"});
  const auto der = ocsp_response(*certificate, authority());
  for (std::size_t size = 0; size < der.size(); size += 7) {
    const std::vector<char> part(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(certificate->with_ocsp_response({part.data(), part.size()}, wall_now()).has_value()) << size;
  }
}

// --- in a handshake ---

std::string staple_seen_by_a_client(const std::shared_ptr<const ServerContexts>& contexts) {
  // A client of OpenSSL's own that asks for a staple, over memory.
  auto sockets = socket_pair();
  Loop loop;
  TlsTransport server(std::move(sockets.one), contexts);
  EXPECT_TRUE(server.attach(loop).has_value());
  const SslCtxHandle context(SSL_CTX_new(TLS_client_method()));
  const SslHandle client(SSL_new(context.get()));
  SSL_set_tlsext_status_type(client.get(), TLSEXT_STATUSTYPE_ocsp);
  SSL_set_tlsext_host_name(client.get(), "example.com");
  SSL_set_fd(client.get(), sockets.other.get());
  std::optional<Result<>> shaken;
  TaskGroup group("server", loop);
  group.spawn(store(server.handshake(Deadline::never()), shaken));
  turn_until(loop, [&] { return SSL_connect(client.get()) == 1; });
  turn_until(loop, [&] { return shaken.has_value(); });
  EXPECT_TRUE(shaken && shaken->has_value());
  const unsigned char* response = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(client.get(), &response);
  return size > 0 ? std::string(reinterpret_cast<const char*>(response), static_cast<std::size_t>(size))
                  : std::string();
}

TEST(OcspResponse, IsStapledAsLongAsItIsValid) {
  const auto plain = authority().certificate_for({"example.com"});
  const auto der = ocsp_response(*plain, authority());
  const auto stapled = *plain->with_ocsp_response(der, wall_now());
  HandClock clock;
  const auto contexts = ServerContexts::make(
      {ServerEntry{.hosts = {"example.com"}, .certificates = {stapled}}}, ticket_keys(), clock.clock());
  EXPECT_EQ(staple_seen_by_a_client(contexts), der);
  clock.advance(hours(2));
  EXPECT_EQ(staple_seen_by_a_client(contexts), "");
  EXPECT_EQ(staple_seen_by_a_client(serving(plain)), "");
}

}  // namespace
}  // namespace brink::tls
