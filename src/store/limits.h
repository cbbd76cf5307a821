// The limits of the store.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace brink::store {

// The map is address space, not memory or disk: it is made this large on the first day, so that it never has
// to grow under readers. MDB_MAP_RESIZED is handled all the same (another build may have another size).
inline constexpr std::size_t kMapBytes = std::size_t{1} << 40;
inline constexpr unsigned kMaxReaders = 1024;     // threads that read at once, of all processes
inline constexpr std::size_t kMaxKeyBytes = 511;  // LMDB's own
inline constexpr std::size_t kMaxValueBytes = 32u << 20;

// Changes that wait for the writer; more are refused with kBusy.
inline constexpr std::size_t kMaxWaitingChanges = 4096;
// Changes that share one commit, at most.
inline constexpr std::size_t kMaxChangesPerCommit = 512;

// Changes with more operations than this together end a commit, however few they are.
inline constexpr std::uint32_t kMaxOperationsPerCommit = 16'384;

// How many operations of the change log are kept for followers that come back; older ones start from a
// snapshot.
inline constexpr std::uint64_t kKeptChanges = 1'000'000;

inline constexpr auto kStaleReaderCheck = std::chrono::minutes(1);

}  // namespace brink::store
