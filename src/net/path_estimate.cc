#include "net/path_estimate.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace brink::net {

PathEstimate estimate_path(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {.round_trip = std::chrono::microseconds(info.tcpi_rtt), .delivery_rate = info.tcpi_delivery_rate};
}

}  // namespace brink::net
