#include "store/tuple.h"

#include "store/limits.h"

#include <cstring>
#include <limits>

namespace brink::store {
namespace {

constexpr std::size_t kCountBytes = 2;
constexpr std::size_t kEndBytes = 4;
constexpr std::size_t kMaxFields = std::numeric_limits<std::uint16_t>::max();

template <class Int>
Int load(const char* from) {
  Int value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Int>
void append(std::string& to, Int value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::size_t head_bytes(std::size_t count) { return kCountBytes + kEndBytes * count; }

std::uint32_t end_of(std::string_view bytes, std::size_t field) {
  return load<std::uint32_t>(bytes.data() + head_bytes(field));
}

}  // namespace

TupleWriter& TupleWriter::text(std::string_view bytes) {
  bytes_.append(bytes);
  ends_.push_back(bytes_.size());
  return *this;
}

TupleWriter& TupleWriter::number(std::uint64_t value) {
  for (; value != 0; value >>= 8) bytes_.push_back(static_cast<char>(value & 0xff));
  ends_.push_back(bytes_.size());
  return *this;
}

TupleWriter& TupleWriter::texts(const std::vector<std::string_view>& list) {
  if (list.empty()) return text({});
  TupleWriter inner;
  for (std::string_view each : list) inner.text(each);
  if (!inner.fits()) {
    lists_fit_ = false;
    return text({});
  }
  return text(inner.finish(inner.ends_.size()));
}

bool TupleWriter::fits() const {
  return lists_fit_ && ends_.size() <= kMaxFields &&
         head_bytes(ends_.size()) + bytes_.size() <= kMaxValueBytes;
}

std::string TupleWriter::finish() const {
  std::size_t count = ends_.size();
  while (count > 0 && ends_[count - 1] == (count > 1 ? ends_[count - 2] : 0)) --count;
  return finish(count);
}

std::string TupleWriter::finish(std::size_t count) const {
  std::string tuple;
  tuple.reserve(head_bytes(count) + bytes_.size());
  append(tuple, static_cast<std::uint16_t>(count));
  for (std::size_t i = 0; i < count; ++i) append(tuple, static_cast<std::uint32_t>(ends_[i]));
  tuple.append(bytes_);
  return tuple;
}

std::optional<TupleView> TupleView::parse(std::string_view bytes) {
  if (bytes.size() < kCountBytes) return std::nullopt;
  const std::size_t count = load<std::uint16_t>(bytes.data());
  if (bytes.size() < head_bytes(count)) return std::nullopt;
  std::size_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = end_of(bytes, i);
    if (end < before) return std::nullopt;
    before = end;
  }
  if (before != bytes.size() - head_bytes(count)) return std::nullopt;
  return TupleView(bytes, count);
}

std::string_view TupleView::text(std::size_t field) const {
  if (field >= count_) return {};
  const std::size_t start = field == 0 ? 0 : end_of(bytes_, field - 1);
  return bytes_.substr(head_bytes(count_) + start, end_of(bytes_, field) - start);
}

std::uint64_t TupleView::number(std::size_t field) const {
  const std::string_view bytes = text(field);
  if (bytes.empty() || bytes.size() > sizeof(std::uint64_t)) return 0;
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

Time TupleView::time(std::size_t field) const {
  return Time(std::chrono::microseconds(static_cast<std::int64_t>(number(field))));
}

std::vector<std::string_view> TupleView::texts(std::size_t field) const {
  std::vector<std::string_view> list;
  const auto inner = parse(text(field));
  if (!inner) return list;
  list.reserve(inner->count());
  for (std::size_t i = 0; i < inner->count(); ++i) list.push_back(inner->text(i));
  return list;
}

}  // namespace brink::store
