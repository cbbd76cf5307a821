// The types of the Rules language: four scalars, and arrays and maps of them.
#pragma once

#include <cstdint>
#include <string>

namespace brink::rules {

enum class Scalar : std::uint8_t { kBool, kInt, kBytes, kIp };

// A scalar in up to kMaxDepth containers. Map keys are always Bytes.
class Type {
 public:
  static constexpr unsigned kMaxDepth = 3;

  constexpr Type(Scalar scalar) : scalar_(scalar) {}  // NOLINT: a scalar is a type
  [[nodiscard]] static constexpr Type array_of(Type element) { return element.inside(1); }
  [[nodiscard]] static constexpr Type map_of(Type value) { return value.inside(2); }

  [[nodiscard]] constexpr bool is_array() const { return (containers_ & 3) == 1; }
  [[nodiscard]] constexpr bool is_map() const { return (containers_ & 3) == 2; }
  [[nodiscard]] constexpr bool is_scalar() const { return containers_ == 0; }
  // Requires an array or a map: the type of its elements or values.
  [[nodiscard]] constexpr Type element() const {
    Type type(scalar_);
    type.containers_ = static_cast<std::uint8_t>(containers_ >> 2);
    return type;
  }
  // Of the innermost element.
  [[nodiscard]] constexpr Scalar scalar() const { return scalar_; }
  // How many containers are around it.
  [[nodiscard]] constexpr unsigned depth() const {
    unsigned depth = 0;
    for (std::uint8_t left = containers_; left != 0; left = static_cast<std::uint8_t>(left >> 2)) ++depth;
    return depth;
  }
  // "Array<Bytes>", as error texts name it.
  [[nodiscard]] std::string text() const;

  friend constexpr bool operator==(const Type&, const Type&) = default;

 private:
  [[nodiscard]] constexpr Type inside(std::uint8_t container) const {
    Type type(scalar_);
    type.containers_ = static_cast<std::uint8_t>(containers_ << 2 | container);
    return type;
  }

  Scalar scalar_;
  std::uint8_t containers_ = 0;  // two bits each, the outermost lowest: 1 array, 2 map
};

}  // namespace brink::rules
