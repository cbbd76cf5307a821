// The limits of the DNS's forms: those of its format, and those that keep a hostile text from costing much.
#pragma once

#include <cstddef>
#include <cstdint>

namespace brink::dns_wire {

// --- the format's (RFC 1035 sections 2.3.4 and 3.3) ---
inline constexpr std::size_t kMaxLabelBytes = 63;
inline constexpr std::size_t kMaxNameBytes = 255;  // with the length bytes and the root's label
inline constexpr std::size_t kMaxLabels = 127;     // without the root's
inline constexpr std::size_t kMaxStringBytes = 255;
inline constexpr std::size_t kMaxTagBytes =
    15;  // of CAA records: what issuers promise to read (RFC 8659 section 4.1)
inline constexpr std::size_t kMaxRdataBytes = 65'535;
inline constexpr std::uint32_t kMaxTtl = 0x7fff'ffff;  // RFC 2181 section 8

// --- ours ---
// One entry of a master file, over all its lines: the longest rdata with every byte written as \DDD fits.
inline constexpr std::size_t kMaxEntryBytes = 512 * 1024;
inline constexpr std::size_t kMaxEntryTokens = 20'000;
// Records that the $GENERATE lines of one file may make in all.
inline constexpr std::uint32_t kMaxGeneratedRecords = 65'536;
inline constexpr std::size_t kMaxGenerateWidth = 255;
// A label as people write it, before IDNA has shortened it.
inline constexpr std::size_t kMaxUnicodeLabelBytes = 512;

}  // namespace brink::dns_wire
