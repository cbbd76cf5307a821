#include "edge/rules/stored_rules.h"

#include "base/ascii.h"
#include "rules/list_item.h"
#include "rules/older_rules.h"
#include "rules/read_ruleset.h"
#include "store/zones.h"
#include "telemetry/log.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace brink::edge {
namespace {

template <class Kept>
Kept& place_for(std::unordered_map<std::string, Kept>& all, const std::string& key) {
  if (all.size() >= StoredRules::kMaxKept && !all.contains(key)) all.clear();
  return all[key];
}

std::string identity_of(const store::List& list) {
  return fmt::format("{}/{}", list.id.text(), list.version);
}

std::string identity_of(const store::Ruleset& ruleset) {
  return fmt::format("{}/{}/{}", ruleset.id.text(), ruleset.version,
                     ruleset.modified.time_since_epoch().count());
}

// {"scope":"incoming","type":"rfc3986"}: of words that are known, wherever they stand.
rules::ZoneRules::Normalization normalization_of(std::string_view setting) {
  rules::ZoneRules::Normalization how;
  if (setting.contains(R"("cloudflare")")) how.type = rules::UrlNormalization::kCloudflare;
  if (setting.contains(R"("both")")) how.scope = rules::UrlNormalizationScope::kBoth;
  if (setting.contains(R"("none")")) how.scope = rules::UrlNormalizationScope::kNone;
  return how;
}

constexpr std::size_t kOlderKinds = 3;  // in the order of rules::OlderKind

struct OlderRules {
  std::array<std::vector<rules::OlderDocument>, kOlderKinds> documents;
  std::string identity;
  [[nodiscard]] bool empty() const {
    return std::ranges::all_of(documents, [](const auto& kind) { return kind.empty(); });
  }
};

OlderRules older_rules_of(const store::ReadTransaction& transaction, const store::Id& owner) {
  OlderRules older;
  constexpr std::pair<store::OlderRuleKind, rules::OlderKind> kKinds[] = {
      {store::OlderRuleKind::kAccess, rules::OlderKind::kAccess},
      {store::OlderRuleKind::kLockdown, rules::OlderKind::kLockdown},
      {store::OlderRuleKind::kUserAgent, rules::OlderKind::kUserAgent}};
  for (const auto& [stored, kind] : kKinds) {
    for (const store::OlderRule& rule : store::older_rules::of_owner(transaction, owner, stored)) {
      older.documents[static_cast<std::size_t>(kind)].push_back({kind, rule.document});
      older.identity += fmt::format("{}/{};", rule.id.text(), rule.modified.time_since_epoch().count());
    }
  }
  return older;
}

rules::CompiledRulesetPtr compiled_older(std::span<const rules::OlderDocument> documents, rules::Kind kind) {
  if (documents.empty()) return nullptr;
  auto ruleset = std::make_shared<rules::Ruleset>(rules::older_ruleset(documents));
  ruleset->kind = kind;
  return std::make_shared<const rules::CompiledRuleset>(std::move(ruleset));
}

rules::ZoneRules::EntryPoints compiled_older(const OlderRules& account, const OlderRules& zone,
                                             rules::OlderKind kind) {
  const auto at = static_cast<std::size_t>(kind);
  return {compiled_older(account.documents[at], rules::Kind::kRoot),
          compiled_older(zone.documents[at], rules::Kind::kZone)};
}

rules::RedirectItem redirect_of(const store::ListItem& item) {
  const auto flag = [&](store::ListItem::Flag which, bool usual) {
    return (item.given & which) != 0 ? (item.flags & which) != 0 : usual;
  };
  return {.source_url = std::string(item.value),
          .target_url = std::string(item.target),
          .status = static_cast<std::uint16_t>(item.status == 0 ? 301 : item.status),
          .include_subdomains = flag(store::ListItem::kIncludeSubdomains, false),
          .subpath_matching = flag(store::ListItem::kSubpathMatching, false),
          .preserve_query_string = flag(store::ListItem::kPreserveQueryString, false),
          .preserve_path_suffix = flag(store::ListItem::kPreservePathSuffix, true)};
}

}  // namespace

