#include "rules/field.h"

#include <gtest/gtest.h>

using namespace brink::rules;

TEST(Field, IsFoundByItsName) {
  for (const Field& field : fields()) {
    ASSERT_EQ(find_field(field.name), &field) << field.name;
    EXPECT_EQ(&facts_of(field.id), &field);
    EXPECT_FALSE(field.meaning.empty()) << field.name;
  }
  EXPECT_EQ(find_field("http.request.uri.path")->id, FieldId::kHttpRequestUriPath);
  EXPECT_EQ(find_field("http.request.uri.args")->type, Type::map_of(Type::array_of(Scalar::kBytes)));
}

TEST(Field, IsFoundByItsOldName) {
  EXPECT_EQ(find_field("ip.geoip.country")->name, "ip.src.country");
  EXPECT_EQ(find_field("ip.geoip.subdivision_2_iso_code")->name, "ip.src.subdivision_2_iso_code");
  EXPECT_EQ(find_field("cf.tls_client_ciphers_sha1")->name, "cf.tls_ciphers_sha1");
}

TEST(Field, IsNotFoundByAnotherName) {
  EXPECT_EQ(find_field(""), nullptr);
  EXPECT_EQ(find_field("http"), nullptr);
  EXPECT_EQ(find_field("HTTP.host"), nullptr);
  EXPECT_EQ(find_field("http.host.x"), nullptr);
  EXPECT_EQ(find_field("zzz"), nullptr);
}

TEST(Field, IsReadableWhereItsValueExists) {
  const auto readable = [](std::string_view name, Phase phase) {
    return readable_in(*find_field(name), phase);
  };
  EXPECT_TRUE(readable("http.host", Phase::kRequestDynamicRedirect));
  EXPECT_FALSE(readable("http.request.body.raw", Phase::kRequestTransform));
  EXPECT_TRUE(readable("http.request.body.raw", Phase::kRequestFirewallCustom));
  EXPECT_TRUE(readable("http.request.body.raw", Phase::kLogCustomFields));
  EXPECT_FALSE(readable("http.response.code", Phase::kRatelimit));
  EXPECT_TRUE(readable("http.response.code", Phase::kResponseCacheSettings));
  EXPECT_FALSE(readable("cf.timings.edge_msec", Phase::kResponseCacheSettings));
  EXPECT_TRUE(readable("cf.timings.edge_msec", Phase::kLogCustomFields));
  EXPECT_FALSE(readable("cf.response.error_type", Phase::kLogCustomFields));
  EXPECT_TRUE(readable("cf.response.error_type", Phase::kCustomErrors));
  EXPECT_FALSE(readable("cf.colo.id", Phase::kRatelimit));
}
