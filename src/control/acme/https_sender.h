// Requests over https, one connection for each: they are few. Never over http (RFC 8555 section 6.1).
#pragma once

#include "control/acme/sender.h"
#include "net/resolver.h"
#include "net/transport.h"
#include "runtime/loop.h"
#include "tls/client_context.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace brink::control::acme {

inline constexpr std::chrono::seconds kConnectTime{15};  // name, connection and TLS
inline constexpr std::chrono::seconds kAnswerTime{60};   // for the whole exchange
inline constexpr std::size_t kMaxAnswer = 1024 * 1024;   // bytes of content
inline constexpr std::size_t kMaxUrl = 4096;

struct Url {
  std::string authority;  // as in the text
  std::string host;       // without port and brackets
  std::uint16_t port = 443;
  std::string target;  // path and query
};
// Of "https://..." alone; nothing for user information, a fragment, or anything that is no URL.
[[nodiscard]] std::optional<Url> parse_https_url(std::string_view text);

// Belongs to one loop.
class HttpsSender final : public Sender {
 public:
  // `resolver` outlives it.
  HttpsSender(Loop& loop, net::Resolver& resolver, std::shared_ptr<tls::ClientContext> trust)
      : loop_(loop), resolver_(resolver), trust_(std::move(trust)) {}

  Task<Outcome<HttpResponse>> send(HttpRequest request) override;

 private:
  Task<Outcome<std::unique_ptr<net::Transport>>> connect(const Url& url);

  Loop& loop_;
  net::Resolver& resolver_;
  std::shared_ptr<tls::ClientContext> trust_;
};

}  // namespace brink::control::acme
