// Random expressions and random requests, for tests that hold two ways of computing to each other.
#pragma once

#include "rules/facts.h"
#include "rules/field.h"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace brink::rules {

// Values of few kinds, so that tests are often true; some fields are missing.
class RandomFacts final : public FactSource {
 public:
  explicit RandomFacts(std::mt19937& random) {
    const auto pick = [&](std::size_t bound) {
      return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    for (const std::string_view text : kTexts) texts_.emplace_back(text);
    host_ = pick(kTexts.size());
    path_ = pick(kTexts.size());
    asnum_ = static_cast<std::int64_t>(pick(5));
    ssl_ = pick(2) == 1;
    address_ = net::IpAddress::v4(0x0a000000u + static_cast<std::uint32_t>(pick(8)));
    for (std::size_t name = 0; name < 2; ++name) {
      if (pick(3) == 0) continue;  // the key is missing
      std::vector<std::size_t>& values = headers_.emplace_back(name, std::vector<std::size_t>()).second;
      for (std::size_t n = pick(4); n > 0; --n) values.push_back(pick(kTexts.size()));
    }
    for (std::size_t n = pick(4); n > 0; --n) names_.push_back(pick(kTexts.size()));
  }

  static constexpr std::array<std::string_view, 6> kTexts{"", "a", "ab", "b.a", "A", "xay"};
  static constexpr std::array<std::string_view, 2> kNames{"one", "two"};

  [[nodiscard]] Value read(FieldId field, Arena& arena) const override {
    switch (field) {
      case FieldId::kHttpHost: return text(host_);
      case FieldId::kHttpRequestUriPath: return text(path_);
      case FieldId::kIpSrcAsnum: return Value::of_int(asnum_);
      case FieldId::kSsl: return Value::of_bool(ssl_);
      case FieldId::kIpSrc: return Value::of_ip(address_);
      case FieldId::kHttpRequestHeadersNames: return array(names_, arena);
      case FieldId::kHttpRequestHeaders: {
        auto* entries = reinterpret_cast<MapEntry*>(
            arena.allocate(headers_.size() * sizeof(MapEntry) + 1, alignof(MapEntry)));
        for (std::size_t i = 0; i < headers_.size(); ++i)
          new (entries + i) MapEntry{kNames[headers_[i].first], array(headers_[i].second, arena)};
        return Value::of_map({entries, headers_.size()});
      }
      default: return {};
    }
  }

 private:
  [[nodiscard]] Value text(std::size_t which) const { return Value::of_bytes(texts_[which]); }
  [[nodiscard]] Value array(const std::vector<std::size_t>& which, Arena& arena) const {
    auto* values = reinterpret_cast<Value*>(arena.allocate(which.size() * sizeof(Value) + 1, alignof(Value)));
    for (std::size_t i = 0; i < which.size(); ++i) new (values + i) Value(text(which[i]));
    return Value::of_array({values, which.size()});
  }

  std::vector<std::string> texts_;
  std::size_t host_ = 0;
  std::size_t path_ = 0;
  std::int64_t asnum_ = 0;
  bool ssl_ = false;
  net::IpAddress address_;
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> headers_;
  std::vector<std::size_t> names_;
};

// Text of a filter over those fields.
class RandomExpression {
 public:
  explicit RandomExpression(std::mt19937& random) : random_(random) {}

  std::string filter(int depth) {
    if (depth == 0) return test();
    switch (pick(7)) {
      case 0: return "(" + filter(depth - 1) + " and " + filter(depth - 1) + ")";
      case 1: return "(" + filter(depth - 1) + " or " + filter(depth - 1) + " or " + filter(depth - 1) + ")";
      case 2: return "(" + filter(depth - 1) + " xor " + filter(depth - 1) + ")";
      case 3: return "not " + filter(depth - 1);
      case 4: return (pick(2) == 0 ? "any(" : "all(") + each(depth - 1) + ")";
      default: return test();
    }
  }

 private:
  std::size_t pick(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  template <class List>
  std::string one_of(const List& list) {
    return std::string(list[pick(std::size(list))]);
  }
  std::string quoted() { return "\"" + one_of(RandomFacts::kTexts) + "\""; }
  std::string comparison() {
    static constexpr std::string_view kOperators[] = {"eq", "ne", "lt", "le", "gt", "ge"};
    return " " + one_of(kOperators) + " ";
  }
  // What stands behind a text.
  std::string text_test() {
    switch (pick(8)) {
      case 0: return " contains " + quoted();
      case 1: return " in {" + quoted() + " " + quoted() + "}";
      case 2: return R"( in {"a" "b" "c" "d" "e" "f" "g" "xay" ""})";
      case 3: return R"( wildcard "*a*")";
      case 4: return R"( strict wildcard "a*")";
      case 5: return R"( matches "^[ab.]*$")";
      default: return comparison() + quoted();
    }
  }
  std::string text() {
    static constexpr std::string_view kTextFields[] = {
        "http.host", "http.request.uri.path", R"(http.request.headers["one"][0])",
        R"(http.request.headers["two"][1])", "http.request.headers.names[0]"};
    switch (pick(5)) {
      case 0: return "lower(" + one_of(kTextFields) + ")";
      case 1: return "concat(" + one_of(kTextFields) + ", \"-\", " + one_of(kTextFields) + ")";
      default: return one_of(kTextFields);
    }
  }
  std::string test() {
    switch (pick(9)) {
      case 0: return "ssl";
      case 1: return "ip.src.asnum" + comparison() + std::to_string(pick(5));
      case 2: return "ip.src.asnum in {1 3..4}";
      case 3: return "ip.src in {10.0.0.1 10.0.0.4/30}";
      case 4: return "ip.src eq 10.0.0." + std::to_string(pick(8));
      case 5: return text() + comparison() + text();
      case 6: return "starts_with(" + text() + ", " + quoted() + ")";
      default: return text() + text_test();
    }
  }
  std::string array() {
    static constexpr std::string_view kArrays[] = {
        R"(http.request.headers["one"])", R"(http.request.headers["two"])", "http.request.headers.names"};
    return one_of(kArrays);
  }
  // An array of Booleans.
  std::string each(int depth) {
    if (depth > 0 && pick(3) == 0)
      return each(depth - 1) + (pick(2) == 0 ? " and " : " or ") + each(depth - 1);
    switch (pick(4)) {
      case 0: return "starts_with(" + array() + "[*], " + quoted() + ")";
      case 1: return "lower(" + array() + "[*])[*]" + text_test();
      case 2: return "not " + array() + "[*]" + text_test();
      default: return array() + "[*]" + text_test();
    }
  }

  std::mt19937& random_;
};

}  // namespace brink::rules
