#include "tls/certificate.h"

#include "tls/openssl_handles.h"

#include <ctime>
#include <utility>

#include <arpa/inet.h>

#include <fmt/format.h>
#include <openssl/pem.h>

namespace brink::tls {
namespace {

constexpr int kMaxChain = 16;
// How far a responder's clock may be off.
constexpr std::chrono::minutes kOcspClockSkew{5};

class CertificateDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "certificate"; }
  std::string message(int code, std::int64_t detail) const override {
    const auto reason = [detail](std::string_view what) {
      const char* text = ERR_reason_error_string(static_cast<unsigned long>(detail));
      return text != nullptr ? fmt::format("{}: {}", what, text) : std::string(what);
    };
    switch (static_cast<CertificateError>(code)) {
      case CertificateError::kNoCertificate:
        return "no certificate in it (expected -----BEGIN CERTIFICATE-----)";
      case CertificateError::kBadCertificate:
        return fmt::format("certificate number {} in it cannot be read", detail);
      case CertificateError::kNoKey: return "no private key in it (expected -----BEGIN PRIVATE KEY-----)";
      case CertificateError::kBadKey: return reason("the private key cannot be read");
      case CertificateError::kKeyNeedsPassphrase:
        return "the private key is encrypted; store it without a passphrase";
      case CertificateError::kKeyDoesNotMatch:
        return "the private key does not belong to the first certificate";
      case CertificateError::kUnsupportedKey:
        return "the key is of a kind that TLS cannot use here (expected RSA, ECDSA or Ed25519)";
      case CertificateError::kTooWeak: return reason("the certificate is too weak to be used");
      case CertificateError::kBadOcspResponse: return "not a successful OCSP response in DER";
      case CertificateError::kOcspOfAnother: return "the OCSP response is about another certificate";
      case CertificateError::kOcspBadSignature:
        return "the OCSP response is not signed by the certificate's issuer";
      case CertificateError::kOcspRevoked:
        return "the OCSP response does not say that the certificate is good";
      case CertificateError::kOcspExpired: return "the OCSP response is not valid now";
    }
    return "unknown error";
  }
};
constexpr CertificateDomain kDomain;

BioHandle memory_bio(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate::Time time_point_of(const ASN1_TIME* time) {
  std::tm calendar{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &calendar) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&calendar));
}

// The certificates of a PEM text in order; anything else in it is passed over.
Result<std::vector<X509Handle>> parse_certificates(std::string_view pem) {
  const auto bio = memory_bio(pem);
  std::vector<X509Handle> certificates;
  for (;;) {
    X509Handle certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    certificates.push_back(std::move(certificate));
    if (certificates.size() > kMaxChain) return fail(CertificateError::kBadCertificate, kMaxChain + 1);
  }
  const auto why = take_error();
  const bool at_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  if (!at_end)
    return fail(CertificateError::kBadCertificate, static_cast<std::int64_t>(certificates.size()) + 1);
  if (certificates.empty()) return fail(CertificateError::kNoCertificate);
  return certificates;
}

int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<PkeyHandle> parse_key(std::string_view pem) {
  const auto bio = memory_bio(pem);
  bool asked_for_passphrase = false;
  PkeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &asked_for_passphrase));
  const auto why = take_error();
  if (key != nullptr) return key;
  if (asked_for_passphrase) return fail(CertificateError::kKeyNeedsPassphrase);
  if (pem.find("PRIVATE KEY-----") == std::string_view::npos) return fail(CertificateError::kNoKey);
  return fail(CertificateError::kBadKey, static_cast<std::int64_t>(why));
}

Result<Certificate::KeyType> key_type_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS: return Certificate::KeyType::kRsa;
    case EVP_PKEY_EC: return Certificate::KeyType::kEcdsa;
    case EVP_PKEY_ED25519: return Certificate::KeyType::kEd25519;
    default: return fail(CertificateError::kUnsupportedKey);
  }
}

// Asks OpenSSL whether a server may use them: better said here, where the file can be named, than in a
// handshake.
Result<> check_usable(const Certificate& certificate) {
  const SslCtxHandle context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_security_level(context.get(), 2);
  const int usable = SSL_CTX_use_cert_and_key(context.get(), certificate.leaf(), certificate.key(),
                                              certificate.issuers(), 1);
  const auto why = take_error();
  if (usable == 1) return {};
  return fail(CertificateError::kTooWeak, static_cast<std::int64_t>(why));
}

std::vector<std::string> names_of(const X509* leaf) {
  std::vector<std::string> names;
  const GeneralNamesHandle alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; alternatives != nullptr && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type == GEN_DNS) {
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      char text[INET6_ADDRSTRLEN];
      const int size = ASN1_STRING_length(name->d.iPAddress);
      const int family = size == 4 ? AF_INET : AF_INET6;
      if (size != 4 && size != 16) continue;
      if (::inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text) != nullptr)
        names.emplace_back(text);
    }
  }
  return names;
}

