// A store in a scratch directory with its writer, and things to put into it.
#pragma once

#include "base/random.h"
#include "store/dns_records.h"
#include "store/environment.h"
#include "store/writer.h"
#include "store/zones.h"
#include "tests/runtime/run_task.h"
#include "tests/store/memory_directory.h"

#include <gtest/gtest.h>

namespace brink::store {

// An id that a test can tell: its last byte.
inline Id id(std::uint8_t number) {
  Id made;
  made.bytes.back() = number;
  return made;
}

inline Time time_at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

inline Zone given_zone(std::uint8_t number, std::string_view name) {
  return {.id = id(number),
          .account = id(200),
          .name = name,
          .status = ZoneStatus::kActive,
          .created = time_at(1)};
}

inline DnsRecord given_record(std::uint8_t zone, std::uint8_t number, std::string_view name,
                              std::uint16_t type = 1) {
  return {.id = id(number), .zone = id(zone), .name = name, .type = type, .content = "192.0.2.1"};
}

struct GivenStore {
  explicit GivenStore(Writer::Options options = {}, std::size_t map_bytes = kMapBytes)
      : environment(open(map_bytes)), writer(std::make_unique<Writer>(*environment, loop, options)) {}

  std::unique_ptr<Environment> open(std::size_t map_bytes = kMapBytes) {
    auto opened = Environment::open(path(), Environment::Mode::kWrite, map_bytes);
    if (!opened) ADD_FAILURE() << opened.error().text();
    return std::move(opened).value();
  }
  [[nodiscard]] std::string path() const { return directory.path("store"); }

  // Makes a change that must succeed; its sequence number.
  std::uint64_t change(Writer::Change change) {
    const auto committed = writer->apply_now(std::move(change));
    if (!committed) ADD_FAILURE() << committed.error().text();
    return committed ? committed->sequence : 0;
  }
  [[nodiscard]] std::unique_ptr<ReadTransaction> read() const { return environment->read().value(); }

  MemoryDirectory directory;
  Loop loop;
  std::unique_ptr<Environment> environment;
  std::unique_ptr<Writer> writer;
};

}  // namespace brink::store
