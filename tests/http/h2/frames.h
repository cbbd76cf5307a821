// HTTP/2 by hand: frames as bytes, for tests that say what no client of good manners would, and a peer that
// reads what comes back frame by frame.
#pragma once

#include "http/h2/codec.h"

#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include <nghttp2/nghttp2.h>

namespace brink::http::h2 {

inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
inline constexpr std::uint8_t kEndStream = 0x1, kAck = 0x1, kEndHeaders = 0x4, kPadded = 0x8;

using FieldList = std::vector<std::pair<std::string, std::string>>;

inline std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

inline std::uint32_t number_at(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

inline std::string frame(FrameType type, std::uint8_t flags, std::int32_t stream,
                         std::string_view payload = {}) {
  return number(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         number(static_cast<std::uint32_t>(stream), 4) + std::string(payload);
}

inline std::string hpack_string(std::string_view text) {
  std::string out;
  if (text.size() < 127) {
    out += static_cast<char>(text.size());
  } else {
    out += '\x7f';
    std::size_t rest = text.size() - 127;
    for (; rest >= 128; rest /= 128) out += static_cast<char>(0x80 | (rest % 128));
    out += static_cast<char>(rest);
  }
  return out + std::string(text);
}

// Every field as a literal without indexing.
inline std::string header_block(const FieldList& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += '\0' + hpack_string(name) + hpack_string(value);
  return out;
}

inline FieldList request_fields(std::string_view path = "/", std::string_view method = "GET",
                                const FieldList& more = {}) {
  FieldList fields{{":method", std::string(method)},
                   {":scheme", "https"},
                   {":authority", "example.com"},
                   {":path", std::string(path)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

inline std::string headers(std::int32_t stream, const FieldList& fields, bool end_stream = true) {
  return frame(FrameType::kHeaders, static_cast<std::uint8_t>(kEndHeaders | (end_stream ? kEndStream : 0)),
               stream, header_block(fields));
}
inline std::string data(std::int32_t stream, std::string_view bytes, bool end_stream = false) {
  return frame(FrameType::kData, end_stream ? kEndStream : 0, stream, bytes);
}
inline std::string reset(std::int32_t stream, ErrorCode code) {
  return frame(FrameType::kRstStream, 0, stream, number(static_cast<std::uint32_t>(code), 4));
}
inline std::string window_update(std::int32_t stream, std::uint32_t bytes) {
  return frame(FrameType::kWindowUpdate, 0, stream, number(bytes, 4));
}
inline std::string settings(const std::vector<std::pair<int, std::uint32_t>>& entries = {}) {
  std::string payload;
  for (const auto& [id, value] : entries)
    payload += number(static_cast<std::uint64_t>(id), 2) + number(value, 4);
  return frame(FrameType::kSettings, 0, 0, payload);
}
inline std::string goaway(std::int32_t last_stream, ErrorCode code) {
  return frame(
      FrameType::kGoaway, 0, 0,
      number(static_cast<std::uint32_t>(last_stream), 4) + number(static_cast<std::uint32_t>(code), 4));
}

struct Frame {
  FrameType type{};
  std::uint8_t flags = 0;
  std::int32_t stream = 0;
  std::string payload;
  FieldList fields;  // of HEADERS, decoded

  [[nodiscard]] bool ends_stream() const { return (flags & kEndStream) != 0; }
  [[nodiscard]] std::string field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return {};
  }
  [[nodiscard]] ErrorCode code() const {  // of RST_STREAM and GOAWAY
    return static_cast<ErrorCode>(number_at(payload, type == FrameType::kGoaway ? 4 : 0, 4));
  }
};

// The other end of a socket, which sends what it is told and keeps what it gets.
class RawPeer {
 public:
  explicit RawPeer(int socket) : socket_(socket) { nghttp2_hd_inflate_new(&inflater_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  ~RawPeer() {
    close();
    nghttp2_hd_inflate_del(inflater_);
  }

  // What the socket does not take now waits for the next receive().
  void send(std::string_view bytes) {
    unsent_ += bytes;
    flush();
  }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  void stop_reading(bool stop = true) { stopped_ = stop; }

  // Reads what is there.
  void receive() {
    flush();
    if (stopped_ || socket_ < 0) return;
    char buffer[64 * 1024];
    for (;;) {
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0) {
        bytes_.append(buffer, static_cast<std::size_t>(got));
        continue;
      }
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) closed_ = true;
      break;
    }
    take_frames();
  }

  [[nodiscard]] bool is_closed() const { return closed_; }
  [[nodiscard]] const std::vector<Frame>& frames() const { return frames_; }
  // The first frame of that type and stream; nullptr where none has come.
  [[nodiscard]] const Frame* find(FrameType type, std::int32_t stream = 0) const {
    for (const Frame& each : frames_) {
      if (each.type == type && each.stream == stream) return &each;
    }
    return nullptr;
  }
  [[nodiscard]] std::vector<const Frame*> all(FrameType type, std::int32_t stream) const {
    std::vector<const Frame*> found;
    for (const Frame& each : frames_) {
      if (each.type == type && each.stream == stream) found.push_back(&each);
    }
    return found;
  }
  [[nodiscard]] std::string content(std::int32_t stream) const {
    std::string all_bytes;
    for (const Frame* each : all(FrameType::kData, stream)) all_bytes += each->payload;
    return all_bytes;
  }
  // Whether the other side has ended the stream in order.
  [[nodiscard]] bool has_ended(std::int32_t stream) const {
    for (const Frame& each : frames_) {
      if (each.stream == stream && (each.type == FrameType::kData || each.type == FrameType::kHeaders) &&
          each.ends_stream())
        return true;
    }
    return false;
  }
  [[nodiscard]] std::optional<ErrorCode> reset_code(std::int32_t stream) const {
    const Frame* found = find(FrameType::kRstStream, stream);
    return found == nullptr ? std::nullopt : std::optional(found->code());
  }
  // Of the last GOAWAY.
  [[nodiscard]] std::optional<ErrorCode> goaway_code() const {
    const auto found = all(FrameType::kGoaway, 0);
    return found.empty() ? std::nullopt : std::optional(found.back()->code());
  }
  void forget() { frames_.clear(); }

 private:
  void flush() {
    while (!unsent_.empty() && socket_ >= 0) {
      const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent <= 0) return;
      unsent_.erase(0, static_cast<std::size_t>(sent));
    }
  }

  void take_frames() {
    if (!preface_taken_ && bytes_.starts_with(kPreface)) bytes_.erase(0, kPreface.size());
    if (bytes_.size() >= kPreface.size()) preface_taken_ = true;
    std::size_t at = 0;
    while (bytes_.size() - at >= 9) {
      const std::size_t size = number_at(bytes_, at, 3);
      if (bytes_.size() - at < 9 + size) break;
      Frame next{.type = static_cast<FrameType>(bytes_[at + 3]),
                 .flags = static_cast<std::uint8_t>(bytes_[at + 4]),
                 .stream = static_cast<std::int32_t>(number_at(bytes_, at + 5, 4)),
                 .payload = bytes_.substr(at + 9, size)};
      at += 9 + size;
      if (next.type == FrameType::kHeaders || next.type == FrameType::kContinuation) decode(next);
      frames_.push_back(std::move(next));
    }
    bytes_.erase(0, at);
  }

  // CONTINUATION adds to the HEADERS before it.
  void decode(Frame& next) {
    Frame& head = next.type == FrameType::kHeaders ? next : last_head();
    const auto* in = reinterpret_cast<const std::uint8_t*>(next.payload.data());
    std::size_t left = next.payload.size();
    const int final = (next.flags & kEndHeaders) != 0 ? 1 : 0;
    for (;;) {
      nghttp2_nv field;
      int flags = 0;
      const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in, left, final);
      if (used < 0) return;
      in += used;
      left -= static_cast<std::size_t>(used);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        head.fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                                 std::string(reinterpret_cast<char*>(field.value), field.valuelen));
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) nghttp2_hd_inflate_end_headers(inflater_);
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0 || ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0))
        return;
    }
  }
  Frame& last_head() {
    for (std::size_t i = frames_.size(); i-- > 0;) {
      if (frames_[i].type == FrameType::kHeaders) return frames_[i];
    }
    return frames_.emplace_back();
  }

  int socket_;
  std::string unsent_;
  std::string bytes_;
  std::vector<Frame> frames_;
  bool preface_taken_ = false;
  bool closed_ = false;
  bool stopped_ = false;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace brink::http::h2
