// What the supervisor and its roles say to each other over their channel (runtime/message_channel.h): a kind,
// named texts, and named descriptors. Kinds, from the supervisor: "configure" (a first or a new
// configuration, with new listeners), "drain" (finish what runs by `deadline_ms`, then exit), "reopen-logs".
// From a role: "ready" (serves under the configuration `generation`), "refused" (keeps the former one;
// `why`), "drained".
#pragma once

#include "base/fd.h"
#include "runtime/message_channel.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brink {

struct RoleMessage {
  std::string kind;
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::pair<std::string, Fd>> descriptors;

  // The text of that name; empty where there is none.
  [[nodiscard]] std::string_view value(std::string_view name) const;
  [[nodiscard]] std::uint64_t number(std::string_view name) const;
  // The first descriptor of that name, given away; none where there is none.
  [[nodiscard]] Fd take(std::string_view name);

  // The message's bytes, without the descriptors themselves, which travel beside them in the same order.
  [[nodiscard]] std::string encode() const;
  // Nothing where the bytes are no message or do not fit the descriptors.
  [[nodiscard]] static std::optional<RoleMessage> decode(std::string_view bytes, std::vector<Fd> descriptors);
};

// Over the channel. A message that cannot be understood is an error: the other side is not the program it
// should be.
Task<Result<>> send_role_message(MessageChannel& channel, RoleMessage message, Deadline deadline);
Task<Result<RoleMessage>> receive_role_message(MessageChannel& channel);

// A descriptor of memory that holds `text`, for texts too long for a message; and back again.
[[nodiscard]] Fd text_descriptor(const char* name, std::string_view text);
[[nodiscard]] std::optional<std::string> read_text_descriptor(int fd);

}  // namespace brink
