// Serial numbers of certificates as text. For the files of this room alone.
#pragma once

#include <string>

struct x509_st;

namespace brink::tls {

// In decimal digits, with a minus before them where it is negative.
[[nodiscard]] std::string decimal_serial(const x509_st* certificate);

}  // namespace brink::tls
