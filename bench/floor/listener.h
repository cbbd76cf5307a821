// Accepts connections and makes one `Session` of each, over plain TCP or over TLS.
#pragma once

#include "support/event_loop.h"
#include "support/sockets.h"

#include <utility>

namespace brink::bench {

// `Setting` is what all sessions of a floor share: the loop, the scratch, the TLS context. It outlives them.
template <typename Session, typename Setting>
class Listener : public Watched {
 public:
  Listener(Setting& setting, long port) : setting_(setting), listener_(listen_on_loopback(port)) {
    setting_.loop.watch(listener_.fd(), EPOLLIN, this);
  }

  void ready(std::uint32_t) override {
    for (Socket next = accept_from(listener_); next.fd() >= 0; next = accept_from(listener_)) {
      new Session(setting_, std::move(next));  // ends itself, by way of EventLoop::retire
    }
  }

 private:
  Setting& setting_;
  Socket listener_;
};

}  // namespace brink::bench
