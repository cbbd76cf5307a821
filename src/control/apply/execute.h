// Does what a plan says, to one zone in one change of the store, by the code that the API changes records by.
#pragma once

#include "control/api/change.h"
#include "control/api/zone_certificates.h"
#include "control/apply/plan.h"

#include <optional>
#include <string>
#include <vector>

namespace brink::control::apply {

// What a zone gets that is made. Owns its texts: it goes to the writer's thread.
struct NewZoneTerms {
  std::vector<std::string> name_servers;
  std::optional<api::ZoneCertificate> certificate;  // of the local CA
};

// `plan` was made from `changing.store` in this very change; `desired` is what it was made for, nullptr where
// no file names the zone. Every step has its audit entry. A refusal is of the first step that cannot be done:
// 81053 where a record cannot stand beside those that the API has made, ...
[[nodiscard]] api::Outcome<> execute(api::Changing& changing, const ZonePlan& plan,
                                     const DesiredZone* desired, const NewZoneTerms& terms);

}  // namespace brink::control::apply
