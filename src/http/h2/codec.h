// The framing of one HTTP/2 connection (RFC 9113): bytes in, events out; commands in, bytes out. It knows
// frames, HPACK, stream states, flow control and the order in which streams are sent (RFC 9218), and nothing
// of HTTP's messages: fields are handed on as they come and judged by those who build heads of them.
//
// Belongs to one loop. Events come from inside receive() and produce() alone; a handler may give commands,
// but must not call receive() or produce(), nor destroy the codec. After an on_closed() the stream is not
// touched any more.
#pragma once

#include "base/intrusive_list.h"
#include "base/slice.h"
#include "http/h2/control_queue.h"
#include "http/h2/error_code.h"
#include "http/h2/frame.h"
#include "http/h2/hpack_decoder.h"
#include "http/h2/hpack_encoder.h"
#include "http/h2/priority.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace brink::http::h2 {

struct SendingTag;
struct FinishingTag;

// What a stream can put into its next DATA frame.
struct Outgoing {
  enum class Status : unsigned char {
    kData,     // `bytes` are there to be taken, possibly 0 with `end`
    kWaiting,  // nothing now: the codec asks again after resume()
    kFailed,   // the stream is to be reset with INTERNAL_ERROR
  };
  Status status = Status::kWaiting;
  std::size_t bytes = 0;
  bool end = false;       // nothing follows these bytes
  bool trailers = false;  // but trailers do, which the stream has submitted by submit_trailers()
};

// One stream as its codec sees it. Made by the session; must outlive on_closed(), or be abandoned.
class CodecStream : public FieldSink, private ListHook<SendingTag>, private ListHook<FinishingTag> {
 public:
  [[nodiscard]] std::int32_t id() const { return id_; }
  // Whether the codec knows the stream; commands on a stream that is not open do nothing.
  [[nodiscard]] bool is_open() const { return id_ > 0; }

 protected:
  CodecStream() = default;
  ~CodecStream() = default;
  CodecStream(const CodecStream&) = delete;
  CodecStream& operator=(const CodecStream&) = delete;

 private:
  friend class Codec;
  template <class, class>
  friend class brink::IntrusiveList;

  // A header block's fields have come, in order, by on_field(); this is its end.
  virtual void on_fields_end(bool end_stream) = 0;
  // Content, which counts against the windows until consume().
  virtual void on_data(std::string_view bytes) = 0;
  // END_STREAM on a DATA frame.
  virtual void on_end() = 0;
  // At most `limit` bytes fit into the next frame.
  virtual Outgoing offer(std::size_t limit) = 0;
  // Copies the first `bytes` of what was offered.
  virtual void take(char* into, std::size_t bytes) = 0;
  // Our END_STREAM is among the bytes produced.
  virtual void on_end_produced() = 0;
  // The stream is gone: both sides have ended it (kNoError), or one has reset it. The last event.
  virtual void on_closed(ErrorCode code, bool by_peer) = 0;

  std::int32_t id_ = 0;
  CodecStream* next_ = nullptr;    // of its bucket
  std::int64_t send_window_ = 0;   // what the peer lets us send; negative where it has thought better of it
  std::int64_t receive_left_ = 0;  // what the peer may still send
  std::uint32_t consumed_ = 0;     // and will be told that it may again
  Priority priority_;
  ErrorCode reset_code_ = ErrorCode::kNoError;
  bool has_body_ = false;    // offer() is to be asked
  bool is_waiting_ = false;  // but has nothing to give now
  bool ended_by_us_ = false;
  bool end_told_ = false;  // on_end_produced() was called
  bool ended_by_peer_ = false;
  bool is_reset_ = false;  // our RST_STREAM is in the queue
};

class CodecEvents {
 public:
  // Server: the peer opens stream `id`, whose fields follow. The answer is where they go; nullptr refuses it.
  virtual CodecStream* on_stream(std::int32_t id) = 0;
  // A frame's header has been read, before anything is done with it.
  virtual void on_frame_header(const FrameHeader& frame) = 0;
  // Content of a DATA frame came, whether or not its stream still wants it.
  virtual void on_content() = 0;
  // The codec itself resets a stream, or ignores a frame, for what the peer did.
  virtual void on_stream_error(ErrorCode code) = 0;
  // The peer did what ends the connection.
  virtual void on_connection_error(ErrorCode code) = 0;
  // A DATA frame was produced.
  virtual void on_data_produced() = 0;
  virtual void on_peer_settings() = 0;
  virtual void on_peer_goaway(ErrorCode code) = 0;
  virtual void on_ping_answered() = 0;

