// The rows of the meta table, and how the log and the counts are keyed. For this room alone.
#pragma once

#include "store/transaction.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace brink::store {

inline constexpr std::string_view kSchemaKey = "schema";      // the version of the schema
inline constexpr std::string_view kSequenceKey = "sequence";  // of the last change
inline constexpr std::string_view kLogCutKey =
    "log cut";  // the last change that the log has no longer, or not whole

// A number of the meta table or of the counts: 8 bytes, little-endian; 0 where there is none.
[[nodiscard]] inline std::uint64_t stored_number(std::optional<std::string_view> value) {
  std::uint64_t number = 0;
  if (value && value->size() == sizeof number) std::memcpy(&number, value->data(), sizeof number);
  return number;
}

// A number as LMDB keeps it; lives as long as the object.
class StoredNumber {
 public:
  explicit StoredNumber(std::uint64_t number) { std::memcpy(bytes_.data(), &number, sizeof number); }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 8> bytes_;
};

// The table and the parent whose rows are counted.
class CountKey {
 public:
  static constexpr std::size_t kParentBytes = 16;
  CountKey(Table table, std::string_view parent) {
    bytes_[0] = static_cast<char>(table);
    std::memcpy(bytes_.data() + 1, parent.data(), kParentBytes);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 1 + kParentBytes> bytes_;
};
// Whether the rows of a table are counted by the first 16 bytes of their keys.
[[nodiscard]] constexpr bool is_counted(Table table) { return table == Table::kDnsRecords; }

// The key of an operation in the change log.
class LogKey {
 public:
  static constexpr std::size_t kBytes = 12;
  LogKey(std::uint64_t sequence, std::uint32_t operation) {
    const std::uint64_t high = std::byteswap(sequence);
    const std::uint32_t low = std::byteswap(operation);
    std::memcpy(bytes_.data(), &high, sizeof high);
    std::memcpy(bytes_.data() + sizeof high, &low, sizeof low);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  [[nodiscard]] static std::uint64_t sequence(std::string_view key) {
    std::uint64_t number;
    std::memcpy(&number, key.data(), sizeof number);
    return std::byteswap(number);
  }
  [[nodiscard]] static std::uint32_t operation(std::string_view key) {
    std::uint32_t number;
    std::memcpy(&number, key.data() + sizeof(std::uint64_t), sizeof number);
    return std::byteswap(number);
  }

 private:
  std::array<char, kBytes> bytes_;
};

// What stands before key and value in a row of the change log.
struct LogHead {
  std::uint8_t table;
  std::uint8_t kind;
  std::uint16_t key_bytes;
};
static_assert(sizeof(LogHead) == 4 && std::endian::native == std::endian::little);

}  // namespace brink::store
