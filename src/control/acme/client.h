// A client of one ACME server: asks for its directory, keeps nonces, signs what it sends, and asks again
// where that is safe: for a nonce that the server does not take, and where server or network fail for a
// moment.
//
// Belongs to one loop. Several requests may be under way at a time.
#pragma once

#include "control/acme/resources.h"
#include "control/acme/sender.h"
#include "runtime/loop.h"
#include "tls/es256_key.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::acme {

inline constexpr int kNonceTries = 8;                  // of a request whose nonce was not taken
inline constexpr int kTries = 4;                       // of a request that met a failing server or network
inline constexpr std::chrono::seconds kFirstPause{1};  // before the second of these; then twice as long each
inline constexpr std::chrono::seconds kMaxPause{30};   // a server that wants a longer one has failed
inline constexpr std::size_t kKeptNonces = 16;
inline constexpr std::chrono::hours kDirectoryAge{24};  // then it is asked for again

// What newAccount says (RFC 8555 section 7.3).
struct AccountTerms {
  std::string email;  // empty for none
  bool agrees = false;
  std::string external_key_id;   // empty for none
  std::string external_mac_key;  // bytes
};

class Client {
 public:
  // `sender` outlives it.
  Client(Loop& loop, Sender& sender, std::string directory_url, tls::Es256Key key)
      : loop_(loop), sender_(sender), directory_url_(std::move(directory_url)), key_(std::move(key)) {}

  [[nodiscard]] const tls::Es256Key& key() const { return key_; }
  [[nodiscard]] const std::string& account() const { return account_; }
  void set_account(std::string url) { account_ = std::move(url); }

  Task<Outcome<Directory>> directory();

  // Makes the account, or finds the one that the key has already; its URL, which is the client's from then
  // on.
  Task<Outcome<std::string>> open_account(const AccountTerms& terms);
  Task<Outcome<>> set_contact(const std::string& email);

  // A signed request of the account; any success of the server.
  Task<Outcome<HttpResponse>> post(std::string url, std::string payload);
  // POST-as-GET (RFC 8555 section 6.3).
  Task<Outcome<HttpResponse>> get(std::string url) { return post(std::move(url), ""); }

  // What a Retry-After field says from now on; nothing where it says nothing usable.
  [[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) const;

 private:
  Task<Outcome<HttpResponse>> post_as(std::string account, std::string url, std::string payload);
  Task<Outcome<HttpResponse>> post_once(const std::string& account, const std::string& url,
                                        const std::string& payload);
  Task<Outcome<HttpResponse>> send(HttpRequest request);
  Task<Outcome<std::string>> take_nonce();
  void keep_nonce(const HttpResponse& response);

  Loop& loop_;
  Sender& sender_;
  const std::string directory_url_;
  const tls::Es256Key key_;
  std::string account_;
  std::optional<Directory> directory_;
  TimePoint directory_read_;
  std::vector<std::string> nonces_;
};

}  // namespace brink::control::acme
