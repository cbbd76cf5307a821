// What rules cost: nanoseconds of a processor for all rules of a phase over one request, and for single
// expressions; how quickly rulesets are read and compiled, and what memory they take.
//
//   bench_rulesets [--rounds 200000] [--zones 1000]
#include "base/random.h"
#include "rules/compiled_ruleset.h"
#include "rules/parse.h"
#include "rules/request_fields.h"
#include "support/arguments.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace brink::rules {
namespace {

double processor_nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// A request as a browser sends it.
class BrowsersRequest final : public FactSource {
 public:
  [[nodiscard]] Value read(FieldId field, Arena& arena) const override {
    switch (field) {
      case FieldId::kHttpHost: return Value::of_bytes("shop.example.com");
      case FieldId::kHttpRequestUriPath: return Value::of_bytes("/catalog/shoes/red-shoes.html");
      case FieldId::kHttpRequestUriQuery: return Value::of_bytes("color=red&size=42");
      case FieldId::kHttpRequestUriArgs: return query_arguments("color=red&size=42", arena);
      case FieldId::kHttpRequestMethod: return Value::of_bytes("GET");
      case FieldId::kHttpUserAgent: return Value::of_bytes(kUserAgent);
      case FieldId::kHttpRequestHeaders: return header_map(kLines, arena);
      case FieldId::kIpSrc: return Value::of_ip(address_);
      case FieldId::kIpSrcCountry: return Value::of_bytes("GB");
      case FieldId::kIpSrcAsnum: return Value::of_int(64500);
      case FieldId::kSsl: return Value::of_bool(true);
      default: return {};
    }
  }
  [[nodiscard]] Value read_key(FieldId field, std::string_view key, Arena& arena) const override {
    return field == FieldId::kHttpRequestHeaders ? header_by_key(kLines, key, arena)
                                                 : look_up(read(field, arena), key);
  }

 private:
  static constexpr std::string_view kUserAgent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";
  static constexpr NamedText kLines[] = {{"host", "shop.example.com"},
                                         {"user-agent", kUserAgent},
                                         {"accept", "text/html,application/xhtml+xml"},
                                         {"accept-language", "en-GB,en;q=0.8"},
                                         {"accept-encoding", "gzip, br, zstd"},
                                         {"cookie", "session=0123456789abcdef; theme=dark"},
                                         {"x-api-key", "k-123456"}};
  net::IpAddress address_ = net::IpAddress::v4(0xc6336407);  // 198.51.100.7
};

class RandomLists final : public ListCatalog {
 public:
  explicit RandomLists(std::size_t lists) {
    FastRandom random(3);
    for (std::size_t n = 0; n < lists; ++n) {
      auto list = std::make_shared<List>();
      std::vector<IpRange> ranges;
      for (int i = 0; i < 100; ++i) {
        const auto base = static_cast<std::uint32_t>(random.next()) & 0xffffff00U;
        ranges.push_back({net::IpAddress::v4(base), net::IpAddress::v4(base + 255)});
      }
      list->ips = IpSet(std::move(ranges));
      lists_.push_back(std::move(list));
    }
  }
  [[nodiscard]] ListPtr find(std::string_view name) const override {
    return lists_[std::hash<std::string_view>()(name) % lists_.size()];
  }

