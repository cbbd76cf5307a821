#include "tls/x509_builder.h"

#include "base/assert.h"
#include "base/random.h"

#include <cerrno>

#include <arpa/inet.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace brink::tls {
namespace {

void set_time(ASN1_TIME* time, std::chrono::system_clock::time_point when) {
  BRINK_ASSERT(ASN1_TIME_set(time, std::chrono::system_clock::to_time_t(when)) != nullptr);
}

// 127 random bits, so positive: RFC 5280 section 4.1.2.2.
void set_random_serial(X509* certificate) {
  unsigned char bytes[16];
  fill_secret(bytes);
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  BIGNUM* number = BN_bin2bn(bytes, sizeof bytes, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
}

bool add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

std::string text_of(const BioHandle& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

PkeyHandle make_ecdsa_key() {
  PkeyHandle key(EVP_EC_gen("P-256"));
  BRINK_ASSERT(key != nullptr);
  return key;
}

PkeyHandle make_rsa_key(unsigned bits) {
  PkeyHandle key(EVP_RSA_gen(bits));
  BRINK_ASSERT(key != nullptr);
  return key;
}

// The addresses and names as they are, not by OpenSSL's configuration syntax, in which a comma in a name
// would add another.
GeneralNamesHandle general_names(const std::vector<std::string>& names) {
  GeneralNamesHandle list(GENERAL_NAMES_new());
  for (const std::string& name : names) {
    GENERAL_NAME* entry = nullptr;
    if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str()); address != nullptr) {
      entry = GENERAL_NAME_new();
      GENERAL_NAME_set0_value(entry, GEN_IPADD, address);
    } else {
      drain_errors();
      constexpr std::size_t kMaxHostName = 253;
      const bool plain =
          name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*") ==
          std::string::npos;
      if (name.empty() || name.size() > kMaxHostName || !plain) return nullptr;
      ASN1_IA5STRING* text = ASN1_IA5STRING_new();
      ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
      entry = GENERAL_NAME_new();
      GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    }
    sk_GENERAL_NAME_push(list.get(), entry);
  }
  return list;
}

Result<X509Handle> make_certificate(const X509Request& request, EVP_PKEY* key, X509* issuer,
                                    EVP_PKEY* issuer_key) {
  drain_errors();
  X509Handle made(X509_new());
  X509* certificate = made.get();
  X509* const signer = issuer != nullptr ? issuer : certificate;
  X509_set_version(certificate, X509_VERSION_3);
  set_random_serial(certificate);
  set_time(X509_getm_notBefore(certificate), request.not_before);
  set_time(X509_getm_notAfter(certificate), request.not_after);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.common_name.data()),
                             static_cast<int>(request.common_name.size()), -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  bool good = true;
  if (request.is_authority) {
    good &= add_extension(certificate, signer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    good &= add_extension(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    good &= add_extension(certificate, signer, NID_basic_constraints, "critical,CA:FALSE");
    good &= add_extension(certificate, signer, NID_key_usage, "critical,digitalSignature");
    good &= add_extension(certificate, signer, NID_ext_key_usage,
                          request.for_client ? "clientAuth" : "serverAuth");
  }
  good &= add_extension(certificate, signer, NID_subject_key_identifier, "hash");
  if (issuer != nullptr)
    good &= add_extension(certificate, signer, NID_authority_key_identifier, "keyid:always");
  if (!request.names.empty()) {
    const GeneralNamesHandle names = general_names(request.names);
    good &= names != nullptr && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1;
  }
  good = good && X509_sign(certificate, issuer != nullptr ? issuer_key : key, EVP_sha256()) > 0;
  drain_errors();
  if (!good) return fail_errno(EINVAL);
  return made;
}

std::string certificate_pem(X509* certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  BRINK_ASSERT(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_of(bio);
}

std::string key_pem(EVP_PKEY* key) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  BRINK_ASSERT(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio);
}

}  // namespace brink::tls
