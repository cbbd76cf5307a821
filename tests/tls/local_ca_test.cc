#include "tls/local_ca.h"

#include "tests/tls/given.h"
#include "tls/file.h"

#include <filesystem>

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

unsigned mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

class LocalCaTest : public testing::Test {
 protected:
  LocalCa open() {
    auto opened = LocalCa::open(path_, clock_.clock());
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    return *std::move(opened);
  }
  std::shared_ptr<const Certificate> load(const LocalLeafPaths& paths) {
    auto parsed = Certificate::parse(*read_file(paths.certificate), *read_file(paths.key));
    EXPECT_TRUE(parsed.has_value());
    return *parsed;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/ca";
  HandClock clock_;
};

TEST_F(LocalCaTest, IsMadeOnceWithItsKeyForItsOwnerAlone) {
  const auto ca = open();
  EXPECT_EQ(mode_of(path_), 0700u);
  EXPECT_EQ(mode_of(path_ + "/ca-key.pem"), 0600u);
  EXPECT_EQ(mode_of(ca.authority_path()), 0644u);
  const auto made = *read_file(ca.authority_path());
  open();
  EXPECT_EQ(*read_file(ca.authority_path()), made);
  const auto authority = *Certificate::parse(made, *read_file(path_ + "/ca-key.pem"));
  EXPECT_GT(authority->not_after(), *clock_.time + std::chrono::days(3640));
  EXPECT_EQ(authority->key_type(), Certificate::KeyType::kEcdsa);
}

TEST_F(LocalCaTest, ItsLeavesAreAcceptedByWhoTrustsIt) {
  auto ca = open();
  const auto paths =
      ca.ensure_leaf("example.com", {"Example.com", "*.example.com", "127.0.0.1", "localhost"});
  ASSERT_TRUE(paths.has_value()) << paths.error().text();
  EXPECT_EQ(mode_of(paths->key), 0600u);
  for (const char* name : {"example.com", "www.example.com", "127.0.0.1", "localhost"}) {
    Connection connection(serving(load(*paths)), trusting(*read_file(ca.authority_path())),
                          {.server_name = name});
    EXPECT_TRUE(connection.shake_hands()) << name;
  }
  Connection connection(serving(load(*paths)), trusting(*read_file(ca.authority_path())),
                        {.server_name = "example.org"});
  EXPECT_FALSE(connection.shake_hands());
}

TEST_F(LocalCaTest, ALeafIsKeptAndFoundByItsZonesName) {
  auto ca = open();
  const auto paths = *ca.ensure_leaf("example.com", {"example.com"});
  EXPECT_EQ(paths.certificate, local_leaf_paths(path_, "example.com").certificate);
  const auto made = *read_file(paths.certificate);
  EXPECT_TRUE(open().ensure_leaf("example.com", {"example.com"}).has_value());
  EXPECT_EQ(*read_file(paths.certificate), made);
}

TEST_F(LocalCaTest, ALeafIsMadeAgainWhenItIsAboutToExpire) {
  auto ca = open();
  const auto paths = *ca.ensure_leaf("example.com", {"example.com"});
  const auto made = *read_file(paths.certificate);
  clock_.advance(LocalCa::kLeafLifetime - LocalCa::kLeafRenewal - hours(1));
  ASSERT_TRUE(ca.ensure_leaf("example.com", {"example.com"}).has_value());
  EXPECT_EQ(*read_file(paths.certificate), made);
  clock_.advance(hours(2));
  ASSERT_TRUE(ca.ensure_leaf("example.com", {"example.com"}).has_value());
  EXPECT_NE(*read_file(paths.certificate), made);
  EXPECT_GT(load(paths)->not_after(), *clock_.time + std::chrono::days(89));
}

TEST_F(LocalCaTest, ALeafIsMadeAgainForAnotherNameAnotherAuthorityOrATornFile) {
  auto ca = open();
  const auto paths = *ca.ensure_leaf("example.com", {"example.com"});
  const auto made = *read_file(paths.certificate);
  ASSERT_TRUE(ca.ensure_leaf("example.com", {"example.com", "new.example.com"}).has_value());
  const auto wider = *read_file(paths.certificate);
  EXPECT_NE(wider, made);
  EXPECT_TRUE(load(paths)->covers("new.example.com"));

  ASSERT_TRUE(replace_file(paths.certificate, wider.substr(0, wider.size() / 2), 0600).has_value());
  ASSERT_TRUE(ca.ensure_leaf("example.com", {"example.com"}).has_value());
  const auto again = *read_file(paths.certificate);
  EXPECT_TRUE(Certificate::parse(again, again).has_value());

  std::filesystem::remove(path_ + "/ca.pem");
  auto another = open();
  ASSERT_TRUE(another.ensure_leaf("example.com", {"example.com"}).has_value());
  EXPECT_NE(*read_file(paths.certificate), again);
}

TEST_F(LocalCaTest, IssuesCertificatesThatItKeepsNowhere) {
  const auto ca = open();
  const auto issued = ca.issue({"Example.com", "*.example.com"});
  ASSERT_TRUE(issued.has_value()) << issued.error().text();
  const auto leaf = *Certificate::parse(issued->chain, issued->key);
  EXPECT_TRUE(leaf->covers("www.example.com"));
  EXPECT_TRUE(issued->chain.ends_with(*read_file(ca.authority_path())));
  for (const auto& file : std::filesystem::directory_iterator(path_))
    EXPECT_TRUE(file.path().filename().string().starts_with("ca")) << file.path();
}

TEST_F(LocalCaTest, EveryNameMeansThisMachine) {
  auto ca = open();
  const auto leaf = load(*ca.ensure_leaf("everything", {"*"}));
  for (const char* name : {"localhost", "127.0.0.1", "::1"}) EXPECT_TRUE(leaf->covers(name)) << name;
}

TEST_F(LocalCaTest, AZonesNameCannotLeadOutOfTheDirectory) {
  for (const char* name : {"../../etc/passwd", "a/b", "", "*"}) {
    const auto path = std::filesystem::path(local_leaf_paths("/ca", name).certificate);
    EXPECT_EQ(path.parent_path(), "/ca") << name;
  }
  EXPECT_NE(local_leaf_paths("/ca", "a/b").certificate, local_leaf_paths("/ca", "a/c").certificate);
}

TEST_F(LocalCaTest, ANameThatIsNoneIsRefused) {
  auto ca = open();
  for (const char* name : {"", "a b", "a,DNS:b", "\xff"}) {
    const auto refused = ca.ensure_leaf("zone", {name});
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().detail(), EINVAL);
  }
}

TEST_F(LocalCaTest, DirectoriesThatCannotBeAreErrors) {
  EXPECT_FALSE(LocalCa::open(directory_.path() + "/no/such", clock_.clock()).has_value());
  open();
  ASSERT_TRUE(replace_file(path_ + "/ca.pem", "torn", 0644).has_value());
  const auto torn = LocalCa::open(path_, clock_.clock());
  ASSERT_FALSE(torn.has_value());
  EXPECT_TRUE(torn.error().is(CertificateError::kNoCertificate));
}

}  // namespace
}  // namespace brink::tls
