#include "control/api/audit_json.h"

#include "control/api/timestamp.h"

namespace brink::control::api {
namespace {

Json id_or_null(const store::Id& id) { return id.is_nil() ? Json() : Json(id.text()); }

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

}  // namespace

std::string_view action_kind(std::string_view action) {
  if (action.ends_with("_create") || action.ends_with("_add")) return "create";
  if (action.ends_with("_delete") || action.ends_with("_del")) return "delete";
  if (action == "login_failed") return "view";
  return "update";
}

Json audit_v1_json(const store::AuditEntry& entry) {
  Json metadata = Json::object();
  if (!entry.zone_name.empty()) metadata["zone_name"] = entry.zone_name;
  if (!entry.token.is_nil()) {
    metadata["token_id"] = entry.token.text();
    metadata["token_name"] = entry.token_name;
  }
  return {{"id", entry.id.uuid()},
          {"action", {{"type", entry.action}, {"result", entry.succeeded}}},
          {"actor",
           {{"id", id_or_null(entry.actor)},
            {"email", entry.actor_email},
            {"ip", entry.actor_address},
            {"type", "user"}}},
          {"interface", "API"},
          {"metadata", std::move(metadata)},
          {"newValue", entry.after},
          {"oldValue", entry.before},
          {"newValueJson", stored_json(entry.after)},
          {"oldValueJson", stored_json(entry.before)},
          {"owner", {{"id", entry.account.text()}}},
          {"resource", {{"id", entry.resource}, {"type", entry.resource_type}}},
          {"when", timestamp(entry.when)}};
}

Json audit_v2_json(const store::AuditEntry& entry, std::string_view account_name) {
  Json json = {{"id", entry.id.uuid()},
               {"account", {{"id", entry.account.text()}, {"name", account_name}}},
               {"action",
                {{"type", action_kind(entry.action)},
                 {"result", entry.succeeded ? "success" : "failure"},
                 {"description", entry.action},
                 {"time", timestamp(entry.when)}}},
               {"actor",
                {{"id", id_or_null(entry.actor)},
                 {"type", entry.actor.is_nil() ? "account" : "user"},
                 {"email", text_or_null(entry.actor_email)},
                 {"ip_address", text_or_null(entry.actor_address)},
                 {"context", entry.actor_context},
                 {"token_id", id_or_null(entry.token)},
                 {"token_name", text_or_null(entry.token_name)}}},
               {"raw",
                {{"cf_ray_id", entry.ray},
                 {"method", entry.method},
                 {"status_code", entry.status},
                 {"uri", entry.uri},
                 {"user_agent", entry.user_agent}}},
               {"resource",
                {{"id", entry.resource},
                 {"product", entry.resource_type},
                 {"type", entry.resource_type},
                 {"scope", entry.zone.is_nil() ? "accounts" : "zones"},
                 {"request", stored_json(entry.before)},
                 {"response", stored_json(entry.after)}}}};
  if (!entry.zone.is_nil()) json["zone"] = {{"id", entry.zone.text()}, {"name", entry.zone_name}};
  return json;
}

}  // namespace brink::control::api
