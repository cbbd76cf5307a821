// One request on an HTTP/2 connection and the response to it: what the codec says of a stream, as the
// ServerStream that a service answers. Part of http/h2/server_session.cc, which owns all streams; nobody else
// includes this.
#pragma once

#include "http/h2/head_reader.h"
#include "http/h2/inbound_body.h"
#include "http/h2/outbound_body.h"
#include "http/h2/turns.h"
#include "http/server.h"
#include "runtime/frame_pool.h"
#include "runtime/loop.h"

namespace brink::http::h2 {

class StreamOfServer;
struct AllStreamsTag;
struct StartingTag;
struct WritingTag;

// What a stream needs of its session.
class StreamHost {
 public:
  StreamHost(Codec& codec, Service& service, const ConnectionFacts& facts, const ServerLimits& limits,
             const ServerTimeouts& timeouts, Loop& loop)
      : codec(codec), service(service), facts(facts), limits(limits), timeouts(timeouts), loop(loop) {}

  // The head is complete: the request is to be served.
  virtual void start(StreamOfServer& stream) = 0;
  // Something was submitted.
  virtual void wake_writer() = 0;
  // Our last byte on the stream has been produced: tell it when the transport has it.
  virtual void await_written(StreamOfServer& stream) = 0;
  // The codec has forgotten the stream.
  virtual void on_closed(StreamOfServer& stream, ErrorCode code, bool by_peer) = 0;
  virtual void drain() = 0;
  // The client made us reset the stream.
  virtual void count_fault() = 0;
  // The buffer that is being read from, which DATA can be shared of.
  [[nodiscard]] virtual Buffer* reading_buffer() = 0;
  // Of the header block that is being read: when it began, and its bytes with its frames' headers.
  [[nodiscard]] virtual TimePoint block_began() const = 0;
  [[nodiscard]] virtual std::size_t block_bytes() const = 0;
  // Whether the connection's own window keeps the client from getting anything, and since when nothing went
  // out.
  [[nodiscard]] virtual TimePoint last_connection_progress() const = 0;

  Codec& codec;
  Service& service;
  const ConnectionFacts& facts;
  const ServerLimits& limits;
  const ServerTimeouts& timeouts;
  Loop& loop;

 protected:
  ~StreamHost() = default;
};

// Lives until the codec has closed it and its task, where it has one, has ended.
class StreamOfServer final : public ServerStream,
                             public CodecStream,
                             public InboundBody::Owner,
                             public ListHook<AllStreamsTag>,
                             public ListHook<StartingTag>,
                             public ListHook<WritingTag> {
 public:
  StreamOfServer(StreamHost& host, CancelScope& parent);
  ~StreamOfServer() override = default;
  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* stream, std::size_t size) { frame_pool::deallocate(stream, size); }

  // --- ServerStream ---
  [[nodiscard]] RequestHead& request() override { return head_; }
  [[nodiscard]] Body* body() override { return has_body_ ? &inbound_ : nullptr; }
  [[nodiscard]] const ConnectionFacts& connection() const override { return host_.facts; }
  [[nodiscard]] std::uint64_t request_head_bytes() const override { return head_bytes_; }
  [[nodiscard]] std::uint64_t body_bytes_received() const override { return inbound_.received(); }
  [[nodiscard]] TimePoint started() const override { return started_; }
  Task<Result<>> send_informational(const ResponseHead& head) override;
  Task<Result<>> send(const ResponseHead& head, Body* body, SendReport& report) override;
  void close_after_response() override { host_.drain(); }

  // --- the session ---
  [[nodiscard]] CancelScope& scope() { return scope_; }
  // The service has returned.
  void on_served();
  // The transport has all that was sent.
  void on_written();
  // Nobody will read what has come and not been read: the windows open by it.
  void discard_content();
  // The connection is no more.
  void on_connection_lost(const Error& why);
  // The position of our last byte among those of the connection.
  std::uint64_t end_position = 0;
  bool is_served = false;   // its task has ended, or it never had one
  bool is_started = false;  // it has, or had, a task

 private:
  // --- CodecStream ---
  void on_field(FieldName id, std::string_view name, std::string_view value) override;
  void on_fields_end(bool end_stream) override;
  void on_data(std::string_view bytes) override;
  void on_end() override;
  Outgoing offer(std::size_t limit) override;
  void take(char* into, std::size_t bytes) override;
  void on_end_produced() override;
  void on_closed(ErrorCode code, bool by_peer) override;
  // --- InboundBody::Owner ---
  void on_body_taken(std::size_t bytes) override;
  void on_body_wanted() override;

  void on_request_head(bool end_stream);
  void on_trailers(bool end_stream);
  void answer_fault(HeadFault fault);
  void refuse(std::uint16_t status, const Error& why);
  void content_is_over(const Fields* trailers);
  void content_is_malformed();
  void fail_body(const Error& why);
  void submit_informational(const ResponseHead& head);
  void submit_response(const ResponseHead& head, Body* body);
  bool submit_trailers();
  Task<Result<>> wait_until_sent();
  void abort(ErrorCode code, const Error& why);
  void check_body_progress();
  void check_write_progress();
  void arm(Timer& timer, TimePoint since, std::chrono::milliseconds allowed);

  StreamHost& host_;
  CancelScope scope_;
  TimePoint started_;
  RequestHead head_;
  RequestReader reader_;
  InboundBody inbound_;
  std::unique_ptr<Body> refusal_;  // where the request is answered without its being served
  OutboundBody outbound_;
  Fields trailers_{head_.arena};
  std::optional<TrailersReader> trailers_reader_;
  std::optional<std::uint64_t> declared_length_;
  std::uint64_t head_bytes_ = 0;
  std::uint64_t response_head_bytes_ = 0;

  WaitPlace sender_;               // where send() waits
  std::optional<Error> failure_;   // why nothing can be sent any more
  TimePoint last_body_progress_;   // something came
  TimePoint last_write_progress_;  // something went
  OwnedTimer<StreamOfServer, &StreamOfServer::check_body_progress> body_timer_{*this};
  OwnedTimer<StreamOfServer, &StreamOfServer::check_write_progress> write_timer_{*this};

  std::uint8_t informational_ = 0;
  bool head_complete_ = false;
  bool has_body_ = false;
  bool body_wanted_ = false;   // the consumer waits
  bool content_over_ = false;  // END_STREAM has come
  bool continue_sent_ = false;
  bool response_submitted_ = false;
  bool is_tunnel_ = false;     // an accepted upgrade
  bool end_produced_ = false;  // our END_STREAM is in the output
  bool sent_ = false;          // and the transport has it
};

}  // namespace brink::http::h2
