// A ClientHello of a stranger: read, and both fingerprints made of what could be read.
#include "tls/client_hello.h"

#include "base/assert.h"

#include <cstddef>
#include <cstdint>

using namespace brink::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ClientHello hello;
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  if (!parse_client_hello(message, hello)) return 0;

  BRINK_ASSERT(ja3(hello).size() == 32);
  const std::string fingerprint = ja4(hello, 't');
  BRINK_ASSERT(fingerprint.size() == 36 && fingerprint[10] == '_' && fingerprint[23] == '_');
  // Every view lies within the message.
  const auto inside = [message](std::string_view view) {
    return view.empty() ||
           (view.data() >= message.data() && view.data() + view.size() <= message.data() + message.size());
  };
  BRINK_ASSERT(inside(hello.server_name) && inside(hello.first_alpn()) && inside(hello.point_formats));
  for (const auto& extension : hello.all_extensions()) BRINK_ASSERT(inside(extension.body));
  return 0;
}
