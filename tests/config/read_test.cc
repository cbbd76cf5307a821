#include "config/read.h"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brink::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kEdge = "[edge]\nhttp = [\"127.0.0.1:80\"]\n";  // lines 1 and 2
constexpr std::string_view kZone = "[[zone]]\nname = \"a.example\"\norigin = \"http://127.0.0.1:1\"\n";

Config given(std::string_view text) {
  auto config = read(text, "/etc/brink/brink.toml");
  EXPECT_TRUE(config) << (config ? "" : config.error().front().text());
  return config ? *std::move(config) : Config{};
}

std::vector<std::string> problems(std::string_view text) {
  std::vector<std::string> texts;
  if (auto config = read(text, "brink.toml"); !config) {
    for (const Problem& problem : config.error()) texts.push_back(problem.text());
  }
  return texts;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) text += part;
  return text;
}

TEST(Read, TheSmallestConfigurationWorksAsItStands) {
  const Config config = given(R"(
[node]
data_dir = "/var/lib/brink"            # everything Brink keeps; made if missing, 0700
threads = 0                            # 0: one per core
[edge]
http = ["0.0.0.0:80", "[::]:80"]
https = ["0.0.0.0:443", "[::]:443"]
[control]
listen = "127.0.0.1:8787"              # /metrics, /healthz, /readyz; later the API
[log]
access = "/var/log/brink/access.jsonl"
[[zone]]
name = "example.com"
hosts = ["example.com", "*.example.com"]  # this is also the default; "*" takes every name
origin = "http://127.0.0.1:3000"
tls = "full"                           # between Brink and the origin: off flexible full strict
certificate = "cert.pem"               # without: one from the local CA, so that https works at once
key = "key.pem"
)");
  EXPECT_EQ(config.node.data_dir, "/var/lib/brink");
  EXPECT_EQ(config.node.threads, 0U);
  ASSERT_EQ(config.edge.http.size(), 2U);
  EXPECT_EQ(config.edge.http[1].text(), "[::]:80");
  EXPECT_EQ(config.edge.https[0].text(), "0.0.0.0:443");
  EXPECT_EQ(config.control.listen.text(), "127.0.0.1:8787");
  EXPECT_EQ(config.log.access, "/var/log/brink/access.jsonl");
  ASSERT_EQ(config.zones.size(), 1U);
  const Zone& zone = config.zones[0];
  EXPECT_THAT(zone.hosts, ElementsAre("example.com", "*.example.com"));
  EXPECT_EQ(zone.origin.host, "127.0.0.1");
  EXPECT_EQ(zone.origin.port, 3000);
  EXPECT_EQ(zone.tls, TlsMode::kFull);
  ASSERT_EQ(zone.certificates.size(), 1U);
  EXPECT_EQ(zone.certificates[0].certificate, "/etc/brink/cert.pem");
  EXPECT_EQ(zone.certificates[0].key, "/etc/brink/key.pem");
}

TEST(Read, WhatIsNotSaidHasItsDefault) {
  const Config config = given(joined({kEdge, kZone}));
  EXPECT_EQ(config.path, "/etc/brink/brink.toml");
  EXPECT_EQ(config.control.listen.text(), "127.0.0.1:8787");
  EXPECT_EQ(config.log.access, "off");
  EXPECT_EQ(config.node.drain_timeout, 30s);
  EXPECT_THAT(config.zones.at(0).hosts, ElementsAre("a.example", "*.a.example"));
  EXPECT_THAT(config.zones.at(0).certificates, IsEmpty());
  EXPECT_EQ(config.zones.at(0).min_tls_version, 0x0303);
  EXPECT_EQ(config.zones.at(0).origin_http2, OriginHttp2::kOn);
}

