// Nanoseconds of a processor for what rules look up at every request: lists of a million entries, rate limit
// counters, wildcards, regular expressions, functions.
//
//   bench_rules_functions [--entries 1000000] [--lookups 2000000]
#include "base/random.h"
#include "rules/function.h"
#include "rules/list.h"
#include "rules/rate_limit.h"
#include "rules/url_normalization.h"
#include "support/arguments.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace brink::rules {
namespace {

using namespace std::chrono_literals;

// Nanoseconds that this thread had a processor: what others do on the machine does not count.
double processor_nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// The best of three runs. `look_up` answers whether it found something.
template <class LookUp>
void measure(std::string_view what, std::size_t count, LookUp look_up) {
  double best = 1e18;
  std::size_t found = 0;
  for (int run = 0; run < 3; ++run) {
    found = 0;
    const double start = processor_nanoseconds();
    for (std::size_t n = 0; n < count; ++n) found += look_up(n) ? 1 : 0;
    best = std::min(best, (processor_nanoseconds() - start) / static_cast<double>(count));
  }
  fmt::print("{:<36} {:7.1f} ns   ({:.0f} % found)\n", what, best,
             100.0 * static_cast<double>(found) / static_cast<double>(count));
  std::fflush(stdout);
}

// In an order of its own, so that the lookups jump about while the questions themselves are read one by one.
template <class T>
std::vector<T> shuffled(const std::vector<T>& questions) {
  FastRandom random(2);
  std::vector<T> mixed;
  mixed.reserve(questions.size());
  std::vector<std::uint32_t> order(questions.size());
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t n = order.size(); n > 1; --n) std::swap(order[n - 1], order[random.below(n)]);
  for (const std::uint32_t n : order) mixed.push_back(questions[n]);
  return mixed;
}

void tell_memory(std::string_view what, std::size_t bytes, std::size_t entries) {
  fmt::print("{:<36} {:7.1f} MB   ({:.1f} bytes each)\n", what, static_cast<double>(bytes) / 1e6,
             static_cast<double>(bytes) / static_cast<double>(entries));
}

void addresses(std::size_t entries, std::size_t lookups) {
  FastRandom random(1);
  std::vector<IpRange> v4, v6;
  std::vector<net::IpAddress> asked4, asked6;
  const auto random_v6 = [&random] {
    std::array<std::uint8_t, 16> bytes{0x20, 0x01};
    for (std::size_t n = 2; n < 8; ++n) bytes[n] = static_cast<std::uint8_t>(random.next());
    return net::IpAddress::v6(bytes);
  };
  for (std::size_t n = 0; n < entries; ++n) {
    const auto four = net::IpAddress::v4(static_cast<std::uint32_t>(random.next()));
    const auto six = random_v6();
    v4.push_back({four, four});
    v6.push_back({six, six});
    asked4.push_back(random.below(2) == 0 ? four
                                          : net::IpAddress::v4(static_cast<std::uint32_t>(random.next())));
    asked6.push_back(random.below(2) == 0 ? six : random_v6());
  }
  const IpSet set4(std::move(v4)), set6(std::move(v6));
  asked4 = shuffled(asked4);
  asked6 = shuffled(asked6);
  measure("IPv4 address among the entries", lookups,
          [&](std::size_t n) { return set4.contains(asked4[n % entries]); });
  measure("IPv6 address among the entries", lookups,
          [&](std::size_t n) { return set6.contains(asked6[n % entries]); });
  tell_memory("  memory of the IPv4 list", set4.memory(), entries);
  tell_memory("  memory of the IPv6 list", set6.memory(), entries);
}

void hosts(std::size_t entries, std::size_t lookups) {
  std::vector<HostnameSet::Item> items;
  std::vector<std::string> asked;
  for (std::size_t n = 0; n < entries; ++n) {
    items.push_back({(n % 2 == 0 ? "*.shop" : "shop") + std::to_string(n) + ".example.com"});
    asked.push_back("www.shop" + std::to_string(n) + ".example.com");
  }
  const HostnameSet set(items);
  asked = shuffled(asked);
  measure("host name among the entries", lookups,
          [&](std::size_t n) { return set.contains(asked[n % entries]); });
  tell_memory("  memory of the host list", set.memory(), entries);
}