 protected:
  ~CodecEvents() = default;
};

struct CodecOptions {
  std::uint32_t max_streams = 128;          // that the peer may have open
  std::uint32_t stream_window = 64 * 1024;  // what the peer may send on a stream before it is consumed
  std::uint32_t connection_window = 64 * 1024;
  std::uint32_t header_bytes = 64 * 1024;  // of one block decoded, announced as SETTINGS_MAX_HEADER_LIST_SIZE
};

class Codec {
 public:
  enum class Side : unsigned char { kServer, kClient };

  // The connection preface with our SETTINGS waits to be produced at once.
  Codec(Side side, const CodecOptions& options, CodecEvents& events);
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // Takes in what the peer sent. False where nothing more is to be read: the peer broke the protocol, for
  // which a GOAWAY waits to be produced, or terminate() was called.
  [[nodiscard]] bool receive(std::span<const char> bytes);
  // Writes what can be sent to `into`, and answers how much that was: all of `into` or nearly, or all there
  // is. Requires room for kProduceRoom bytes.
  [[nodiscard]] std::size_t produce(std::span<char> into);
  static constexpr std::size_t kProduceRoom = 4096;
  [[nodiscard]] bool wants_to_produce() const;
  // Neither side will use the connection any more, and all that was to be said has been produced.
  [[nodiscard]] bool is_finished() const;

  // --- a stream's own side ---
  // Each answers how many bytes its frames take. The fields are encoded at once and need not live on.
  // Client: opens the next stream. Requires may_open_stream(); has_body: offer() will be asked.
  std::size_t submit_request(CodecStream& stream, std::span<const WireField> fields, bool has_body);
  std::size_t submit_informational(CodecStream& stream, std::span<const WireField> fields);
  std::size_t submit_response(CodecStream& stream, std::span<const WireField> fields, bool has_body);
  // From within offer(), whose answer has `end` and `trailers`.
  std::size_t submit_trailers(CodecStream& stream, std::span<const WireField> fields);
  // After offer() has answered kWaiting: it is worth asking again.
  void resume(CodecStream& stream);
  // on_closed() follows from within produce().
  void reset(CodecStream& stream, ErrorCode code);
  // Resets the stream, where it is open, and forgets it at once: no event comes any more, and it may die.
  void abandon(CodecStream& stream, ErrorCode code);
  // What was received on the stream has been used, or thrown away: the windows may open by so much. The
  // stream need not be open any more.
  void consume(CodecStream& stream, std::size_t bytes);
  void set_priority(CodecStream& stream, const Priority& priority);

  // --- the connection ---
  // Says that no stream should be opened any more, without refusing those on their way (RFC 9113
  // section 6.8).
  void announce_shutdown();
  // Says which streams of the peer were seen; those it opens from now on are ignored.
  void shut_down();
  // Says why and stops: nothing is received or sent after that.
  void terminate(ErrorCode code);
  void ping();

  // Whether a header block has begun to come and is not complete.
  [[nodiscard]] bool is_reading_head() const;
  // Bytes of frames that wait to be produced, without DATA.
  [[nodiscard]] std::size_t queued_bytes() const { return control_.size(); }
  // Whether the stream's own window lets something out.
  [[nodiscard]] bool has_room(const CodecStream& stream) const { return stream.send_window_ > 0; }
  [[nodiscard]] std::size_t open_streams() const { return open_streams_; }
  // Streams that the peer lets us open at the same time.
  [[nodiscard]] std::uint32_t peer_max_streams() const { return peer_max_streams_; }
  [[nodiscard]] bool peer_allows_extended_connect() const { return peer_extended_connect_; }
  // Whether the peer still lets us open streams at all.
  [[nodiscard]] bool may_open_stream() const;

 private:
  enum class Reading : unsigned char { kPreface, kFrameHeader, kPayload, kPadLength, kContent, kSkip };
  static constexpr std::size_t kBuckets = 32;

