#include "store/check.h"

#include "base/encoding.h"
#include "store/fields.h"
#include "store/meta.h"
#include "store/rows.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace brink::store {
namespace {

constexpr std::uint64_t kRowsPerProgress = 100'000;

class Checker {
 public:
  Checker(const ReadTransaction& transaction, const std::function<void(std::uint64_t)>& progress)
      : transaction_(transaction), progress_(progress) {}

  CheckReport run() {
    check_meta();
    check_log();
    check_accounts();
    check_zones();
    check_records();
    check_settings();
    check_certificates();
    check_hosts();
    check_tokens();
    check_rules();
    check_lists();
    check_the_rest();
    return std::move(report_);
  }

 private:
  // Calls f(key, value) for each row; f answers what is wrong with it, or nothing.
  template <class F>
  void each_row(Table table, F f) {
    Cursor cursor(transaction_, table, "");
    std::uint64_t rows = 0;
    while (cursor.next()) {
      ++rows;
      if (++report_.rows % kRowsPerProgress == 0 && progress_) progress_(report_.rows);
      const std::string_view wrong = f(cursor.key(), cursor.value());
      if (!wrong.empty()) problem(table, cursor.key(), wrong);
    }
    // A page that LMDB itself cannot read ends the walk early.
    if (rows != transaction_.count(table))
      add(fmt::format("{}: {} rows can be read of {}", table_name(table), rows, transaction_.count(table)));
  }

  void problem(Table table, std::string_view key, std::string_view what) {
    add(fmt::format("{} {}: {}", table_name(table), hex_encode(key), what));
  }

  void add(std::string text) {
    if (report_.problems.size() < kMostProblems) {
      report_.problems.push_back(std::move(text));
    } else {
      report_.more = true;
    }
  }

  [[nodiscard]] bool has(Table table, std::string_view key) const {
    return transaction_.get(table, key).has_value();
  }
  [[nodiscard]] bool has(Table table, std::string_view key, std::string_view value) const {
    return transaction_.get(table, key) == value;
  }

  void check_meta();
  void check_log();
  void check_accounts();
  void check_zones();
  void check_records();
  void check_count(std::string_view zone, std::uint64_t records);
  void check_settings();
  void check_certificates();
  void check_hosts();
  void check_tokens();
  void check_rules();
  void check_lists();
  void check_the_rest();

  const ReadTransaction& transaction_;
  const std::function<void(std::uint64_t)>& progress_;
  CheckReport report_;
};

void Checker::check_meta() {
  each_row(Table::kMeta, [](std::string_view key, std::string_view value) -> std::string_view {
    if (key != kSchemaKey && key != kSequenceKey && key != kLogCutKey) return "is nothing that Brink knows";
    if (value.size() != sizeof(std::uint64_t)) return "is no number";
    return {};
  });
  if (stored_number(transaction_.get(Table::kMeta, kSchemaKey)) != kSchemaVersion)
    add("meta: the schema is not that of this Brink");
}

void Checker::check_log() {
  const std::uint64_t cut = stored_number(transaction_.get(Table::kMeta, kLogCutKey));
  const std::uint64_t last = transaction_.sequence();
  std::uint64_t sequence = cut;
  std::uint64_t next_operation = 0;
  each_row(Table::kChanges, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto operation = rows::operation(key, value);
    if (key.size() != LogKey::kBytes) return "is no key of an operation";
    const std::uint64_t at = LogKey::sequence(key);
    const std::uint32_t number = LogKey::operation(key);
    const bool follows =
        at == sequence ? number == next_operation || at == cut : at == sequence + 1 && number == 0;
    sequence = at;
    next_operation = std::uint64_t{number} + 1;
    if (!follows) return "does not follow on the operation before it";
    if (at > last) return "is of a change that has not been made";
    return operation ? std::string_view() : "cannot be read";
  });
  if (sequence != last)
    add(fmt::format("changes: the log ends at change {}, the store is at {}", sequence, last));
}

void Checker::check_accounts() {
  each_row(Table::kAccounts, [](std::string_view key, std::string_view value) -> std::string_view {
    return rows::account(key, value) ? "" : "cannot be read";
  });
  each_row(Table::kUsers, [](std::string_view key, std::string_view value) -> std::string_view {
    return rows::user(key, value) ? "" : "cannot be read";
  });
}

void Checker::check_zones() {
  each_row(Table::kZones, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto zone = rows::zone(key, value);
    if (!zone) return "cannot be read";
    const auto name = NameKey::of(zone->name);
    if (!name) return "has a name that is none";
    return has(Table::kZonesByName, name->view(), key) ? "" : "is not found by its name";
  });
  each_row(Table::kZonesByName, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto row = transaction_.get(Table::kZones, value);
    if (!row) return "leads to no zone";
    const auto zone = rows::zone(value, *row);
    const auto name = zone ? NameKey::of(zone->name) : std::nullopt;
    return name && name->view() == key ? "" : "leads to a zone of another name";
  });
}

