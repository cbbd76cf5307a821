#include "tls/server_contexts.h"

#include "tests/tls/given.h"
#include "tls/openssl_handles.h"

#include <gtest/gtest.h>

namespace brink::tls {
namespace {

const Authority& authority() {
  static const Authority made;
  return made;
}

std::string first_host(const ServerContexts& contexts, std::string_view name) {
  const auto entry = contexts.entry_for(name);
  return entry == nullptr ? "nothing" : entry->hosts.front();
}

// --- names ---

TEST(ServerNames, AreFoundExactlyThenByWildcardThenByDefault) {
  const auto any = authority().certificate_for({"any.example"});
  const auto contexts = serving({
      ServerEntry{.hosts = {"example.com", "*.example.com"}, .certificates = {any}},
      ServerEntry{.hosts = {"WWW.example.com"}, .certificates = {any}},
      ServerEntry{.hosts = {"*"}, .certificates = {any}},
      ServerEntry{.hosts = {"*.www.example.com", "example.com"}, .certificates = {any}},
  });
  const std::pair<const char*, std::string> cases[] = {
      {"example.com", "example.com"},
      {"a.example.com", "example.com"},
      {"www.example.com", "WWW.example.com"},  // exact wins over the wildcard
      {"a.www.example.com", "*.www.example.com"},
      {"a.b.example.com", "*"},  // one label only
      {"example.org", "*"},
      {"com", "*"},
      {".example.com", "*"},
      {"xexample.com", "*"},
      {"", "*"},
      {"*", "*"},
  };
  for (const auto& [name, entry] : cases) {
    EXPECT_EQ(first_host(*contexts, name), entry) << name;
  }
  EXPECT_EQ(first_host(*contexts, std::string(10'000, 'a') + ".example.com"), "example.com");
  EXPECT_EQ(first_host(*contexts, "a." + std::string(10'000, 'b')), "*");
}

TEST(ServerNames, WithoutADefaultGoToTheFirstEntry) {
  const auto any = authority().certificate_for({"any.example"});
  const auto contexts = serving({ServerEntry{.hosts = {"a.example"}, .certificates = {any}},
                                 ServerEntry{.hosts = {"b.example"}, .certificates = {any}}});
  EXPECT_EQ(first_host(*contexts, "c.example"), "a.example");
}

TEST(ServerNames, AreAskedOfTheSourceWhereNoEntryHasThem) {
  const auto any = authority().certificate_for({"any.example"});
  std::vector<std::string> asked;
  const auto found =
      std::make_shared<const ServerEntry>(ServerEntry{.hosts = {"found"}, .certificates = {any}});
  const auto contexts =
      ServerContexts::make({ServerEntry{.hosts = {"*.example.com"}, .certificates = {any}},
                            ServerEntry{.hosts = {"*"}, .certificates = {any}}},
                           ticket_keys(), system_wall_clock(), [&](std::string_view name, Offer) {
                             asked.emplace_back(name);
                             return name == "found.example" ? found : nullptr;
                           });
  EXPECT_EQ(first_host(*contexts, "a.example.com"), "*.example.com");
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(first_host(*contexts, "found.example"), "found");
  EXPECT_EQ(first_host(*contexts, "lost.example"), "*");
  EXPECT_EQ(first_host(*contexts, ""), "*");
  EXPECT_EQ(asked, (std::vector<std::string>{"found.example", "lost.example"}));
}

TEST(ServerNames, OfAStandInGoToTheSourceUnlessThatHasNoBetter) {
  const auto any = authority().certificate_for({"any.example"});
  const auto entry = [&](const char* host, bool is_stand_in) {
    return ServerEntry{.hosts = {host}, .certificates = {any}, .is_stand_in = is_stand_in};
  };
  const auto better = std::make_shared<const ServerEntry>(entry("better", false));
  const auto no_better = std::make_shared<const ServerEntry>(entry("no better", true));
  const auto contexts = ServerContexts::make(
      {entry("*", false), entry("own.example", false), entry("a.example", true), entry("b.example", true),
       entry("*.c.example", true)},
      ticket_keys(), system_wall_clock(), [&](std::string_view name, Offer) {
        return name == "own.example" || name == "a.example" || name == "x.c.example" ? better
               : name == "b.example"                                                 ? no_better
                                                                                     : nullptr;
      });
  EXPECT_EQ(first_host(*contexts, "own.example"), "own.example");
  EXPECT_EQ(first_host(*contexts, "a.example"), "better");
  EXPECT_EQ(first_host(*contexts, "b.example"), "b.example");
  EXPECT_EQ(first_host(*contexts, "x.c.example"), "better");
  EXPECT_EQ(first_host(*contexts, "y.c.example"), "*.c.example");
}

TEST(ServerNames, GoToTheSourceFirstWhereAnAuthorityChecksThem) {  // RFC 8737
  const auto any = authority().certificate_for({"any.example"});
  const auto challenge =
      std::make_shared<const ServerEntry>(ServerEntry{.hosts = {"challenge"}, .certificates = {any}});
  const auto contexts = ServerContexts::make(
      {ServerEntry{.hosts = {"a.example", "b.example"}, .certificates = {any}}}, ticket_keys(),
      system_wall_clock(), [&](std::string_view name, Offer offer) {
        return offer == Offer::kAcmeChallenge && name == "a.example" ? challenge : nullptr;
      });
  const auto host = [&](std::string_view name, Offer offer) {
    return contexts->entry_for(name, offer)->hosts.front();
  };
  EXPECT_EQ(host("a.example", Offer::kAcmeChallenge), "challenge");
  EXPECT_EQ(host("a.example", Offer::kAny), "a.example");
  EXPECT_EQ(host("b.example", Offer::kAcmeChallenge), "a.example");
  EXPECT_EQ(host("", Offer::kAcmeChallenge), "a.example");
}

TEST(ServerNames, NeedNoEntryAtAll) {
  const auto contexts = ServerContexts::make({}, ticket_keys(), system_wall_clock());
  EXPECT_EQ(contexts->entry_for("a.example"), nullptr);
  EXPECT_EQ(contexts->entry_for(""), nullptr);
}

TEST(ServerNames, MayBeAHundredThousand) {
  const auto any = authority().certificate_for({"any.example"});
  std::vector<ServerEntry> entries;
  for (int i = 0; i < 100'000; ++i)
    entries.push_back({.hosts = {"zone" + std::to_string(i) + ".example"}, .certificates = {any}});
  const auto began = Clock::now();
  const auto contexts = serving(std::move(entries));
  EXPECT_LT(Clock::now() - began, std::chrono::seconds(10));
  EXPECT_EQ(first_host(*contexts, "zone0.example"), "zone0.example");
  EXPECT_EQ(first_host(*contexts, "zone99999.example"), "zone99999.example");
}

// --- handshakes ---

// What a client of OpenSSL's sees of a server of ours.
struct Seen {
  bool done = false;
  std::string certificate;  // its common name
  int key = 0;              // EVP_PKEY_...
  std::string version;
  std::string cipher;
  std::string alpn;
  bool resumed = false;
  unsigned long error = 0;
  SessionHandle session;
  std::string ticket;  // the latest
};

struct Asking {
  const char* server_name = "www.example.com";
  const char* signature_algorithms = nullptr;
  const char* ciphers12 = nullptr;
  const char* ciphers13 = nullptr;
  const char* groups = nullptr;
  int max_version = 0;
  std::string alpn;  // in wire format
  SSL_SESSION* session = nullptr;
};

Seen connect(const std::shared_ptr<const ServerContexts>& contexts, const Asking& asking,
             Facts* facts = nullptr) {
  auto sockets = socket_pair();
  Loop loop;
  auto server = std::make_unique<TlsTransport>(std::move(sockets.one), contexts);
  EXPECT_TRUE(server->attach(loop).has_value());
  const SslCtxHandle context(SSL_CTX_new(TLS_client_method()));
  Seen seen;
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(context.get(), &seen);
  SSL_CTX_sess_set_new_cb(context.get(), [](SSL* ssl, SSL_SESSION* session) {
    static_cast<Seen*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->session.reset(session);
    return 1;
  });
  const SslHandle client(SSL_new(context.get()));
  if (asking.server_name != nullptr) SSL_set_tlsext_host_name(client.get(), asking.server_name);
  if (asking.signature_algorithms != nullptr)
    EXPECT_EQ(SSL_set1_sigalgs_list(client.get(), asking.signature_algorithms), 1);
  if (asking.ciphers12 != nullptr) EXPECT_EQ(SSL_set_cipher_list(client.get(), asking.ciphers12), 1);
  if (asking.ciphers13 != nullptr) EXPECT_EQ(SSL_set_ciphersuites(client.get(), asking.ciphers13), 1);
  if (asking.groups != nullptr) EXPECT_EQ(SSL_set1_groups_list(client.get(), asking.groups), 1);
  if (asking.max_version != 0) SSL_set_max_proto_version(client.get(), asking.max_version);
  if (!asking.alpn.empty()) {
    SSL_set_alpn_protos(client.get(), reinterpret_cast<const unsigned char*>(asking.alpn.data()),
                        static_cast<unsigned>(asking.alpn.size()));
  }
  if (asking.session != nullptr) SSL_set_session(client.get(), asking.session);
  SSL_set_fd(client.get(), sockets.other.get());

  std::optional<Result<>> shaken;
  TaskGroup group("server", loop);
  group.spawn(store(server->handshake(Deadline::never()), shaken));
  turn_until(loop, [&] {
    ERR_clear_error();
    const int done = SSL_connect(client.get());
    seen.done = done == 1;
    if (done != 1 && SSL_get_error(client.get(), done) == SSL_ERROR_SSL) seen.error = ERR_peek_last_error();
    return seen.done || seen.error != 0;
  });
  turn_until(loop, [&] { return shaken.has_value(); });
  if (facts != nullptr) *facts = server->facts();
  ERR_clear_error();
  if (!seen.done || !shaken->has_value()) {
    seen.done = false;
    return seen;
  }
  // The ticket comes with the first bytes.
  EXPECT_EQ(run(loop, write_whole(*server, "x")).has_value(), true);
  char byte = 0;
  turn_until(loop, [&] { return SSL_read(client.get(), &byte, 1) == 1; });
  const X509Handle certificate(SSL_get1_peer_certificate(client.get()));
  char name[100] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
  seen.certificate = name;
  seen.key = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate.get()));
  seen.version = SSL_get_version(client.get());
  seen.cipher = SSL_get_cipher_name(client.get());
  const unsigned char* alpn = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.get(), &alpn, &size);
  seen.alpn.assign(reinterpret_cast<const char*>(alpn), size);
  seen.resumed = SSL_session_reused(client.get()) == 1;
  const unsigned char* ticket = nullptr;
  std::size_t ticket_size = 0;
  SSL_SESSION_get0_ticket(SSL_get_session(client.get()), &ticket, &ticket_size);
  seen.ticket.assign(reinterpret_cast<const char*>(ticket), ticket_size);
  SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  return seen;
}

TEST(ServerHandshakes, ShowWhatTheSourceFindsAndThenWhatItFindsNext) {
  const auto entry_of = [](std::shared_ptr<const Certificate> certificate) {
    return std::make_shared<const ServerEntry>(
        ServerEntry{.hosts = {}, .certificates = {std::move(certificate)}});
  };
  auto found = entry_of(authority().certificate_for({"old.example"}));
  const auto contexts = ServerContexts::make({}, ticket_keys(), system_wall_clock(),
                                             [&](std::string_view, Offer) { return found; });
  EXPECT_EQ(connect(contexts, {}).certificate, "old.example");
  found = entry_of(authority().certificate_for({"new.example"}));
  EXPECT_EQ(connect(contexts, {}).certificate, "new.example");
  found = nullptr;
  EXPECT_EQ(ERR_GET_REASON(connect(contexts, {}).error), SSL_R_TLSV1_UNRECOGNIZED_NAME);
}

class ServerHandshakeTest : public testing::Test {
 protected:
  std::shared_ptr<const Certificate> www_ = authority().certificate_for({"www.example.com"});
  std::shared_ptr<const Certificate> www_rsa_ =
      authority().certificate_for({"www.example.com"}, {.rsa = true});
  std::shared_ptr<const Certificate> wildcard_ = authority().certificate_for({"*.example.com"});
  std::shared_ptr<const Certificate> default_ = authority().certificate_for({"default.example"});
  std::shared_ptr<const ServerContexts> contexts_ = serving({
      ServerEntry{.hosts = {"*"}, .certificates = {default_}},
      ServerEntry{.hosts = {"www.example.com"}, .certificates = {www_rsa_, www_}},
      ServerEntry{.hosts = {"*.example.com"}, .certificates = {wildcard_}, .alpn = {"http/1.1"}},
      ServerEntry{.hosts = {"modern.example"},
                  .certificates = {default_},
                  .minimum_version = ServerEntry::MinimumVersion::kTls13},
  });
};

TEST_F(ServerHandshakeTest, TheNameAskedForChoosesTheCertificate) {
  EXPECT_EQ(connect(contexts_, {.server_name = "www.example.com"}).certificate, "www.example.com");
  EXPECT_EQ(connect(contexts_, {.server_name = "WwW.eXample.com"}).certificate, "www.example.com");
  EXPECT_EQ(connect(contexts_, {.server_name = "other.example.com"}).certificate, "*.example.com");
  EXPECT_EQ(connect(contexts_, {.server_name = "a.b.example.com"}).certificate, "default.example");
  EXPECT_EQ(connect(contexts_, {.server_name = "example.com"}).certificate, "default.example");
  EXPECT_EQ(connect(contexts_, {.server_name = nullptr}).certificate, "default.example");
  EXPECT_EQ(connect(contexts_, {.server_name = "no host name"}).certificate, "default.example");
}

TEST_F(ServerHandshakeTest, TheNameIsAFactInLowerCaseAndOnlyWhereItCouldBeAHosts) {
  Facts facts;
  ASSERT_TRUE(connect(contexts_, {.server_name = "WWW.Example.COM"}, &facts).done);
  EXPECT_EQ(facts.server_name, "www.example.com");
  ASSERT_TRUE(connect(contexts_, {.server_name = "a\"b\nc"}, &facts).done);
  EXPECT_EQ(facts.server_name, "");
}

TEST_F(ServerHandshakeTest, TheClientsSignatureAlgorithmsChooseBetweenEcdsaAndRsa) {
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(connect(contexts_, {.max_version = version}).key, EVP_PKEY_EC);
    EXPECT_EQ(
        connect(contexts_, {.signature_algorithms = "RSA-PSS+SHA256:RSA+SHA256", .max_version = version}).key,
        EVP_PKEY_RSA);
    EXPECT_EQ(connect(contexts_, {.signature_algorithms = "ECDSA+SHA256", .max_version = version}).key,
              EVP_PKEY_EC);
  }
}

TEST_F(ServerHandshakeTest, OurOrderOfProtocolsDecides) {
  EXPECT_EQ(connect(contexts_, {.alpn = "\x08http/1.1\x02h2"}).alpn, "h2");
  EXPECT_EQ(connect(contexts_, {.alpn = "\x08http/1.1"}).alpn, "http/1.1");
  EXPECT_EQ(connect(contexts_, {.server_name = "other.example.com", .alpn = "\x02h2\x08http/1.1"}).alpn,
            "http/1.1");
  EXPECT_EQ(connect(contexts_, {}).alpn, "");
}

TEST_F(ServerHandshakeTest, WithoutACommonProtocolIsRefused) {  // RFC 7301 section 3.2
  const auto seen = connect(contexts_, {.alpn = "\x03"
                                                "dot"});
  EXPECT_FALSE(seen.done);
  EXPECT_EQ(ERR_GET_REASON(seen.error), SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
}

TEST_F(ServerHandshakeTest, ANameMayAskForTls13) {
  EXPECT_EQ(connect(contexts_, {.server_name = "modern.example"}).version, "TLSv1.3");
  EXPECT_EQ(connect(contexts_, {.server_name = "www.example.com", .max_version = TLS1_2_VERSION}).version,
            "TLSv1.2");
  const auto refused = connect(contexts_, {.server_name = "modern.example", .max_version = TLS1_2_VERSION});
  EXPECT_FALSE(refused.done);
  EXPECT_EQ(ERR_GET_REASON(refused.error), SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}

TEST_F(ServerHandshakeTest, CiphersAreOursUnlessTheClientPrefersChaCha) {
  EXPECT_EQ(connect(contexts_, {.ciphers13 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"}).cipher,
            "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(connect(contexts_, {.ciphers13 = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"}).cipher,
            "TLS_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(connect(contexts_, {.ciphers12 = "ECDHE+AESGCM", .max_version = TLS1_2_VERSION}).cipher,
            "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(ServerHandshakeTest, OldCiphersAreRefused) {
  for (const char* old : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256",
                          "ECDHE-RSA-AES256-SHA384"}) {
    EXPECT_FALSE(connect(contexts_, {.ciphers12 = old, .max_version = TLS1_2_VERSION}).done) << old;
  }
}

TEST_F(ServerHandshakeTest,
       AHelloRetryRequestChangesNothingElse) {  // the client guesses a group that we do not speak first
  Facts facts;
  const auto seen =
      connect(contexts_,
              {.server_name = "other.example.com", .groups = "P-521:P-256", .alpn = "\x08http/1.1"}, &facts);
  ASSERT_TRUE(seen.done);
  EXPECT_EQ(seen.certificate, "*.example.com");
  EXPECT_EQ(seen.alpn, "http/1.1");
  EXPECT_EQ(facts.ja4.size(), 36u);
  EXPECT_EQ(facts.server_name, "other.example.com");
}

// --- resumption ---

class ResumptionTest : public testing::TestWithParam<int> {
 protected:
  std::shared_ptr<const ServerContexts> contexts(unsigned char secret = 1) {
    return ServerContexts::make({ServerEntry{.hosts = {"www.example.com"}, .certificates = {certificate_}},
                                 ServerEntry{.hosts = {"other.example"}, .certificates = {certificate_}}},
                                ticket_keys(secret, clock_.clock()), clock_.clock());
  }
  Seen first(const std::shared_ptr<const ServerContexts>& server) {
    auto seen = connect(server, {.max_version = GetParam()});
    EXPECT_TRUE(seen.done);
    EXPECT_FALSE(seen.resumed);
    EXPECT_NE(seen.session, nullptr);
    return seen;
  }
  Seen again(const std::shared_ptr<const ServerContexts>& server, const Seen& earlier,
             const char* name = "www.example.com") {
    return connect(server,
                   {.server_name = name, .max_version = GetParam(), .session = earlier.session.get()});
  }

  HandClock clock_;
  std::shared_ptr<const Certificate> certificate_ = authority().certificate_for({"www.example.com"});
};

TEST_P(ResumptionTest, WorksWithTheSameContexts) {
  const auto server = contexts();
  const auto seen = first(server);
  Facts facts;
  const auto resumed = connect(server, {.max_version = GetParam(), .session = seen.session.get()}, &facts);
  EXPECT_TRUE(resumed.done);
  EXPECT_TRUE(resumed.resumed);
  EXPECT_TRUE(facts.resumed);
}

TEST_P(ResumptionTest, WorksAcrossContextsWithTheSameSecret) {
  const auto seen = first(contexts());
  EXPECT_TRUE(again(contexts(), seen).resumed);
}

TEST_P(ResumptionTest, DoesNotWorkWithAnotherSecret) {
  const auto seen = first(contexts(1));
  const auto resumed = again(contexts(2), seen);
  EXPECT_TRUE(resumed.done);
  EXPECT_FALSE(resumed.resumed);
}

TEST_P(ResumptionTest, WorksIntoTheNextPeriodButNotBeyond) {
  const auto seen = first(contexts());
  clock_.advance(TicketKeys::kDefaultPeriod);
  const auto renewed = again(contexts(), seen);
  EXPECT_TRUE(renewed.resumed);
  EXPECT_NE(renewed.ticket, "");
  EXPECT_NE(renewed.ticket, seen.ticket) << "a ticket of the old key is to be replaced";
  clock_.advance(TicketKeys::kDefaultPeriod);
  const auto late = again(contexts(), seen);
  EXPECT_TRUE(late.done);
  EXPECT_FALSE(late.resumed);
}

TEST_P(ResumptionTest, DoesNotWorkUnderAnotherName) {
  const auto seen = first(contexts());
  const auto resumed = again(contexts(), seen, "other.example");
  EXPECT_TRUE(resumed.done);
  EXPECT_FALSE(resumed.resumed);
}

INSTANTIATE_TEST_SUITE_P(Versions, ResumptionTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) { return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

}  // namespace
}  // namespace brink::tls