 private:
  std::vector<ListPtr> lists_;
};

ExpressionPtr parsed(const std::string& text, const ListCatalog& lists) {
  auto expression = parse_filter(text, {.lists = &lists});
  if (expression) return *expression;
  fmt::print(stderr, "{}", expression.error().text(text));
  std::exit(1);
}

std::shared_ptr<const Ruleset> ruleset_of(const std::vector<std::string>& filters, const ListCatalog& lists) {
  auto ruleset = std::make_shared<Ruleset>();
  for (const std::string& filter : filters) {
    Rule rule;
    rule.act = Log{};
    rule.expression = parsed(filter, lists);
    ruleset->rules.push_back(std::move(rule));
  }
  return ruleset;
}

// 100 rules as people write them: none of them matches.
std::vector<std::string> hundred_rules() {
  std::vector<std::string> filters;
  for (int n = 0; n < 20; ++n) {
    filters.push_back(fmt::format("starts_with(http.request.uri.path, \"/admin{}\")", n));
    filters.push_back(fmt::format("http.request.headers[\"x-api-key\"][0] eq \"secret-{}\"", n));
    filters.push_back(fmt::format("ip.src.country eq \"{}\" and http.request.uri.path contains \"/login{}\"",
                                  n % 2 == 0 ? "GB" : "FR", n));
    filters.push_back(fmt::format("ip.src in $list_{} and not ssl", n));
    filters.push_back(
        fmt::format("http.user_agent contains \"bot{}\" or http.request.uri.query contains \"x{}=\"", n, n));
  }
  return filters;
}

template <class Run>
double measure(std::size_t rounds, Run run) {
  double best = 1e18;
  for (int take = 0; take < 3; ++take) {
    const double start = processor_nanoseconds();
    for (std::size_t n = 0; n < rounds; ++n) run();
    best = std::min(best, (processor_nanoseconds() - start) / static_cast<double>(rounds));
  }
  return best;
}

void run_all(std::string_view what, const std::vector<std::string>& filters, const ListCatalog& lists,
             std::size_t rounds) {
  const CompiledRuleset compiled(ruleset_of(filters, lists));
  const BrowsersRequest source;
  Arena arena;
  std::size_t matched = 0;
  const double nanoseconds = measure(rounds, [&] {
    arena.reset();
    Facts facts(source, arena);
    compiled.for_each_match(facts, [&](const CompiledRule&) { return ++matched, true; });
  });
  fmt::print("{:<62} {:9.0f} ns   ({} match)\n", what, nanoseconds, matched / (3 * rounds));
  std::fflush(stdout);
}

void single_expressions(const ListCatalog& lists, std::size_t rounds) {
  for (const std::string_view text :
       {R"(http.host eq "shop.example.com")", R"(http.request.uri.path contains "/admin/")",
        R"(starts_with(http.request.uri.path, "/api/"))", R"(http.user_agent matches "(?i)bot|crawl|spider")",
        R"(http.request.headers["x-api-key"][0] eq "k-123456")",
        R"(ip.src in {192.0.2.0/24 198.51.100.0/24})", R"(ip.src in $office)",
        R"(http.host wildcard "*.example.com")", R"(any(http.request.uri.args["color"][*] eq "red"))",
        R"(lower(http.request.uri.path) contains "shoes" and ip.src.country in {"DE" "FR" "GB"})"}) {
    const Program program(parsed(std::string(text), lists));
    const BrowsersRequest source;
    Arena arena;
    std::size_t matched = 0;
    const double nanoseconds = measure(rounds, [&] {
      arena.reset();
      Facts facts(source, arena);
      matched += program.matches(facts) ? 1 : 0;
    });
    fmt::print("{:<88} {:7.1f} ns   {}\n", text, nanoseconds, matched > 0);
  }
  const BrowsersRequest source;
  Arena arena;
  fmt::print("{:<88} {:7.1f} ns\n", "(of it, making the facts of a request)", measure(rounds, [&] {
               arena.reset();
               Facts facts(source, arena);
               (void)facts.get(FieldId::kSsl);
             }));
}

void compiling(const ListCatalog& lists, std::size_t zones) {
  std::vector<std::string> filters = hundred_rules();
  filters.resize(20);
  const double start = processor_nanoseconds();
  std::vector<CompiledRulesetPtr> all;
  std::size_t bytes = 0;
  for (std::size_t n = 0; n < zones; ++n) {
    all.push_back(std::make_shared<const CompiledRuleset>(ruleset_of(filters, lists)));
    bytes += all.back()->memory();
  }
  const double seconds = (processor_nanoseconds() - start) / 1e9;
  fmt::print("compiling {} zones with 20 rules: {:.0f} rules/s, {:.1f} KB a zone for the compiled form\n",
             zones, static_cast<double>(zones) * 20 / seconds,
             static_cast<double>(bytes) / static_cast<double>(zones) / 1000);
}

}  // namespace
}  // namespace brink::rules

int main(int argc, char** argv) {
  brink::bench::Arguments arguments(argc, argv);
  const auto rounds = static_cast<std::size_t>(arguments.number("rounds", 200'000));
  const auto zones = static_cast<std::size_t>(arguments.number("zones", 1000));
  arguments.refuse_unknown();
  using namespace brink::rules;
  const RandomLists lists(200);
  run_all("100 rules over path, headers, country and IP lists", hundred_rules(), lists, rounds);
  std::vector<std::string> hosts, addresses;
  for (int n = 0; n < 10'000; ++n) {
    hosts.push_back(fmt::format("http.host eq \"host-{}.example.com\"", n));
    addresses.push_back(fmt::format("ip.src in $list_{}", n));
  }
  run_all("10 000 rules, each http.host eq", hosts, lists, rounds);
  run_all("10 000 rules, each ip.src in one of 200 lists of 100 networks", addresses, lists, rounds);
  single_expressions(lists, rounds);
  compiling(lists, zones);
  return 0;
}
