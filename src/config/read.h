// brink.toml into a config::Config, with all that is wrong in it at once. Pure but for the functions that say
// that they look at files; safe from any thread; hostile text costs bounded time and memory.
#pragma once

#include "config/config.h"
#include "config/problem.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace brink::config {

namespace limits {
inline constexpr std::size_t kMaxProblems = 100;  // told of one file; the rest are only counted
}  // namespace limits

// The configuration that `toml_text` is; or its problems in the order of the text, at least one. Paths in it
// start at the directory of `file_name`, which is also how the file is named in problems.
[[nodiscard]] std::expected<Config, std::vector<Problem>> read(std::string_view toml_text,
                                                               std::string_view file_name);

// The same of a file on disk; one that cannot be read is a problem.
[[nodiscard]] std::expected<Config, std::vector<Problem>> read_file(const std::string& path);

// Looks at the files that `config` names (certificates, keys, CAs): those that cannot be read. What is in
// them is checked by whoever loads them.
[[nodiscard]] std::vector<Problem> check_files(const Config& config);

// What `brink run --origin URL` serves: one zone that takes every name, http on port 8080 and https on port
// 8443 of all addresses, Brink's own files in `data_dir`.
[[nodiscard]] std::expected<Config, Problem> before_origin(std::string_view url, std::string data_dir);

}  // namespace brink::config
