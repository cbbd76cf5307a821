// The framing of one HTTP/2 connection (RFC 9113): bytes in, events out; commands in, bytes out. It knows frames, HPACK,
// stream states, flow control and the order in which streams are sent (RFC 9218), and nothing of HTTP's messages: fields
// are handed on as they come and judged by those who build heads of them.
//
// The one place that knows nghttp2. A codec of our own can take its place behind this header.
//
// Belongs to one loop. Events come from inside receive() and produce(); a handler may give commands, but must not call
// receive() or produce(), nor destroy the codec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "http/h2/error_code.h"
#include "http/h2/priority.h"

struct nghttp2_session;

namespace brink::http::h2 {

// A field as it goes out. The text must live until the stream's on_head_written() or on_closed().
struct WireField {
  std::string_view name;  // lower case
  std::string_view value;
  bool never_indexed = false;
};

enum class FrameType : std::uint8_t {
  kData = 0, kHeaders, kPriority, kRstStream, kSettings, kPushPromise, kPing, kGoaway, kWindowUpdate, kContinuation,
  kPriorityUpdate = 0x10,
};

struct FrameHeader {
  std::uint32_t length = 0;
  FrameType type{};
  std::uint8_t flags = 0;
  std::int32_t stream_id = 0;
  static constexpr std::uint8_t kEndStream = 0x1;
  static constexpr std::uint8_t kAck = 0x1;
  static constexpr std::uint8_t kEndHeaders = 0x4;
};

// What a stream can put into its next DATA frame.
struct Outgoing {
  enum class Status : unsigned char {
    kData,     // `bytes` are there to be taken, possibly 0 with kEnd
    kWaiting,  // nothing now: the codec asks again after resume()
    kFailed,   // the stream is to be reset with INTERNAL_ERROR
  };
  Status status = Status::kWaiting;
  std::size_t bytes = 0;
  bool end = false;           // nothing follows these bytes
  bool trailers = false;      // but trailers do, which the stream has submitted by submit_trailers()
};

// One stream as its codec sees it. Made by the session; must outlive on_closed().
class CodecStream {
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

  // A header block: its fields in order, then its end. The views are gone when the call returns.
  virtual void on_field(std::string_view name, std::string_view value) = 0;
  virtual void on_fields_end(bool end_stream) = 0;
  // Content, which counts against the windows until consume().
  virtual void on_data(std::string_view bytes) = 0;
  // END_STREAM on a DATA frame.
  virtual void on_end() = 0;
  // A HEADERS frame of ours went out, `bytes` long on the wire: the fields' text is needed no more.
  virtual void on_head_written(std::size_t bytes) = 0;
  // At most `limit` bytes fit into the next frame.
  virtual Outgoing offer(std::size_t limit) = 0;
  // Copies the first `bytes` of what was offered.
  virtual void take(char* into, std::size_t bytes) = 0;
  // Our END_STREAM went out.
  virtual void on_end_written() = 0;
  // The stream is gone: both sides have ended it (kNoError), or one has reset it. The last event.
  virtual void on_closed(ErrorCode code, bool by_peer) = 0;

  std::int32_t id_ = 0;
};

class CodecEvents {
 public:
  // Server: the peer opens stream `id`. The answer is where its events go; nullptr refuses it (REFUSED_STREAM).
  virtual CodecStream* on_stream(std::int32_t id) = 0;
  // A frame's header has been read, before anything is done with it.
  virtual void on_frame_header(const FrameHeader& frame) = 0;
  // The codec itself resets a stream for what the peer did on it.
  virtual void on_stream_error(ErrorCode code) = 0;
  // A DATA frame went out.
  virtual void on_data_written() = 0;
  virtual void on_peer_settings() = 0;
  virtual void on_peer_goaway(ErrorCode code) = 0;
  virtual void on_ping_answered() = 0;

