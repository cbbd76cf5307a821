// What the store costs: makes one of many zones through the writer and the typed tables, then says how fast
// that was, how large it is, how soon a process that opens it has its first answer, and how fast it reads
// against plain LMDB.
//
//   bench_store --directory DIR [--zones N] [--records N] [--reads N] [--batch N]
//
// DIR must not have a store yet, or one that an earlier run made with the same numbers (it is then only
// read).
#include "base/random.h"
#include "store/dns_records.h"
#include "store/environment.h"
#include "store/writer.h"
#include "store/zones.h"
#include "support/arguments.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include <lmdb.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

namespace {

using namespace brink;         // NOLINT: a program is a leaf
using namespace brink::store;  // NOLINT
using Clock = std::chrono::steady_clock;

struct Size {
  std::uint64_t zones;
  std::uint64_t records;  // of each
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void give_up(std::string_view what, const Error& error) {
  fmt::print(stderr, "bench_store: {}: {}\n", what, error.text());
  std::exit(1);
}

// The ids of a zone and its records, made from their numbers alone and spread over the key space as random
// ones are.
Id id_of(std::uint64_t zone, std::uint64_t record) {
  FastRandom random(zone * 1'000'003 + record);
  return Id::random(random);
}
std::string name_of(std::uint64_t zone) { return fmt::format("zone{:07}.example.com", zone); }

Result<> put_zone(WriteTransaction& transaction, std::uint64_t number, std::uint64_t records) {
  const std::string name = name_of(number);
  const Id zone = id_of(number, 0);
  BRINK_TRY(zones::put(transaction, {.id = zone,
                                     .account = id_of(0, 1),
                                     .name = name,
                                     .status = ZoneStatus::kActive,
                                     .created = transaction.now(),
                                     .modified = transaction.now(),
                                     .name_servers = {"ns1.example.net", "ns2.example.net"}}));
  for (std::uint64_t i = 1; i <= records; ++i) {
    const std::string host = i == 1 ? name : fmt::format("host{}.{}", i, name);
    BRINK_TRY(dns_records::put(transaction, {.id = id_of(number, i),
                                             .zone = zone,
                                             .name = host,
                                             .type = 1,
                                             .proxied = true,
                                             .content = "192.0.2.1",
                                             .rdata = std::string_view("\xc0\0\2\1", 4),
                                             .created = transaction.now(),
                                             .modified = transaction.now()}));
  }
  return {};
}

void import(const std::string& directory, const Size& size, std::uint64_t batch) {
  auto environment = Environment::open(directory, Environment::Mode::kWrite);
  if (!environment) give_up(directory, environment.error());
  Loop loop;
  Writer writer(**environment, loop);
  const auto start = Clock::now();
  for (std::uint64_t first = 1; first <= size.zones; first += batch) {
    const auto committed = writer.apply_now([&](WriteTransaction& transaction) -> Result<> {
      for (std::uint64_t zone = first; zone < first + batch && zone <= size.zones; ++zone)
        BRINK_TRY(put_zone(transaction, zone, size.records));
      return {};
    });
    if (!committed) give_up("import", committed.error());
  }
  const double seconds = seconds_since(start);
  const auto records = static_cast<double>(size.zones * size.records);
  fmt::print("import          {:.1f} s, {:.0f} zones/s, {:.0f} records/s\n", seconds,
             static_cast<double>(size.zones) / seconds, records / seconds);

  const auto one = Clock::now();
  constexpr int kCommits = 200;
  for (int i = 0; i < kCommits; ++i) {
    const auto committed = writer.apply_now([&](WriteTransaction& transaction) {
      return settings::put(transaction, id_of(1, 0), {.id = "bench", .value = std::to_string(i)});
    });
    if (!committed) give_up("one change", committed.error());
  }
  fmt::print("one change      {:.2f} ms until it is on the disk\n", seconds_since(one) * 1000 / kCommits);
}

// Bytes of memory of this process alone and of the map, from /proc.
std::string memory() {
  std::ifstream status("/proc/self/status");
  std::string line, found;
  while (std::getline(status, line)) {
    if (line.starts_with("RssAnon") || line.starts_with("RssFile"))
      found += fmt::format("{} ", line.substr(0, line.find(" kB") + 3));
  }
  std::erase(found, '\t');
  return found;
}

struct Place {
  Id zone;
  Id record;
};
std::vector<Place> random_places(const Size& size, std::uint64_t count) {
  FastRandom random(1);
  std::vector<Place> places;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t zone = 1 + random.below(size.zones);
    places.push_back({id_of(zone, 0), id_of(zone, 1 + random.below(size.records))});
  }
  return places;
}

// The same rows by LMDB alone: what there is to reach. Two gets for a record, since it is found by its id.
class Plain {
 public:
  explicit Plain(const std::string& directory) {  // of the store
    ::mdb_env_create(&environment_);
    ::mdb_env_set_maxdbs(environment_, 64);
    ::mdb_env_set_mapsize(environment_, kMapBytes);
    if (::mdb_env_open(environment_, directory.c_str(), MDB_RDONLY | MDB_NOTLS | MDB_NORDAHEAD, 0600) != 0 ||
        ::mdb_txn_begin(environment_, nullptr, MDB_RDONLY, &transaction_) != 0) {
      fmt::print(stderr, "bench_store: LMDB cannot open {}\n", directory);
      std::exit(1);
    }
    ::mdb_dbi_open(transaction_, "zones", 0, &zones_);
    ::mdb_dbi_open(transaction_, "dns_records", 0, &records_);
    ::mdb_dbi_open(transaction_, "dns_records_by_id", 0, &by_id_);
  }
  // Never closed: the process has the store open a second time, and closing one of two would free the slots
  // of both. It ends soon.
  [[nodiscard]] std::uint64_t zone(const Place& place) const { return use(get(zones_, place.zone.view())); }
  [[nodiscard]] std::uint64_t record(const Place& place) const {
    key_.assign(place.zone.view()).append(place.record.view());
    const std::string_view where = get(by_id_, key_);
    key_.assign(place.zone.view()).append(where).append(place.record.view());
    return use(get(records_, key_));
  }

