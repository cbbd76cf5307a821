// What ACME keeps in the store (store/acme_state.h), as values. All of it survives a restart at any moment.
//
//   account <directory>    the key and the URL of the account
//   pause <directory>      until when the server is left in peace
//   order <zone>           the order under way, with its key and the answers to its challenges
//   waiting <zone>         names that have failed
//   http <token>, alpn <host>    the answers themselves, which the edge reads
#pragma once

#include "control/acme/schedule.h"
#include "store/acme_state.h"
#include "store/id.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brink::control::acme {

struct AccountState {
  std::string key;    // PEM
  std::string url;    // empty: the server does not know the key yet
  std::string email;  // as the server was told
};

struct PauseState {
  std::uint32_t failures = 0;
  WallTime until;
  std::string why;
};

struct OrderState {
  std::string directory;
  std::string url;
  std::string key;  // of the certificate, PEM
  std::vector<std::string> names;
  std::vector<std::string> answers;  // names of rows
  std::vector<std::string> records;  // ids of DNS records
};

// Nothing where there is no such row, or none that Brink has written.
[[nodiscard]] std::optional<AccountState> account_state(const store::ReadTransaction& read,
                                                        std::string_view directory);
Result<> put_account_state(store::WriteTransaction& write, std::string_view directory,
                           const AccountState& state);

[[nodiscard]] std::optional<PauseState> pause_state(const store::ReadTransaction& read,
                                                    std::string_view directory);
// One without failures is removed.
Result<> put_pause_state(store::WriteTransaction& write, std::string_view directory, const PauseState& state);

[[nodiscard]] std::optional<OrderState> order_state(const store::ReadTransaction& read,
                                                    const store::Id& zone);
Result<> put_order_state(store::WriteTransaction& write, const store::Id& zone, const OrderState& state);
// The order and the answers to its challenges, those in the DNS too.
Result<> remove_order_state(store::WriteTransaction& write, const store::Id& zone);

[[nodiscard]] std::vector<Waiting> waiting_state(const store::ReadTransaction& read, const store::Id& zone);
Result<> put_waiting_state(store::WriteTransaction& write, const store::Id& zone,
                           const std::vector<Waiting>& waiting);

}  // namespace brink::control::acme