TEST(Read, ValuesArriveInTheirTypes) {
  const Config config = given(joined({R"(
[edge]
http = ["unix:run/brink.sock"]
proxy_protocol_from = ["10.0.0.0/8", "2001:db8::1"]
[edge.limits]
header_bytes = "32KiB"
body_bytes = 0
[edge.timeouts]
keep_alive = "2m"
[log]
level = "debug"
access = "logs/access.jsonl"
access_sample = 1
)",
                                      kZone, R"(
min_tls_version = "1.3"
origin_http2 = "prior-knowledge"
origin_proxy_protocol = "v2"
tls = "strict"
certificates = [{ certificate = "/b.pem", key = "/b.key" }]
certificate = "/a.pem"
key = "/a.key"
)"}));
  EXPECT_EQ(config.edge.http.at(0).path(), "/etc/brink/run/brink.sock");
  EXPECT_EQ(config.edge.proxy_protocol_from.at(1).text(), "2001:db8::1/128");
  EXPECT_EQ(config.edge.limits.header_bytes, 32U * 1024);
  EXPECT_EQ(config.edge.limits.body_bytes, 0U);
  EXPECT_EQ(config.edge.limits.uri_bytes, EdgeLimits{}.uri_bytes);
  EXPECT_EQ(config.edge.timeouts.keep_alive, 2min);
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.log.access, "/etc/brink/logs/access.jsonl");
  EXPECT_EQ(config.log.access_sample, 1.0);
  const Zone& zone = config.zones.at(0);
  EXPECT_EQ(zone.min_tls_version, 0x0304);
  EXPECT_EQ(zone.origin_http2, OriginHttp2::kPriorKnowledge);
  EXPECT_EQ(zone.origin_proxy_protocol, OriginProxyProtocol::kV2);
  EXPECT_EQ(zone.tls, TlsMode::kStrict);
  ASSERT_EQ(zone.certificates.size(), 2U);
  EXPECT_EQ(zone.certificates[0].certificate, "/a.pem")
      << "the zone's own comes first wherever it is written";
  EXPECT_EQ(zone.certificates[1].key, "/b.key");
}

TEST(Read, Http2TowardsTheOriginIsABooleanOrPriorKnowledge) {
  EXPECT_EQ(given(joined({kEdge, kZone, "origin_http2 = false"})).zones.at(0).origin_http2,
            OriginHttp2::kOff);
  EXPECT_EQ(given(joined({kEdge, kZone, "origin_http2 = true"})).zones.at(0).origin_http2, OriginHttp2::kOn);
  EXPECT_THAT(
      problems(joined({kEdge, kZone, "origin_http2 = \"true\""})),
      ElementsAre(
          "brink.toml:6: [[zone]] origin_http2: \"true\" is none of the choices; expected false, true "
          "or \"prior-knowledge\""));
}

TEST(Read, CertificatesMayBeTablesOfTheirOwn) {
  const Config config = given(joined(
      {kEdge, kZone, "[[zone.certificates]]\ncertificate = \"a.pem\"\nkey = \"a.key\"\nocsp = \"a.der\"\n"}));
  ASSERT_EQ(config.zones.at(0).certificates.size(), 1U);
  EXPECT_EQ(config.zones.at(0).certificates[0].ocsp, "/etc/brink/a.der");
}

TEST(Read, AnUnknownKeyIsToldWithItsNearestName) {
  EXPECT_THAT(problems("# a comment\n[edge]\nhttp = [\"127.0.0.1:80\"]\nhtps = [\"127.0.0.1:443\"]\n"),
              ElementsAre("brink.toml:4: [edge] htps: no such key; did you mean \"https\"?"));
  EXPECT_THAT(
      problems(joined({kEdge, "[edge.limits]\nheader_byte = 1000\n"})),
      ElementsAre("brink.toml:4: [edge.limits] header_byte: no such key; did you mean \"header_bytes\"?"));
  EXPECT_THAT(problems(joined({kEdge, "[edge.limit]\nheader_bytes = 1000\n"})),
              ElementsAre("brink.toml:3: [edge] limit: no such key; did you mean \"limits\"?"));
  EXPECT_THAT(problems(joined({kEdge, "[nod]\nthreads = 1\n"})),
              ElementsAre("brink.toml:3: [nod]: no such section; did you mean \"node\"?"));
  EXPECT_THAT(problems(joined({kEdge, kZone, "wholly_unlike_anything = 1\n"})),
              ElementsAre("brink.toml:6: [[zone]] wholly_unlike_anything: no such key"));
}