std::string entry_of(const X509_NAME* name, int id) {
  const int at = X509_NAME_get_index_by_NID(name, id, -1);
  if (at < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

struct OcspValidity {
  Certificate::Time expiry;
};

Result<OcspValidity> check_ocsp(const Certificate& certificate, std::string_view der, Certificate::Time now) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const OcspResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (response == nullptr || OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return fail(CertificateError::kBadOcspResponse);
  }
  const OcspBasicHandle basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr || OCSP_resp_count(basic.get()) < 1) return fail(CertificateError::kBadOcspResponse);

  // The answer about our serial number; where the chain has the issuer, also by the issuer's name and key.
  X509* const leaf = certificate.leaf();
  X509* const issuer =
      sk_X509_num(certificate.issuers()) > 0 ? sk_X509_value(certificate.issuers(), 0) : nullptr;
  const OCSP_SINGLERESP* single = nullptr;
  for (int i = 0; i < OCSP_resp_count(basic.get()) && single == nullptr; ++i) {
    const OCSP_SINGLERESP* each = OCSP_resp_get0(basic.get(), i);
    const OCSP_CERTID* id = OCSP_SINGLERESP_get0_id(each);
    ASN1_INTEGER* serial = nullptr;
    ASN1_OBJECT* algorithm = nullptr;
    OCSP_id_get0_info(nullptr, &algorithm, nullptr, &serial, const_cast<OCSP_CERTID*>(id));
    if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) != 0) continue;
    if (issuer != nullptr) {
      const EVP_MD* digest = EVP_get_digestbyobj(algorithm);
      const OcspIdHandle expected(digest != nullptr ? OCSP_cert_to_id(digest, leaf, issuer) : nullptr);
      if (expected == nullptr || OCSP_id_cmp(expected.get(), id) != 0) continue;
    }
    single = each;
  }
  if (single == nullptr) return fail(CertificateError::kOcspOfAnother);

  if (issuer != nullptr) {
    // Trust the issuer that stands in the chain: whether clients do is the chain's business, not the
    // response's.
    const X509StoreHandle store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), issuer);
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    if (OCSP_basic_verify(basic.get(), certificate.issuers(), store.get(), 0) != 1) {
      return fail(CertificateError::kOcspBadSignature);
    }
  }

  ASN1_GENERALIZEDTIME* this_update = nullptr;
  ASN1_GENERALIZEDTIME* next_update = nullptr;
  const int status = OCSP_single_get0_status(const_cast<OCSP_SINGLERESP*>(single), nullptr, nullptr,
                                             &this_update, &next_update);
  if (status != V_OCSP_CERTSTATUS_GOOD) return fail(CertificateError::kOcspRevoked);
  // Without a next update newer answers are always there (RFC 6960 section 4.2.2.1), so this one cannot be
  // kept.
  const auto expiry = time_point_of(next_update);
  if (next_update == nullptr || expiry <= now || time_point_of(this_update) > now + kOcspClockSkew) {
    return fail(CertificateError::kOcspExpired);
  }
  return OcspValidity{expiry};
}

}  // namespace

const ErrorDomain& error_domain(CertificateError) { return kDomain; }

Result<std::shared_ptr<const Certificate>> Certificate::parse(std::string_view chain_pem,
                                                              std::string_view key_pem) {
  drain_errors();
  auto certificates = BRINK_TRY(parse_certificates(chain_pem));
  auto key = BRINK_TRY(parse_key(key_pem));
  const auto key_type = BRINK_TRY(key_type_of(key.get()));
  if (X509_check_private_key(certificates.front().get(), key.get()) != 1) {
    take_error();
    return fail(CertificateError::kKeyDoesNotMatch);
  }

  std::shared_ptr<Certificate> made(new Certificate);
  made->issuers_ = X509StackHandle(sk_X509_new_null());
  for (std::size_t i = 1; i < certificates.size(); ++i)
    sk_X509_push(made->issuers_.get(), certificates[i].release());
  made->leaf_ = std::move(certificates.front());
  made->key_ = std::move(key);
  made->key_type_ = key_type;
  made->not_before_ = time_point_of(X509_get0_notBefore(made->leaf()));
  made->not_after_ = time_point_of(X509_get0_notAfter(made->leaf()));
  made->names_ = names_of(made->leaf());
  BRINK_TRY(check_usable(*made));
  return made;
}

Result<std::shared_ptr<const Certificate>> Certificate::with_ocsp_response(std::string_view der,
                                                                           Time now) const {
  drain_errors();
  const auto validity = check_ocsp(*this, der, now);
  take_error();
  if (!validity) return std::unexpected(validity.error());
  std::shared_ptr<Certificate> stapled(new Certificate(*this));
  stapled->ocsp_response_ = der;
  stapled->ocsp_expiry_ = validity->expiry;
  return stapled;
}

std::string Certificate::issuer_name() const {
  const X509_NAME* issuer = X509_get_issuer_name(leaf());
  std::string name = entry_of(issuer, NID_organizationName);
  if (name.empty()) name = entry_of(issuer, NID_commonName);
  drain_errors();
  return name;
}

std::string Certificate::signature_name() const {
  int digest = NID_undef;
  int key = NID_undef;
  // Also of RSASSA-PSS, where the digest is a parameter.
  X509_get_signature_info(leaf(), &digest, &key, nullptr, nullptr);
  drain_errors();
  const char* hash = digest == NID_undef ? nullptr : OBJ_nid2sn(digest);
  switch (key) {
    case EVP_PKEY_EC: return fmt::format("ECDSAWith{}", hash != nullptr ? hash : "");
    case EVP_PKEY_RSA: return fmt::format("{}WithRSA", hash != nullptr ? hash : "");
    case EVP_PKEY_RSA_PSS: return fmt::format("{}WithRSAPSS", hash != nullptr ? hash : "");
    case EVP_PKEY_ED25519: return "PureEd25519";
    default: return OBJ_nid2sn(X509_get_signature_nid(leaf()));
  }
}

bool Certificate::covers(const std::string& host) const {
  drain_errors();
  const bool by_name =
      X509_check_host(leaf(), host.data(), host.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
  const bool covered = by_name || X509_check_ip_asc(leaf(), host.c_str(), 0) == 1;
  drain_errors();
  return covered;
}

}  // namespace brink::tls
