// The origin behind every proxy of the benchmark: GET of a few fixed bodies, HTTP/1.1, keep-alive and
// pipelining, as cheap as a server can be, because it shares its core with the load generator.
//
//   bench_origin --port P        /hello 5 bytes, /1k 1024, /16k 16384, /1m 1048576; all else is a 404
#include "support/arguments.h"
#include "support/event_loop.h"
#include "support/plain_stream.h"
#include "support/scratch.h"
#include "support/sockets.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace brink::bench {
namespace {

constexpr std::size_t kMaxHeadBytes = 16 * 1024;

std::string answer(std::string_view status, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text += status;
  text +=
      "\r\nServer: origin\r\nDate: Tue, 24 Nov 2026 05:00:00 GMT\r\nContent-Type: "
      "text/plain\r\nContent-Length: ";
  text += std::to_string(body.size());
  text += "\r\nCache-Control: no-store\r\n\r\n";
  text += body;
  return text;
}

// a to z over and over: what run.py expects to get back.
std::string alphabet(std::size_t bytes) {
  std::string body(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) body[i] = static_cast<char>('a' + i % 26);
  return body;
}

class Site {
 public:
  std::string_view answer_to(std::string_view head) const {
    for (const Page& page : pages_) {
      if (head.starts_with(page.request_line)) return page.answer;
    }
    return not_found_;
  }

 private:
  struct Page {
    std::string_view request_line;
    std::string answer;
  };
  std::array<Page, 4> pages_{{{"GET /1k HTTP/1.1\r\n", bench::answer("200 OK", alphabet(1024))},
                              {"GET /hello HTTP/1.1\r\n", bench::answer("200 OK", alphabet(5))},
                              {"GET /1m HTTP/1.1\r\n", bench::answer("200 OK", alphabet(1024 * 1024))},
                              {"GET /16k HTTP/1.1\r\n", bench::answer("200 OK", alphabet(16 * 1024))}}};
  std::string not_found_ = bench::answer("404 Not Found", "no such page\n");
};

bool asks_to_close(std::string_view head) {
  return head.find("onnection: close\r\n") != std::string_view::npos;
}

class Connection : public Watched {
 public:
  Connection(EventLoop& loop, Socket socket, Scratch& scratch, const Site& site)
      : loop_(loop), site_(site), stream_(std::move(socket), scratch, {}) {
    loop_.watch(stream_.fd(), EPOLLIN, this);
  }

  void ready(std::uint32_t events) override {
    if (stream_.has_unsent()) return finish_sending(events);
    auto [state, bytes] = stream_.receive();
    if (state == Io::kClosed) return close();
    if (!held_.empty()) {
      held_.append(bytes);
      bytes = held_;
    }
    std::size_t used = 0;
    bool last = false;
    for (std::size_t end; !last && (end = bytes.find("\r\n\r\n", used)) != std::string_view::npos;
         used = end + 4) {
      const std::string_view head = bytes.substr(used, end + 2 - used);
      last = asks_to_close(head);
      if (stream_.send(site_.answer_to(head)) == Io::kClosed) return close();
    }
    if (bytes.size() - used > kMaxHeadBytes) return close();
    held_ = std::string(bytes.substr(used));
    if (stream_.has_unsent()) {
      loop_.rewatch(stream_.fd(), EPOLLOUT, this);
      close_when_sent_ = last;
    } else if (last) {
      close();
    }
  }

 private:
  void finish_sending(std::uint32_t events) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || stream_.flush() == Io::kClosed) return close();
    if (stream_.has_unsent()) return;
    if (close_when_sent_) return close();
    loop_.rewatch(stream_.fd(), EPOLLIN, this);
  }

  void close() {
    loop_.forget(stream_.fd());
    loop_.retire(std::unique_ptr<Watched>(this));
  }

  EventLoop& loop_;
  const Site& site_;
  PlainStream stream_;
  std::string held_;  // an unfinished request head
  bool close_when_sent_ = false;
};

class Listener : public Watched {
 public:
  Listener(EventLoop& loop, Scratch& scratch, const Site& site, long port)
      : loop_(loop), scratch_(scratch), site_(site), listener_(listen_on_loopback(port)) {
    loop_.watch(listener_.fd(), EPOLLIN, this);
  }

  void ready(std::uint32_t) override {
    for (Socket next = accept_from(listener_); next.fd() >= 0; next = accept_from(listener_)) {
      new Connection(loop_, std::move(next), scratch_, site_);  // ends itself, by way of retire
    }
  }

 private:
  EventLoop& loop_;
  Scratch& scratch_;
  const Site& site_;
  Socket listener_;
};

}  // namespace
}  // namespace brink::bench

int main(int argc, char** argv) {
  using namespace brink::bench;
  Arguments arguments(argc, argv);
  const long port = arguments.number("port");
  arguments.refuse_unknown();

  EventLoop loop;
  Scratch scratch(64 * 1024);
  const Site site;
  Listener listener(loop, scratch, site, port);
  loop.run();
}
