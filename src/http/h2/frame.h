// Frames of HTTP/2 as far as their headers go, RFC 9113 section 4.1.
#pragma once

#include <cstddef>
#include <cstdint>

namespace brink::http::h2 {

enum class FrameType : std::uint8_t {
  kData = 0x0,
  kHeaders = 0x1,
  kPriority = 0x2,
  kRstStream = 0x3,
  kSettings = 0x4,
  kPushPromise = 0x5,
  kPing = 0x6,
  kGoaway = 0x7,
  kWindowUpdate = 0x8,
  kContinuation = 0x9,
  kPriorityUpdate = 0x10,  // RFC 9218 section 7.1
};

struct FrameHeader {
  std::uint32_t length = 0;
  FrameType type{};
  std::uint8_t flags = 0;
  std::int32_t stream_id = 0;

  static constexpr std::size_t kBytes = 9;  // on the wire
  static constexpr std::uint8_t kEndStream = 0x1;
  static constexpr std::uint8_t kAck = 0x1;
  static constexpr std::uint8_t kEndHeaders = 0x4;
  static constexpr std::uint8_t kPadded = 0x8;
  static constexpr std::uint8_t kPriority = 0x20;
  [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }

  // Numbers are in network order.
  [[nodiscard]] static FrameHeader parse(const char* bytes) {
    const auto* in = reinterpret_cast<const unsigned char*>(bytes);
    return {
        .length = static_cast<std::uint32_t>(in[0]) << 16 | static_cast<std::uint32_t>(in[1]) << 8 | in[2],
        .type = static_cast<FrameType>(in[3]),
        .flags = in[4],
        .stream_id = static_cast<std::int32_t>(read_u32(bytes + 5) & 0x7fffffff)};
  }
  void write(char* out) const {
    out[0] = static_cast<char>(length >> 16);
    out[1] = static_cast<char>(length >> 8);
    out[2] = static_cast<char>(length);
    out[3] = static_cast<char>(type);
    out[4] = static_cast<char>(flags);
    write_u32(static_cast<std::uint32_t>(stream_id), out + 5);
  }
  [[nodiscard]] static std::uint32_t read_u32(const char* bytes) {
    const auto* in = reinterpret_cast<const unsigned char*>(bytes);
    return static_cast<std::uint32_t>(in[0]) << 24 | static_cast<std::uint32_t>(in[1]) << 16 |
           static_cast<std::uint32_t>(in[2]) << 8 | in[3];
  }
  static void write_u32(std::uint32_t value, char* out) {
    out[0] = static_cast<char>(value >> 24);
    out[1] = static_cast<char>(value >> 16);
    out[2] = static_cast<char>(value >> 8);
    out[3] = static_cast<char>(value);
  }
};

}  // namespace brink::http::h2
