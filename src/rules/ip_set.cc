#include "rules/list.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace brink::rules {
namespace {

using V6 = unsigned __int128;

V6 number_of(const net::IpAddress& address) {
  V6 number = 0;
  for (const std::uint8_t byte : address.bytes()) number = number << 8 | byte;
  return number;
}

net::IpAddress v6_of(V6 number) {
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t n = bytes.size(); n-- > 0; number >>= 8) bytes[n] = static_cast<std::uint8_t>(number);
  return net::IpAddress::v6(bytes);
}

// Sorts the ranges, joins those that overlap or touch, and lays their ends out.
template <class Number>
void lay_out(std::vector<std::pair<Number, Number>> ranges, std::vector<Number>& first,
             std::vector<Number>& last) {
  std::ranges::sort(ranges);
  std::size_t kept = 0;
  for (const auto& range : ranges) {
    if (range.first > range.second) continue;
    const bool touches =
        kept > 0 && (ranges[kept - 1].second == Number(-1) || range.first <= ranges[kept - 1].second + 1);
    if (touches) {
      ranges[kept - 1].second = std::max(ranges[kept - 1].second, range.second);
    } else {
      ranges[kept++] = range;
    }
  }
  first.reserve(kept);
  last.reserve(kept);
  for (std::size_t n = 0; n < kept; ++n) {
    first.push_back(ranges[n].first);
    last.push_back(ranges[n].second);
  }
}

// How many of the sorted numbers are not above `number`. No branch depends on what is found, so that none is
// predicted wrongly.
template <class Number>
std::size_t count_up_to(const std::vector<Number>& sorted, Number number) {
  const Number* base = sorted.data();
  std::size_t left = sorted.size();
  while (left > 1) {
    const std::size_t half = left / 2;
    base += base[half - 1] <= number ? half : 0;
    left -= half;
  }
  return static_cast<std::size_t>(base - sorted.data()) + (left == 1 && *base <= number ? 1 : 0);
}

template <class Number>
bool lies_in(const std::vector<Number>& first, const std::vector<Number>& last, Number number) {
  const std::size_t count = count_up_to(first, number);
  return count > 0 && number <= last[count - 1];
}

}  // namespace

IpSet::IpSet(std::vector<IpRange> ranges) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> v4;
  std::vector<std::pair<V6, V6>> v6;
  for (const IpRange& range : ranges) {
    if (range.mapped) continue;
    if (range.first.is_v4() && range.last.is_v4()) {
      v4.emplace_back(range.first.v4_host_order(), range.last.v4_host_order());
    } else {
      v6.emplace_back(number_of(range.first), number_of(range.last));
    }
  }
  ranges = {};
  lay_out(std::move(v4), v4_first_, v4_last_);
  lay_out(std::move(v6), v6_first_, v6_last_);
}

bool IpSet::contains(const net::IpAddress& address) const {
  if (address.is_v4()) return lies_in(v4_first_, v4_last_, address.v4_host_order());
  return lies_in(v6_first_, v6_last_, number_of(address));
}

std::vector<IpRange> IpSet::ranges() const {
  std::vector<IpRange> ranges;
  ranges.reserve(v4_first_.size() + v6_first_.size());
  for (std::size_t n = 0; n < v4_first_.size(); ++n)
    ranges.push_back({.first = net::IpAddress::v4(v4_first_[n]), .last = net::IpAddress::v4(v4_last_[n])});
  for (std::size_t n = 0; n < v6_first_.size(); ++n)
    ranges.push_back({.first = v6_of(v6_first_[n]), .last = v6_of(v6_last_[n])});
  return ranges;
}

std::size_t IpSet::memory() const {
  return (v4_first_.capacity() + v4_last_.capacity()) * sizeof(std::uint32_t) +
         (v6_first_.capacity() + v6_last_.capacity()) * sizeof(V6);
}

}  // namespace brink::rules