TEST(Read, AKeyInTheWrongSectionIsToldItsHome) {
  EXPECT_THAT(problems(joined({"threads = 4\n", kEdge})),
              ElementsAre("brink.toml:1: threads: a key outside its section; expected it in [node]"));
  EXPECT_THAT(
      problems(joined({kEdge, "[node]\nheader_bytes = 4096\n"})),
      ElementsAre("brink.toml:4: [node] header_bytes: no such key here; expected it in [edge.limits]"));
}

TEST(Read, AllProblemsAreToldAtOnceInTheOrderOfTheText) {
  EXPECT_THAT(problems(R"([node]
threads = "many"
[edge]
http = ["127.0.0.1"]
[edge.timeouts]
write = 30
[log]
level = "inf"
[[zone]]
origin = "127.0.0.1:3000"
)"),
              ElementsAre("brink.toml:2: [node] threads: is a string; expected an integer from 0 to 1024",
                          "brink.toml:4: [edge] http: \"127.0.0.1\" is not an address with a port; expected "
                          "a list of addresses with "
                          "ports such as [\"0.0.0.0:80\", \"[::]:80\"]",
                          "brink.toml:6: [edge.timeouts] write: is an integer; expected a duration such as "
                          "\"10s\", from \"1ms\" to "
                          "\"1d\"",
                          "brink.toml:8: [log] level: \"inf\" is none of the choices; expected \"debug\", "
                          "\"info\", \"warn\" or "
                          "\"error\"; did you mean \"info\"?",
                          "brink.toml:9: [[zone]] name: is missing; expected a name such as \"example.com\"",
                          "brink.toml:10: [[zone]] origin: \"127.0.0.1:3000\" is not an origin's URL; "
                          "expected \"http://host:port\", "
                          "\"https://host:port\" or \"unix:/path\""));
}

TEST(Read, WhatIsNotTomlIsToldByLine) {
  const auto texts = problems("[edge]\nhttp = [\"127.0.0.1:80\"\n[log]\n");
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts[0], testing::StartsWith("brink.toml:3: "));
}

TEST(Read, NumbersHaveRanges) {
  EXPECT_THAT(problems(joined({kEdge, "[edge.limits]\nheader_bytes = 10\n"})),
              ElementsAre("brink.toml:4: [edge.limits] header_bytes: 10 is too small; expected bytes, such "
                          "as 65536 or \"64KiB\", "
                          "from 256 to \"16MiB\""));
  EXPECT_THAT(problems(joined({kEdge, "[edge.limits]\nstreams = -1\nheader_bytes = \"1TiB\"\n"})),
              ElementsAre(HasSubstr("-1 is negative"), HasSubstr("\"1TiB\" is too large")));
  EXPECT_THAT(problems(joined({kEdge, "[origin]\nretries = 11\nconnect_timeout = \"0s\"\n"})),
              ElementsAre(HasSubstr("11 is too large"), HasSubstr("\"0s\" is too small")));
  EXPECT_THAT(problems(joined({kEdge, "[log]\naccess_sample = 1.5\n"})),
              ElementsAre(HasSubstr("1.5 is out of range")));
  EXPECT_THAT(problems(joined({kEdge, "[log]\naccess_sample = nan\n"})),
              ElementsAre(HasSubstr("is out of range")));
}

TEST(Read, NoTwoListenersShareAnAddress) {
  EXPECT_THAT(
      problems("[edge]\nhttp = [\"127.0.0.1:80\",\n\"127.0.0.1:81\"]\nhttps = "
               "[\"127.0.0.1:81\"]\n[control]\nlisten = "
               "\"127.0.0.1:80\"\n"),
      ElementsAre(
          "brink.toml:4: [edge] https: \"127.0.0.1:81\" is already taken by [edge] http on line 3",
          "brink.toml:6: [control] listen: \"127.0.0.1:80\" is already taken by [edge] http on line 2"));
  EXPECT_THAT(problems("[edge]\nhttp = [\"127.0.0.1:0\"]\n"),
              ElementsAre(HasSubstr("has no port from 1 to 65535")));
}

TEST(Read, TheDefaultOfControlIsTakenToo) {
  EXPECT_THAT(problems("[edge]\nhttp = [\"127.0.0.1:8787\"]\n"),
              ElementsAre("brink.toml:2: [edge] http: \"127.0.0.1:8787\" is the address of [control] listen, "
                          "which is not given"));
}