void redirects(std::size_t entries, std::size_t lookups) {
  std::vector<RedirectItem> items;
  std::vector<std::string> asked;
  for (std::size_t n = 0; n < entries; ++n) {
    const std::string place =
        "www.shop" + std::to_string(n % 1000) + ".example/catalog/item-" + std::to_string(n);
    items.push_back({.source_url = place,
                     .target_url = "https://example.com/products/" + std::to_string(n),
                     .subpath_matching = n % 10 == 0});
    asked.push_back("https://" + place + (n % 4 == 0 ? "/reviews?page=2" : "?utm_source=mail"));
  }
  const RedirectSet set(items);
  items = {};
  asked = shuffled(asked);
  measure("redirect among the entries", lookups,
          [&](std::size_t n) { return set.find(asked[n % entries]).has_value(); });
  tell_memory("  memory of the redirect list", set.memory(), entries);
}

void rate_limits(std::size_t entries, std::size_t lookups) {
  RateLimitTable table(entries);
  const RateTerms limit{.period = 60s, .limit = 100};
  std::vector<RateKey> keys;
  for (std::size_t n = 0; n < entries; ++n) {
    const Value value = Value::of_int(static_cast<std::int64_t>(n));
    keys.push_back(rate_key(1, "rule", {&value, 1}));
    table.add(keys.back(), limit, 1s);
  }
  keys = shuffled(keys);
  measure("rate limit, count and compare", lookups,
          [&](std::size_t n) { return table.count(keys[n % entries], limit, 2s).remaining > 0; });
  measure("rate limit, compare", lookups,
          [&](std::size_t n) { return table.compare(keys[n % entries], limit, 2s).remaining > 0; });
  const net::IpAddress address = net::IpAddress::v4(7);
  const Value values[] = {Value::of_ip(address), Value::of_bytes("0123456789abcdef0123456789abcdef")};
  measure("rate limit, making a key", lookups,
          [&](std::size_t) { return rate_key(1, "2c0fc9fa937b11eaa1b71c4d701ab86e", values).low != 0; });
  tell_memory("  memory of the counters", table.memory(), entries);
}

void patterns(std::size_t lookups) {
  constexpr std::string_view kUri = "https://Shop.Example.com/Catalog/Red%20Shoes.HTML?color=red&size=42";
  const auto folding = Wildcard::compile("https://*.example.com/catalog/*", true).value();
  const auto strict = Wildcard::compile("https://*.Example.com/Catalog/*", false).value();
  measure("wildcard", lookups, [&](std::size_t) { return folding.matches(kUri); });
  measure("strict wildcard", lookups, [&](std::size_t) { return strict.matches(kUri); });
  const auto anchored = Regex::compile("^https://[a-z]+\\.").value();
  const auto words = Regex::compile("(?i)(curl|wget|python-requests|scrapy|libwww)").value();
  constexpr std::string_view kAgent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";
  measure("regular expression, anchored", lookups, [&](std::size_t) { return anchored->matches(kUri); });
  measure("regular expression, words in an agent", lookups,
          [&](std::size_t) { return words->matches(kAgent); });
}

void calls(std::size_t lookups) {
  constexpr std::string_view kPath = "/Catalog/Red%20Shoes.HTML";
  constexpr std::string_view kBody =
      R"({"user":{"id":4711,"name":"Ann"},"items":[{"sku":"a-1","count":2},{"sku":"b-2","count":1}],"ok":true})";
  Arena arena;
  const Prepared none;
  const auto measure_call = [&](FunctionId id, std::vector<Value> values) {
    const Function& function = facts_of(id);
    measure(fmt::format("{}()", function.name), lookups, [&](std::size_t) {
      arena.reset();
      return !function.call(values, none, arena).is_missing();
    });
  };
  measure_call(FunctionId::kLower, {Value::of_bytes(kPath)});
  measure_call(FunctionId::kUrlDecode, {Value::of_bytes(kPath)});
  measure_call(FunctionId::kLookupJsonInteger, {Value::of_bytes(kBody), Value::of_bytes("items"),
                                                Value::of_int(1), Value::of_bytes("count")});
  measure_call(FunctionId::kSha256, {Value::of_bytes(kPath)});
  measure("normalizing a normal path", lookups, [&](std::size_t) {
    return !normalize_path("/catalog/red%20shoes.html", UrlNormalization::kCloudflare, arena).empty();
  });
}

}  // namespace
}  // namespace brink::rules

int main(int argc, char** argv) {
  brink::bench::Arguments arguments(argc, argv);
  const auto entries = static_cast<std::size_t>(arguments.number("entries", 1'000'000));
  const auto lookups = static_cast<std::size_t>(arguments.number("lookups", 2'000'000));
  arguments.refuse_unknown();
  brink::rules::addresses(entries, lookups);
  brink::rules::hosts(entries, lookups);
  brink::rules::redirects(entries, lookups);
  brink::rules::rate_limits(entries, lookups);
  brink::rules::patterns(lookups);
  brink::rules::calls(lookups);
  return 0;
}
