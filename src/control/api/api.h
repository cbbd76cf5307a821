// The v4 API: from a request to its answer. Finds the endpoint, asks who calls and whether they may, reads
// the content, has the endpoint's handler answer, and puts the answer into the envelope; errors too.
#pragma once

#include "control/api/authentication.h"
#include "control/api/call.h"
#include "control/api/rate_window.h"
#include "control/api/routes.h"
#include "http/server.h"
#include "net/address.h"
#include "runtime/task_group.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace brink::control::api {

// What one client may do; from brink.toml.
struct RateLimits {
  std::uint32_t calls = 1200;  // of a user or an account's token in kRateWindow; 0: any number
  std::vector<net::IpNetwork> exempt;
};
inline constexpr std::chrono::seconds kRateWindow{300};
inline constexpr std::uint32_t kMaxGuesses = 20;       // of an address in kRateWindow: then it must wait
inline constexpr std::uint32_t kMaxGuessEntries = 60;  // in the audit log, of all addresses, in kRateWindow
inline constexpr std::size_t kMaxBackgroundChanges = 64;  // last_used and guesses on their way to the store

// Belongs to one loop.
class Api {
 public:
  // `services.node` and what it all refers to outlive the API.
  explicit Api(Services services);
  ~Api();

  void use(RateLimits limits, const NodeKeys& keys);

  // Answers a request whose path begins with kPrefix.
  Task<void> serve(http::ServerStream& stream, const Peer& peer);
  // Waits for what it still writes beside the calls.
  Task<void> finish();

 private:
  Task<Answer> answer(http::ServerStream& stream, const Peer& peer, const std::string& ray);
  Outcome<> admit(Call& call, const Peer& peer, Answer& answer);
  Outcome<> check_scope(Call& call) const;
  Outcome<> check_zone(Call& call) const;
  Outcome<> check_account(Call& call) const;
  [[nodiscard]] bool is_exempt(const Peer& peer) const;
  void note_guess(const Call& call, const Peer& peer, const ApiError& error);
  void note_use(const store::Id& token);
  Task<void> apply_quietly(store::Writer::Change change);

  Services services_;
  RateLimits limits_;
  NodeKeys keys_;
  RateWindow calls_;
  RateWindow guesses_;
  RateWindow guess_entries_;
  TaskGroup background_;
};

// Sends `answer`; `ray` goes into CF-Ray. Also for who has no Api yet.
Task<void> send_answer(http::ServerStream& stream, Answer answer, const std::string& ray,
                       const NodeFacts& node, std::chrono::system_clock::time_point now);
// For http::Service::on_unreadable_request(): the envelope as content.
[[nodiscard]] std::string unreadable_content(const http::UnreadableRequest& request);
// 16 hexadecimal digits.
[[nodiscard]] std::string new_ray(Random& random);

}  // namespace brink::control::api