TEST(Read, SomethingMustBeListenedOn) {
  EXPECT_THAT(problems(kZone), ElementsAre(HasSubstr("brink.toml: [edge]: there is nothing to listen on")));
  EXPECT_THAT(problems("[edge]\nserver_timing = true\n"),
              ElementsAre(HasSubstr("brink.toml:1: [edge]: there is nothing to listen on")));
  EXPECT_THAT(problems("[edge]\nhttp = []\n"),
              ElementsAre(HasSubstr("brink.toml:1: [edge]: there is nothing to listen on")));
  EXPECT_THAT(problems("[node]\nroles = [\"control\"]\n"), IsEmpty());
}

TEST(Read, NoTwoZonesShareANameOrAHost) {
  EXPECT_THAT(
      problems(joined(
          {kEdge, kZone, "hosts = [\"b.example\"]\n", kZone, "hosts = [\"c.example\",\n\"B.example.\"]\n"})),
      ElementsAre("brink.toml:8: [[zone]] name: the zone \"a.example\" is already on line 4",
                  "brink.toml:11: [[zone]] hosts: the host \"b.example\" is already taken on line 6"));
  EXPECT_THAT(
      problems(
          joined({kEdge, kZone,
                  "[[zone]]\nname = \"c.example\"\nhosts = [\"*.a.example\"]\norigin = \"http://c\"\n"})),
      ElementsAre("brink.toml:8: [[zone]] hosts: the host \"*.a.example\" is already taken on line 4"));
  EXPECT_THAT(problems(joined({kEdge, kZone, "[[zone]]\nname = \"b.a.example\"\norigin = \"http://c\"\n"})),
              IsEmpty())
      << "a name below a wildcard is more exact, not the same";
}

TEST(Read, HostsAreHostNames) {
  EXPECT_THAT(problems(joined({kEdge, kZone, "hosts = [\"ok.example\",\n\"*.*.example\"]\n"})),
              ElementsAre(HasSubstr(
                  "brink.toml:7: [[zone]] hosts: \"*.*.example\" has a * that is not a whole first label")));
  EXPECT_THAT(problems(joined({kEdge, kZone, "hosts = []\n"})), ElementsAre(HasSubstr("the list is empty")));
  EXPECT_THAT(given(joined({kEdge, kZone, "hosts = [\"*\"]\n"})).zones.at(0).hosts, ElementsAre("*"));
  EXPECT_THAT(given(joined({kEdge, "[[zone]]\nname = \"*\"\norigin = \"http://c\"\n"})).zones.at(0).hosts,
              ElementsAre("*"));
  EXPECT_THAT(
      given(joined({kEdge, "[[zone]]\nname = \"127.0.0.1\"\norigin = \"http://c\"\n"})).zones.at(0).hosts,
      ElementsAre("127.0.0.1"));
}

TEST(Read, ACertificateGoesWithItsKey) {
  EXPECT_THAT(problems(joined({kEdge, kZone, "certificate = \"a.pem\"\n"})),
              ElementsAre("brink.toml:6: [[zone]] certificate: stands alone; expected key beside it"));
  EXPECT_THAT(problems(joined({kEdge, kZone, "key = \"a.key\"\n"})),
              ElementsAre("brink.toml:6: [[zone]] key: stands alone; expected certificate beside it"));
  EXPECT_THAT(problems(joined({kEdge, kZone, "origin_client_key = \"a.key\"\n"})),
              ElementsAre(HasSubstr("expected origin_client_certificate beside it")));
  EXPECT_THAT(problems(joined({kEdge, kZone, "ocsp = \"a.der\"\n"})),
              ElementsAre(HasSubstr("has no certificate beside it")));
  EXPECT_THAT(
      problems(joined({kEdge, kZone, "certificates = [{ certificate = \"a.pem\" }]\n"})),
      ElementsAre("brink.toml:6: [[zone.certificates]] key: is missing; expected the path of a file"));
}

