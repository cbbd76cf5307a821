#include "http/h2/codec.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace brink::http::h2 {
namespace {

constexpr std::size_t kFrameHeaderBytes = 9;
// A header block that we send: far more than any head's limit, so that only our own mistakes meet it.
constexpr std::size_t kMaxSentHeaderBlock = 512 * 1024;
// Answers to PING and SETTINGS that wait to be sent: the session stops reading long before (kMaxQueuedFrames).
constexpr std::size_t kMaxQueuedAcks = 4096;
constexpr std::size_t kMaxSettingsEntries = 32;
constexpr std::size_t kInlineFields = 64;  // of one head; more go to the heap

struct OptionDeleter {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
struct CallbacksDeleter {
  void operator()(nghttp2_session_callbacks* callbacks) const { nghttp2_session_callbacks_del(callbacks); }
};

// The library's own records of what it will send; the text stays ours.
class NameValues {
 public:
  explicit NameValues(std::span<const WireField> fields) : size_(fields.size()) {
    if (size_ > kInlineFields) more_ = std::make_unique<nghttp2_nv[]>(size_);
    nghttp2_nv* out = data();
    for (const WireField& field : fields) {
      const unsigned flags = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE |
                             (field.never_indexed ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
      *out++ = {.name = bytes(field.name), .value = bytes(field.value), .namelen = field.name.size(),
                .valuelen = field.value.size(), .flags = static_cast<std::uint8_t>(flags)};
    }
  }
  [[nodiscard]] nghttp2_nv* data() { return more_ ? more_.get() : inline_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static std::uint8_t* bytes(std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  std::size_t size_;
  nghttp2_nv inline_[kInlineFields];
  std::unique_ptr<nghttp2_nv[]> more_;
};

std::string_view text_of(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

// Whether a reset with this code answers something the peer did wrong.
bool blames_the_peer(std::uint32_t code) {
  switch (static_cast<ErrorCode>(code)) {
    case ErrorCode::kProtocolError:
    case ErrorCode::kFlowControlError:
    case ErrorCode::kStreamClosed:
    case ErrorCode::kFrameSizeError:
    case ErrorCode::kRefusedStream:
    case ErrorCode::kEnhanceYourCalm:
      return true;
    default:
      return false;
  }
}

}  // namespace

// The library's callbacks; `user` is the codec, a data source's pointer is its stream.
struct Codec::Callbacks {
  static Codec& codec(void* user) { return *static_cast<Codec*>(user); }

  static int on_begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user) {
    codec(user).events_.on_frame_header({.length = static_cast<std::uint32_t>(header->length),
                                         .type = static_cast<FrameType>(header->type),
                                         .flags = header->flags,
                                         .stream_id = header->stream_id});
    return 0;
  }

  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Codec& self = codec(user);
    self.reading_ = nullptr;
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    const std::int32_t id = frame->hd.stream_id;
    if (self.side_ == Side::kClient || frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
      self.reading_ = self.find(id);
      return 0;
    }
    CodecStream* stream = self.events_.on_stream(id);
    if (stream == nullptr) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    stream->id_ = id;
    nghttp2_session_set_stream_user_data(session, id, stream);
    self.reading_ = stream;
    return 0;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf* name, nghttp2_rcbuf* value, std::uint8_t,
                       void* user) {
    if (CodecStream* stream = codec(user).reading_) stream->on_field(text_of(name), text_of(value));
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Codec& self = codec(user);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (CodecStream* stream = std::exchange(self.reading_, nullptr)) {
          stream->on_fields_end((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
        }
        break;
      case NGHTTP2_DATA:
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
          if (CodecStream* stream = self.find(frame->hd.stream_id)) stream->on_end();
        }
        break;
      case NGHTTP2_RST_STREAM:
        self.reset_by_peer_ = frame->hd.stream_id;
        break;
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) self.events_.on_peer_settings();
        break;
      case NGHTTP2_GOAWAY:
        self.events_.on_peer_goaway(static_cast<ErrorCode>(frame->goaway.error_code));
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) self.events_.on_ping_answered();
        break;
      default:
        break;
    }
    return 0;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                     void* user) {
    Codec& self = codec(user);
    if (CodecStream* stream = self.find(id)) {
      stream->on_data({reinterpret_cast<const char*>(data), size});
    } else {
      nghttp2_session_consume(self.session_, id, size);
    }
    return 0;
  }

