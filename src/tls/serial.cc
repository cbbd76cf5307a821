#include "tls/serial.h"

#include "base/assert.h"
#include "tls/openssl_handles.h"

namespace brink::tls {

std::string decimal_serial(const x509_st* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  BRINK_ASSERT(number != nullptr);
  char* digits = BN_bn2dec(number);
  BN_free(number);
  BRINK_ASSERT(digits != nullptr);
  std::string text(digits);
  OPENSSL_free(digits);
  return text;
}

}  // namespace brink::tls
