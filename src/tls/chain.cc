#include "tls/chain.h"

#include "tls/openssl_handles.h"

namespace brink::tls {
Result<> check_chain(const Certificate& certificate) {
  X509* subject = certificate.leaf();
  STACK_OF(X509)* issuers = certificate.issuers();
  for (int i = 0; issuers != nullptr && i < sk_X509_num(issuers); ++i) {
    X509* issuer = sk_X509_value(issuers, i);
    const bool is_signed = X509_check_issued(issuer, subject) == X509_V_OK &&
                           X509_verify(subject, X509_get0_pubkey(issuer)) == 1 && X509_check_ca(issuer) > 0;
    drain_errors();
    if (!is_signed) return fail(CertificateError::kBadCertificate, i + 1);
    subject = issuer;
  }
  return {};
}

}  // namespace brink::tls
