// The keys that seal session tickets (RFC 5077 section 4, RFC 8446 section 4.6.1). They are made from one
// secret and the number of the present period, so all threads, a reloaded and an upgraded process, and other
// nodes with the same secret agree on them without a word, and they change by themselves.
//
// A ticket is sealed with the present period's key and accepted while its period is the present one or the
// one before (or the next one: another node's clock may be ahead): it lives at least one period and at most
// two.
#pragma once

#include "base/error.h"
#include "tls/wall_clock.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace brink::tls {

using TicketSecret = std::array<unsigned char, 32>;

// The secret kept in a file (32 bytes, mode 0600), made at the first call. What is there but is no such
// secret is an error: SystemError, EINVAL.
[[nodiscard]] Result<TicketSecret> load_or_make_ticket_secret(const std::string& path);

// Safe from any thread.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kDefaultPeriod{12};

  struct Key {
    std::array<unsigned char, 16> name;  // in clear at the front of each ticket
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
  };

  TicketKeys(const TicketSecret& secret, WallClock clock, std::chrono::seconds period = kDefaultPeriod);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // What to seal a new ticket with.
  [[nodiscard]] Key current() const;
  // The key of that name, where it is still, or already, good.
  struct Found {
    Key key;
    bool is_current;
  };
  [[nodiscard]] std::optional<Found> find(std::span<const unsigned char, 16> name) const;
  [[nodiscard]] std::chrono::seconds period() const { return period_; }

 private:
  static constexpr std::size_t kKeys = 3;  // of the period before, the present one, the next one
  std::array<Key, kKeys> keys() const;
  [[nodiscard]] Key derive(std::int64_t epoch) const;

  TicketSecret secret_;
  WallClock clock_;
  std::chrono::seconds period_;

  mutable std::mutex mutex_;  // guards epoch_ and keys_: deriving costs more than a copy under the lock
  mutable std::int64_t epoch_ = -1;
  mutable std::array<Key, kKeys> keys_;
};

}  // namespace brink::tls
