#include "config/documentation.h"

#include "config/keys.h"

#include <string_view>

#include <fmt/format.h>

namespace brink::config {
namespace {

constexpr std::string_view kBefore = R"(# brink.toml

<!-- Made by `brink docs configuration` from the table in src/config/keys.cc. -->

`brink run --config brink.toml` reads it at start, and again on SIGHUP. `brink check --config brink.toml` tells all that
is wrong with it at once, each with its file, line and key, and changes nothing:

    brink.toml:14: [edge] htps: no such key; did you mean "https"?

The smallest one that serves a site:

```toml
[edge]
http = ["0.0.0.0:80", "[::]:80"]
https = ["0.0.0.0:443", "[::]:443"]

[[zone]]
name = "example.com"
origin = "http://127.0.0.1:3000"
```

It is [TOML](https://toml.io). What the keys take:

| type | written as |
|---|---|
| size | bytes as an integer, or with a unit: `"64KiB"`, `"100MiB"` (of 1024), `"1MB"`, `"2GB"` (of 1000) |
| duration | a whole number and a unit: `"500ms"`, `"10s"`, `"5m"`, `"1h"`, `"7d"` |
| file, directory | a path; one that does not begin with `/` starts at the directory of brink.toml |
| address | `"0.0.0.0:80"`, `"[::]:80"`, `"unix:/run/brink.sock"` |
| network | `"10.0.0.0/8"`, `"2001:db8::/32"`, or one address |
| host | `"example.com"`, `"*.example.com"` (all below it, at any depth), `"*"` (all); other scripts as A-labels |
)";

std::string_view type_name(const Key& key) {
  switch (key.type) {
    case Type::kString:
    case Type::kZoneName: return "string";
    case Type::kDirectory: return "directory";
    case Type::kFile: return "file";
    case Type::kLogTarget: return R"(file, `"stderr"` or `"off"`)";
    case Type::kBoolean: return "boolean";
    case Type::kInteger: return "integer";
    case Type::kSize: return "size";
    case Type::kRatio: return "number from 0 to 1";
    case Type::kDuration: return "duration";
    case Type::kChoice:
    case Type::kChoices: return "";  // the choices themselves say more
    case Type::kAddress: return "address";
    case Type::kAddresses: return "list of addresses";
    case Type::kNetworks: return "list of networks";
    case Type::kHosts: return "list of hosts";
    case Type::kFiles: return "list of files";
    case Type::kOriginUrl: return "URL";
    case Type::kCertificates:
    case Type::kRules: return "list of tables";
  }
  return "";
}

std::string type_text(const Key& key) {
  if (key.type != Type::kChoice && key.type != Type::kChoices) return std::string(type_name(key));
  std::string text = key.type == Type::kChoices ? "list of " : "";
  for (std::size_t i = 0; i < key.choices.size(); ++i) {
    if (i > 0) text += ", ";
    Key one = key;
    one.type = Type::kChoice;
    text += fmt::format("`{}`", value_text(one, key.first_choice + i));
  }
  return text;
}

void write_section(Section section, std::string& out) {
  const SectionInfo& info = section_info(section);
  out += fmt::format("\n## {}\n\n{}\n\n| key | takes | default | meaning |\n|---|---|---|---|\n",
                     info.heading, info.meaning);
  for (const Key& key : keys()) {
    if (key.section != section) continue;
    out += fmt::format("| `{}` | {} | {} | {} |\n", key.name, type_text(key), default_text(key), key.meaning);
  }
}

}  // namespace

std::string documentation() {
  std::string out(kBefore);
  for (int i = 0; i < static_cast<int>(Section::kCount); ++i) write_section(static_cast<Section>(i), out);
  out += fmt::format(
      "\n## Every key in an example\n\nThe values are examples, not advice.\n\n```toml\n{}```\n", example());
  return out;
}

std::string example() {
  std::string out;
  for (int i = 0; i < static_cast<int>(Section::kCount); ++i) {
    const auto section = static_cast<Section>(i);
    out += fmt::format("{}{}\n", out.empty() ? "" : "\n", section_info(section).heading);
    for (const Key& key : keys()) {
      // `certificates` and [[zone.certificates]] are two ways to say the same.
      if (key.section != section || key.type == Type::kCertificates) continue;
      out += fmt::format("{} = {}\n", key.name, key.example);
    }
  }
  return out;
}

}  // namespace brink::config