TEST(Read, AcmeNeedsTheUrlOfADirectory) {
  const auto acme = [](std::string_view text) { return problems(joined({kEdge, "[acme]\n", text})); };
  EXPECT_THAT(acme("directory = \"https://acme.example/directory\"\nagree = true\n"), IsEmpty());
  for (std::string_view wrong :
       {"http://acme.example/directory", "acme.example", "https://", "https:///x", "https://acme.example/a b",
        "https://acme.example/<x>", "HTTPS://acme.example/"}) {
    EXPECT_THAT(acme(fmt::format("directory = \"{}\"\n", wrong)),
                ElementsAre(testing::AllOf(HasSubstr("brink.toml:4:"), HasSubstr("[acme] directory"),
                                           HasSubstr("https://acme.example/directory"))))
        << wrong;
  }
  EXPECT_THAT(acme("directory = 7\n"), ElementsAre(HasSubstr("[acme] directory")));
}

TEST(Read, AcmesExternalAccountGoesWithItsKey) {
  const auto acme = [](std::string_view text) { return problems(joined({kEdge, "[acme]\n", text})); };
  EXPECT_THAT(acme("external_account = \"kid\"\nexternal_account_key = \"mac.key\"\n"), IsEmpty());
  EXPECT_THAT(acme("external_account = \"kid\"\n"), ElementsAre(HasSubstr("external_account_key")));
  EXPECT_THAT(acme("external_account_key = \"mac.key\"\n"), ElementsAre(HasSubstr("external_account")));
}

TEST(Read, AcmesChallengesAreAtLeastOneOfThoseThereAre) {
  const auto acme = [](std::string_view text) { return problems(joined({kEdge, "[acme]\n", text})); };
  EXPECT_THAT(given(joined({kEdge, "[acme]\n"})).acme.challenges, ElementsAre("http-01", "tls-alpn-01"));
  EXPECT_THAT(given(joined({kEdge, "[acme]\nchallenges = [\"dns-01\", \"http-01\"]\n"})).acme.challenges,
              ElementsAre("dns-01", "http-01"));
  EXPECT_THAT(acme("challenges = []\n"), ElementsAre(HasSubstr("[acme] challenges: is an empty list")));
  EXPECT_THAT(acme("challenges = [\"http-01\", \"http-02\"]\n"), ElementsAre(HasSubstr("http-02")));
  EXPECT_THAT(acme("challenges = \"http-01\"\n"), ElementsAre(HasSubstr("[acme] challenges")));
}

TEST(Read, AcmesWaitForTheDnsIsAnHourAtMost) {
  EXPECT_EQ(given(joined({kEdge, "[acme]\ndns_wait = \"1h\"\n"})).acme.dns_wait, 1h);
  EXPECT_THAT(problems(joined({kEdge, "[acme]\ndns_wait = \"61m\"\n"})), ElementsAre(HasSubstr("dns_wait")));
  EXPECT_THAT(problems(joined({kEdge, "[acme]\ndirectorie = \"https://a/\"\n"})),
              ElementsAre(HasSubstr("directory")));
}

TEST(Read, ZonesAreAListOfTables) {
  EXPECT_THAT(
      problems(joined({kEdge, "[zone]\nname = \"a\"\n"})),
      ElementsAre("brink.toml:3: [[zone]]: is written as one table; expected [[zone]] in two brackets"));
  EXPECT_THAT(problems(joined({"zone = 3\n", kEdge})),
              ElementsAre(HasSubstr("is an integer; expected a section [[zone]]")));
  EXPECT_THAT(problems(joined({"node = 3\n", kEdge})),
              ElementsAre("brink.toml:1: [node]: is an integer; expected a section [node]"));
}

TEST(Read, TheDefaultCertificateIsOfAZoneThatIsThere) {
  EXPECT_THAT(
      problems(joined({kEdge, "default_certificate_zone = \"a.exampel\"\n", kZone})),
      ElementsAre(
          "brink.toml:3: [edge] default_certificate_zone: there is no zone \"a.exampel\"; did you mean "
          "\"a.example\"?"));
  EXPECT_EQ(given(joined({kEdge, "default_certificate_zone = \"A.example\"\n", kZone}))
                .edge.default_certificate_zone,
            "a.example");
}

