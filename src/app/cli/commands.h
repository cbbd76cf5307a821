// The commands that talk to the running node: `brink token`, `zone`, `dns`, `cert`, `audit`; and `brink
// store` and `brink rules`, which need none.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace brink::app::cli {

// What was asked for; empty until a command of these was. Runs it and answers the process's exit code.
using Chosen = std::function<int()>;

// Each adds its commands to the program's. What the options say lives as long as `chosen`.
void add_token_commands(CLI::App& app, Chosen& chosen);
void add_zone_commands(CLI::App& app, Chosen& chosen);
void add_dns_commands(CLI::App& app, Chosen& chosen);
void add_certificate_commands(CLI::App& app, Chosen& chosen);
void add_audit_command(CLI::App& app, Chosen& chosen);
void add_apply_command(CLI::App& app, Chosen& chosen);
void add_store_commands(CLI::App& app, Chosen& chosen);
void add_rules_commands(CLI::App& app, Chosen& chosen);

}  // namespace brink::app::cli
