#include "http/h2/codec.h"

#include "base/assert.h"

#include <algorithm>
#include <cstring>

namespace brink::http::h2 {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // section 3.4
constexpr std::uint32_t kMaxFrame = 16384;  // what we take and what we send, whatever the peer would take
constexpr std::int64_t kDefaultWindow = 65535;
constexpr std::int64_t kMaxWindow = 0x7fffffff;
constexpr std::uint32_t kMaxStreamId = 0x7fffffff;
constexpr std::size_t kTableBytes = 4096;  // of HPACK, either way; the default of the RFC
constexpr std::uint32_t kDefaultMaxStreams =
    100;  // to be assumed of the peer until it has said (section 6.5.2)
// The least of a DATA frame that is worth making where a buffer is nearly full.
constexpr std::size_t kLeastData = 1024;
constexpr std::size_t kPriorityBytes = 5;

// SETTINGS, RFC 9113 section 6.5.2, RFC 8441, RFC 9218.
enum Setting : std::uint16_t {
  kHeaderTableSize = 0x1,
  kEnablePush = 0x2,
  kMaxConcurrentStreams = 0x3,
  kInitialWindowSize = 0x4,
  kMaxFrameSize = 0x5,
  kMaxHeaderListSize = 0x6,
  kEnableConnectProtocol = 0x8,
  kNoRfc7540Priorities = 0x9,
};
constexpr std::size_t kSettingBytes = 6;

}  // namespace

Codec::Codec(Side side, const CodecOptions& options, CodecEvents& events)
    : side_(side),
      events_(events),
      decoder_(kTableBytes),
      encoder_(kTableBytes),
      reading_(side == Side::kServer ? Reading::kPreface : Reading::kFrameHeader),
      // What is refused for its size has to be decoded all the same, but only up to here.
      max_block_(std::size_t{options.header_bytes} * 2 + kMaxFrame),
      next_stream_(side == Side::kServer ? 2 : 1),
      max_streams_(options.max_streams),
      stream_window_(static_cast<std::uint32_t>(std::min<std::int64_t>(options.stream_window, kMaxWindow))),
      connection_window_(std::clamp<std::int64_t>(options.connection_window, kDefaultWindow, kMaxWindow)),
      connection_receive_left_(connection_window_),
      connection_send_window_(kDefaultWindow),
      peer_initial_window_(kDefaultWindow),
      peer_max_streams_(kDefaultMaxStreams) {
  write_settings(options);
  if (connection_window_ > kDefaultWindow) {
    write_number_frame(FrameType::kWindowUpdate, 0,
                       static_cast<std::uint32_t>(connection_window_ - kDefaultWindow));
  }
}

Codec::~Codec() {
  if (partial_ != nullptr) partial_->drop_reference();
  if (block_ != nullptr) block_->drop_reference();
}

// --- receiving ---

bool Codec::receive(std::span<const char> bytes) {
  if (terminated_) return false;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    bool good = true;
    switch (reading_) {
      case Reading::kPreface: good = take_preface(at, end); break;
      case Reading::kFrameHeader: good = take_frame_header(at, end); break;
      case Reading::kPayload: good = take_payload(at, end); break;
      case Reading::kPadLength: good = take_pad_length(at); break;
      case Reading::kContent: good = take_content(at, end); break;
      case Reading::kSkip: take_skipped(at, end); break;
    }
    if (!good || terminated_) return false;
  }
  return true;
}

bool Codec::take_preface(const char*& at, const char* end) {
  const std::string_view wanted = kPreface.substr(collected_);
  const std::size_t part = std::min(wanted.size(), static_cast<std::size_t>(end - at));
  if (wanted.substr(0, part) != std::string_view(at, part)) return fail(ErrorCode::kProtocolError);
  at += part;
  collected_ = static_cast<std::uint8_t>(collected_ + part);
  if (collected_ < kPreface.size()) return true;
  collected_ = 0;
  reading_ = Reading::kFrameHeader;
  return true;
}

bool Codec::take_frame_header(const char*& at, const char* end) {
  const std::size_t part = std::min(FrameHeader::kBytes - collected_, static_cast<std::size_t>(end - at));
  if (part == FrameHeader::kBytes) {
    frame_ = FrameHeader::parse(at);
    at += part;
    return begin_frame();
  }
  std::memcpy(header_bytes_.data() + collected_, at, part);
  at += part;
  collected_ = static_cast<std::uint8_t>(collected_ + part);
  if (collected_ < FrameHeader::kBytes) return true;
  collected_ = 0;
  frame_ = FrameHeader::parse(header_bytes_.data());
  return begin_frame();
}

