#include "dns_wire/zone_file_writer.h"

#include "dns_wire/rdata.h"
#include "dns_wire/type.h"

#include <fmt/format.h>

namespace brink::dns_wire {

Result<> append_record(std::string& file, const Name& owner, std::uint32_t ttl, std::uint16_t type,
                       std::string_view rdata, std::string_view comment) {
  const std::string data = BRINK_TRY(rdata_text(type, rdata));
  fmt::format_to(std::back_inserter(file), "{}\t{}\tIN\t{}\t{}", owner.text(), ttl, type_name(type), data);
  if (!comment.empty()) {
    file += " ; ";
    for (char c : comment) file += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  file += '\n';
  return {};
}

}  // namespace brink::dns_wire
