// The reader of master files: any text. What it reads is written, and reads as the same again.
#include "base/assert.h"
#include "dns_wire/rdata.h"
#include "dns_wire/zone_file_reader.h"
#include "dns_wire/zone_file_writer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace brink::dns_wire;

namespace {

constexpr std::size_t kMaxProblems = 100;
constexpr std::uint32_t kMaxGenerated = 100;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ZoneFileReader reader(text, Name::parse_absolute("example.com").value(),
                        {.default_ttl = 1, .max_generated = kMaxGenerated});
  std::size_t problems = 0;
  for (ZoneFileRecord record; problems < kMaxProblems;) {
    const auto got = reader.next(record);
    if (!got) {
      BRINK_ASSERT(got.error().line >= 1 && got.error().column >= 1 && got.error().column <= size + 1);
      ++problems;
      continue;
    }
    if (!*got) break;
    BRINK_ASSERT(check_rdata(record.type, record.rdata).has_value());
    std::string line;
    BRINK_ASSERT(
        append_record(line, record.owner, record.ttl, record.type, record.rdata, record.comment).has_value());
    if (line.size() > kMaxEntryBytes) continue;
    ZoneFileReader again(line, Name());
    ZoneFileRecord copy;
    BRINK_ASSERT(again.next(copy).value());
    BRINK_ASSERT(copy.owner.wire() == record.owner.wire() && copy.ttl == record.ttl &&
                 copy.type == record.type);
    BRINK_ASSERT(copy.rdata == record.rdata);
    BRINK_ASSERT(!again.next(copy).value());
  }
  return 0;
}