bool Codec::begin_frame() {
  if (frame_.length > kMaxFrame) return fail(ErrorCode::kFrameSizeError);
  // Section 3.4: SETTINGS come first; section 6.10: nothing comes between the frames of a header block.
  if (!settings_seen_ && (frame_.type != FrameType::kSettings || frame_.has(FrameHeader::kAck)))
    return fail(ErrorCode::kProtocolError);
  const bool continues = frame_.type == FrameType::kContinuation;
  if (continues != in_block_ || (continues && frame_.stream_id != block_stream_))
    return fail(ErrorCode::kProtocolError);
  events_.on_frame_header(frame_);

  left_ = frame_.length;
  reading_ = Reading::kPayload;
  switch (frame_.type) {
    case FrameType::kData: return begin_data();
    case FrameType::kHeaders:
    case FrameType::kContinuation: break;
    case FrameType::kPriority:
      // Of the scheme that RFC 9113 has given up: only its form is checked.
      if (frame_.stream_id == 0) return fail(ErrorCode::kProtocolError);
      if (frame_.length != kPriorityBytes) return fail(ErrorCode::kFrameSizeError);
      reading_ = Reading::kSkip;
      return true;
    case FrameType::kRstStream:
    case FrameType::kWindowUpdate:
      if (frame_.length != 4) return fail(ErrorCode::kFrameSizeError);
      break;
    case FrameType::kPing:
      if (frame_.length != 8) return fail(ErrorCode::kFrameSizeError);
      if (frame_.stream_id != 0) return fail(ErrorCode::kProtocolError);
      break;
    case FrameType::kSettings:
      if (frame_.stream_id != 0) return fail(ErrorCode::kProtocolError);
      if (frame_.length % kSettingBytes != 0 || (frame_.has(FrameHeader::kAck) && frame_.length != 0))
        return fail(ErrorCode::kFrameSizeError);
      break;
    case FrameType::kGoaway:
      if (frame_.stream_id != 0) return fail(ErrorCode::kProtocolError);
      if (frame_.length < 8) return fail(ErrorCode::kFrameSizeError);
      break;
    case FrameType::kPushPromise:  // clients do not push, and we let no server
      return fail(ErrorCode::kProtocolError);
    case FrameType::kPriorityUpdate:
      if (side_ == Side::kClient || frame_.stream_id != 0) return fail(ErrorCode::kProtocolError);
      if (frame_.length < 4) return fail(ErrorCode::kFrameSizeError);
      break;
    default:  // section 5.5: what is not known is ignored
      reading_ = frame_.length == 0 ? Reading::kFrameHeader : Reading::kSkip;
      return true;
  }
  if (frame_.length > 0) return true;
  reading_ = Reading::kFrameHeader;
  return on_payload({});
}

// A frame that is handled as a whole: in place where all of it is there.
bool Codec::take_payload(const char*& at, const char* end) {
  const auto there = static_cast<std::size_t>(end - at);
  if (partial_ == nullptr && there >= left_) {
    const std::string_view payload(at, left_);
    at += left_;
    reading_ = Reading::kFrameHeader;
    return on_payload(payload);
  }
  if (partial_ == nullptr) {
    partial_ = Buffer::make(frame_.length);
    partial_used_ = 0;
  }
  const std::size_t part = std::min<std::size_t>(left_, there);
  std::memcpy(partial_->data() + partial_used_, at, part);
  at += part;
  partial_used_ += part;
  left_ -= static_cast<std::uint32_t>(part);
  if (left_ > 0) return true;
  reading_ = Reading::kFrameHeader;
  Buffer* const whole = std::exchange(partial_, nullptr);
  const bool good = on_payload({whole->data(), partial_used_});
  whole->drop_reference();
  return good;
}

void Codec::take_skipped(const char*& at, const char* end) {
  const auto part =
      std::min(left_, static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(end - at, kMaxFrame)));
  at += part;
  left_ -= part;
  if (left_ == 0) reading_ = Reading::kFrameHeader;
}

bool Codec::on_payload(std::string_view payload) {
  switch (frame_.type) {
    case FrameType::kHeaders: return on_headers(payload);
    case FrameType::kContinuation: return on_continuation(payload);
    case FrameType::kRstStream: return on_rst_stream(payload);
    case FrameType::kSettings: return on_settings(payload);
    case FrameType::kPing: return on_ping(payload);
    case FrameType::kGoaway: return on_goaway(payload);
    case FrameType::kWindowUpdate: return on_window_update(payload);
    case FrameType::kPriorityUpdate: return on_priority_update(payload);
    default: return true;
  }
}

