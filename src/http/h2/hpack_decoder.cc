#include "http/h2/hpack_decoder.h"

#include "http/h2/huffman.h"

#include <algorithm>
#include <optional>

namespace brink::http::h2 {
namespace {

constexpr std::size_t kMaxInteger = std::size_t{1} << 28;  // far more than any block is long

// Reads the pieces of a block; a string that has to be decoded goes to scratch memory of the block.
class BlockInput {
 public:
  explicit BlockInput(std::string_view block) : block_(block) {}
  BlockInput(const BlockInput&) = delete;
  BlockInput& operator=(const BlockInput&) = delete;
  ~BlockInput() {
    if (scratch_ != nullptr) scratch_->drop_reference();
  }

  [[nodiscard]] bool is_empty() const { return at_ == block_.size(); }
  [[nodiscard]] unsigned char first() const { return static_cast<unsigned char>(block_[at_]); }

  // Section 5.1: a number whose first bits share a byte with what is known already.
  std::optional<std::size_t> integer(unsigned prefix_bits) {
    if (is_empty()) return std::nullopt;
    const std::size_t mask = (std::size_t{1} << prefix_bits) - 1;
    std::size_t value = first() & mask;
    ++at_;
    if (value < mask) return value;
    for (unsigned shift = 0;; shift += 7) {
      if (is_empty() || shift > 28) return std::nullopt;
      const unsigned char byte = first();
      ++at_;
      value += static_cast<std::size_t>(byte & 0x7f) << shift;
      if (value > kMaxInteger) return std::nullopt;
      if ((byte & 0x80) == 0) return value;
    }
  }

  // Section 5.2.
  std::optional<std::string_view> string() {
    if (is_empty()) return std::nullopt;
    const bool huffman = (first() & 0x80) != 0;
    const auto size = integer(7);
    if (!size || *size > block_.size() - at_) return std::nullopt;
    const std::string_view raw = block_.substr(at_, *size);
    at_ += *size;
    if (!huffman) return raw;
    // All strings of a block together cannot decode to more than the block as a whole could.
    if (scratch_ == nullptr) scratch_ = Buffer::make(huffman_decoded_bound(block_.size()));
    char* const out = scratch_->data() + scratch_used_;
    const auto decoded = huffman_decode(raw, out);
    if (!decoded) return std::nullopt;
    scratch_used_ += huffman_decoded_bound(raw.size());
    return std::string_view(out, *decoded);
  }

 private:
  std::string_view block_;
  std::size_t at_ = 0;
  Buffer* scratch_ = nullptr;
  std::size_t scratch_used_ = 0;
};

std::optional<HpackField> entry_at(const DynamicTable& table, std::size_t index) {
  if (index == 0) return std::nullopt;
  if (index <= kStaticEntries) return static_entry(index);
  if (index - kStaticEntries > table.count()) return std::nullopt;
  return table.at(index - kStaticEntries - 1);
}

constexpr std::size_t kInlineName = 256;  // of the dynamic table, copied before it may leave it

}  // namespace

bool HpackDecoder::decode(std::string_view block, FieldSink* sink) {
  BlockInput input(block);
  bool any_field = false;
  while (!input.is_empty()) {
    const unsigned char first = input.first();
    if ((first & 0x80) != 0) {  // 6.1 indexed
      const auto index = input.integer(7);
      if (!index) return false;
      const auto field = entry_at(table_, *index);
      if (!field) return false;
      any_field = true;
      if (sink != nullptr) sink->on_field(field->id, field->name, field->value);
      continue;
    }
    if ((first & 0xe0) == 0x20) {  // 6.3 size update, only where the block begins
      const auto size = input.integer(5);
      if (!size || *size > max_table_size_ || any_field) return false;
      table_.set_max_size(*size);
      continue;
    }
    // 6.2 literal: with incremental indexing, without, or never indexed
    const bool indexed = (first & 0x40) != 0;
    const auto index = input.integer(indexed ? 6 : 4);
    if (!index) return false;
    HpackField field;
    if (*index == 0) {
      const auto name = input.string();
      if (!name) return false;
      field.name = *name;
      field.id = find_field_name(*name);
    } else {
      const auto named = entry_at(table_, *index);
      if (!named) return false;
      field.name = named->name;
      field.id = named->id;
    }
    const auto value = input.string();
    if (!value) return false;
    field.value = *value;
    any_field = true;
    if (sink != nullptr) sink->on_field(field.id, field.name, field.value);
    if (!indexed) continue;
    if (*index <= kStaticEntries) {
      table_.insert(field);
      continue;
    }
    // The name is text of the table, which is about to change.
    char copy[kInlineName];
    if (field.name.size() <= kInlineName) {
      std::copy_n(field.name.data(), field.name.size(), copy);
      field.name = {copy, field.name.size()};
      table_.insert(field);
    } else {
      const Slice long_name = Slice::copy_of(field.name);
      field.name = long_name.bytes();
      table_.insert(field);
    }
  }
  return true;
}

}  // namespace brink::http::h2
