// The rooms above know an owned descriptor as net::Fd.
#pragma once

#include "base/fd.h"

namespace brink::net {
using brink::Fd;
}  // namespace brink::net