// --- DATA, section 6.1 ---

// All of the payload counts against the windows, the padding too (section 6.9.1).
bool Codec::begin_data() {
  if (frame_.stream_id == 0 || is_idle(frame_.stream_id)) return fail(ErrorCode::kProtocolError);
  if (frame_.length > connection_receive_left_) return fail(ErrorCode::kFlowControlError);
  connection_receive_left_ -= frame_.length;
  padding_ = 0;
  data_stream_ = find(frame_.stream_id);
  if (data_stream_ != nullptr && !data_stream_->is_reset_) {
    if (data_stream_->ended_by_peer_) {
      stream_error(*data_stream_, ErrorCode::kStreamClosed);
    } else if (frame_.length > data_stream_->receive_left_) {
      stream_error(*data_stream_, ErrorCode::kFlowControlError);
    } else {
      data_stream_->receive_left_ -= frame_.length;
    }
  }
  // What is on its way to a stream that has been reset is no error of the peer's.
  if (data_stream_ != nullptr && data_stream_->is_reset_) data_stream_ = nullptr;
  if (frame_.has(FrameHeader::kPadded)) {
    if (frame_.length == 0) return fail(ErrorCode::kFrameSizeError);
    reading_ = Reading::kPadLength;
    return true;
  }
  reading_ = Reading::kContent;
  return left_ > 0 || end_of_content();
}

bool Codec::take_pad_length(const char*& at) {
  padding_ = static_cast<unsigned char>(*at++);
  --left_;
  if (padding_ > left_) return fail(ErrorCode::kProtocolError);
  left_ -= padding_;
  if (data_stream_ != nullptr) {
    consume(*data_stream_, padding_ + 1);
  } else {
    consume_connection(padding_ + 1);
  }
  reading_ = Reading::kContent;
  return left_ > 0 || end_of_content();
}

bool Codec::take_content(const char*& at, const char* end) {
  const auto part =
      std::min(left_, static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(end - at, kMaxFrame)));
  const std::string_view bytes(at, part);
  at += part;
  left_ -= part;
  events_.on_content();
  if (data_stream_ != nullptr && !data_stream_->is_reset_) {
    data_stream_->on_data(bytes);
  } else {
    consume_connection(part);
  }
  return left_ > 0 || end_of_content();
}

bool Codec::end_of_content() {
  left_ = padding_;
  reading_ = left_ > 0 ? Reading::kSkip : Reading::kFrameHeader;
  CodecStream* const stream = std::exchange(data_stream_, nullptr);
  if (!frame_.has(FrameHeader::kEndStream) || stream == nullptr || stream->is_reset_) return true;
  stream->ended_by_peer_ = true;
  stream->on_end();
  peer_ended(*stream);
  return true;
}

// --- HEADERS and CONTINUATION, sections 6.2 and 6.10 ---

bool Codec::on_headers(std::string_view payload) {
  if (frame_.stream_id == 0) return fail(ErrorCode::kProtocolError);
  std::size_t padding = 0;
  if (frame_.has(FrameHeader::kPadded)) {
    if (payload.empty()) return fail(ErrorCode::kFrameSizeError);
    padding = static_cast<unsigned char>(payload.front());
    payload.remove_prefix(1);
  }
  if (frame_.has(FrameHeader::kPriority)) {
    if (payload.size() < kPriorityBytes) return fail(ErrorCode::kFrameSizeError);
    payload.remove_prefix(kPriorityBytes);
  }
  if (padding > payload.size()) return fail(ErrorCode::kProtocolError);
  payload.remove_suffix(padding);
  block_stream_ = frame_.stream_id;
  block_ends_stream_ = frame_.has(FrameHeader::kEndStream);
  if (frame_.has(FrameHeader::kEndHeaders)) return on_block(payload);
  in_block_ = true;
  return on_continuation(payload);
}

bool Codec::on_continuation(std::string_view payload) {
  if (block_used_ + payload.size() > max_block_) return fail(ErrorCode::kEnhanceYourCalm);
  if (block_ == nullptr || block_->capacity() - block_used_ < payload.size()) {
    Buffer* const bigger = Buffer::make(std::max(block_used_ + payload.size(), block_used_ * 2));
    if (block_ != nullptr) {
      std::memcpy(bigger->data(), block_->data(), block_used_);
      block_->drop_reference();
    }
    block_ = bigger;
  }
  if (!payload.empty()) std::memcpy(block_->data() + block_used_, payload.data(), payload.size());
  block_used_ += payload.size();
  if (!frame_.has(FrameHeader::kEndHeaders)) return true;
  in_block_ = false;
  const bool good = on_block({block_->data(), block_used_});
  std::exchange(block_, nullptr)->drop_reference();
  block_used_ = 0;
  return good;
}