void Checker::check_count(std::string_view zone, std::uint64_t records) {
  const CountKey key(Table::kDnsRecords, zone);
  const std::uint64_t counted = stored_number(transaction_.get(Table::kCounts, key.view()));
  if (counted != records)
    problem(Table::kCounts, key.view(), fmt::format("says {} where there are {}", counted, records));
}

void Checker::check_records() {
  std::string_view zone;
  std::uint64_t records = 0;
  each_row(Table::kDnsRecords, [&](std::string_view key, std::string_view value) -> std::string_view {
    if (key.size() >= rows::kIdBytes) {
      const std::string_view its_zone = key.substr(0, rows::kIdBytes);
      if (its_zone != zone) {
        if (records != 0) check_count(zone, records);
        zone = its_zone;
        records = 0;
      }
      ++records;
    }
    const auto record = rows::dns_record(key, value);
    if (!record) return "cannot be read";
    const auto parts = *rows::dns_record_key(key);
    const auto name = NameKey::of(record->name);
    if (!name || name->view() != parts.name) return "stands under another name";
    if (!has(Table::kZones, parts.zone)) return "belongs to no zone";
    return has(Table::kDnsRecordsById, rows::Key(parts.zone).add(parts.id).view(), parts.place)
               ? ""
               : "is not found by its id";
  });
  if (records != 0) check_count(zone, records);

  each_row(Table::kDnsRecordsById, [&](std::string_view key, std::string_view value) -> std::string_view {
    if (key.size() != 2 * rows::kIdBytes) return "is no key of a record";
    const rows::Key place =
        rows::Key(key.substr(0, rows::kIdBytes)).add(value).add(key.substr(rows::kIdBytes));
    return has(Table::kDnsRecords, place.view()) ? "" : "leads to no record";
  });
  each_row(Table::kCounts, [&](std::string_view key, std::string_view value) -> std::string_view {
    if (key.size() != 1 + CountKey::kParentBytes || !is_counted(static_cast<Table>(key.front())))
      return "counts nothing that Brink knows";
    if (value.size() != sizeof(std::uint64_t)) return "is no number";
    Cursor rows_of_parent(transaction_, static_cast<Table>(key.front()), std::string(key.substr(1)));
    return rows_of_parent.next() ? "" : "counts what is not there";
  });
}

void Checker::check_settings() {
  each_row(Table::kSettings, [&](std::string_view key, std::string_view value) -> std::string_view {
    if (!rows::setting(key, value)) return "cannot be read";
    return has(Table::kZones, key.substr(0, rows::kIdBytes)) ? "" : "belongs to no zone";
  });
}

void Checker::check_certificates() {
  each_row(Table::kCertificates, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto certificate = rows::certificate(key, value);
    if (!certificate) return "cannot be read";
    for (const std::string_view host : certificate->hosts) {
      const auto name = NameKey::of(host);
      if (!name) return "has a host that is no name";
      if (!has(Table::kCertificatesByHost, rows::Key(name->view()).add(rows::kNameEnd).add(key).view(),
               certificate->zone.view()))
        return "is not found by its host";
    }
    if (certificate->zone.is_nil()) return {};
    if (!has(Table::kZones, certificate->zone.view())) return "belongs to no zone";
    return has(Table::kCertificatesByZone, rows::Key(certificate->zone.view()).add(key).view())
               ? ""
               : "is not found by its zone";
  });
  const auto certificate_of = [&](std::string_view id) {
    const auto row = transaction_.get(Table::kCertificates, id);
    return row ? rows::certificate(id, *row) : std::nullopt;
  };
  each_row(Table::kCertificatesByHost, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto parts = rows::host_certificate_key(key);
    if (!parts) return "is no key of a host";
    const auto certificate = certificate_of(parts->id);
    if (!certificate) return "leads to no certificate";
    if (certificate->zone.view() != value) return "names another zone than the certificate";
    const auto is_host = [&](std::string_view host) {
      const auto name = NameKey::of(host);
      return name && name->view() == parts->host;
    };
    return std::ranges::any_of(certificate->hosts, is_host) ? "" : "leads to a certificate of other hosts";
  });
  each_row(Table::kCertificatesByZone, [&](std::string_view key, std::string_view) -> std::string_view {
    if (key.size() != 2 * rows::kIdBytes) return "is no key of a certificate";
    const auto certificate = certificate_of(key.substr(rows::kIdBytes));
    if (!certificate) return "leads to no certificate";
    return certificate->zone.view() == key.substr(0, rows::kIdBytes)
               ? ""
               : "leads to a certificate of another zone";
  });
  each_row(Table::kOriginCertificates, [](std::string_view key, std::string_view value) -> std::string_view {
    return rows::origin_certificate(key, value) ? "" : "cannot be read";
  });
}

