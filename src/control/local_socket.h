// The Unix socket in data_dir on which the owner of the node needs no token: who connects is known by the
// kernel.
#pragma once

#include "base/error.h"
#include "net/fd.h"

#include <string>

namespace brink::control {

[[nodiscard]] std::string local_socket_path(const std::string& data_dir);

// A listening socket there, for its owner alone (0600). What is there already is replaced: whoever has the
// store has the socket. Paths of any length.
[[nodiscard]] Result<net::Fd> listen_locally(const std::string& data_dir);

// Whether the peer of a connection is root, or the user who owns data_dir.
[[nodiscard]] bool is_owner(int connection, const std::string& data_dir);

}  // namespace brink::control