// Every block is decoded, whatever its stream is, because the tables go on with it.
bool Codec::on_block(std::string_view block) {
  CodecStream* target = nullptr;
  if (!find_target(target)) return false;
  if (!decoder_.decode(block, target)) return fail(ErrorCode::kCompressionError);
  if (target == nullptr || target->is_reset_) return true;
  target->ended_by_peer_ = block_ends_stream_;
  target->on_fields_end(block_ends_stream_);
  if (block_ends_stream_) peer_ended(*target);
  return true;
}

// The stream whose fields these are; nullptr where they are of no use to anybody.
bool Codec::find_target(CodecStream*& target) {
  const std::int32_t id = block_stream_;
  target = find(id);
  if (target != nullptr) {
    if (target->ended_by_peer_ && !target->is_reset_) stream_error(*target, ErrorCode::kStreamClosed);
    if (target->is_reset_) target = nullptr;
    return true;
  }
  if (side_ == Side::kClient) return is_idle(id) ? fail(ErrorCode::kProtocolError) : true;
  if (!is_peers(id)) return fail(ErrorCode::kProtocolError);
  if (id <= last_peer_stream_) {  // a stream that is closed: late, or an attempt to keep us busy
    events_.on_stream_error(ErrorCode::kStreamClosed);
    return true;
  }
  last_peer_stream_ = id;
  if (shut_down_) return true;
  if (open_streams_ >= max_streams_) {
    refuse(id);
    return true;
  }
  target = events_.on_stream(id);
  if (target == nullptr) {
    refuse(id);
    return true;
  }
  open(*target, id);
  for (EarlyPriority& early : early_priorities_) {
    if (early.id == id) target->priority_ = early.priority;
  }
  return true;
}

// --- the other frames ---

bool Codec::on_rst_stream(std::string_view payload) {
  if (frame_.stream_id == 0 || is_idle(frame_.stream_id)) return fail(ErrorCode::kProtocolError);
  if (CodecStream* stream = find(frame_.stream_id)) {
    close(*stream, static_cast<ErrorCode>(FrameHeader::read_u32(payload.data())), true);
  }
  return true;
}

bool Codec::on_settings(std::string_view payload) {
  if (frame_.has(FrameHeader::kAck)) return on_settings_ack();
  settings_seen_ = true;
  for (std::size_t at = 0; at < payload.size(); at += kSettingBytes) {
    const auto id = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[at]) << 8 |
                                               static_cast<unsigned char>(payload[at + 1]));
    if (!on_setting(id, FrameHeader::read_u32(payload.data() + at + 2))) return false;
  }
  write_frame(FrameType::kSettings, FrameHeader::kAck, 0, {});
  events_.on_peer_settings();
  return true;
}

bool Codec::on_setting(std::uint16_t id, std::uint32_t value) {
  switch (id) {
    case kHeaderTableSize: encoder_.set_peer_table_size(value); return true;
    case kEnablePush:
      return value == 0 || (value == 1 && side_ == Side::kServer) || fail(ErrorCode::kProtocolError);
    case kMaxConcurrentStreams: peer_max_streams_ = value; return true;
    case kInitialWindowSize: {
      if (value > kMaxWindow) return fail(ErrorCode::kFlowControlError);
      const std::int64_t change = value - peer_initial_window_;
      peer_initial_window_ = value;
      bool good = true;
      for_each_stream([&](CodecStream& stream) {
        stream.send_window_ += change;
        if (stream.send_window_ > kMaxWindow) good = false;
        enqueue(stream);
      });
      return good || fail(ErrorCode::kFlowControlError);
    }
    case kMaxFrameSize: return (value >= kMaxFrame && value < 1U << 24) || fail(ErrorCode::kProtocolError);
    case kEnableConnectProtocol:
      // RFC 8441 section 3: it may not be taken back.
      if (value > 1 || (value == 0 && peer_extended_connect_)) return fail(ErrorCode::kProtocolError);
      peer_extended_connect_ = value == 1;
      return true;
    case kNoRfc7540Priorities: return value <= 1 || fail(ErrorCode::kProtocolError);
    default: return true;
  }
}

// Until the peer has seen our settings it may take the windows for those of the RFC.
bool Codec::on_settings_ack() {
  if (settings_acknowledged_) return true;
  settings_acknowledged_ = true;
  if (stream_window_ >= kDefaultWindow) return true;
  for_each_stream([&](CodecStream& stream) { stream.receive_left_ -= kDefaultWindow - stream_window_; });
  return true;
}