void Checker::check_hosts() {
  each_row(Table::kHosts, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto name = NameKey::of(name_of_key(key));
    if (!name || name->view() != key) return "is no name";
    if (!has(Table::kZones, value)) return "leads to no zone";
    return has(Table::kHostsByZone, rows::Key(value).add(key).view()) ? "" : "is not found by its zone";
  });
  each_row(Table::kHostsByZone, [&](std::string_view key, std::string_view) -> std::string_view {
    if (key.size() <= rows::kIdBytes) return "is no key of a host";
    return has(Table::kHosts, key.substr(rows::kIdBytes), key.substr(0, rows::kIdBytes))
               ? ""
               : "leads to no host of the zone";
  });
}

void Checker::check_tokens() {
  const auto hash_of = [](const Token& token) {
    return std::string_view(reinterpret_cast<const char*>(token.hash.data()), token.hash.size());
  };
  each_row(Table::kTokens, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto token = rows::token(key, value);
    if (!token) return "cannot be read";
    return has(Table::kTokensByHash, hash_of(*token), key) ? "" : "is not found by its hash";
  });
  each_row(Table::kTokensByHash, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto row = transaction_.get(Table::kTokens, value);
    if (!row) return "leads to no token";
    const auto token = rows::token(value, *row);
    return token && hash_of(*token) == key ? "" : "leads to a token of another hash";
  });
}

void Checker::check_rules() {
  std::set<std::string, std::less<>> rulesets;
  each_row(Table::kRulesets, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto ruleset = rows::ruleset(key, value);
    if (!ruleset) return "cannot be read";
    rulesets.emplace(key.substr(rows::kIdBytes));
    if (ruleset->kind == "zone" && !has(Table::kZones, ruleset->owner.view())) return "belongs to no zone";
    return has(Table::kRulesetVersions, rows::Key(ruleset->id.view()).add_number(ruleset->version).view())
               ? ""
               : "is not among its versions";
  });
  each_row(Table::kRulesetVersions, [&](std::string_view key, std::string_view value) -> std::string_view {
    if (!rows::ruleset_version(key, value)) return "cannot be read";
    return rulesets.contains(key.substr(0, rows::kIdBytes)) ? "" : "belongs to no ruleset";
  });
  each_row(Table::kOlderRules, [](std::string_view key, std::string_view value) -> std::string_view {
    return rows::older_rule(key, value) ? "" : "cannot be read";
  });
}

void Checker::check_lists() {
  std::map<std::string, std::uint64_t, std::less<>> items;  // by list: how many it should have
  each_row(Table::kLists, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto list = rows::list(key, value);
    if (!list) return "cannot be read";
    items.emplace(key.substr(rows::kIdBytes), list->items);
    return has(Table::kListsByName, rows::Key(list->account.view()).add(list->name).view(), list->id.view())
               ? ""
               : "is not found by its name";
  });
  each_row(Table::kListsByName, [&](std::string_view key, std::string_view value) -> std::string_view {
    return items.contains(value) && key.size() > rows::kIdBytes ? "" : "leads to no list";
  });
  each_row(Table::kListItems, [&](std::string_view key, std::string_view value) -> std::string_view {
    const auto chunk = rows::list_chunk(key, value);
    if (!chunk) return "cannot be read";
    const auto list = items.find(key.substr(0, rows::kIdBytes));
    if (list == items.end()) return "belongs to no list";
    list->second -= chunk->size();
    return std::ranges::all_of(*chunk, [](auto bytes) { return rows::list_item(bytes).has_value(); })
               ? ""
               : "has an item that cannot be read";
  });
  for (const auto& [list, difference] : items) {
    if (difference != 0) problem(Table::kLists, list, "says another number of items than there are");
  }
  each_row(Table::kListOperations, [](std::string_view key, std::string_view value) -> std::string_view {
    return key.size() == 2 * rows::kIdBytes && TupleView::parse(value) ? "" : "cannot be read";
  });
}

void Checker::check_the_rest() {
  each_row(Table::kAudit, [](std::string_view key, std::string_view value) -> std::string_view {
    return rows::audit_entry(key, value) ? "" : "cannot be read";
  });
  each_row(Table::kAcme, [](std::string_view, std::string_view) -> std::string_view { return {}; });
}

}  // namespace

Result<CheckReport> check(const Environment& environment,
                          const std::function<void(std::uint64_t rows)>& progress) {
  const auto transaction = BRINK_TRY(environment.read());
  return Checker(*transaction, progress).run();
}

}  // namespace brink::store
