#include "app/inheritance.h"

#include "base/ascii.h"
#include "runtime/role_message.h"

#include <fcntl.h>

#include <fmt/format.h>

namespace brink::app {
namespace {

void close_on_exec(int fd, bool on) { ::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0); }

// The inheritance is written as a message whose descriptors stand as numbers in its texts.
class Writer {
 public:
  void text(const char* name, std::string value) { message_.values.emplace_back(name, std::move(value)); }
  std::string number_of(const net::Fd& fd) {
    close_on_exec(fd.get(), false);
    return std::to_string(fd.get());
  }
  [[nodiscard]] net::Fd finish() {
    message_.kind = "inheritance";
    net::Fd fd = text_descriptor("brink-inheritance", message_.encode());
    if (fd) close_on_exec(fd.get(), false);
    return fd;
  }

 private:
  RoleMessage message_;
};

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto space = text.find(' ');
    parts.push_back(text.substr(0, space));
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  }
  return parts;
}

net::Fd descriptor(std::string_view number) {
  const auto fd = parse_decimal<int>(number);
  if (!fd || ::fcntl(*fd, F_GETFD) < 0) return {};
  close_on_exec(*fd, true);
  return net::Fd(*fd);
}

}  // namespace

net::Fd Inheritance::leave() const {
  Writer writer;
  writer.text("generation", std::to_string(generation));
  writer.text("upgrades", std::to_string(upgrades));
  for (const auto& [key, sockets] : listeners.sockets) {
    std::string line = key.purpose;
    for (const net::Fd& socket : sockets) line += " " + writer.number_of(socket);
    writer.text("listener", line);
    writer.text("address", key.address);
  }
  for (const OldRole& role : roles)
    writer.text("role", fmt::format("{} {} {}", role.name, role.pid, writer.number_of(role.channel)));
  for (const OldSegment& segment : segments)
    writer.text("segment", fmt::format("{} {}", segment.role, writer.number_of(segment.memory)));
  writer.text("log_sender", writer.number_of(log_sender));
  writer.text("log_receiver", writer.number_of(log_receiver));
  writer.text("lock", writer.number_of(lock));
  return writer.finish();
}

std::optional<Inheritance> Inheritance::take(net::Fd from) {
  const auto bytes = read_text_descriptor(from.get());
  if (!bytes) return std::nullopt;
  auto message = RoleMessage::decode(*bytes, {});
  if (!message || message->kind != "inheritance") return std::nullopt;
  Inheritance inheritance;
  inheritance.generation = message->number("generation");
  inheritance.upgrades = message->number("upgrades");
  inheritance.log_sender = descriptor(message->value("log_sender"));
  inheritance.log_receiver = descriptor(message->value("log_receiver"));
  inheritance.lock = descriptor(message->value("lock"));
  ListenerSet::Key listener;
  std::vector<net::Fd> sockets;
  for (const auto& [name, value] : message->values) {
    const auto parts = words(value);
    if (name == "listener" && !parts.empty()) {
      listener.purpose = parts[0];
      sockets.clear();
      for (std::size_t i = 1; i < parts.size(); ++i) sockets.push_back(descriptor(parts[i]));
    } else if (name == "address") {
      listener.address = value;
      inheritance.listeners.sockets[listener] = std::move(sockets);
      sockets.clear();
    } else if (name == "role" && parts.size() == 3) {
      inheritance.roles.push_back(
          {std::string(parts[0]), parse_decimal<int>(parts[1]).value_or(0), descriptor(parts[2])});
    } else if (name == "segment" && parts.size() == 2) {
      inheritance.segments.push_back({std::string(parts[0]), descriptor(parts[1])});
    }
  }
  return inheritance;
}

}  // namespace brink::app
