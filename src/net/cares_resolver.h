// Resolves by the system's name servers, with c-ares (docs/decisions/0002-c-ares.md): /etc/hosts and
// /etc/resolv.conf are honoured, names under localhost are never asked for, answers keep their TTL. Caches
// nothing: see net/caching_resolver.h.
#pragma once

#include "base/fd.h"
#include "base/intrusive_list.h"
#include "net/resolver.h"
#include "runtime/fd_watch.h"

#include <chrono>
#include <memory>
#include <string>

struct ares_channeldata;
struct ares_addrinfo;

namespace brink::net {

struct CaresOptions {
  std::string servers;  // "192.0.2.53,[2001:db8::53]:5353"; empty: those of /etc/resolv.conf, read once
  std::chrono::milliseconds attempt_timeout{
      2000};      // for the first answer of a server; it grows with each try
  int tries = 2;  // of each server
};

// Belongs to one loop. Nobody is resolving any more when it dies.
//
// c-ares wants to be told which of its sockets are ready and when its time has come. Its sockets are watched
// by an epoll of their own, which the loop watches in turn: so c-ares may close a socket whenever it likes.
// Of the calls that wait for an answer one drives c-ares for all of them; when it leaves, another takes its
// place.
class CaresResolver final : public Resolver {
 public:
  static constexpr std::size_t kMaxQueries = 256;  // at a time, with those whose callers have given up

  [[nodiscard]] static Result<std::unique_ptr<CaresResolver>> make(Loop& loop,
                                                                   const CaresOptions& options = {});
  CaresResolver(const CaresResolver&) = delete;
  CaresResolver& operator=(const CaresResolver&) = delete;
  ~CaresResolver() override;

  Task<Result<Resolution>> resolve(std::string_view host, Deadline deadline) override;

 private:
  struct Query;
  struct Waiting;

  explicit CaresResolver(Loop& loop);
  Result<> open(const CaresOptions& options);
  void start(std::string_view host, const std::shared_ptr<Query>& query);
  // Waits until c-ares has something to do, at most until `deadline`, and lets it.
  Task<Result<>> drive(Deadline deadline);
  // Whether all events are taken.
  bool take_events();
  [[nodiscard]] Deadline next_timeout() const;
  static void on_socket_state(void* self, int socket, int wants_read, int wants_write);
  static void on_answer(void* query, int status, int timeouts, ares_addrinfo* answer);

  Loop& loop_;
  Fd sockets_;  // the epoll of c-ares's sockets
  FdWatch watch_;
  ares_channeldata* channel_ = nullptr;
  std::size_t queries_ = 0;
  bool driven_ = false;
  IntrusiveList<Waiting> waiting_;
};

}  // namespace brink::net
