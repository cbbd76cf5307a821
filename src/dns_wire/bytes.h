// Numbers in network byte order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace brink::dns_wire {

inline void put_u8(std::string& wire, std::uint8_t value) { wire.push_back(static_cast<char>(value)); }
inline void put_u16(std::string& wire, std::uint16_t value) {
  put_u8(wire, static_cast<std::uint8_t>(value >> 8));
  put_u8(wire, static_cast<std::uint8_t>(value));
}
inline void put_u32(std::string& wire, std::uint32_t value) {
  put_u16(wire, static_cast<std::uint16_t>(value >> 16));
  put_u16(wire, static_cast<std::uint16_t>(value));
}

// Each requires that so many bytes are there.
[[nodiscard]] inline std::uint8_t u8_at(std::string_view wire, std::size_t at) {
  return static_cast<std::uint8_t>(wire[at]);
}
[[nodiscard]] inline std::uint16_t u16_at(std::string_view wire, std::size_t at) {
  return static_cast<std::uint16_t>(u8_at(wire, at) << 8 | u8_at(wire, at + 1));
}
[[nodiscard]] inline std::uint32_t u32_at(std::string_view wire, std::size_t at) {
  return static_cast<std::uint32_t>(u16_at(wire, at)) << 16 | u16_at(wire, at + 2);
}

}  // namespace brink::dns_wire
