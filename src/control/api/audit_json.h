// Entries of the audit log as the API shows them, in its two forms (api.md 5.17).
#pragma once

#include "control/api/json.h"
#include "store/audit_log.h"

#include <string_view>

namespace brink::control::api {

[[nodiscard]] Json audit_v1_json(const store::AuditEntry& entry);
[[nodiscard]] Json audit_v2_json(const store::AuditEntry& entry, std::string_view account_name);

// "create", "update", "delete" or "view": what v2 calls an action.
[[nodiscard]] std::string_view action_kind(std::string_view action);

}  // namespace brink::control::api