 private:
  // Looks at each line of the cache once, as whoever wants a row does; 0 for no row.
  [[nodiscard]] static std::uint64_t use(std::string_view row) {
    std::uint64_t sum = row.size();
    for (std::size_t i = 0; i < row.size(); i += 64) sum += static_cast<unsigned char>(row[i]);
    return sum;
  }
  [[nodiscard]] std::string_view get(MDB_dbi table, std::string_view key) const {
    MDB_val wanted{key.size(), const_cast<char*>(key.data())}, found{};
    if (::mdb_get(transaction_, table, &wanted, &found) != 0) return {};
    return {static_cast<const char*>(found.mv_data), found.mv_size};
  }
  MDB_env* environment_ = nullptr;
  MDB_txn* transaction_ = nullptr;
  MDB_dbi zones_ = 0, records_ = 0, by_id_ = 0;
  mutable std::string key_;
};

// Seconds that this process had a processor: what others do on the machine does not count.
double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Millions of reads per second of a processor.
template <class Read>
double rate(const std::vector<Place>& places, Read read) {
  std::uint64_t missing = 0;
  const double start = processor_seconds();
  for (const Place& place : places) missing += read(place) ? 0 : 1;
  const double seconds = processor_seconds() - start;
  if (missing != 0) fmt::print(stderr, "bench_store: {} rows are not there\n", missing);
  return static_cast<double>(places.size()) / seconds / 1e6;
}

// The better of some runs that take turns, so that both sides have the same pages in memory.
template <class Ours, class Theirs>
void compare(std::string_view what, const std::vector<Place>& places, Ours ours, Theirs theirs) {
  double best_ours = 0, best_theirs = 0;
  for (int run = 0; run < 5; ++run) {
    best_theirs = std::max(best_theirs, rate(places, theirs));
    best_ours = std::max(best_ours, rate(places, ours));
  }
  fmt::print("{:<15} {:.2f} M/s, plain LMDB {:.2f} M/s: {:.2f} of it\n", what, best_ours, best_theirs,
             best_ours / best_theirs);
}

// Runs in a process of its own, that has nothing else open or in memory.
void in_process(const std::function<void()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    std::fflush(stdout);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

void first_answer(const std::string& directory, const Size& size) {
  const auto start = Clock::now();
  const auto environment = Environment::open(directory, Environment::Mode::kRead);
  if (!environment) give_up(directory, environment.error());
  const auto read = (*environment)->read();
  if (!read) give_up(directory, read.error());
  const bool found = zones::find(**read, name_of(size.zones / 2 + 1)).has_value();
  fmt::print("first answer    {:.2f} ms after opening{}; {}\n", seconds_since(start) * 1000,
             found ? "" : " (none)", memory());
}

void reads(const std::string& directory, const Size& size, std::uint64_t count) {
  const auto places = random_places(size, count);
  const auto environment = Environment::open(directory, Environment::Mode::kRead);
  if (!environment) give_up(directory, environment.error());
  const auto transaction = std::move((*environment)->read().value());
  const Plain plain(directory);
  compare(
      "zone by id", places,
      [&](const Place& place) { return zones::get(*transaction, place.zone).has_value(); },
      [&](const Place& place) { return plain.zone(place) != 0; });
  compare(
      "record by id", places,
      [&](const Place& place) {
        return dns_records::get(*transaction, place.zone, place.record).has_value();
      },
      [&](const Place& place) { return plain.record(place) != 0; });

  std::vector<std::string> hosts;
  FastRandom random(2);
  for (std::uint64_t i = 0; i < count; ++i) hosts.push_back("www." + name_of(1 + random.below(size.zones)));
  auto next = hosts.begin();
  const double enclosing =
      rate(places, [&](const Place&) { return zones::find_enclosing(*transaction, *next++).has_value(); });
  fmt::print("zone of a host  {:.2f} M/s\n", enclosing);
  next = hosts.begin();
  const double proxied = rate(places, [&](const Place& place) {
    const auto zone = zones::get(*transaction, place.zone);
    return zone && !dns_records::proxied(*transaction, place.zone, zone->name).empty();
  });
  fmt::print("origin of a host {:.2f} M/s\n", proxied);
  fmt::print("memory          {}\n", memory());
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::string directory = arguments.text("directory");
  const Size size{.zones = static_cast<std::uint64_t>(arguments.number("zones", 1'000'000)),
                  .records = static_cast<std::uint64_t>(arguments.number("records", 10))};
  const auto count = static_cast<std::uint64_t>(arguments.number("reads", 1'000'000));
  const auto batch = static_cast<std::uint64_t>(arguments.number("batch", 1000));
  arguments.refuse_unknown();

  const std::string store = directory + "/store";
  if (::access((store + "/data.mdb").c_str(), F_OK) != 0) {
    in_process([&] { import(store, size, batch); });
  }
  in_process([&] {
    const auto environment = Environment::open(store, Environment::Mode::kRead);
    if (!environment) give_up(store, environment.error());
    const auto usage = (*environment)->usage();
    if (!usage) give_up(store, usage.error());
    fmt::print("on the disk     {:.0f} MiB, of which {:.0f} free; {} operations in the log\n",
               static_cast<double>(usage->bytes) / (1 << 20),
               static_cast<double>(usage->free_bytes) / (1 << 20), usage->changes);
  });
  in_process([&] { first_answer(store, size); });
  in_process([&] { reads(store, size, count); });
  return 0;
}
