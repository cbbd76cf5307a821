#include "app/cli/local_api.h"

#include "base/ascii.h"
#include "base/fd.h"
#include "control/local_socket.h"
#include "net/address.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fmt/format.h>

namespace brink::app::cli {
namespace {

constexpr std::size_t kMaxAnswerBytes = 1u << 30;
constexpr timeval kPatience{.tv_sec = 60, .tv_usec = 0};
constexpr int kPerPage = 50;
constexpr int kTries = 30;
constexpr auto kBetweenTries = std::chrono::milliseconds(100);

// Why there is no answer: in words, and the errno or the status where there was one.
struct Failure {
  std::string text;
  int error = 0;
  int status = 0;
};

std::expected<Fd, Failure> connect_to(const std::string& data_dir) {
  const std::string path = control::local_socket_path(data_dir);
  const auto failed = [&](int error) {
    std::string text = fmt::format("{}: {}", path, ::strerror(error));
    if (error == ENOENT || error == ECONNREFUSED)
      text = fmt::format("nothing listens on {}: is Brink running with this configuration?", path);
    if (error == EACCES || error == EPERM)
      text = fmt::format("{} is for the user who owns the node: run this as that user, or as root", path);
    return std::unexpected(Failure{std::move(text), error});
  };
  // By way of the open directory, as the path may be too long for a socket's address.
  const Fd directory(::open(data_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failed(errno);
  const auto name = path.substr(path.find_last_of('/') + 1);
  const auto address =
      net::SocketAddress::unix_path(fmt::format("/proc/self/fd/{}/{}", directory.get(), name));
  sockaddr_storage native{};
  const socklen_t size = address.to_native(native);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed(errno);
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&native), size) != 0) return failed(errno);
  return socket;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::expected<std::string, std::string> receive_all(int socket) {
  std::string bytes;
  for (;;) {
    char block[64 * 1024];
    const ssize_t got = ::recv(socket, block, sizeof block, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(fmt::format("the node does not answer: {}", ::strerror(errno)));
    if (got == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(got));
    if (bytes.size() > kMaxAnswerBytes) return std::unexpected("the node's answer has no end");
  }
}

// What the API says of its refusal, with the details of the chain.
std::string refusal_text(const Json& envelope, int status) {
  std::string text;
  const Json* errors = control::api::find_value(envelope, "errors");
  if (errors == nullptr || !errors->is_array()) return fmt::format("the node answered {}", status);
  const auto add = [&](const Json& error) {
    const Json* message = control::api::find_value(error, "message");
    if (message == nullptr || !message->is_string()) return;
    text += fmt::format("{}{}", text.empty() ? "" : "; ", message->get_ref<const std::string&>());
  };
  for (const Json& error : *errors) {
    add(error);
    const Json* chain = control::api::find_value(error, "error_chain");
    if (chain == nullptr || !chain->is_array()) continue;
    for (const Json& detail : *chain) add(detail);
  }
  return text.empty() ? fmt::format("the node answered {}", status) : text;
}

std::expected<ApiAnswer, Failure> read_answer(std::string_view bytes) {
  const auto head_end = bytes.find("\r\n\r\n");
  const auto status = bytes.size() > 12 ? parse_decimal<int>(bytes.substr(9, 3)) : std::nullopt;
  if (!bytes.starts_with("HTTP/1.1 ") || head_end == std::string_view::npos || !status)
    return std::unexpected(Failure{"the node's answer cannot be read"});
  const std::string_view content = bytes.substr(head_end + 4);
  const Json envelope = Json::parse(content, nullptr, /*allow_exceptions=*/false);
  ApiAnswer answer;
  if (envelope.is_discarded() || !envelope.is_object()) {
    if (*status != 200)
      return std::unexpected(Failure{fmt::format("the node answered {}", *status), 0, *status});
    answer.text = content;
    return answer;
  }
  const Json* success = control::api::find_value(envelope, "success");
  if (success == nullptr || !success->is_boolean() || !success->get<bool>())
    return std::unexpected(Failure{refusal_text(envelope, *status), 0, *status});
  if (const Json* result = control::api::find_value(envelope, "result")) answer.result = *result;
  if (const Json* page = control::api::find_value(envelope, "result_info")) answer.page = *page;
  return answer;
}

std::expected<ApiAnswer, Failure> call_once(const std::string& data_dir, std::string_view method,
                                            std::string_view path, const Json& body) {
  auto socket = connect_to(data_dir);
  if (!socket) return std::unexpected(socket.error());
  const std::string content = body.is_null() ? std::string() : control::api::json_text(body);
  const std::string request = fmt::format(
      "{} /client/v4{} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: brink/{}\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      method, path, BRINK_VERSION, content.size(), content);
  if (!send_all(socket->get(), request))
    return std::unexpected(Failure{"the node does not take the request"});
  const auto bytes = receive_all(socket->get());
  if (!bytes) return std::unexpected(Failure{bytes.error()});
  return read_answer(*bytes);
}

// The node that is being started again, or replaced by another program, has no store for a moment: worth
// waiting for.
bool is_moment(const std::expected<ApiAnswer, Failure>& answer) {
  return !answer && (answer.error().error == ECONNREFUSED || answer.error().status == 503);
}

}  // namespace

std::expected<ApiAnswer, std::string> LocalApi::call(std::string_view method, std::string_view path,
                                                     const Json& body) const {
  auto answer = call_once(data_dir_, method, path, body);
  for (int tries = 1; tries < kTries && is_moment(answer); ++tries) {
    std::this_thread::sleep_for(kBetweenTries);
    answer = call_once(data_dir_, method, path, body);
  }
  if (!answer) return std::unexpected(answer.error().text);
  return *std::move(answer);
}

std::expected<Json, std::string> LocalApi::list(std::string_view path) const {
  Json all = Json::array();
  for (int page = 1;; ++page) {
    auto answer = call(
        "GET", fmt::format("{}{}page={}&per_page={}", path, path.contains('?') ? '&' : '?', page, kPerPage));
    if (!answer) return std::unexpected(answer.error());
    if (!answer->result.is_array() || answer->result.empty()) return all;
    for (Json& each : answer->result) all.push_back(std::move(each));
    const Json* pages = control::api::find_value(answer->page, "total_pages");
    if (pages == nullptr || !pages->is_number_integer() || page >= pages->get<std::int64_t>()) return all;
  }
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace brink::app::cli
