#include "control/api/routes.h"

#include "control/api/endpoint.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace brink::control::api {
namespace {

constexpr const char* kId = "0123456789abcdef0123456789abcdef";

std::string path(const std::string& below) { return std::string(kPrefix) + below; }

std::string path_of(const Endpoint& endpoint) {
  std::string text = path(std::string(endpoint.path));
  for (auto start = text.find('{'); start != std::string::npos; start = text.find('{')) {
    const auto end = text.find('}', start);
    const std::string name = text.substr(start + 1, end - start - 1);
    const char* value = name == "uuid" ? "01234567-89ab-cdef-0123-456789abcdef" : kId;
    text.replace(start, end - start + 1, value);
  }
  return text;
}

std::string_view method_of(const Endpoint& endpoint) {
  switch (endpoint.method) {
    case http::Method::kGet: return "GET";
    case http::Method::kPost: return "POST";
    case http::Method::kPut: return "PUT";
    case http::Method::kPatch: return "PATCH";
    case http::Method::kDelete: return "DELETE";
    default: return "";
  }
}

TEST(Routes, LeadToEveryEndpointOfTheTable) {
  for (const Endpoint& endpoint : endpoints()) {
    const std::string text = path_of(endpoint);
    const Route route = find_route(method_of(endpoint), text);
    ASSERT_FALSE(route.refusal.has_value()) << text;
    EXPECT_EQ(route.endpoint, &endpoint) << text;
  }
}

TEST(Routes, TableHasEachCallOnceAndWhatEachNeeds) {
  std::set<std::string> seen;
  for (const Endpoint& endpoint : endpoints()) {
    const std::string call = std::string(method_of(endpoint)) + " " + std::string(endpoint.path);
    EXPECT_TRUE(seen.insert(call).second) << call;
    EXPECT_FALSE(endpoint.meaning.empty()) << call;
    EXPECT_NE(endpoint.handler, nullptr) << call;
    const bool by_resource =
        endpoint.where == Where::kZone || endpoint.where == Where::kAccount || endpoint.where == Where::kUser;
    // Which permission a ruleset needs is its phase's to say: the handlers see to it.
    const bool by_phase = endpoint.path.contains("/rulesets");
    EXPECT_EQ(by_resource && !by_phase, endpoint.permission.has_value()) << call;
    if (endpoint.where == Where::kZone) EXPECT_TRUE(endpoint.path.contains("{zone_id}")) << call;
    if (endpoint.where == Where::kAccount) EXPECT_TRUE(endpoint.path.contains("{account_id}")) << call;
  }
}

TEST(Routes, LiteralSegmentsWinOverParameters) {
  const std::string text = path("/user/tokens/verify");
  const Route route = find_route("GET", text);
  ASSERT_NE(route.endpoint, nullptr);
  EXPECT_EQ(route.endpoint->path, "/user/tokens/verify");
}

TEST(Routes, HeadIsGet) {
  const std::string text = path("/zones/") + kId;
  const Route route = find_route("HEAD", text);
  ASSERT_NE(route.endpoint, nullptr);
  ASSERT_EQ(route.parameters.size(), 1u);
  EXPECT_EQ(route.parameters[0].id->text(), kId);
}

TEST(Routes, UnknownPathsAndMalformedIdsAreNotFound) {
  for (const char* below :
       {"", "/", "/nothing", "/zones/x", "/zones/0123456789ABCDEF0123456789ABCDEF",
        "/zones/0123456789abcdef0123456789abcde", "/zones//settings", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n"}) {
    const std::string text = path(below);
    const Route route = find_route("GET", text);
    ASSERT_TRUE(route.refusal.has_value()) << below;
    EXPECT_EQ(route.refusal->status, 404) << below;
    ASSERT_EQ(route.refusal->errors.size(), 2u) << below;
    EXPECT_EQ(route.refusal->errors[0].code, 7003);
    EXPECT_EQ(route.refusal->errors[1].code, 7000);
  }
}

TEST(Routes, AnotherMethodIsRefusedWithThoseThatThereAre) {
  const std::string text = path("/zones");
  const Route route = find_route("DELETE", text);
  ASSERT_TRUE(route.refusal.has_value());
  EXPECT_EQ(route.refusal->status, 405);
  EXPECT_EQ(route.refusal->errors[0].code, 10405);
  ASSERT_EQ(route.refusal->fields.size(), 1u);
  EXPECT_EQ(route.refusal->fields[0].second, "GET, HEAD, POST");
}

TEST(Routes, WhatBrinkHasInAnotherFormIsRefusedWithAHint) {
  for (const std::string& below : {std::string("/zones/") + kId + "/firewall/rules", std::string("/graphql"),
                                   std::string("/zones/") + kId + "/waiting_rooms/x"}) {
    const std::string text = path(below);
    const Route route = find_route("GET", text);
    ASSERT_TRUE(route.refusal.has_value()) << below;
    EXPECT_EQ(route.refusal->status, 404);
    EXPECT_NE(hint_for(below), "") << below;
  }
  EXPECT_EQ(hint_for("/zones"), "");
}

}  // namespace
}  // namespace brink::control::api
