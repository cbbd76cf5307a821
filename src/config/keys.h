// Every key of brink.toml, in one table: what it is called, what it takes, what it means, and where its value
// goes. The reader, the error messages and docs/configuration.md come from it; a new key is one row here and
// one member in config/config.h.
#pragma once

#include "config/config.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace brink::config {

enum class Section : std::uint8_t {
  kNode,
  kEdge,
  kEdgeLimits,
  kEdgeTimeouts,
  kOrigin,
  kControl,
  kAcme,
  kLog,
  kZone,
  kZoneCertificates,
  kCount
};

struct SectionInfo {
  std::string_view path;     // "edge.limits"
  std::string_view heading;  // "[edge.limits]", "[[zone]]"
  std::string_view meaning;
};
[[nodiscard]] const SectionInfo& section_info(Section section);

enum class Type : std::uint8_t {
  kString,
  kDirectory,  // a path; relative ones start at the directory of brink.toml
  kFile,       // the same, of a file that must be there
  kLogTarget,  // a path, "stderr" or "off"
  kBoolean,
  kInteger,
  kSize,      // bytes: 65536 or "64KiB"
  kRatio,     // 0 to 1
  kDuration,  // "10s"
  kChoice,    // one of `choices`
  kChoices,   // a list of them
  kAddress,   // where to listen: "127.0.0.1:80", "[::]:443", "unix:/run/brink.sock"
  kAddresses,
  kNetworks,      // ["10.0.0.0/8", "2001:db8::1"]
  kZoneName,      // a name that may stand in `hosts` too, of any zone
  kHosts,         // ["example.com", "*.example.com", "*"]
  kFiles,         // a list of kFile
  kOriginUrl,     // "http://127.0.0.1:3000", "https://origin.example", "unix:/run/app.sock"
  kCertificates,  // a list of tables, or [[zone.certificates]]
  kRules,         // a list of tables, or [[zone.rule]]
};

// A value in one of the forms that members have. Choices are numbers, texts of every kind are strings.
using Value =
    std::variant<bool, std::uint64_t, double, std::chrono::milliseconds, std::string,
                 std::vector<std::string>, net::SocketAddress, std::vector<net::SocketAddress>,
                 std::vector<net::IpNetwork>, OriginUrl, std::vector<Certificate>, std::vector<Rule>>;

// What a number may be, both ends included: of kInteger the number, of kSize bytes, of kDuration
// milliseconds.
struct Range {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
};

struct Key {
  Section section;
  std::string_view name;
  Type type;
  std::string_view meaning;       // one sentence or two, for docs/configuration.md
  std::string_view example;       // as TOML
  std::string_view default_text;  // in words, where the member's initial value does not say it
  Range range;
  std::span<const std::string_view>
      choices;  // their numbers go up from first_choice; true and false are booleans
  std::uint64_t first_choice = 0;
  bool required = false;
  // From and to the struct of the section: Node, Edge, ..., Zone, Certificate.
  void (*store)(void* section, Value value);
  Value (*load)(const void* section);
};

// All keys, section by section.
[[nodiscard]] std::span<const Key> keys();
[[nodiscard]] const Key* find_key(Section section, std::string_view name);

// Where the values of a section go that stands once in a file; nullptr for those of zones.
[[nodiscard]] void* section_of(Config& config, Section section);
[[nodiscard]] const void* section_of(const Config& config, Section section);

// What `key` takes, for errors: `a duration from "1ms" to "1h"`.
[[nodiscard]] std::string expected_text(const Key& key);
// `value` as brink.toml writes it.
[[nodiscard]] std::string value_text(const Key& key, const Value& value);
// What holds where the key is not given, for the documentation.
[[nodiscard]] std::string default_text(const Key& key);

}  // namespace brink::config
