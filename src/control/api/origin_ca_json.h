// A certificate of the origin CA as the API shows it (api.md 5.11).
#pragma once

#include "control/api/json.h"
#include "store/certificates.h"

#include <string>

namespace brink::control::api {

[[nodiscard]] Json origin_certificate_json(const store::OriginCertificate& certificate);

// "2041-11-20 00:00:00 +0000 UTC": a time as Go prints it, which is what clients of these endpoints read. To
// the second.
[[nodiscard]] std::string go_time(store::Time time);

}  // namespace brink::control::api