  static int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    Codec& self = codec(user);
    CodecStream* stream = self.find(id);
    if (stream == nullptr) return 0;
    if (self.reading_ == stream) self.reading_ = nullptr;
    stream->id_ = 0;
    stream->on_closed(static_cast<ErrorCode>(code), self.reset_by_peer_ == id);
    return 0;
  }

  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Codec& self = codec(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (CodecStream* stream = self.find(frame->hd.stream_id)) {
          stream->on_head_written(kFrameHeaderBytes + frame->hd.length);
          if (ends) stream->on_end_written();
        }
        break;
      case NGHTTP2_DATA:
        self.events_.on_data_written();
        if (ends) {
          if (CodecStream* stream = self.find(frame->hd.stream_id)) stream->on_end_written();
        }
        break;
      case NGHTTP2_RST_STREAM:
        if (blames_the_peer(frame->rst_stream.error_code)) {
          self.events_.on_stream_error(static_cast<ErrorCode>(frame->rst_stream.error_code));
        }
        break;
      default:
        break;
    }
    return 0;
  }

  static int on_frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int why, void*) {
    // A head that cannot be sent ends its stream. (A request's stream is closed by the library itself.)
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat != NGHTTP2_HCAT_REQUEST &&
        (why == NGHTTP2_ERR_FRAME_SIZE_ERROR || why == NGHTTP2_ERR_HEADER_COMP)) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
    }
    return 0;
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t length, std::uint32_t* flags,
                           nghttp2_data_source* source, void* user) {
    Codec& self = codec(user);
    const std::size_t room = self.output_room_ - self.output_used_;
    if (room < kProduceRoom) return NGHTTP2_ERR_PAUSE;
    auto* stream = static_cast<CodecStream*>(source->ptr);
    const Outgoing outgoing = stream->offer(std::min(length, room - kFrameHeaderBytes));
    if (outgoing.status == Outgoing::Status::kFailed) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (outgoing.status == Outgoing::Status::kWaiting) return NGHTTP2_ERR_DEFERRED;
    if (outgoing.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (outgoing.trailers) *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    return static_cast<ssize_t>(outgoing.bytes);
  }

  static int send_body(nghttp2_session*, nghttp2_frame*, const std::uint8_t* header, std::size_t length,
                       nghttp2_data_source* source, void* user) {
    Codec& self = codec(user);
    char* out = self.output_ + self.output_used_;
    std::memcpy(out, header, kFrameHeaderBytes);
    if (length > 0) static_cast<CodecStream*>(source->ptr)->take(out + kFrameHeaderBytes, length);
    self.output_used_ += kFrameHeaderBytes + length;
    return 0;
  }
};

Codec::Codec(Side side, const CodecOptions& options, CodecEvents& events) : side_(side), events_(events) {
  nghttp2_session_callbacks* callbacks_pointer = nullptr;
  BRINK_ASSERT(nghttp2_session_callbacks_new(&callbacks_pointer) == 0);
  const std::unique_ptr<nghttp2_session_callbacks, CallbacksDeleter> callbacks(callbacks_pointer);
  nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks.get(), Callbacks::on_begin_frame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks.get(), Callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(callbacks.get(), Callbacks::on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks.get(), Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks.get(), Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks.get(), Callbacks::on_stream_close);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks.get(), Callbacks::on_frame_sent);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks.get(), Callbacks::on_frame_not_sent);
  nghttp2_session_callbacks_set_send_data_callback(callbacks.get(), Callbacks::send_body);

  nghttp2_option* option_pointer = nullptr;
  BRINK_ASSERT(nghttp2_option_new(&option_pointer) == 0);
  const std::unique_ptr<nghttp2_option, OptionDeleter> option(option_pointer);
  nghttp2_option_set_no_auto_window_update(option.get(), 1);
  // Heads are judged by http/h2/head_reader.h, in one pass with building them.
  nghttp2_option_set_no_http_messaging(option.get(), 1);
  nghttp2_option_set_max_outbound_ack(option.get(), kMaxQueuedAcks);
  nghttp2_option_set_max_settings(option.get(), kMaxSettingsEntries);
  nghttp2_option_set_max_send_header_block_length(option.get(), kMaxSentHeaderBlock);
  nghttp2_option_set_max_continuations(option.get(), options.continuations);
  if (side == Side::kServer) {
    nghttp2_option_set_builtin_recv_extension_type(option.get(), NGHTTP2_PRIORITY_UPDATE);
    // Resets are counted by the session, which knows which streams had been answered.
    nghttp2_option_set_stream_reset_rate_limit(option.get(), UINT64_MAX, UINT64_MAX);
    BRINK_ASSERT(nghttp2_session_server_new2(&session_, callbacks.get(), this, option.get()) == 0);
  } else {
    BRINK_ASSERT(nghttp2_session_client_new2(&session_, callbacks.get(), this, option.get()) == 0);
  }
  submit_settings(options);
}

Codec::~Codec() { nghttp2_session_del(session_); }

void Codec::submit_settings(const CodecOptions& options) {
  const bool server = side_ == Side::kServer;
  const nghttp2_settings_entry entries[] = {
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options.header_bytes},
      {server ? NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS : NGHTTP2_SETTINGS_ENABLE_PUSH, server ? options.max_streams : 0},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
  };
  const std::size_t count = std::size(entries) - (server ? 0 : 1);  // the last one is the server's alone
  BRINK_ASSERT(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, entries, count) == 0);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(options.connection_window));
}

