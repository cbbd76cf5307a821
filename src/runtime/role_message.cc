#include "runtime/role_message.h"

#include "base/ascii.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink {
namespace {

void put(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out.append(text);
}

std::optional<std::string> get(std::string_view& in) {
  std::uint32_t size = 0;
  if (in.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, in.data(), sizeof size);
  in.remove_prefix(sizeof size);
  if (in.size() < size) return std::nullopt;
  std::string text(in.substr(0, size));
  in.remove_prefix(size);
  return text;
}

std::optional<std::size_t> get_count(std::string_view& in) {
  const auto text = get(in);
  return text ? parse_decimal<std::size_t>(*text) : std::nullopt;
}

}  // namespace

std::string_view RoleMessage::value(std::string_view name) const {
  for (const auto& [key, text] : values) {
    if (key == name) return text;
  }
  return {};
}

std::uint64_t RoleMessage::number(std::string_view name) const {
  return parse_decimal(value(name)).value_or(0);
}

Fd RoleMessage::take(std::string_view name) {
  for (auto& [key, fd] : descriptors) {
    if (key == name && fd) return std::move(fd);
  }
  return {};
}

std::string RoleMessage::encode() const {
  std::string bytes;
  put(bytes, kind);
  put(bytes, std::to_string(values.size()));
  for (const auto& [key, text] : values) {
    put(bytes, key);
    put(bytes, text);
  }
  put(bytes, std::to_string(descriptors.size()));
  for (const auto& [key, fd] : descriptors) put(bytes, key);
  return bytes;
}

std::optional<RoleMessage> RoleMessage::decode(std::string_view bytes, std::vector<Fd> descriptors) {
  RoleMessage message;
  auto kind = get(bytes);
  const auto value_count = get_count(bytes);
  if (!kind || !value_count) return std::nullopt;
  message.kind = std::move(*kind);
  for (std::size_t i = 0; i < *value_count; ++i) {
    auto key = get(bytes);
    auto text = get(bytes);
    if (!key || !text) return std::nullopt;
    message.values.emplace_back(std::move(*key), std::move(*text));
  }
  const auto descriptor_count = get_count(bytes);
  if (!descriptor_count || *descriptor_count != descriptors.size()) return std::nullopt;
  for (Fd& fd : descriptors) {
    auto key = get(bytes);
    if (!key) return std::nullopt;
    message.descriptors.emplace_back(std::move(*key), std::move(fd));
  }
  return bytes.empty() ? std::optional(std::move(message)) : std::nullopt;
}

Task<Result<>> send_role_message(MessageChannel& channel, RoleMessage message, Deadline deadline) {
  std::vector<int> descriptors;
  for (const auto& [key, fd] : message.descriptors) descriptors.push_back(fd.get());
  const std::string bytes = message.encode();
  co_return co_await channel.send(bytes, descriptors, deadline);
}

Task<Result<RoleMessage>> receive_role_message(MessageChannel& channel) {
  Message message = BRINK_CO_TRY(co_await channel.receive(Deadline::never()));
  auto decoded = RoleMessage::decode(message.bytes, std::move(message.fds));
  if (!decoded) co_return fail_errno(EBADMSG);
  co_return std::move(*decoded);
}

Fd text_descriptor(const char* name, std::string_view text) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC));
  while (fd && !text.empty()) {
    const ssize_t wrote = ::write(fd.get(), text.data(), text.size());
    if (wrote < 0) return {};
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return fd;
}

std::optional<std::string> read_text_descriptor(int fd) {
  struct stat info{};
  if (fd < 0 || ::fstat(fd, &info) != 0) return std::nullopt;
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t count = ::pread(fd, text.data() + got, text.size() - got, static_cast<off_t>(got));
    if (count <= 0) return std::nullopt;
    got += static_cast<std::size_t>(count);
  }
  return text;
}

}  // namespace brink