TEST(Read, StringsOfHostileTextAreShownSafely) {
  const auto texts = problems(joined({kEdge, kZone, "origin_host = \"a\\u001b[31m\"\n"}));
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts[0], HasSubstr("\"a?[31m\" has a control character"));
  EXPECT_THAT(problems(joined({kEdge, "[log]\nlevel = \"", std::string(100'000, 'x'), "\"\n"})),
              ElementsAre(testing::SizeIs(testing::Lt(400U))));
}

TEST(Read, ProblemsBeyondTheLimitAreOnlyCounted) {
  std::string text(kEdge);
  for (int i = 0; i < 10'000; ++i) text += fmt::format("unknown{} = 1\n", i);
  const auto texts = problems(text);
  EXPECT_EQ(texts.size(), limits::kMaxProblems + 1);
  EXPECT_EQ(texts.back(), "brink.toml: there are more problems than are told");
}

class Directory {
 public:
  Directory()
      : path_(std::filesystem::temp_directory_path() / fmt::format("brink_read_test_{}", ::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  [[nodiscard]] std::string path(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

TEST(ReadFile, AFileThatIsNotThereIsAProblem) {
  const auto config = read_file("/nowhere/brink.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().at(0).text(), "/nowhere/brink.toml: cannot be read: No such file or directory");
  EXPECT_FALSE(read_file("/"));
}

TEST(CheckFiles, TellsTheFilesThatAreMissingWithTheirPlace) {
  const Directory directory;
  directory.write("a.key", "key");
  const std::string file = directory.write(
      "brink.toml", joined({kEdge, kZone, "certificate = \"a.pem\"\nkey = \"a.key\"\norigin_ca = \".\"\n"}));
  const auto config = read_file(file);
  ASSERT_TRUE(config) << config.error().front().text();
  std::vector<std::string> texts;
  for (const Problem& problem : check_files(*config)) texts.push_back(problem.text());
  EXPECT_THAT(
      texts,
      ElementsAre(fmt::format("{}:6: [[zone]] certificate: \"{}\" cannot be read: No such file or directory",
                              file, directory.path("a.pem")),
                  HasSubstr(":8: [[zone]] origin_ca: ")));
}

TEST(CheckFiles, AFifoDoesNotHoldTheCheckUp) {
  const Directory directory;
  ASSERT_EQ(::mkfifo(directory.path("a.pem").c_str(), 0600), 0);
  directory.write("a.key", "");
  const std::string file =
      directory.write("brink.toml", joined({kEdge, kZone, "certificate = \"a.pem\"\nkey = \"a.key\"\n"}));
  const auto config = read_file(file);
  ASSERT_TRUE(config) << config.error().front().text();
  EXPECT_THAT(check_files(*config), IsEmpty());
}

TEST(BeforeOrigin, OneZoneTakesEveryName) {
  const auto config = before_origin("http://127.0.0.1:3000", "/tmp/brink");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->node.data_dir, "/tmp/brink");
  ASSERT_EQ(config->edge.http.size(), 2U);
  EXPECT_EQ(config->edge.http[0].text(), "0.0.0.0:8080");
  EXPECT_EQ(config->edge.https[1].text(), "[::]:8443");
  ASSERT_EQ(config->zones.size(), 1U);
  EXPECT_THAT(config->zones[0].hosts, ElementsAre("*"));
  EXPECT_EQ(config->zones[0].origin.port, 3000);
  EXPECT_EQ(config->zones[0].origin_host, "");
}

TEST(BeforeOrigin, AServerElsewhereIsAskedForItsOwnName) {
  EXPECT_EQ(before_origin("https://site.example", "/d")->zones.at(0).origin_host, "site.example");
  EXPECT_EQ(before_origin("http://localhost:3000", "/d")->zones.at(0).origin_host, "");
  EXPECT_EQ(before_origin("unix:/run/app.sock", "/d")->zones.at(0).origin_host, "");
}

TEST(BeforeOrigin, SaysWhatIsWrongWithTheUrl) {
  const auto config = before_origin("127.0.0.1:3000", "/d");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().text(),
            "--origin: \"127.0.0.1:3000\" is not an origin's URL; expected \"http://host:port\", "
            "\"https://host:port\" or \"unix:/path\"");
}

}  // namespace
}  // namespace brink::config