bool Codec::receive(std::span<const char> bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken >= 0) return nghttp2_session_want_read(session_) != 0 || nghttp2_session_want_write(session_) != 0;
  if (taken == NGHTTP2_ERR_FLOODED || taken == NGHTTP2_ERR_TOO_MANY_SETTINGS || taken == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) {
    terminate(ErrorCode::kEnhanceYourCalm);
  } else {
    terminate(ErrorCode::kProtocolError);
  }
  return false;
}

std::size_t Codec::produce(std::span<char> into, bool& more) {
  BRINK_ASSERT(into.size() >= kProduceRoom);
  output_ = into.data();
  output_room_ = into.size();
  output_used_ = 0;
  more = false;
  for (;;) {
    if (output_room_ - output_used_ < kProduceRoom) {
      more = wants_to_produce();
      break;
    }
    const std::uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &frame);
    BRINK_ASSERT(size >= 0);  // out of memory, or a mistake of ours
    if (size == 0) {
      more = output_room_ - output_used_ < kProduceRoom && wants_to_produce();
      break;
    }
    BRINK_ASSERT(static_cast<std::size_t>(size) <= output_room_ - output_used_);
    std::memcpy(output_ + output_used_, frame, static_cast<std::size_t>(size));
    output_used_ += static_cast<std::size_t>(size);
  }
  output_ = nullptr;
  return output_used_;
}

bool Codec::wants_to_produce() const { return nghttp2_session_want_write(session_) != 0; }

bool Codec::is_finished() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

bool Codec::submit_request(CodecStream& stream, std::span<const WireField> fields, bool has_body) {
  if (!may_open_stream()) return false;
  NameValues values(fields);
  nghttp2_data_provider provider{.source = {.ptr = &stream}, .read_callback = Callbacks::read_body};
  const std::int32_t id = nghttp2_submit_request(session_, nullptr, values.data(), values.size(), has_body ? &provider : nullptr, &stream);
  if (id < 0) return false;
  stream.id_ = id;
  return true;
}

void Codec::submit_informational(CodecStream& stream, std::span<const WireField> fields) {
  if (!stream.is_open()) return;
  NameValues values(fields);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id_, nullptr, values.data(), values.size(), nullptr);
}

void Codec::submit_response(CodecStream& stream, std::span<const WireField> fields, bool has_body) {
  if (!stream.is_open()) return;
  NameValues values(fields);
  nghttp2_data_provider provider{.source = {.ptr = &stream}, .read_callback = Callbacks::read_body};
  nghttp2_submit_response(session_, stream.id_, values.data(), values.size(), has_body ? &provider : nullptr);
}

void Codec::submit_trailers(CodecStream& stream, std::span<const WireField> fields) {
  if (!stream.is_open()) return;
  NameValues values(fields);
  nghttp2_submit_trailer(session_, stream.id_, values.data(), values.size());
}

void Codec::resume(CodecStream& stream) {
  if (stream.is_open()) nghttp2_session_resume_data(session_, stream.id_);
}

void Codec::reset(CodecStream& stream, ErrorCode code) {
  if (stream.is_open()) nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id_, static_cast<std::uint32_t>(code));
}

void Codec::abandon(CodecStream& stream, ErrorCode code) {
  if (!stream.is_open()) return;
  reset(stream, code);
  nghttp2_session_set_stream_user_data(session_, stream.id_, nullptr);
  if (reading_ == &stream) reading_ = nullptr;
  stream.id_ = 0;
}

void Codec::consume(CodecStream& stream, std::size_t bytes) {
  if (stream.is_open()) {
    nghttp2_session_consume(session_, stream.id_, bytes);
  } else {
    nghttp2_session_consume_connection(session_, bytes);
  }
}

void Codec::set_priority(CodecStream& stream, const Priority& priority) {
  if (!stream.is_open()) return;
  const nghttp2_extpri value{.urgency = priority.urgency, .inc = priority.incremental ? 1 : 0};
  nghttp2_session_change_extpri_stream_priority(session_, stream.id_, &value, 0);
}

void Codec::announce_shutdown() { nghttp2_submit_shutdown_notice(session_); }

void Codec::shut_down() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR, nullptr, 0);
}

void Codec::terminate(ErrorCode code) { nghttp2_session_terminate_session(session_, static_cast<std::uint32_t>(code)); }

void Codec::ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

std::size_t Codec::queued_frames() const { return nghttp2_session_get_outbound_queue_size(session_); }

bool Codec::has_room(const CodecStream& stream) const {
  return stream.is_open() && nghttp2_session_get_stream_remote_window_size(session_, stream.id_) > 0;
}

std::uint32_t Codec::peer_max_streams() const {
  return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

bool Codec::peer_allows_extended_connect() const {
  return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1;
}

bool Codec::may_open_stream() const { return nghttp2_session_check_request_allowed(session_) != 0; }

CodecStream* Codec::find(std::int32_t id) const {
  return static_cast<CodecStream*>(nghttp2_session_get_stream_user_data(session_, id));
}

}  // namespace brink::http::h2
