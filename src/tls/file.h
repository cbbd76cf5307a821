// The few files this room keeps: secrets, keys, certificates. All small.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

#include <sys/types.h>

namespace brink::tls {

// The whole content; EFBIG where it is more than a certificate chain could be.
[[nodiscard]] Result<std::string> read_file(const std::string& path);
// Puts the content in place all at once, so that a reader sees the old file or the new one and never half of
// one, and a crash leaves no torn file behind.
Result<> replace_file(const std::string& path, std::string_view content, mode_t mode);
// The same, but EEXIST where there is a file already.
Result<> write_new_file(const std::string& path, std::string_view content, mode_t mode);

}  // namespace brink::tls