// The lists of an account, and which of them were asked for.
class StoredRules::Catalog final : public rules::ListCatalog {
 public:
  Catalog(StoredRules& rules, const store::ReadTransaction& transaction, const store::Id& account)
      : rules_(rules), transaction_(transaction), account_(account) {}

  [[nodiscard]] rules::ListPtr find(std::string_view name) const override {
    const auto stored = store::lists::find(transaction_, account_, name);
    used_.push_back({std::string(name), stored ? identity_of(*stored) : std::string()});
    return stored ? rules_.list(transaction_, *stored) : nullptr;
  }
  [[nodiscard]] std::vector<UsedList> take_used() { return std::move(used_); }

 private:
  StoredRules& rules_;
  const store::ReadTransaction& transaction_;
  const store::Id& account_;
  mutable std::vector<UsedList> used_;
};

// The rulesets of an account, which `execute` names.
class Rulesets final : public rules::RulesetCatalog {
 public:
  Rulesets(const store::ReadTransaction& transaction, const store::Id& account)
      : transaction_(transaction), account_(account) {}

  [[nodiscard]] std::optional<Entry> find(std::string_view id) const override {
    const auto parsed = store::Id::parse(id);
    const auto stored = parsed ? store::rulesets::get(transaction_, account_, *parsed) : std::nullopt;
    if (!stored) return std::nullopt;
    const auto kind = rules::find_kind(stored->kind);
    const auto phase = rules::find_phase(stored->phase);
    if (!kind || !phase) return std::nullopt;
    return Entry{*kind, *phase};
  }
  // Who wrote the rule was told when it was written.
  [[nodiscard]] bool has_rule(std::string_view, std::string_view) const override { return true; }

 private:
  const store::ReadTransaction& transaction_;
  const store::Id& account_;
};

std::shared_ptr<const rules::ZoneRules> StoredRules::find(const store::ReadTransaction& transaction,
                                                          const store::Id& account, const store::Id& zone) {
  const auto of_account = store::rulesets::of_owner(transaction, account);
  const auto of_zone = store::rulesets::of_owner(transaction, zone);
  const OlderRules older_account = older_rules_of(transaction, account);
  const OlderRules older_zone = older_rules_of(transaction, zone);
  const auto normalization = store::settings::get(transaction, zone, "url_normalization");
  if (of_account.empty() && of_zone.empty() && older_account.empty() && older_zone.empty() && !normalization)
    return nullptr;

  const std::lock_guard lock(mutex_);
  std::string identity = older_account.identity + "|" + older_zone.identity + "|";
  if (normalization) identity += normalization->value;
  std::vector<rules::CompiledRulesetPtr> rulesets;
  for (const auto* owner : {&of_account, &of_zone}) {
    for (const store::Ruleset& stored : *owner) {
      auto ruleset = compiled(transaction, account, stored);
      if (ruleset == nullptr) continue;
      identity += fmt::format("|{}", static_cast<const void*>(ruleset.get()));
      rulesets.push_back(std::move(ruleset));
    }
  }
  KeptZone& kept = place_for(zones_, zone.text());
  if (kept.rules != nullptr && kept.identity == identity) return kept.rules;
  auto made = std::make_shared<rules::ZoneRules>();
  if (normalization) made->normalization = normalization_of(normalization->value);
  made->access = compiled_older(older_account, older_zone, rules::OlderKind::kAccess);
  made->lockdowns = compiled_older(older_account, older_zone, rules::OlderKind::kLockdown);
  made->user_agents = compiled_older(older_account, older_zone, rules::OlderKind::kUserAgent);
  for (auto& ruleset : rulesets) made->add(std::move(ruleset));
  kept = {std::move(identity), std::move(made)};
  return kept.rules;
}

