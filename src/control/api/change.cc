#include "control/api/change.h"

namespace brink::control::api {

Outcome<> Changing::audit(const AuditNote& note) {
  const std::string before = note.before.is_null() ? std::string() : json_text(note.before);
  const std::string after = note.after.is_null() ? std::string() : json_text(note.after);
  store::AuditEntry entry = entry_of(origin_, note);
  entry.id = new_id();
  entry.when = now();
  entry.status = 200;
  entry.before = before;
  entry.after = after;
  BRINK_TRY(store::audit_log::add(store, entry));
  return {};
}

store::AuditEntry entry_of(const AuditOrigin& origin, const AuditNote& note) {
  return {.account = note.account,
          .action = note.action,
          .actor = origin.actor,
          .actor_email = origin.actor_email,
          .actor_address = origin.actor_address,
          .actor_context = origin.actor_context,
          .token = origin.token,
          .token_name = origin.token_name,
          .ray = origin.ray,
          .method = origin.method,
          .uri = origin.uri,
          .user_agent = origin.user_agent,
          .zone = note.zone,
          .zone_name = note.zone_name,
          .resource_type = note.resource_type,
          .resource = note.resource};
}

}  // namespace brink::control::api
