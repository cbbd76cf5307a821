#include "app/supervisor.h"

#include "app/configuration.h"
#include "app/control_credentials.h"
#include "app/inheritance.h"
#include "app/listeners.h"
#include "app/local_certificates.h"
#include "app/privileges.h"
#include "app/running.h"
#include "control/apply/zone_files.h"
#include "edge/credentials.h"
#include "runtime/loop.h"
#include "runtime/message_channel.h"
#include "runtime/process.h"
#include "runtime/role_message.h"
#include "runtime/signals.h"
#include "runtime/task_group.h"
#include "telemetry/log.h"
#include "telemetry/metric_table.h"
#include "telemetry/metrics.h"
#include "telemetry/segment.h"
#include "tls/ticket_keys.h"

#include <csignal>
#include <cstring>
#include <deque>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::app {
namespace {

// The roles that exist, in the order in which they start.
constexpr const char* kRoles[] = {"control", "edge"};

constexpr auto kFirstPause = std::chrono::milliseconds(100);  // before a role that died starts again; doubles
constexpr auto kLongestPause = std::chrono::seconds(10);
constexpr auto kHealthyAfter =
    std::chrono::seconds(60);  // a role that ran so long begins with the first pause again
constexpr auto kReadyTimeout = std::chrono::seconds(60);  // for new roles to serve, in an upgrade
constexpr auto kSendPatience = std::chrono::seconds(10);  // for a role to take a message
constexpr auto kGrace = std::chrono::seconds(5);          // beyond drain_timeout, before SIGKILL

net::Fd duplicate(int fd) { return net::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

// A child process that is, or was, a role.
struct RoleProcess {
  std::string name;
  std::unique_ptr<ChildProcess> child;
  std::unique_ptr<MessageChannel> channel;
  bool serves = false;              // it has said "ready"
  std::deque<RoleMessage> to_send;  // messages go out one after another, by send_messages()
  Event has_message;

  void tell(RoleMessage message) {
    to_send.push_back(std::move(message));
    has_message.notify();
  }
};

}  // namespace

class Supervisor::State {
 public:
  explicit State(Options options) : options_(std::move(options)), tasks_("supervisor", loop_) {}

  int run();

 private:
  // --- the story of a start ---
  bool prepare();  // configuration, directories, sockets, privileges
  bool take_inheritance();
  Task<void> main();  // roles and signals, until the end
  std::expected<LoadedConfiguration, std::vector<std::string>> load() const;

  // --- roles ---
  Task<void> keep_role(std::string name);
  Result<std::shared_ptr<RoleProcess>> start_role(const std::string& name);
  void configure(RoleProcess& role);
  void drain(RoleProcess& role, Deadline deadline);
  void tell_control_whether_all_serve();
  Task<void> hear(std::shared_ptr<RoleProcess> role);
  Task<void> send_messages(std::shared_ptr<RoleProcess> role);
  Task<void> end_old_role(std::shared_ptr<RoleProcess> role);
  [[nodiscard]] bool is_wanted(std::string_view role) const;
  [[nodiscard]] bool all_serve() const;

  // --- signals ---
  Task<void> reload();
  Task<void> upgrade();
  Task<void> drain_everything();
  void note_good_configuration();