rules::CompiledRulesetPtr StoredRules::compiled(const store::ReadTransaction& transaction,
                                                const store::Id& account, const store::Ruleset& stored) {
  KeptRuleset& kept = place_for(rulesets_, stored.id.text());
  std::string identity = identity_of(stored);
  if (kept.identity == identity && are_as_used(transaction, account, kept.lists)) return kept.compiled;

  Catalog lists(*this, transaction, account);
  const Rulesets rulesets(transaction, account);
  const auto level = stored.owner == account ? rules::Level::kAccount : rules::Level::kZone;
  auto ruleset =
      rules::read_stored_ruleset(stored.document, {.level = level, .lists = &lists, .rulesets = &rulesets});
  kept.identity = std::move(identity);
  kept.lists = lists.take_used();
  if (!ruleset) {
    telemetry::log_error("a stored ruleset cannot be read",
                         {{"id", stored.id.text()}, {"why", ruleset.error().front().message}});
    kept.compiled = nullptr;
    return nullptr;
  }
  kept.compiled = std::make_shared<const rules::CompiledRuleset>(
      std::make_shared<const rules::Ruleset>(std::move(*ruleset)));
  return kept.compiled;
}

std::shared_ptr<const rules::ZoneRules> StoredRules::declared(const store::ReadTransaction& transaction,
                                                              const store::Id& account,
                                                              const std::string& zone,
                                                              const RuleTexts& texts) {
  if (texts == nullptr) return nullptr;
  const std::lock_guard lock(mutex_);
  KeptDeclared& kept = place_for(declared_, zone);
  if (kept.texts == texts && are_as_used(transaction, account, kept.lists)) return kept.rules;
  Catalog lists(*this, transaction, account);
  kept.rules = compile_declared(texts, &lists, nullptr);
  kept.lists = lists.take_used();
  kept.texts = texts;
  return kept.rules;
}

bool StoredRules::are_as_used(const store::ReadTransaction& transaction, const store::Id& account,
                              const std::vector<UsedList>& lists) {
  return std::ranges::all_of(lists, [&](const UsedList& used) {
    const auto now = store::lists::find(transaction, account, used.name);
    return used.identity == (now ? identity_of(*now) : std::string());
  });
}

rules::ListPtr StoredRules::list(const store::ReadTransaction& transaction, const store::List& stored) {
  KeptList& kept = place_for(lists_, stored.id.text());
  if (kept.list != nullptr && kept.version == stored.version) return kept.list;
  auto made = std::make_shared<rules::List>();
  made->name = stored.name;
  std::vector<rules::IpRange> addresses;
  std::vector<rules::IntRange> numbers;
  std::vector<rules::HostnameSet::Item> hosts;
  std::vector<rules::RedirectItem> redirects;
  store::lists::ItemScan items(transaction, stored.id);
  while (const auto item = items.next()) {
    switch (stored.kind) {
      case store::ListKind::kIp:
        if (const auto parsed = rules::parse_ip_item(item->value)) addresses.push_back(parsed->range);
        break;
      case store::ListKind::kAsn:
        if (const auto number = parse_decimal<std::int64_t>(item->value))
          numbers.push_back({*number, *number});
        break;
      case store::ListKind::kHostname:
        hosts.push_back(
            {std::string(item->value), (item->given & store::ListItem::kExcludeExactHostname) == 0 ||
                                           (item->flags & store::ListItem::kExcludeExactHostname) != 0});
        break;
      case store::ListKind::kRedirect: redirects.push_back(redirect_of(*item)); break;
    }
  }
  switch (stored.kind) {
    case store::ListKind::kIp:
      made->kind = rules::ListKind::kIp;
      made->ips = rules::IpSet(std::move(addresses));
      break;
    case store::ListKind::kAsn:
      made->kind = rules::ListKind::kAsn;
      made->numbers = rules::IntSet(std::move(numbers));
      break;
    case store::ListKind::kHostname:
      made->kind = rules::ListKind::kHostname;
      made->hosts = rules::HostnameSet(hosts);
      break;
    case store::ListKind::kRedirect:
      made->kind = rules::ListKind::kRedirect;
      made->redirects = rules::RedirectSet(redirects);
      break;
  }
  kept = {stored.version, std::move(made)};
  return kept.list;
}

}  // namespace brink::edge
