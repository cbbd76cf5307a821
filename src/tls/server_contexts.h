// Which certificate a client gets, and on what terms: chosen by the name it asks for (SNI). An immutable
// snapshot, made anew when the configuration changes and shared by all threads; connections keep the one they
// began with.
//
// A name is looked up as it stands, then with its first label replaced by "*" (so "*.example.com" stands for
// one label and never for example.com itself), then the default takes it: one hash lookup or two, however
// many names there are. Names that stand in no entry may be found by a source, which knows more of them than
// anybody would list. Entries with the same certificates share one OpenSSL context, made when the first
// client needs it.
#pragma once

#include "tls/certificate.h"
#include "tls/ticket_keys.h"
#include "tls/wall_clock.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;

namespace brink::tls {

struct ServerEntry {
  enum class MinimumVersion : unsigned char { kTls12, kTls13 };

  // "example.com", "*.example.com"; "*" makes this entry the default. In any case.
  std::vector<std::string> hosts;
  // One for each kind of key (ECDSA and RSA side by side): the client's signature algorithms choose, ECDSA
  // first. Of two with the same kind the first counts. At least one.
  std::vector<std::shared_ptr<const Certificate>> certificates;
  MinimumVersion minimum_version = MinimumVersion::kTls12;
  // Its certificates are there until better ones come: what the source knows of the name, unless that is a
  // stand-in too, goes before it.
  bool is_stand_in = false;
  // What we speak, the best first. A client that offers ALPN but none of these is refused (RFC 7301
  // section 3.2).
  std::vector<std::string> alpn = {"h2", "http/1.1"};
};

// What a client wants of the name that it asks for, by the application protocols that it offers.
enum class Offer : unsigned char {
  kAny,
  kAcmeChallenge,  // acme-tls/1 and nothing else: an authority checks who has the name (RFC 8737 section 3)
};

// Finds the entry of a name (lower case, not empty) that no given entry has but as a stand-in (whose minimum
// version holds for what is found, too); nullptr where there is none. The
// same pointer as long as nothing has changed: its context is kept by that. Called in handshakes, from all
// threads; `hosts` does not count. For Offer::kAcmeChallenge it is asked before any given entry; the context
// of what it finds then is made for that one connection.
using EntrySource =
    std::function<std::shared_ptr<const ServerEntry>(std::string_view server_name, Offer offer)>;

class ServerContexts {
 public:
  // The first entry for a name has it. The default is the entry with "*", else the first; where there is no
  // entry at all, a client that asks for no name that the source knows is refused (unrecognized_name).
  [[nodiscard]] static std::shared_ptr<const ServerContexts> make(
      std::vector<ServerEntry> entries, std::shared_ptr<const TicketKeys> ticket_keys, WallClock clock,
      EntrySource source = {});
  ServerContexts(const ServerContexts&) = delete;
  ServerContexts& operator=(const ServerContexts&) = delete;
  ~ServerContexts();

  // The entry that serves `server_name` (lower case; empty for none); nullptr where nothing does.
  [[nodiscard]] std::shared_ptr<const ServerEntry> entry_for(std::string_view server_name,
                                                             Offer offer = Offer::kAny) const;

  // For this room alone: the object for a new connection.
  [[nodiscard]] ssl_st* new_connection() const;

 private:
  struct Parts;
  explicit ServerContexts(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace brink::tls