bool Codec::on_ping(std::string_view payload) {
  if (frame_.has(FrameHeader::kAck)) {
    events_.on_ping_answered();
  } else {
    write_frame(FrameType::kPing, FrameHeader::kAck, 0, payload);
  }
  return true;
}

bool Codec::on_goaway(std::string_view payload) {
  peer_goaway_ = true;
  const auto last = static_cast<std::int32_t>(FrameHeader::read_u32(payload.data()) & kMaxStreamId);
  const auto code = static_cast<ErrorCode>(FrameHeader::read_u32(payload.data() + 4));
  events_.on_peer_goaway(code);
  if (side_ == Side::kServer) return true;
  // Section 6.8: what is above has not been looked at, and may be sent again elsewhere.
  for_each_stream([&](CodecStream& stream) {
    if (stream.id_ > last) close(stream, ErrorCode::kRefusedStream, true);
  });
  return true;
}

bool Codec::on_window_update(std::string_view payload) {
  const std::int64_t increment = FrameHeader::read_u32(payload.data()) & kMaxStreamId;
  if (frame_.stream_id == 0) {
    if (increment == 0) return fail(ErrorCode::kProtocolError);
    connection_send_window_ += increment;
    return connection_send_window_ <= kMaxWindow || fail(ErrorCode::kFlowControlError);
  }
  if (is_idle(frame_.stream_id)) return fail(ErrorCode::kProtocolError);
  CodecStream* const stream = find(frame_.stream_id);
  if (stream == nullptr || stream->is_reset_) return true;
  if (increment == 0) {
    stream_error(*stream, ErrorCode::kProtocolError);
  } else if (stream->send_window_ + increment > kMaxWindow) {
    stream_error(*stream, ErrorCode::kFlowControlError);
  } else {
    stream->send_window_ += increment;
    enqueue(*stream);
  }
  return true;
}

bool Codec::on_priority_update(std::string_view payload) {
  const auto id = static_cast<std::int32_t>(FrameHeader::read_u32(payload.data()) & kMaxStreamId);
  if (!is_peers(id)) return fail(ErrorCode::kProtocolError);
  const Priority priority = parse_priority(payload.substr(4));
  if (CodecStream* stream = find(id)) {
    set_priority(*stream, priority);
  } else if (is_idle(id)) {
    early_priorities_[next_early_] = {id, priority};
    next_early_ = static_cast<std::uint8_t>((next_early_ + 1) % early_priorities_.size());
  }
  return true;
}

bool Codec::is_reading_head() const {
  return in_block_ || (reading_ == Reading::kPayload && frame_.type == FrameType::kHeaders);
}

// A connection error, section 5.4.1.
bool Codec::fail(ErrorCode code) {
  events_.on_connection_error(code);
  terminate(code);
  return false;
}

void Codec::stream_error(CodecStream& stream, ErrorCode code) {
  reset(stream, code);
  events_.on_stream_error(code);
}

void Codec::refuse(std::int32_t id) {
  write_number_frame(FrameType::kRstStream, id, static_cast<std::uint32_t>(ErrorCode::kRefusedStream));
  events_.on_stream_error(ErrorCode::kRefusedStream);
}

// A stream that we have ended, and told so, is over when the peer ends it; otherwise it is over when we do.
void Codec::peer_ended(CodecStream& stream) {
  if (stream.is_open() && stream.end_told_ && !stream.is_reset_) close(stream, ErrorCode::kNoError, false);
}

// --- sending ---

std::size_t Codec::produce(std::span<char> into) {
  BRINK_ASSERT(into.size() >= kProduceRoom);
  std::size_t used = 0;
  for (;;) {
    used += control_.take(into.subspan(used));
    if (!control_.is_empty() || terminated_) return used;
    finish_streams();
    if (!control_.is_empty()) continue;
    const std::size_t data = produce_data(into.subspan(used));
    used += data;
    if (data == 0 && control_.is_empty() && finishing_.empty()) return used;
  }
}

