#include "app/role.h"

#include "app/configuration.h"
#include "config/read.h"
#include "control/control_role.h"
#include "edge/edge_role.h"
#include "runtime/loop.h"
#include "runtime/role_message.h"
#include "runtime/task_group.h"
#include "telemetry/log.h"

#include <csignal>

#include <fcntl.h>

#include <fmt/format.h>

namespace brink::app {
namespace {

constexpr auto kSendPatience = std::chrono::seconds(10);

std::string joined(const std::vector<std::string>& problems) {
  return fmt::format("{}", fmt::join(problems, "; "));
}

std::expected<config::Config, std::string> configuration_in(RoleMessage& message) {
  if (!message.value("origin_url").empty()) {
    auto loaded = configuration_for_origin(message.value("origin_url"));
    if (!loaded) return std::unexpected(joined(loaded.error()));
    return std::move(loaded->config);
  }
  const net::Fd text = message.take("config");
  const auto toml = read_text_descriptor(text.get());
  if (!toml) return std::unexpected("the supervisor's configuration cannot be read");
  auto read = config::read(*toml, message.value("path"));
  if (!read) return std::unexpected(read.error().front().text());
  return std::move(*read);
}

// What every role does with the supervisor's messages. A role has
//   std::expected<void, std::string> configure(config::Config, RoleMessage&);   // also again, while it
//   serves void hear_whether_all_serve(bool);                                            // of the whole node
//   Task<void> drain(Deadline);                                                   // then the process ends
template <class Role>
Task<void> obey(Loop& loop, MessageChannel& channel) {
  Role role(loop);
  for (;;) {
    auto message = co_await receive_role_message(channel);
    if (!message) {  // the supervisor is gone: nobody would start this role's successor, so it ends in order
      telemetry::log_error("the supervisor has gone; ending");
      co_await role.drain(loop.after(std::chrono::seconds(1)));
      co_return;
    }
    if (message->kind == "drain") {
      co_await role.drain(loop.after(std::chrono::milliseconds(message->number("deadline_ms"))));
      co_return;
    }
    if (message->kind == "serving") role.hear_whether_all_serve(message->value("serving") == "yes");
    if (message->kind != "configure") continue;
    auto config = configuration_in(*message);
    if (config) telemetry::set_log_level(static_cast<telemetry::LogLevel>(config->log.level));
    std::expected<void, std::string> done =
        config ? role.configure(std::move(*config), *message) : std::unexpected(config.error());
    RoleMessage answer;
    answer.kind = done ? "ready" : "refused";
    answer.values = {{"generation", std::string(message->value("generation"))},
                     {"why", done ? "" : done.error()}};
    (void)co_await send_role_message(channel, std::move(answer), loop.after(kSendPatience));
  }
}

// A terminal's signals reach the whole group of processes; what they mean for a role, the supervisor says.
void leave_signals_to_supervisor() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) std::signal(signal, SIG_IGN);
}

template <class Role>
int run(std::string_view name, int channel_descriptor) {
  telemetry::set_log_role(name);
  leave_signals_to_supervisor();
  Loop loop;
  if (::fcntl(channel_descriptor, F_GETFD) < 0) {
    fmt::print(stderr, "brink role: started by the supervisor only; use \"brink run\"\n");
    return 2;
  }
  MessageChannel channel(loop, net::Fd(channel_descriptor));
  TaskGroup tasks("role", loop);
  tasks.spawn(obey<Role>(loop, channel));
  while (tasks.running() > 0) loop.run_once(Deadline::never());
  return 0;
}

}  // namespace

int run_role(std::string_view name, int channel) {
  if (name == "edge") return run<edge::EdgeRole>(name, channel);
  if (name == "control") return run<control::ControlRole>(name, channel);
  fmt::print(stderr, "brink role: no role \"{}\"; there are edge and control\n", name);
  return 2;
}

}  // namespace brink::app
