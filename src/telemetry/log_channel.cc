#include "telemetry/log_channel.h"

#include "base/assert.h"
#include "telemetry/log.h"
#include "telemetry/log_file.h"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace brink::telemetry {
namespace {

constexpr std::size_t kMaxPacketBytes = limits::kPacketBytes + limits::kMaxLineBytes;
constexpr int kSendBufferBytes = 1024 * 1024;  // asked for; the system may give less
constexpr int kPacketsPerTurn = 64;            // then the others of the loop have their turn

enum class Sent : unsigned char { kYes, kChannelFull, kNobodyThere, kNever };

Sent send_packet(int channel, std::string_view packet) {
  for (;;) {
    if (::send(channel, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Sent::kYes;
    switch (errno) {
      case EINTR: continue;
      case EPIPE:
      case ECONNREFUSED:
      case ECONNRESET: return Sent::kNobodyThere;
      case EBADF:
      case ENOTSOCK:
      case EMSGSIZE: return Sent::kNever;
      default: return Sent::kChannelFull;
    }
  }
}

}  // namespace

LogWriter::LogWriter(Loop& loop, int channel, Registry& metrics)
    : loop_(loop),
      channel_(channel),
      channel_full_(metrics.counter(MetricId::kLogDropped, {"channel_full"})),
      line_too_long_(metrics.counter(MetricId::kLogDropped, {"line_too_long"})) {
  if (channel_ < 0) return;
  ::setsockopt(channel_, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
  loop_.add_turn_end_hook(*this);
}

void LogWriter::write_line(std::string_view line) {
  if (channel_ < 0) return;
  if (line.size() > limits::kMaxLineBytes) return line_too_long_.add(1);
  if (pending_ + line.size() + 1 > limits::kMaxPendingLogBytes) return channel_full_.add(1);
  packet_.append(line);
  packet_.push_back('\n');
  pending_ += line.size() + 1;
  if (packet_.size() >= limits::kPacketBytes) seal_packet();
  if (!is_armed()) loop_.timers().arm(*this, loop_.now() + limits::kLongestLogDelay);
}

void LogWriter::flush() {
  if (pending_ == 0) return;
  disarm();
  seal_packet();
  send_packets();
  const TimePoint give_up = Clock::now() + limits::kLogFlushPatience;
  while (!sealed_.empty() && !nobody_there_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(give_up - Clock::now()).count();
    if (left <= 0) break;
    // A Unix socket may call itself writable and still refuse a large packet: do not spin on that.
    pollfd room{.fd = channel_, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, static_cast<int>(left)) > 0) ::poll(nullptr, 0, 1);
    send_packets();
  }
  for (const std::string& packet : sealed_) drop(channel_full_, packet);
  sealed_.clear();
  pending_ = 0;
}

void LogWriter::on_turn_end() {
  if (!sealed_.empty() && !channel_is_full_) send_packets();
}

void LogWriter::on_timer() {
  seal_packet();
  send_packets();
}

void LogWriter::seal_packet() {
  if (packet_.empty()) return;
  sealed_.push_back(std::move(packet_));
  packet_.clear();
  packet_.reserve(kMaxPacketBytes);
}

void LogWriter::send_packets() {
  channel_is_full_ = nobody_there_ = false;
  while (!sealed_.empty()) {
    const Sent sent = send_packet(channel_, sealed_.front());
    if (sent == Sent::kChannelFull || sent == Sent::kNobodyThere) {
      channel_is_full_ = true;
      nobody_there_ = sent == Sent::kNobodyThere;
      loop_.timers().arm(*this, loop_.now() + limits::kFullChannelPause);
      return;
    }
    if (sent == Sent::kNever) drop(channel_full_, sealed_.front());
    pending_ -= sealed_.front().size();
    sealed_.pop_front();
  }
}

void LogWriter::drop(const Counter& reason, std::string_view lines) {
  reason.add(static_cast<std::uint64_t>(std::ranges::count(lines, '\n')));
}

LogReceiver::LogReceiver(Loop& loop, Fd channel, LogFile& file)
    : loop_(loop),
      channel_(std::move(channel)),
      file_(file),
      memory_(kMaxPacketBytes + 1, '\0'),
      tasks_("log receiver", loop) {}

void LogReceiver::start() {
  if (auto attached = watch_.attach(loop_, channel_.get()); !attached) {
    return log_error("the access log's channel cannot be read", {{"why", attached.error().text()}});
  }
  tasks_.spawn(receive());
}

Task<void> LogReceiver::finish(Deadline deadline) {
  co_await tasks_.finish();
  while (!deadline.has_passed(Clock::now()) && take_packet() == Taken::kLines) {
  }
}

Task<void> LogReceiver::receive() {
  for (;;) {
    Taken taken = Taken::kLines;
    for (int i = 0; i < kPacketsPerTurn && taken == Taken::kLines; ++i) taken = take_packet();
    if (taken == Taken::kEnd) co_return;
    if (taken == Taken::kLines) {
      if (!co_await sleep_until(loop_.after({}))) co_return;
      continue;
    }
    watch_.clear_readable_after_would_block();
    if (!co_await watch_.readable(Deadline::never())) co_return;
  }
}

LogReceiver::Taken LogReceiver::take_packet() {
  ssize_t size = 0;
  do {
    size = ::recv(channel_.get(), memory_.data(), memory_.size(), MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return errno == EAGAIN ? Taken::kNothing : Taken::kEnd;
  if (size == 0) return Taken::kEnd;
  // A packet ends with a line; what a sender that has lost its mind puts behind it is no line.
  const std::string_view packet(memory_.data(), static_cast<std::size_t>(size));
  file_.submit(packet.substr(0, packet.rfind('\n') + 1));
  return Taken::kLines;
}

}  // namespace brink::telemetry
