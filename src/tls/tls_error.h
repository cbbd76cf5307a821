// What can go wrong between us and a TLS peer.
#pragma once

#include "base/error.h"

namespace brink::tls {

enum class TlsError {
  kHandshakeFailed = 1,  // the detail is OpenSSL's error code; an alert of the peer's is one of them
  kCertificateInvalid,   // the peer's certificate was refused; the detail is an X509_V_ERR_ code
  kNoSharedAlpn,         // no application protocol that both sides speak
  kTimeout,              // the handshake's deadline passed
  kClosed,               // the peer closed the connection during the handshake
  kNotTls,               // what the peer sent is no TLS
  kBrokenRecord,         // after the handshake; the detail is OpenSSL's error code
  kTooManyMessages,      // a flood of messages that carry no data: KeyUpdate, renegotiation, empty records
};
const ErrorDomain& error_domain(TlsError);

}  // namespace brink::tls
