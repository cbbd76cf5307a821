// Buffers that all connections of a loop share: none of them is in use between two turns.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace brink::bench {

struct Scratch {
  // OpenSSL may hold a part of a record back from an earlier turn, so one recv can decrypt to more than its
  // size.
  static constexpr std::size_t kHeldRecord = 32 * 1024;

  explicit Scratch(std::size_t bytes) : wire(bytes), plain(bytes + kHeldRecord) {}

  std::vector<char> wire;   // what a socket gave
  std::vector<char> plain;  // the same, decrypted
  std::string sealed;       // records on their way to a socket
};

}  // namespace brink::bench