// One DATA frame of the stream whose turn it is; 0 where there is none, or no room. Streams that turn out to
// have nothing to send leave the queue.
std::size_t Codec::produce_data(std::span<char> into) {
  if (into.size() < FrameHeader::kBytes + kLeastData || connection_send_window_ <= 0) return 0;
  for (auto& queue : sending_) {
    while (!queue.empty()) {
      CodecStream& stream = queue.front();
      const std::int64_t window = std::min(stream.send_window_, connection_send_window_);
      const std::size_t limit = std::min(
          {into.size() - FrameHeader::kBytes, std::size_t{kMaxFrame}, static_cast<std::size_t>(window)});
      const Outgoing outgoing = stream.offer(limit);
      if (outgoing.status == Outgoing::Status::kFailed) {
        reset(stream, ErrorCode::kInternalError);
        return 0;
      }
      if (outgoing.status == Outgoing::Status::kWaiting || (outgoing.bytes == 0 && !outgoing.end)) {
        stream.is_waiting_ = true;
        stream.ListHook<SendingTag>::unlink();
        continue;
      }
      const bool ends = outgoing.end && !outgoing.trailers;
      if (outgoing.end) {
        stream.ListHook<SendingTag>::unlink();
        if (ends) end_by_us(stream);
        if (!ends && outgoing.bytes == 0) return 0;  // the trailers say that it ends
      }
      FrameHeader{.length = static_cast<std::uint32_t>(outgoing.bytes),
                  .type = FrameType::kData,
                  .flags = ends ? FrameHeader::kEndStream : std::uint8_t{0},
                  .stream_id = stream.id_}
          .write(into.data());
      if (outgoing.bytes > 0) stream.take(into.data() + FrameHeader::kBytes, outgoing.bytes);
      stream.send_window_ -= static_cast<std::int64_t>(outgoing.bytes);
      connection_send_window_ -= static_cast<std::int64_t>(outgoing.bytes);
      if (!outgoing.end && (stream.send_window_ <= 0 || stream.priority_.incremental)) {
        stream.ListHook<SendingTag>::unlink();
        enqueue(stream);  // behind those of its urgency, where its window is not shut
      }
      events_.on_data_produced();
      return FrameHeader::kBytes + outgoing.bytes;
    }
  }
  return 0;
}

// Streams whose last frame has been produced: told so, and closed where nothing more can come.
void Codec::finish_streams() {
  while (CodecStream* stream = finishing_.pop_front()) {
    if (stream->is_reset_) {
      close(*stream, stream->reset_code_, false);
      continue;
    }
    stream->end_told_ = true;
    stream->on_end_produced();
    if (stream->ended_by_peer_ && !stream->is_reset_) close(*stream, ErrorCode::kNoError, false);
  }
}

bool Codec::wants_to_produce() const {
  if (!control_.is_empty()) return true;
  if (terminated_) return false;
  if (!finishing_.empty()) return true;
  return connection_send_window_ > 0 &&
         std::ranges::any_of(sending_, [](const auto& queue) { return !queue.empty(); });
}

bool Codec::is_finished() const {
  if (!control_.is_empty()) return false;
  return terminated_ || ((shut_down_ || peer_goaway_) && open_streams_ == 0);
}

std::size_t Codec::submit_request(CodecStream& stream, std::span<const WireField> fields, bool has_body) {
  BRINK_ASSERT(may_open_stream());
  open(stream, static_cast<std::int32_t>(next_stream_));
  next_stream_ += 2;
  const std::size_t bytes = write_block(stream.id_, fields, !has_body);
  begin_sending(stream, has_body);
  return bytes;
}

std::size_t Codec::submit_informational(CodecStream& stream, std::span<const WireField> fields) {
  if (!stream.is_open() || stream.is_reset_ || terminated_) return 0;
  return write_block(stream.id_, fields, false);
}

std::size_t Codec::submit_response(CodecStream& stream, std::span<const WireField> fields, bool has_body) {
  if (!stream.is_open() || stream.is_reset_ || terminated_) return 0;
  const std::size_t bytes = write_block(stream.id_, fields, !has_body);
  begin_sending(stream, has_body);
  return bytes;
}

std::size_t Codec::submit_trailers(CodecStream& stream, std::span<const WireField> fields) {
  if (!stream.is_open() || stream.is_reset_ || terminated_) return 0;
  const std::size_t bytes = write_block(stream.id_, fields, true);
  end_by_us(stream);
  return bytes;
}

void Codec::resume(CodecStream& stream) {
  stream.is_waiting_ = false;
  enqueue(stream);
}

void Codec::reset(CodecStream& stream, ErrorCode code) {
  if (!stream.is_open() || stream.is_reset_ || terminated_) return;
  stream.is_reset_ = true;
  stream.reset_code_ = code;
  stream.ListHook<SendingTag>::unlink();
  write_number_frame(FrameType::kRstStream, stream.id_, static_cast<std::uint32_t>(code));
  if (!stream.ListHook<FinishingTag>::is_linked()) finishing_.push_back(stream);
}

