// The way of access log lines from the edge's threads to the control role, which writes them: packets of
// whole lines over one end of a Unix SOCK_SEQPACKET pair (MessageChannel::make_pair) that the supervisor
// keeps open, so that either side may die and come back. Nobody waits for the log: where it cannot keep up,
// lines are lost, and counted in brink_log_dropped_total.
#pragma once

#include "base/fd.h"
#include "runtime/fd_watch.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"
#include "runtime/timer_wheel.h"
#include "telemetry/metrics.h"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace brink::telemetry {

class LogFile;

namespace limits {
inline constexpr std::size_t kMaxLineBytes = 32 * 1024;            // without its line feed
inline constexpr std::size_t kPacketBytes = 32 * 1024;             // a packet is sent when it has as many
inline constexpr std::size_t kMaxPendingLogBytes = 1024 * 1024;    // of one thread, while the channel is full
inline constexpr std::chrono::milliseconds kLongestLogDelay{100};  // a line waits for others to go with it
inline constexpr std::chrono::milliseconds kFullChannelPause{10};  // then a full channel is tried again
inline constexpr std::chrono::milliseconds kLogFlushPatience{1000};  // at the end, for what is left
}  // namespace limits

// The sending side: one for each thread, all on the same descriptor. Belongs to one loop.
class LogWriter final : private TurnEndHook, private Timer {
 public:
  // Does not own `channel`; -1: every line is left out, uncounted.
  LogWriter(Loop& loop, int channel, Registry& metrics);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  ~LogWriter() { flush(); }

  // Takes a line, without line feeds. It is sent at the end of a turn once there is enough for a packet, and
  // after kLongestLogDelay in any case.
  void write_line(std::string_view line);
  // Sends all that there is, waiting at most kLogFlushPatience for room. For the end.
  void flush();

 private:
  void on_turn_end() override;
  void on_timer() override;
  void seal_packet();
  // Sends packets until there are none or the channel is full.
  void send_packets();
  void drop(const Counter& reason, std::string_view lines);

  Loop& loop_;
  const int channel_;
  std::string packet_;              // being filled
  std::deque<std::string> sealed_;  // on their way, in order
  std::size_t pending_ = 0;         // bytes of both
  bool channel_is_full_ = false;    // until the timer says to look again
  bool nobody_there_ = false;       // it is full because nobody has the other end
  const Counter channel_full_;
  const Counter line_too_long_;
};

// The receiving side, in the control role: hands the lines to a file. Belongs to one loop; does not own the
// file.
class LogReceiver {
 public:
  LogReceiver(Loop& loop, Fd channel, LogFile& file);

  void start();
  // Takes what has been sent until now, and nothing more: required before this dies where it was started.
  // What the file has not yet written by then, its destructor writes.
  Task<void> finish(Deadline deadline);

 private:
  enum class Taken : unsigned char { kLines, kNothing, kEnd };
  Taken take_packet();
  Task<void> receive();

  Loop& loop_;
  Fd channel_;
  LogFile& file_;
  FdWatch watch_;
  std::string memory_;
  TaskGroup tasks_;
};

}  // namespace brink::telemetry