 protected:
  ~CodecEvents() = default;
};

struct CodecOptions {
  std::uint32_t max_streams = 128;             // that the peer may open
  std::uint32_t stream_window = 64 * 1024;     // what the peer may send on a stream before it is consumed
  std::uint32_t connection_window = 64 * 1024;
  std::uint32_t header_bytes = 64 * 1024;      // advertised as SETTINGS_MAX_HEADER_LIST_SIZE
  std::uint32_t continuations = 16;            // frames of one header block after the first
};

class Codec {
 public:
  enum class Side : unsigned char { kServer, kClient };
  // produce() needs at least this much room, so that any frame that is not DATA fits whole.
  static constexpr std::size_t kProduceRoom = 17 * 1024;

  // Queues the connection preface with our SETTINGS.
  Codec(Side side, const CodecOptions& options, CodecEvents& events);
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // Takes in what the peer sent. False: the peer broke the protocol so that nothing more can be read; where the peer is
  // to be told, a GOAWAY is queued. Produce, close.
  [[nodiscard]] bool receive(std::span<const char> bytes);
  // Writes whole frames to `into` until nothing is left to be sent or less than kProduceRoom remains.
  // Requires kProduceRoom bytes. `more` says whether room was what ended it.
  [[nodiscard]] std::size_t produce(std::span<char> into, bool& more);
  [[nodiscard]] bool wants_to_produce() const;
  // Neither side will use the connection any more.
  [[nodiscard]] bool is_finished() const;

  // --- a stream's own side ---
  // Client: opens the next stream with a request. False where no stream can be opened any more.
  [[nodiscard]] bool submit_request(CodecStream& stream, std::span<const WireField> fields, bool has_body);
  // Server: an informational response or, with `last`, the response; has_body: offer() will be asked.
  void submit_informational(CodecStream& stream, std::span<const WireField> fields);
  void submit_response(CodecStream& stream, std::span<const WireField> fields, bool has_body);
  // From within offer(), whose answer has `end` and `trailers`.
  void submit_trailers(CodecStream& stream, std::span<const WireField> fields);
  // After offer() has answered kWaiting: it is worth asking again.
  void resume(CodecStream& stream);
  void reset(CodecStream& stream, ErrorCode code);
  // Resets the stream, where it is open, and forgets it at once: no event comes any more, and it may die.
  void abandon(CodecStream& stream, ErrorCode code);
  // Opens the windows by what was received on the stream and has been used (or thrown away). The stream's own window
  // only where it is open.
  void consume(CodecStream& stream, std::size_t bytes);
  void set_priority(CodecStream& stream, const Priority& priority);

  // --- the connection ---
  // Says that no stream should be opened any more, without refusing those on their way (RFC 9113 section 6.8).
  void announce_shutdown();
  // Refuses what the peer has opened after what we know of.
  void shut_down();
  // Says why and stops: nothing else will be received or sent.
  void terminate(ErrorCode code);
  void ping();

  // Whether a header block has begun to come and is not complete.
  [[nodiscard]] bool is_reading_head() const { return reading_ != nullptr; }
  // Frames waiting in the queue that are not DATA.
  [[nodiscard]] std::size_t queued_frames() const;
  // Whether the stream's own window lets something out.
  [[nodiscard]] bool has_room(const CodecStream& stream) const;
  // Streams that the peer lets us open at the same time.
  [[nodiscard]] std::uint32_t peer_max_streams() const;
  [[nodiscard]] bool peer_allows_extended_connect() const;
  // Whether the peer still lets us open streams at all.
  [[nodiscard]] bool may_open_stream() const;

 private:
  struct Callbacks;
  CodecStream* find(std::int32_t id) const;
  void submit_settings(const CodecOptions& options);

  Side side_;
  CodecEvents& events_;
  nghttp2_session* session_ = nullptr;
  CodecStream* reading_ = nullptr;      // whose header block is being read
  std::int32_t reset_by_peer_ = 0;      // the stream whose RST_STREAM came last
  char* output_ = nullptr;              // where produce() writes, while it runs
  std::size_t output_room_ = 0;
  std::size_t output_used_ = 0;
};

}  // namespace brink::http::h2