void Codec::abandon(CodecStream& stream, ErrorCode code) {
  reset(stream, code);
  if (stream.is_open()) forget(stream);
}

void Codec::consume(CodecStream& stream, std::size_t bytes) {
  consume_connection(bytes);
  if (!stream.is_open() || stream.is_reset_ || stream.ended_by_peer_ || terminated_) return;
  stream.consumed_ += static_cast<std::uint32_t>(bytes);
  if (stream.consumed_ == 0 || stream.consumed_ < stream_window_ / 2) return;
  stream.receive_left_ += stream.consumed_;
  write_number_frame(FrameType::kWindowUpdate, stream.id_, std::exchange(stream.consumed_, 0));
}

void Codec::consume_connection(std::size_t bytes) {
  if (terminated_) return;
  connection_consumed_ += static_cast<std::uint32_t>(bytes);
  if (connection_consumed_ < connection_window_ / 2) return;
  connection_receive_left_ += connection_consumed_;
  write_number_frame(FrameType::kWindowUpdate, 0, std::exchange(connection_consumed_, 0));
}

void Codec::set_priority(CodecStream& stream, const Priority& priority) {
  if (!stream.is_open() || stream.priority_ == priority) return;
  stream.priority_ = priority;
  if (!stream.ListHook<SendingTag>::is_linked()) return;
  stream.ListHook<SendingTag>::unlink();
  enqueue(stream);
}

void Codec::announce_shutdown() {
  write_goaway(static_cast<std::int32_t>(kMaxStreamId), ErrorCode::kNoError);
}

void Codec::shut_down() {
  if (shut_down_ || terminated_) return;
  shut_down_ = true;
  write_goaway(side_ == Side::kServer ? last_peer_stream_ : 0, ErrorCode::kNoError);
}

void Codec::terminate(ErrorCode code) {
  if (terminated_) return;
  write_goaway(side_ == Side::kServer ? last_peer_stream_ : 0, code);
  terminated_ = true;
}

void Codec::ping() { write_frame(FrameType::kPing, 0, 0, {"\0\0\0\0\0\0\0\0", 8}); }

bool Codec::may_open_stream() const {
  return side_ == Side::kClient && !terminated_ && !shut_down_ && !peer_goaway_ &&
         next_stream_ <= kMaxStreamId;
}

void Codec::write_frame(FrameType type, std::uint8_t flags, std::int32_t stream_id,
                        std::string_view payload) {
  if (terminated_) return;
  char* const out = control_.reserve(FrameHeader::kBytes + payload.size());
  FrameHeader{.length = static_cast<std::uint32_t>(payload.size()),
              .type = type,
              .flags = flags,
              .stream_id = stream_id}
      .write(out);
  if (!payload.empty()) std::memcpy(out + FrameHeader::kBytes, payload.data(), payload.size());
  control_.commit(FrameHeader::kBytes + payload.size());
}

void Codec::write_number_frame(FrameType type, std::int32_t stream_id, std::uint32_t number) {
  char payload[4];
  FrameHeader::write_u32(number, payload);
  write_frame(type, 0, stream_id, {payload, sizeof payload});
}

void Codec::write_settings(const CodecOptions& options) {
  if (side_ == Side::kClient) {
    std::memcpy(control_.reserve(kPreface.size()), kPreface.data(), kPreface.size());
    control_.commit(kPreface.size());
  }
  const std::pair<std::uint16_t, std::uint32_t> entries[] = {
      {kNoRfc7540Priorities, 1},
      {kInitialWindowSize, stream_window_},
      {kMaxHeaderListSize, options.header_bytes},
      {side_ == Side::kServer ? kMaxConcurrentStreams : kEnablePush,
       side_ == Side::kServer ? options.max_streams : 0},
      {kEnableConnectProtocol, 1},
  };
  char payload[std::size(entries) * kSettingBytes];
  std::size_t size = 0;
  for (const auto& [id, value] : entries) {
    if (id == kEnableConnectProtocol && side_ == Side::kClient) continue;  // the server's alone to say
    payload[size] = static_cast<char>(id >> 8);
    payload[size + 1] = static_cast<char>(id);
    FrameHeader::write_u32(value, payload + size + 2);
    size += kSettingBytes;
  }
  write_frame(FrameType::kSettings, 0, 0, {payload, size});
}

void Codec::write_goaway(std::int32_t last_stream, ErrorCode code) {
  char payload[8];
  FrameHeader::write_u32(static_cast<std::uint32_t>(last_stream), payload);
  FrameHeader::write_u32(static_cast<std::uint32_t>(code), payload + 4);
  write_frame(FrameType::kGoaway, 0, 0, {payload, sizeof payload});
}

