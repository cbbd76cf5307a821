// Reads a master file (RFC 1035 section 5, with RFC 2308's $TTL and BIND's $GENERATE) record by record.
// $INCLUDE is refused: the text may be a stranger's.
#pragma once

#include "dns_wire/generate.h"
#include "dns_wire/name.h"
#include "dns_wire/tokenizer.h"
#include "dns_wire/wire_error.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brink::dns_wire {

struct ZoneFileRecord {
  Name owner;
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;
  std::string rdata;         // wire form
  std::uint32_t line = 0;    // on which it begins, from 1
  std::string_view comment;  // the last in the record, without its semicolon; as long as the text lives
};

struct ZoneFileProblem {
  Error error;  // a WireError, without a position of its own
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  // "line 3, column 7: not an IPv4 address"
  [[nodiscard]] std::string text() const;
};

struct ZoneFileOptions {
  // Of records that have no TTL, where no record before had one and no $TTL stands above them. Nothing:
  // kNoTtl.
  std::optional<std::uint32_t> default_ttl;
  std::uint32_t max_generated = kMaxGeneratedRecords;
};

class ZoneFileReader {
 public:
  // `text` outlives the reader. `origin` is that of relative names until the file says another.
  ZoneFileReader(std::string_view text, const Name& origin, ZoneFileOptions options = {});

  // The next record; false at the end. After a problem it goes on behind the line that had it.
  [[nodiscard]] std::expected<bool, ZoneFileProblem> next(ZoneFileRecord& record);

  [[nodiscard]] const Name& origin() const { return origin_; }

 private:
  struct Generating {
    Entry entry;
    GenerateRange range;
    std::uint32_t done = 0;
  };

  Result<bool> read(ZoneFileRecord& record);
  Result<> directive(const Entry& entry);
  Result<> begin_generate(const Entry& entry);
  Result<> generated_record(ZoneFileRecord& record);
  Result<> owner_and_record(const Entry& entry, ZoneFileRecord& record);
  Result<> fields(std::span<const Token> tokens, const Token& last, ZoneFileRecord& record);
  [[nodiscard]] Result<std::uint32_t> inherited_ttl(const Token& at) const;

  Tokenizer tokenizer_;
  Name origin_;
  ZoneFileOptions options_;
  Entry entry_;
  std::optional<Name> owner_;
  std::optional<std::uint32_t> default_ttl_;  // by $TTL
  std::optional<std::uint32_t> last_ttl_;
  std::optional<Generating> generating_;
  std::uint32_t generated_ = 0;
};

}  // namespace brink::dns_wire
