#include "http/h2/hpack_table.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace brink::http::h2 {
namespace {

// Appendix A. Names outside the model's well-known ones are kOther.
constexpr HpackField kStatic[kStaticEntries] = {
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", "", FieldName::kAcceptCharset},
    {"accept-encoding", "gzip, deflate", FieldName::kAcceptEncoding},
    {"accept-language", "", FieldName::kAcceptLanguage},
    {"accept-ranges", "", FieldName::kAcceptRanges},
    {"accept", "", FieldName::kAccept},
    {"access-control-allow-origin", ""},
    {"age", "", FieldName::kAge},
    {"allow", "", FieldName::kAllow},
    {"authorization", "", FieldName::kAuthorization},
    {"cache-control", "", FieldName::kCacheControl},
    {"content-disposition", "", FieldName::kContentDisposition},
    {"content-encoding", "", FieldName::kContentEncoding},
    {"content-language", "", FieldName::kContentLanguage},
    {"content-length", "", FieldName::kContentLength},
    {"content-location", "", FieldName::kContentLocation},
    {"content-range", "", FieldName::kContentRange},
    {"content-type", "", FieldName::kContentType},
    {"cookie", "", FieldName::kCookie},
    {"date", "", FieldName::kDate},
    {"etag", "", FieldName::kETag},
    {"expect", "", FieldName::kExpect},
    {"expires", "", FieldName::kExpires},
    {"from", ""},
    {"host", "", FieldName::kHost},
    {"if-match", "", FieldName::kIfMatch},
    {"if-modified-since", "", FieldName::kIfModifiedSince},
    {"if-none-match", "", FieldName::kIfNoneMatch},
    {"if-range", "", FieldName::kIfRange},
    {"if-unmodified-since", "", FieldName::kIfUnmodifiedSince},
    {"last-modified", "", FieldName::kLastModified},
    {"link", "", FieldName::kLink},
    {"location", "", FieldName::kLocation},
    {"max-forwards", "", FieldName::kMaxForwards},
    {"proxy-authenticate", "", FieldName::kProxyAuthenticate},
    {"proxy-authorization", "", FieldName::kProxyAuthorization},
    {"range", "", FieldName::kRange},
    {"referer", "", FieldName::kReferer},
    {"refresh", ""},
    {"retry-after", "", FieldName::kRetryAfter},
    {"server", "", FieldName::kServer},
    {"set-cookie", "", FieldName::kSetCookie},
    {"strict-transport-security", "", FieldName::kStrictTransportSecurity},
    {"transfer-encoding", "", FieldName::kTransferEncoding},
    {"user-agent", "", FieldName::kUserAgent},
    {"vary", "", FieldName::kVary},
    {"via", "", FieldName::kVia},
    {"www-authenticate", "", FieldName::kWwwAuthenticate},
};

constexpr auto kStaticByName = [] {
  std::array<std::uint8_t, static_cast<std::size_t>(FieldName::kCount)> by_name{};
  for (std::size_t i = kStaticEntries; i-- > 0;) {
    if (kStatic[i].id != FieldName::kOther)
      by_name[static_cast<std::size_t>(kStatic[i].id)] = static_cast<std::uint8_t>(i + 1);
  }
  return by_name;
}();

constexpr std::size_t kFirstCapacity = 1024;

}  // namespace

const HpackField& static_entry(std::size_t index) {
  BRINK_ASSERT(index >= 1 && index <= kStaticEntries);
  return kStatic[index - 1];
}

std::size_t static_index(FieldName name) { return kStaticByName[static_cast<std::size_t>(name)]; }

HpackField DynamicTable::at(std::size_t index) const {
  BRINK_ASSERT(index < count());
  return field_of(entries_[entries_.size() - 1 - index]);
}

void DynamicTable::insert(const HpackField& field, std::uint32_t hash) {
  const std::size_t bytes = field.name.size() + field.value.size();
  if (bytes + kHpackOverhead > max_size_) {
    evict_to(0);
    return;
  }
  evict_to(max_size_ - bytes - kHpackOverhead);
  make_room(bytes);
  char* const at = bytes_.get() + used_;
  std::copy_n(field.value.data(), field.value.size(), std::copy_n(field.name.data(), field.name.size(), at));
  entries_.push_back({.hash = hash,
                      .begin = static_cast<std::uint32_t>(used_),
                      .name_size = static_cast<std::uint16_t>(field.name.size()),
                      .value_size = static_cast<std::uint16_t>(field.value.size()),
                      .id = field.id});
  used_ += bytes;
  size_ += bytes + kHpackOverhead;
}

void DynamicTable::set_max_size(std::size_t max_size) {
  max_size_ = max_size;
  evict_to(max_size);
}

HpackField DynamicTable::field_of(const Entry& entry) const {
  const char* const name = bytes_.get() + entry.begin;
  return {{name, entry.name_size}, {name + entry.name_size, entry.value_size}, entry.id};
}

void DynamicTable::evict_to(std::size_t size) {
  while (size_ > size) size_ -= entries_[first_++].size();
  if (first_ == entries_.size()) {
    entries_.clear();
    first_ = used_ = 0;
  } else if (first_ >= 32 && first_ * 2 >= entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

// Room for `bytes` at the end: by moving what is left to the front, or, where that would gain little, by
// growing.
void DynamicTable::make_room(std::size_t bytes) {
  if (capacity_ - used_ >= bytes) return;
  const std::size_t begin = count() == 0 ? used_ : entries_[first_].begin;
  const std::size_t live = used_ - begin;
  std::size_t capacity = capacity_;
  while (live + bytes + capacity / 4 > capacity) capacity = std::max(kFirstCapacity, capacity * 2);
  std::unique_ptr<char[]> moved;
  char* to = bytes_.get();
  if (capacity != capacity_) {
    moved = std::make_unique_for_overwrite<char[]>(capacity);
    to = moved.get();
  }
  if (live > 0) std::memmove(to, bytes_.get() + begin, live);
  if (moved) bytes_ = std::move(moved);
  capacity_ = capacity;
  used_ = live;
  for (std::size_t i = first_; i < entries_.size(); ++i)
    entries_[i].begin -= static_cast<std::uint32_t>(begin);
}

}  // namespace brink::http::h2