// HEADERS, and CONTINUATION where one frame does not hold it all. How many bytes that takes.
std::size_t Codec::write_block(std::int32_t stream_id, std::span<const WireField> fields, bool end_stream) {
  const std::size_t bound = HpackEncoder::bound(fields);
  const auto end_flag = end_stream ? FrameHeader::kEndStream : std::uint8_t{0};
  if (bound <= kMaxFrame) {  // encoded in place, its length filled in afterwards
    char* const out = control_.reserve(FrameHeader::kBytes + bound);
    const auto size = static_cast<std::size_t>(encoder_.encode(fields, out + FrameHeader::kBytes) -
                                               (out + FrameHeader::kBytes));
    FrameHeader{.length = static_cast<std::uint32_t>(size),
                .type = FrameType::kHeaders,
                .flags = static_cast<std::uint8_t>(FrameHeader::kEndHeaders | end_flag),
                .stream_id = stream_id}
        .write(out);
    control_.commit(FrameHeader::kBytes + size);
    return FrameHeader::kBytes + size;
  }
  Buffer* const buffer = Buffer::make(bound);
  std::string_view rest(buffer->data(),
                        static_cast<std::size_t>(encoder_.encode(fields, buffer->data()) - buffer->data()));
  std::size_t bytes = 0;
  for (bool first = true; first || !rest.empty(); first = false) {
    const std::string_view part = rest.substr(0, kMaxFrame);
    rest.remove_prefix(part.size());
    const std::uint8_t last_flag = rest.empty() ? FrameHeader::kEndHeaders : std::uint8_t{0};
    write_frame(first ? FrameType::kHeaders : FrameType::kContinuation,
                static_cast<std::uint8_t>(last_flag | (first ? end_flag : 0)), stream_id, part);
    bytes += FrameHeader::kBytes + part.size();
  }
  buffer->drop_reference();
  return bytes;
}

void Codec::begin_sending(CodecStream& stream, bool has_body) {
  if (!has_body) return end_by_us(stream);
  stream.has_body_ = true;
  enqueue(stream);
}

// Puts the stream among those that can send, where it can.
void Codec::enqueue(CodecStream& stream) {
  if (!stream.is_open() || !stream.has_body_ || stream.is_waiting_ || stream.is_reset_ || stream.ended_by_us_)
    return;
  if (stream.send_window_ <= 0 || stream.ListHook<SendingTag>::is_linked()) return;
  sending_[stream.priority_.urgency].push_back(stream);
}

void Codec::end_by_us(CodecStream& stream) {
  stream.ended_by_us_ = true;
  finishing_.push_back(stream);
}

// --- streams ---

void Codec::open(CodecStream& stream, std::int32_t id) {
  stream.id_ = id;
  stream.send_window_ = peer_initial_window_;
  stream.receive_left_ = settings_acknowledged_ ? std::int64_t{stream_window_}
                                                : std::max<std::int64_t>(stream_window_, kDefaultWindow);
  CodecStream*& bucket = buckets_[static_cast<std::size_t>(id / 2) % kBuckets];
  stream.next_ = bucket;
  bucket = &stream;
  ++open_streams_;
}

void Codec::close(CodecStream& stream, ErrorCode code, bool by_peer) {
  forget(stream);
  stream.on_closed(code, by_peer);
}

void Codec::forget(CodecStream& stream) {
  stream.ListHook<SendingTag>::unlink();
  stream.ListHook<FinishingTag>::unlink();
  if (data_stream_ == &stream) data_stream_ = nullptr;
  CodecStream** at = &buckets_[static_cast<std::size_t>(stream.id_ / 2) % kBuckets];
  while (*at != &stream) at = &(*at)->next_;
  *at = stream.next_;
  stream.id_ = 0;
  --open_streams_;
}

CodecStream* Codec::find(std::int32_t id) const {
  CodecStream* stream = buckets_[static_cast<std::size_t>(id / 2) % kBuckets];
  while (stream != nullptr && stream->id_ != id) stream = stream->next_;
  return stream;
}

// Whether nobody has opened that stream yet.
bool Codec::is_idle(std::int32_t id) const {
  return is_peers(id) ? id > last_peer_stream_ : static_cast<std::uint32_t>(id) >= next_stream_;
}

template <class F>
void Codec::for_each_stream(F f) {
  for (CodecStream* stream : buckets_) {
    while (stream != nullptr) {
      CodecStream* const next = stream->next_;
      f(*stream);
      stream = next;
    }
  }
}

}  // namespace brink::http::h2
