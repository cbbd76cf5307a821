// Changes of one zone's DNS records inside a change of the store: each is checked against what is there at
// that moment, and has its audit entry.
#pragma once

#include "control/api/change.h"
#include "control/api/dns_record.h"
#include "store/id.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace brink::control::api {

// Who changes records: what a file declares, only the file changes.
enum class RecordAuthor : std::uint8_t { kApi, kFile };

// Lives in one change, on the writer's thread.
class DnsRecordChange {
 public:
  // 7003 where the zone is gone.
  [[nodiscard]] static Outcome<DnsRecordChange> begin(Changing& changing, const store::Id& zone_id,
                                                      RecordAuthor author = RecordAuthor::kApi);

  // Each answers the record as the API shows it. 81053, 81057, 81058, 83011 where it cannot be beside the
  // others, 81044 where there is no such record, 1043 where a file declares it.
  [[nodiscard]] Outcome<Json> add(RecordValue record);
  [[nodiscard]] Outcome<Json> replace(const store::Id& id, RecordValue record);
  [[nodiscard]] Outcome<Json> patch(const store::Id& id, const Json& changes);
  [[nodiscard]] Outcome<Json> remove(const store::Id& id);  // as it was

  // Whether the very same name, type and data are there.
  [[nodiscard]] bool has_same(const RecordValue& record) const;
  [[nodiscard]] const std::string& zone_name() const { return zone_name_; }

 private:
  DnsRecordChange(Changing& changing, RecordAuthor author) : changing_(changing), author_(author) {}

  [[nodiscard]] Outcome<RecordValue> existing(const store::Id& id) const;
  [[nodiscard]] Outcome<> check_neighbours(const RecordValue& record) const;
  [[nodiscard]] Outcome<Json> write(const RecordValue& record, Json before);
  [[nodiscard]] Outcome<> audit(std::string_view action, const store::Id& id, Json before, Json after);

  Changing& changing_;
  RecordAuthor author_;
  store::Id zone_;
  store::Id account_;
  std::string zone_name_;
  bool flattens_all_ = false;  // by the zone's setting cname_flattening
};

}  // namespace brink::control::api
