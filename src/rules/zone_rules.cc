#include "rules/zone_rules.h"

namespace brink::rules {

void ZoneRules::add(CompiledRulesetPtr ruleset) {
  fields_ |= ruleset->fields();
  for (const Field& field : fields()) {
    // The size alone is known from the head.
    const bool is_content = field.readable == Readable::kBody && field.id != FieldId::kHttpRequestBodySize;
    if (is_content && reads(field.id)) reads_body_ = true;
  }
  ++count_;
  EntryPoints& entry = entry_points_[static_cast<std::size_t>(ruleset->ruleset().phase)];
  switch (ruleset->ruleset().kind) {
    case Kind::kRoot: entry.account = std::move(ruleset); break;
    case Kind::kZone: entry.zone = std::move(ruleset); break;
    case Kind::kCustom:
    case Kind::kManaged: {
      std::string id = ruleset->ruleset().id;
      custom_.insert_or_assign(std::move(id), std::move(ruleset));
      break;
    }
  }
}

std::shared_ptr<const ZoneRules> ZoneRules::overlaid(std::shared_ptr<const ZoneRules> stored,
                                                     std::shared_ptr<const ZoneRules> declared) {
  if (stored == nullptr) return declared;
  if (declared == nullptr) return stored;
  auto both = std::make_shared<ZoneRules>(*stored);
  for (const EntryPoints& entry : declared->entry_points_) {
    if (entry.zone != nullptr) both->add(entry.zone);
  }
  return both;
}

const CompiledRuleset* ZoneRules::custom(std::string_view id) const {
  const auto found = custom_.find(std::string(id));
  return found == custom_.end() ? nullptr : found->second.get();
}

}  // namespace brink::rules
