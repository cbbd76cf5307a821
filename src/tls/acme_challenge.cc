#include "tls/acme_challenge.h"

#include "base/encoding.h"
#include "tls/openssl_handles.h"
#include "tls/x509_builder.h"

#include <cerrno>

namespace brink::tls {
namespace {

constexpr std::size_t kDigest = 32;
constexpr char kAcmeIdentifier[] = "1.3.6.1.5.5.7.1.31";  // RFC 8737 section 6.1

using ObjectHandle = std::unique_ptr<ASN1_OBJECT, FreeBy<ASN1_OBJECT_free>>;
using OctetsHandle = std::unique_ptr<ASN1_OCTET_STRING, FreeBy<ASN1_OCTET_STRING_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;

// The extension's value is an OCTET STRING with the digest, inside the OCTET STRING of every extension.
bool add_acme_identifier(X509* certificate, std::string_view digest) {
  std::string inner("\x04\x20", 2);
  inner += digest;
  const OctetsHandle value(ASN1_OCTET_STRING_new());
  const ObjectHandle id(OBJ_txt2obj(kAcmeIdentifier, 1));
  ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>(inner.data()),
                        static_cast<int>(inner.size()));
  const ExtensionHandle extension(X509_EXTENSION_create_by_OBJ(nullptr, id.get(), 1, value.get()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

Result<std::string> make_acme_challenge(const std::string& host, std::string_view digest,
                                        std::chrono::system_clock::time_point now) {
  if (digest.size() != kDigest) return fail_errno(EINVAL);
  const PkeyHandle key = make_ecdsa_key();
  const X509Handle certificate = BRINK_TRY(make_certificate({.common_name = "ACME challenge",
                                                             .names = {host},
                                                             .not_before = now - std::chrono::days(1),
                                                             .not_after = now + std::chrono::days(7)},
                                                            key.get(), nullptr, nullptr));
  const bool made = add_acme_identifier(certificate.get(), digest) &&
                    X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  drain_errors();
  if (!made) return fail_errno(EINVAL);
  return certificate_pem(certificate.get()) + key_pem(key.get());
}

}  // namespace brink::tls
