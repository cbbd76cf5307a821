// The PROXY header parser: any bytes, whole and cut off anywhere.
#include "net/proxy_protocol.h"

#include "base/assert.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace brink::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parse = parse_proxy_header(bytes);
  if (!parse) return 0;
  BRINK_ASSERT(parse->consumed <= size && parse->consumed <= kMaxProxyV2Bytes);
  if (parse->needs_more()) {
    BRINK_ASSERT(size < kMaxProxyV2Bytes);
    return 0;
  }

  // What comes after does not change what was read, and no shorter piece is a whole header.
  const auto exact = parse_proxy_header(bytes.substr(0, parse->consumed));
  BRINK_ASSERT(exact && exact->consumed == parse->consumed && exact->header.source == parse->header.source);
  const auto shorter = parse_proxy_header(bytes.substr(0, parse->consumed - 1));
  BRINK_ASSERT(shorter && shorter->needs_more());

  if (parse->header.kind != ProxyHeader::Kind::kProxied) return 0;
  for (const std::string& written : {proxy_v1_header(parse->header.source, parse->header.destination),
                                     proxy_v2_header(parse->header.source, parse->header.destination)}) {
    const auto again = parse_proxy_header(written);
    BRINK_ASSERT(again && again->consumed == written.size());
    if (again->header.kind != ProxyHeader::Kind::kProxied)
      continue;  // the families differ: written as unknown
    BRINK_ASSERT(again->header.source == parse->header.source);
    BRINK_ASSERT(again->header.destination == parse->header.destination);
  }
  return 0;
}