  Options options_;
  std::string program_;  // the absolute path of the program, where an installation replaces it
  Loop loop_;
  TaskGroup tasks_;
  LoadedConfiguration configuration_;
  Inheritance kept_;  // the sockets and everything else an upgrade hands on
  std::vector<std::shared_ptr<RoleProcess>> roles_;
  std::vector<std::shared_ptr<RoleProcess>> old_roles_;  // of the program before, until the new ones serve
  std::unique_ptr<telemetry::Registry> metrics_;
  Event changed_;              // a role came to serve, or ended
  std::uint32_t threads_ = 1;  // of the edge; for the life of this program: sockets are made for each
  bool ending_ = false;
  int exit_code_ = 0;
};

Supervisor::Supervisor(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Supervisor::~Supervisor() = default;
int Supervisor::run() { return state_->run(); }

int Supervisor::State::run() {
  telemetry::set_log_role("supervisor");
  if (!prepare()) return 1;
  tasks_.spawn(main());
  while (tasks_.running() > 0) loop_.run_once(Deadline::never());
  return exit_code_;
}

std::expected<LoadedConfiguration, std::vector<std::string>> Supervisor::State::load() const {
  return options_.config_path.empty() ? configuration_for_origin(options_.origin_url)
                                      : load_configuration(options_.config_path);
}

bool Supervisor::State::prepare() {
  program_ = absolute_program_path(options_.program);
  keep_rights_from_children();
  if (options_.resume_descriptor >= 0 && !take_inheritance()) {
    telemetry::log_error("the former program left nothing that can be read; start Brink anew");
    return false;
  }
  auto loaded = load();
  if (!loaded) {
    for (const std::string& problem : loaded.error()) telemetry::log_error(problem);
    return false;
  }
  configuration_ = std::move(*loaded);
  const config::Config& config = configuration_.config;
  threads_ = thread_count(config);
  telemetry::set_log_level(static_cast<telemetry::LogLevel>(config.log.level));

  const auto complain = [](const std::string& what) {
    telemetry::log_error(what);
    return false;
  };
  if (auto made = make_directory(config.node.data_dir, 0700, config.node.user); !made)
    return complain(made.error());
  if (config.log.access != "off" && config.log.access != "stderr") {
    const std::string directory = config.log.access.substr(0, config.log.access.find_last_of('/'));
    if (!directory.empty()) {
      if (auto made = make_directory(directory, 0750, config.node.user); !made) return complain(made.error());
    }
  }
  if (!kept_.lock) {
    // Before ports are tried, which the same node holds too: its process says more than they do.
    if (auto holder = holder_of_data_directory(config.node.data_dir)) return complain(*holder);
  }
  const std::vector<std::string> errors = bind_listeners(config, threads_, kept_.listeners);
  for (const std::string& error : errors) telemetry::log_error(error);
  if (!errors.empty()) return false;

  const auto user = drop_privileges(config.node.user);
  if (!user) return complain(user.error());
  if (*user == "root")
    telemetry::log_warn("Brink runs as root; make a user \"brink\", or name one in [node] user");
  if (!kept_.lock) {
    auto lock = lock_data_directory(config.node.data_dir);
    if (!lock) return complain(lock.error());
    kept_.lock = std::move(*lock);
  }
  if (auto made = make_local_certificates(config); !made) return complain(made.error());
  if (auto secret = tls::load_or_make_ticket_secret(config.node.data_dir + "/tickets.key"); !secret) {
    return complain(config.node.data_dir + "/tickets.key: " + secret.error().text());
  }
  if (!kept_.log_sender) {
    auto pair = MessageChannel::make_pair();
    if (!pair) return complain("cannot make the log channel: " + pair.error().text());
    kept_.log_sender = std::move(pair->first);
    kept_.log_receiver = std::move(pair->second);
  }
  for (const char* role : {"supervisor", "control", "edge"}) {
    auto segment = telemetry::Segment::create(role);
    if (!segment) return complain("cannot make shared memory for metrics: " + segment.error().text());
    kept_.segments.push_back({role, std::move(*segment)});
    if (std::string_view(role) != "supervisor") continue;
    auto registry = telemetry::Registry::open(duplicate(kept_.segments.back().memory.get()));
    if (!registry) return complain("cannot map the memory for metrics: " + registry.error().text());
    metrics_ = std::move(*registry);
  }
  metrics_->gauge(telemetry::MetricId::kBuildInfo, {BRINK_VERSION}).set(1);
  note_good_configuration();
  ++kept_.generation;
  return true;
}

bool Supervisor::State::take_inheritance() {
  auto inheritance = Inheritance::take(net::Fd(options_.resume_descriptor));
  if (!inheritance) return false;
  kept_ = std::move(*inheritance);
  ++kept_.upgrades;
  for (Inheritance::OldRole& old : kept_.roles) {
    auto child = ChildProcess::adopt(loop_, old.pid);
    auto role = std::make_shared<RoleProcess>();
    role->name = old.name;
    if (!child) continue;  // it has ended in between
    role->channel = std::make_unique<MessageChannel>(loop_, std::move(old.channel));
    role->child = std::move(*child);
    old_roles_.push_back(std::move(role));
  }
  kept_.roles.clear();
  return true;
}

Task<void> Supervisor::State::main() {
  SignalWatch signals(loop_, {SIGTERM, SIGINT, SIGHUP, SIGUSR2});
  TaskGroup roles("roles", loop_);
  for (const char* role : kRoles) {
    if (is_wanted(role)) roles.spawn(keep_role(role));
  }

  // Roles of the program before go on serving until all new ones do.
  TaskGroup old("old roles", loop_);
  const Deadline ready_by = loop_.after(kReadyTimeout);
  while (!all_serve() && !ending_) {
    if (auto changed = co_await changed_.wait(ready_by); !changed) break;
  }
  if (all_serve()) {
    note_running(configuration_.config.node.data_dir, kept_.upgrades);
    std::string addresses;
    for (const auto& [key, sockets] : kept_.listeners.sockets)
      addresses += (addresses.empty() ? "" : " ") + key.purpose + "=" + key.address;
    telemetry::log_info(
        "serving",
        {{"version", BRINK_VERSION}, {"upgrades", std::to_string(kept_.upgrades)}, {"listeners", addresses}});
  } else {
    telemetry::log_error("not all roles have come to serve; see the messages above");
  }
  for (auto& role : old_roles_) old.spawn(end_old_role(role));

  while (!ending_) {
    const auto signal = co_await signals.next(Deadline::never());
    if (!signal) break;
    switch (*signal) {
      case SIGHUP: co_await reload(); break;
      case SIGUSR2: co_await upgrade(); break;
      default: ending_ = true;
    }
  }
  TaskGroup second("second signal", loop_);
  second.spawn([](State& state, SignalWatch& watch) -> Task<void> {  // asked twice: at once
    for (;;) {
      const auto signal = co_await watch.next(Deadline::never());
      if (!signal) co_return;
      if (*signal != SIGTERM && *signal != SIGINT) continue;
      for (auto& role : state.roles_) (void)role->child->kill(SIGKILL);
      for (auto& role : state.old_roles_) (void)role->child->kill(SIGKILL);
    }
  }(*this, signals));
  co_await drain_everything();
  co_await second.finish();
  co_await old.finish();
  co_await roles.finish();
  forget_running(configuration_.config.node.data_dir);
}

// --- roles ---

bool Supervisor::State::is_wanted(std::string_view role) const {
  const config::Config& config = configuration_.config;
  if (!config.node.roles.empty())
    return std::ranges::find(config.node.roles, role) != config.node.roles.end();
  if (role == "edge") return !config.edge.http.empty() || !config.edge.https.empty();
  return true;
}

bool Supervisor::State::all_serve() const {
  for (const char* wanted : kRoles) {
    if (!is_wanted(wanted)) continue;
    const bool serves =
        std::ranges::any_of(roles_, [&](const auto& role) { return role->name == wanted && role->serves; });
    if (!serves) return false;
  }
  return true;
}

// Starts the role, and starts it again whenever it ends, until everything ends.
Task<void> Supervisor::State::keep_role(std::string name) {
  Duration pause = kFirstPause;
  while (!ending_) {
    const TimePoint began = loop_.now();
    auto role = start_role(name);
    if (role) {
      roles_.push_back(*role);
      TaskGroup talk("role messages", co_await current_scope());
      talk.spawn(hear(*role));
      talk.spawn(send_messages(*role));
      configure(**role);
      const auto status = co_await (*role)->child->exited(Deadline::never());
      if (!status) (void)(*role)->child->kill(SIGKILL);
      co_await talk.finish();
      std::erase(roles_, *role);
      tell_control_whether_all_serve();
      changed_.notify();
      if (ending_ || !status) co_return;
      telemetry::log_error("a role ended and is started again", {{"role", name}, {"how", status->text()}});
      if (loop_.now() - began >= kHealthyAfter) pause = kFirstPause;
    } else {
      telemetry::log_error("cannot start a role", {{"role", name}, {"why", role.error().text()}});
    }
    metrics_->counter(telemetry::MetricId::kRoleRestarts, {name}).add(1);
    if (!co_await sleep_until(loop_.after(pause))) co_return;
    pause = std::min<Duration>(pause * 2, kLongestPause);
  }
}

Result<std::shared_ptr<RoleProcess>> Supervisor::State::start_role(const std::string& name) {
  auto [ours, theirs] = BRINK_TRY(MessageChannel::make_pair());
  auto role = std::make_shared<RoleProcess>();
  role->name = name;
  role->channel = std::make_unique<MessageChannel>(loop_, std::move(ours));
  constexpr int kChannel = 3;
  role->child = BRINK_TRY(
      ChildProcess::start(loop_, {.program = "/proc/self/exe",
                                  .arguments = {"brink", "role", name, "--channel", std::to_string(kChannel)},
                                  .descriptors = {{theirs.get(), kChannel}},
                                  .added_environment = {}}));
  return role;
}

// Gives a role its configuration and its descriptors; at its start and whenever the configuration changes.
void Supervisor::State::configure(RoleProcess& role) {
  RoleMessage message;
  message.kind = "configure";
  message.values = {{"path", configuration_.path},
                    {"origin_url", options_.origin_url},
                    {"generation", std::to_string(kept_.generation)},
                    {"threads", std::to_string(threads_)}};
  message.descriptors.emplace_back("config", text_descriptor("brink-config", configuration_.text));
  for (const auto& [key, sockets] : kept_.listeners.sockets) {
    if ((key.purpose == "control") != (role.name == "control")) continue;
    for (const net::Fd& socket : sockets)
      message.descriptors.emplace_back(key.purpose + " " + key.address, duplicate(socket.get()));
  }
  if (role.name == "edge") {
    message.descriptors.emplace_back(
        "credentials", text_descriptor("brink-credentials", edge::bundle_credentials(configuration_.config)));
  }
  if (role.name == "control") {
    message.descriptors.emplace_back(
        "zone-files",
        text_descriptor("brink-zone-files", control::apply::bundle_zone_files(configuration_.zone_files)));
    const edge::ReadFile read = edge::files_on_disk();
    for (const ControlCredential& each : control_credentials(configuration_.config)) {
      // What cannot be read is the role's to complain of: it gets nothing.
      message.descriptors.emplace_back(each.name,
                                       text_descriptor("brink-control", read(each.path).value_or("")));
    }
  }
  for (const Inheritance::OldSegment& segment : kept_.segments) {
    // Control reads every segment; the others write the newest of their own.
    if (role.name == "control")
      message.descriptors.emplace_back("read-segment " + segment.role, duplicate(segment.memory.get()));
  }
  for (auto segment = kept_.segments.rbegin(); segment != kept_.segments.rend(); ++segment) {
    if (segment->role != role.name) continue;
    message.descriptors.emplace_back("segment", duplicate(segment->memory.get()));
    break;
  }
  message.descriptors.emplace_back(
      "log", duplicate((role.name == "control" ? kept_.log_receiver : kept_.log_sender).get()));
  role.tell(std::move(message));
}

void Supervisor::State::tell_control_whether_all_serve() {
  for (auto& role : roles_) {
    if (role->name != "control") continue;
    RoleMessage message;
    message.kind = "serving";
    message.values = {{"serving", all_serve() && !ending_ ? "yes" : "no"}};
    role->tell(std::move(message));
  }
}

Task<void> Supervisor::State::send_messages(std::shared_ptr<RoleProcess> role) {
  for (;;) {
    while (!role->to_send.empty()) {
      RoleMessage message = std::move(role->to_send.front());
      role->to_send.pop_front();
      const std::string kind = message.kind;
      if (auto sent =
              co_await send_role_message(*role->channel, std::move(message), loop_.after(kSendPatience));
          !sent) {
        if (sent.error().is(WaitError::kCancelled)) co_return;
        telemetry::log_error("cannot tell a role",
                             {{"role", role->name}, {"what", kind}, {"why", sent.error().text()}});
      }
    }
    if (!co_await role->has_message.wait(Deadline::never())) co_return;
  }
}

Task<void> Supervisor::State::hear(std::shared_ptr<RoleProcess> role) {
  for (;;) {
    auto message = co_await receive_role_message(*role->channel);
    if (!message) co_return;
    if (message->kind == "ready") {
      role->serves = true;
      tell_control_whether_all_serve();
      changed_.notify();
    } else if (message->kind == "refused") {
      telemetry::log_error("a role keeps its former configuration",
                           {{"role", role->name}, {"why", std::string(message->value("why"))}});
    }
  }
}

void Supervisor::State::drain(RoleProcess& role, Deadline deadline) {
  RoleMessage message;
  message.kind = "drain";
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline.when() - loop_.now());
  message.values = {{"deadline_ms", std::to_string(std::max<std::int64_t>(left.count(), 0))}};
  role.tell(std::move(message));
}

Task<void> Supervisor::State::end_old_role(std::shared_ptr<RoleProcess> role) {
  const Deadline deadline = loop_.after(configuration_.config.node.drain_timeout);
  TaskGroup talk("old role messages", co_await current_scope());
  talk.spawn(send_messages(role));
  drain(*role, deadline);
  const auto status = co_await role->child->exited(Deadline::at(deadline.when() + kGrace));
  if (!status) (void)role->child->kill(SIGKILL);
  co_await talk.finish();
  std::erase(old_roles_, role);
}

// --- signals ---

Task<void> Supervisor::State::reload() {
  auto loaded = load();
  std::vector<std::string> errors;
  if (!loaded) {
    errors = loaded.error();
  } else {
    errors = bind_listeners(loaded->config, threads_, kept_.listeners);
    if (errors.empty()) {
      if (auto made = make_local_certificates(loaded->config); !made) errors.push_back(made.error());
    }
  }
  if (!errors.empty()) {
    for (const std::string& error : errors) telemetry::log_error(error);
    telemetry::log_error("the configuration is not good; the former one stays");
    metrics_->counter(telemetry::MetricId::kConfigReloads, {"failed"}).add(1);
    co_return;
  }
  configuration_ = std::move(*loaded);
  telemetry::set_log_level(static_cast<telemetry::LogLevel>(configuration_.config.log.level));
  ++kept_.generation;
  for (auto& role : roles_) configure(*role);
  metrics_->counter(telemetry::MetricId::kConfigReloads, {"ok"}).add(1);
  note_good_configuration();
  telemetry::log_info("the configuration has been read anew",
                      {{"generation", std::to_string(kept_.generation)}});
}

void Supervisor::State::note_good_configuration() {
  const auto now = std::chrono::floor<std::chrono::seconds>(loop_.wall_now());
  metrics_->gauge(telemetry::MetricId::kConfigLastReloadSuccess, {}).set(now.time_since_epoch().count());
}

Task<void> Supervisor::State::upgrade() {
  // The new program must be able to start under this configuration before the old one makes way.
  std::vector<std::string> arguments = {"brink", "version"};
  if (!options_.config_path.empty()) arguments = {"brink", "check", "--config", options_.config_path};
  keep_rights_through_exec();  // the check reads the keys, too
  auto trial = ChildProcess::start(
      loop_, {.program = program_, .arguments = arguments, .descriptors = {}, .added_environment = {}});
  keep_rights_from_children();
  std::string why;
  if (!trial) {
    why = trial.error().text();
  } else if (const auto status = co_await (*trial)->exited(loop_.after(std::chrono::seconds(30))); !status) {
    (void)(*trial)->kill(SIGKILL);
    why = "it did not end its check in time";
  } else if (!status->is_success()) {
    why = "its check of the configuration failed: " + status->text();
  }
  if (!why.empty()) {
    telemetry::log_error("no upgrade: the program installed now cannot take over",
                         {{"program", program_}, {"why", why}});
    co_return;
  }

  telemetry::log_info("handing over to the program installed now", {{"program", program_}});
  std::vector<std::shared_ptr<RoleProcess>> running = roles_;
  running.insert(running.end(), old_roles_.begin(), old_roles_.end());
  for (auto& role : running)
    kept_.roles.push_back({role->name, role->child->pid(), duplicate(role->channel->fd())});
  const net::Fd left = kept_.leave();
  std::vector<std::string> again = {options_.program, "run", "--resume", std::to_string(left.get())};
  again.insert(again.end(), {options_.config_path.empty() ? "--origin" : "--config",
                             options_.config_path.empty() ? options_.origin_url : options_.config_path});
  std::vector<char*> argv;
  for (std::string& argument : again) argv.push_back(argument.data());
  argv.push_back(nullptr);
  keep_rights_through_exec();
  // Signals stay blocked through exec: one that comes meanwhile waits for the new program to watch for it.
  ::execv(program_.c_str(), argv.data());

  // Still here: the program vanished between its check and now.
  telemetry::log_error("the hand-over failed; this program goes on",
                       {{"program", program_}, {"why", ::strerror(errno)}});
  keep_rights_from_children();
  kept_.roles.clear();
}

Task<void> Supervisor::State::drain_everything() {
  const Deadline deadline = loop_.after(configuration_.config.node.drain_timeout);
  telemetry::log_info("ending: requests under way may finish");
  kept_.listeners.sockets.clear();  // so that new connections are refused once the roles have closed theirs
  tell_control_whether_all_serve();
  // Control goes last: it writes the log and answers for the metrics of the others.
  for (const bool control : {false, true}) {
    for (auto& role : roles_) {
      if ((role->name == "control") == control) drain(*role, deadline);
    }
    const auto still_running = [&] {
      return std::ranges::any_of(roles_,
                                 [&](const auto& role) { return (role->name == "control") == control; });
    };
    const Deadline kill_at = Deadline::at(deadline.when() + kGrace);
    while (still_running()) {
      if (auto changed = co_await changed_.wait(kill_at); changed) continue;
      for (auto& role : roles_) {
        if ((role->name == "control") == control) (void)role->child->kill(SIGKILL);
      }
      while (still_running()) (void)co_await changed_.wait(Deadline::never());
    }
  }
}

}  // namespace brink::app
