// Zones: the names that customers have brought, and what belongs to each.
#pragma once

#include "store/id.h"
#include "store/transaction.h"
#include "store/tuple.h"

#include <optional>
#include <string_view>
#include <vector>

namespace brink::store {

enum class ZoneStatus : std::uint8_t { kInitializing, kPending, kActive, kMoved };
enum class ZoneType : std::uint8_t { kFull, kPartial, kSecondary };

struct Zone {
  Id id;
  Id account;
  std::string_view name;  // lower case, A-labels, without the root's dot
  ZoneStatus status = ZoneStatus::kPending;
  ZoneType type = ZoneType::kFull;
  bool paused = false;
  Time created;
  Time modified;
  Time activated;  // the epoch: never
  // Who declared it: empty for the API, else the file's name ("brink.toml", "zones.d/x.toml").
  std::string_view declared_in;
  // What the file says beyond what the API can say (hosts, origin, ...), as JSON; empty for the API's zones.
  std::string_view declaration;
  std::vector<std::string_view> name_servers;  // this edge's, told to the customer at creation
};

namespace zones {

[[nodiscard]] std::optional<Zone> get(const ReadTransaction& transaction, const Id& id);
[[nodiscard]] bool exists(const ReadTransaction& transaction, const Id& id);
// By its name, in any case.
[[nodiscard]] std::optional<Zone> find(const ReadTransaction& transaction, std::string_view name);
// The zone with the longest name that is `host` or a parent of it.
[[nodiscard]] std::optional<Zone> find_enclosing(const ReadTransaction& transaction, std::string_view host);
// Inserts or replaces; its name must be no other zone's (kTaken). kInvalid for a name that is none, a nil id.
Result<> put(WriteTransaction& transaction, const Zone& zone);
// With its records, settings, certificates, hosts and rules; whether it was there.
Result<bool> remove(WriteTransaction& transaction, const Id& id);
[[nodiscard]] std::uint64_t count(const ReadTransaction& transaction);

// In the order of names (labels from the root down); with `from`, from the first not before that name on. In
// reverse the other way, from the last.
class Scan {
 public:
  explicit Scan(const ReadTransaction& transaction, std::string_view from = {});
  struct Reverse {};
  Scan(const ReadTransaction& transaction, Reverse);
  [[nodiscard]] std::optional<Zone> next();
  // Passes over so many without reading them: far cheaper than next().
  void skip(std::uint64_t zones);
  // Goes on to the next one, but reads no more than its name, which stands in the key; zone() reads the rest.
  [[nodiscard]] std::optional<std::string> next_name();
  [[nodiscard]] std::optional<Zone> zone() const;

 private:
  const ReadTransaction& transaction_;
  Cursor cursor_;
};

}  // namespace zones

// A setting of a zone, as the API gives it: a value in JSON.
namespace settings {

struct Setting {
  std::string_view id;  // "ssl", "min_tls_version", ...
  std::string_view value;
  Time modified;
};

// Nothing where the zone has the default. Its id is a view of the one that was asked for.
[[nodiscard]] std::optional<Setting> get(const ReadTransaction& transaction, const Id& zone,
                                         std::string_view id);
// kInvalid where there is no such zone.
Result<> put(WriteTransaction& transaction, const Id& zone, const Setting& setting);
// Back to the default; whether it was another.
Result<bool> remove(WriteTransaction& transaction, const Id& zone, std::string_view id);
[[nodiscard]] std::vector<Setting> all(const ReadTransaction& transaction, const Id& zone);

}  // namespace settings

}  // namespace brink::store
