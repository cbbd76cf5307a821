#include "tls/request_builder.h"

#include "tls/openssl_handles.h"
#include "tls/x509_builder.h"

#include <cerrno>

namespace brink::tls {
namespace {

using RequestHandle = std::unique_ptr<X509_REQ, FreeBy<X509_REQ_free>>;

void free_extensions(STACK_OF(X509_EXTENSION) * list) {
  sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}
using ExtensionsHandle = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeBy<free_extensions>>;

}  // namespace

Result<std::string> make_certificate_request(const std::vector<std::string>& names, const Es256Key& key) {
  drain_errors();
  const GeneralNamesHandle alternatives = general_names(names);
  if (alternatives == nullptr || names.empty()) return fail_errno(EINVAL);
  const RequestHandle request(X509_REQ_new());
  STACK_OF(X509_EXTENSION)* list = nullptr;
  const bool listed = X509V3_add1_i2d(&list, NID_subject_alt_name, alternatives.get(), 0, 0) == 1;
  const ExtensionsHandle extensions(list);
  const bool made = listed && X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_pubkey(request.get(), key.handle()) == 1 &&
                    X509_REQ_add_extensions(request.get(), extensions.get()) == 1 &&
                    X509_REQ_sign(request.get(), key.handle(), EVP_sha256()) > 0;
  unsigned char* der = nullptr;
  const int size = made ? i2d_X509_REQ(request.get(), &der) : -1;
  drain_errors();
  if (size <= 0) return fail_errno(EINVAL);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace brink::tls
