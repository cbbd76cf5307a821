#include "control/api/account_json.h"

#include "control/api/timestamp.h"
#include "tls/digest.h"

#include <cstring>

namespace brink::control::api {
namespace {

constexpr std::string_view kRoleName = "Super Administrator - All Privileges";

Json all_permissions() {
  Json permissions = Json::object();
  for (const char* area : {"analytics", "billing", "cache_purge", "dns", "dns_records", "lb", "logs",
                           "organization", "ssl", "waf", "zone_settings", "zones"}) {
    permissions[area] = {{"read", true}, {"write", true}};
  }
  return permissions;
}

Json setting_or(const Json& settings, std::string_view name, Json otherwise) {
  const Json* value = find_value(settings, name);
  return value == nullptr ? std::move(otherwise) : *value;
}

}  // namespace

Json account_json(const store::Account& account) {
  const Json settings = stored_json(account.settings);
  return {{"id", account.id.text()},
          {"name", account.name},
          {"type", "standard"},
          {"settings",
           {{"enforce_twofactor", setting_or(settings, "enforce_twofactor", false)},
            {"abuse_contact_email", setting_or(settings, "abuse_contact_email", nullptr)},
            {"api_access_enabled", nullptr},
            {"access_approval_expiry", nullptr}}},
          {"legacy_flags", {{"enterprise_zone_quota", {{"maximum", 0}, {"current", 0}, {"available", 0}}}}},
          {"created_on", timestamp(account.created)}};
}

Json user_json(const store::User& user) {
  const Json profile = stored_json(user.profile);
  Json json = {{"id", user.id.text()},
               {"email", user.email},
               {"username", user.email.substr(0, user.email.find('@'))},
               {"two_factor_authentication_enabled", false},
               {"two_factor_authentication_locked", false},
               {"created_on", timestamp(user.created)},
               {"modified_on", timestamp(user.modified)},
               {"organizations", Json::array()},
               {"has_pro_zones", false},
               {"has_business_zones", false},
               {"has_enterprise_zones", false},
               {"suspended", false},
               {"betas", Json::array()}};
  for (const char* name : {"first_name", "last_name", "telephone", "country", "zipcode"})
    json[name] = setting_or(profile, name, nullptr);
  return json;
}

store::Id membership_id(const store::Id& user, const store::Id& account) {
  const std::string digest = tls::sha256("brink.membership." + user.text() + "." + account.text());
  store::Id id;
  std::memcpy(id.bytes.data(), digest.data(), id.bytes.size());
  return id;
}

Json membership_json(const store::User& user, const store::Account& account) {
  const Json shown = account_json(account);
  return {{"id", membership_id(user.id, account.id).text()},
          {"code", ""},
          {"status", "accepted"},
          {"account",
           {{"id", shown["id"]},
            {"name", shown["name"]},
            {"type", shown["type"]},
            {"settings", shown["settings"]}}},
          {"roles", Json::array({kRoleName})},
          {"permissions", all_permissions()}};
}

std::string role_id() { return tls::sha256_hex("brink.role.super_administrator").substr(0, 32); }

Json role_json() {
  return {{"id", role_id()},
          {"name", kRoleName},
          {"description", "Can edit everything"},
          {"permissions", all_permissions()}};
}

Json member_json(const store::User& user, const store::Account& account) {
  const Json shown = user_json(user);
  return {{"id", membership_id(user.id, account.id).text()},
          {"email", shown["email"]},
          {"status", "accepted"},
          {"user",
           {{"id", shown["id"]},
            {"email", shown["email"]},
            {"first_name", shown["first_name"]},
            {"last_name", shown["last_name"]},
            {"two_factor_authentication_enabled", false}}},
          {"roles", Json::array({role_json()})},
          {"policies", Json::array()}};
}

}  // namespace brink::control::api
