// One request on an HTTP/2 connection to an origin. Part of http/h2/client_session.cc; nobody else includes
// this.
#pragma once

#include "http/client.h"
#include "http/h2/client_session.h"
#include "http/h2/head_reader.h"
#include "http/h2/inbound_body.h"
#include "http/h2/outbound_body.h"
#include "http/h2/turns.h"
#include "runtime/frame_pool.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"

namespace brink::http::h2 {

class StreamOfClient;
struct OpenTag;
struct StarvedTag;

// What a stream needs of its session.
class ClientHost {
 public:
  ClientHost(Codec& codec, const ClientOptions& options, Loop& loop)
      : codec(codec), options(options), loop(loop) {}

  virtual void wake_writer() = 0;
  // Whether a stream can be opened; otherwise what is in the way.
  [[nodiscard]] virtual std::optional<Error> why_not_open() const = 0;
  // The stream has been opened: it is to be told when the connection is lost.
  virtual void on_opened(StreamOfClient& stream) = 0;
  // It has been handed back.
  virtual void on_released(StreamOfClient& stream) = 0;
  // Its body has nothing to give now: once the codec has returned, start_pump() is to be called.
  virtual void on_starved(StreamOfClient& stream) = 0;
  // Waits until the origin's settings are known.
  virtual Task<Result<>> peer_settings(Deadline deadline) = 0;
  [[nodiscard]] virtual Buffer* reading_buffer() = 0;
  // Bytes of the connection: produced, and given to the transport.
  [[nodiscard]] virtual std::uint64_t bytes_produced() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_given() const = 0;

  Codec& codec;
  const ClientOptions& options;
  Loop& loop;

 protected:
  ~ClientHost() = default;
};

class StreamOfClient final : public ClientStream,
                             public CodecStream,
                             public InboundBody::Owner,
                             public ListHook<OpenTag>,
                             public ListHook<StarvedTag> {
 public:
  explicit StreamOfClient(ClientHost& host) : host_(host), inbound_(*this) {}
  ~StreamOfClient() override;
  static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
  static void operator delete(void* stream, std::size_t size) { frame_pool::deallocate(stream, size); }

  // --- ClientStream ---
  Task<Result<ResponseHead*>> start(const RequestHead& head, Body* body, const ClientTimeouts& timeouts,
                                    InformationalSink* informational) override;
  [[nodiscard]] Body* response_body() override { return has_body_ ? &inbound_ : nullptr; }
  [[nodiscard]] bool may_have_been_processed() const override {
    return submitted_ && !refused_ && host_.bytes_given() > bytes_before_;
  }
  [[nodiscard]] std::uint64_t request_bytes() const override { return outbound_.taken(); }
  [[nodiscard]] std::uint64_t response_bytes() const override { return inbound_.received(); }
  Task<void> finish() override;

  // --- the session ---
  void start_pump();
  void on_connection_lost(const Error& why);

 private:
  // --- CodecStream ---
  void on_field(FieldName id, std::string_view name, std::string_view value) override;
  void on_fields_end(bool end_stream) override;
  void on_data(std::string_view bytes) override;
  void on_end() override { content_is_over(nullptr); }
  Outgoing offer(std::size_t limit) override;
  void take(char* into, std::size_t bytes) override;
  void on_end_produced() override;
  void on_closed(ErrorCode code, bool by_peer) override;
  // --- InboundBody::Owner ---
  void on_body_taken(std::size_t bytes) override;
  void on_body_wanted() override;

  void submit(const RequestHead& head, Body* body);
  bool submit_trailers();
  void on_response_head(bool end_stream);
  void on_informational();
  void content_is_over(const Fields* trailers);
  void malformed();
  void fail(const Error& why, ErrorCode code);
  void fail_with(const Error& why);
  Task<void> pump();
  void release_held_body();
  void check_read_progress();
  void check_write_progress();
  [[nodiscard]] Deadline head_deadline() const;

  ClientHost& host_;
  ClientTimeouts timeouts_;
  InformationalSink* sink_ = nullptr;
  Method method_ = Method::kGet;
  std::string_view upgrade_;  // of the request's head, which lives as long as this
  std::optional<ResponseHead> head_;
  std::optional<ResponseReader> reader_;
  std::optional<TrailersReader> trailers_reader_;
  std::optional<Fields> trailers_;
  std::optional<std::uint64_t> declared_length_;
  InboundBody inbound_;
  OutboundBody outbound_;
  Arena scratch_;  // of what is sent
  std::optional<TaskGroup> pump_;
  std::optional<Error> failure_;
  WaitPlace starter_;               // where start() waits
  WaitPlace pump_place_;            // where pump() waits for the codec to ask for more
  std::uint64_t bytes_before_ = 0;  // of the connection, before the request's first
  TimePoint request_sent_;          // its last byte was produced
  TimePoint last_read_progress_;
  TimePoint last_write_progress_;
  OwnedTimer<StreamOfClient, &StreamOfClient::check_read_progress> read_timer_{*this};
  OwnedTimer<StreamOfClient, &StreamOfClient::check_write_progress> write_timer_{*this};
  std::uint8_t informational_ = 0;
  bool in_use_ = true;
  bool head_complete_ = false;
  bool has_body_ = false;
  bool no_content_ = false;  // whatever the response's fields say
  bool content_over_ = false;
  bool body_wanted_ = false;
  bool is_held_ = false;  // the body waits for 100 Continue
  bool is_tunnel_ = false;
  bool submitted_ = false;
  bool end_produced_ = false;
  bool refused_ = false;
};

}  // namespace brink::http::h2