  // --- receiving; each answers false after a connection error ---
  bool take_preface(const char*& at, const char* end);
  bool take_frame_header(const char*& at, const char* end);
  bool take_payload(const char*& at, const char* end);
  bool take_pad_length(const char*& at);
  bool take_content(const char*& at, const char* end);
  void take_skipped(const char*& at, const char* end);
  bool begin_frame();
  bool begin_data();
  bool end_of_content();
  bool on_payload(std::string_view payload);
  bool on_headers(std::string_view payload);
  bool on_continuation(std::string_view payload);
  bool on_block(std::string_view block);
  bool find_target(CodecStream*& target);
  bool on_rst_stream(std::string_view payload);
  bool on_settings(std::string_view payload);
  bool on_setting(std::uint16_t id, std::uint32_t value);
  bool on_settings_ack();
  bool on_ping(std::string_view payload);
  bool on_goaway(std::string_view payload);
  bool on_window_update(std::string_view payload);
  bool on_priority_update(std::string_view payload);
  bool fail(ErrorCode code);
  void stream_error(CodecStream& stream, ErrorCode code);
  void refuse(std::int32_t id);
  void peer_ended(CodecStream& stream);

  // --- sending ---
  void write_frame(FrameType type, std::uint8_t flags, std::int32_t stream_id, std::string_view payload);
  void write_number_frame(FrameType type, std::int32_t stream_id, std::uint32_t number);
  void write_settings(const CodecOptions& options);
  void write_goaway(std::int32_t last_stream, ErrorCode code);
  std::size_t write_block(std::int32_t stream_id, std::span<const WireField> fields, bool end_stream);
  std::size_t produce_data(std::span<char> into);
  void enqueue(CodecStream& stream);
  void begin_sending(CodecStream& stream, bool has_body);
  void end_by_us(CodecStream& stream);
  void finish_streams();
  void consume_connection(std::size_t bytes);

  // --- streams ---
  void open(CodecStream& stream, std::int32_t id);
  void close(CodecStream& stream, ErrorCode code, bool by_peer);
  void forget(CodecStream& stream);
  [[nodiscard]] CodecStream* find(std::int32_t id) const;
  [[nodiscard]] bool is_idle(std::int32_t id) const;
  [[nodiscard]] bool is_peers(std::int32_t id) const { return (id & 1) == (side_ == Side::kServer ? 1 : 0); }
  template <class F>
  void for_each_stream(F f);

  const Side side_;
  CodecEvents& events_;
  HpackDecoder decoder_;
  HpackEncoder encoder_;
  ControlQueue control_;

  // Of what is being read.
  Reading reading_;
  bool settings_seen_ = false;  // the peer's first frame
  bool in_block_ = false;       // HEADERS without END_HEADERS has come
  bool block_ends_stream_ = false;
  std::uint8_t collected_ = 0;  // of header_bytes_, or of the preface
  std::array<char, FrameHeader::kBytes> header_bytes_{};
  FrameHeader frame_;
  std::uint32_t left_ = 0;              // of the payload, or of its content
  std::uint32_t padding_ = 0;           // after the content
  CodecStream* data_stream_ = nullptr;  // where the content goes; nullptr: nowhere
  Buffer* partial_ = nullptr;           // a payload that has to be whole and is not yet
  std::size_t partial_used_ = 0;
  Buffer* block_ = nullptr;  // a header block in several frames
  std::size_t block_used_ = 0;
  const std::size_t max_block_;
  std::int32_t block_stream_ = 0;

  std::array<CodecStream*, kBuckets> buckets_{};
  std::size_t open_streams_ = 0;
  std::int32_t last_peer_stream_ = 0;  // the highest id the peer has opened
  std::uint32_t next_stream_ = 1;      // the id of the next that we open
  IntrusiveList<CodecStream, FinishingTag>
      finishing_;  // to be told or closed once the control frames are out
  static constexpr std::size_t kUrgencies = 8;
  std::array<IntrusiveList<CodecStream, SendingTag>, kUrgencies>
      sending_;  // have a body, room, and do not wait
  // Priorities of streams that the peer will open (RFC 9218 section 7.1), the latest few.
  struct EarlyPriority {
    std::int32_t id = 0;
    Priority priority;
  };
  std::array<EarlyPriority, 8> early_priorities_{};
  std::uint8_t next_early_ = 0;

  const std::uint32_t max_streams_;
  const std::uint32_t stream_window_;
  std::int64_t connection_window_;
  std::int64_t connection_receive_left_;
  std::uint32_t connection_consumed_ = 0;
  std::int64_t connection_send_window_;
  std::int64_t peer_initial_window_;
  std::uint32_t peer_max_streams_;
  bool settings_acknowledged_ = false;
  bool peer_extended_connect_ = false;
  bool shut_down_ = false;  // the GOAWAY that counts has been written
  bool peer_goaway_ = false;
  bool terminated_ = false;
};

}  // namespace brink::http::h2
