// From the fields of a header block to a head of the message model (RFC 9113 section 8): everything that
// would mean something else in another protocol is refused here, so that what leaves as HTTP/1.1 cannot be
// read in two ways.
//
// A reader takes the fields of one block in order and judges it at its end. After a fault it only goes on
// counting, for the block has to be decoded to its end whatever is in it. Belongs to the stream whose head it
// fills.
#pragma once

#include "http/limits.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::http::h2 {

// What is wrong with a head.
enum class HeadFault : std::uint8_t {
  kNone,
  kMalformed,     // RFC 9113 section 8.1.1: the stream is reset
  kHeaderBytes,   // over limits.header_bytes: 431
  kHeaderCount,   // over limits.header_count: 431
  kUriBytes,      // over limits.uri_bytes: 414
  kPlainConnect,  // CONNECT without :protocol, which is not served: 501
};

// What all blocks have in common: how much they may hold and how a field looks.
class BlockReader {
 public:
  [[nodiscard]] HeadFault fault() const { return fault_; }
  // Of all fields so far: names, values and 32 bytes each (RFC 9113 section 6.5.2).
  [[nodiscard]] std::size_t decoded_bytes() const { return bytes_; }

 protected:
  BlockReader(std::uint32_t max_bytes, std::uint32_t max_fields)
      : max_bytes_(max_bytes), max_fields_(max_fields) {}

  // Counts a field; false where it is to be left alone because something is wrong already or now.
  bool count(std::string_view name, std::string_view value);
  // Checks a field that is not a pseudo-field: its characters, and that it does not belong to a connection.
  bool is_regular(FieldName id, std::string_view name, std::string_view value);
  bool add(Fields& fields, FieldName id, std::string_view name, std::string_view value);
  void set_fault(HeadFault fault) {
    if (fault_ == HeadFault::kNone) fault_ = fault;
  }

 private:
  std::uint32_t max_bytes_;
  std::uint32_t max_fields_;
  std::size_t bytes_ = 0;
  HeadFault fault_ = HeadFault::kNone;
};

class RequestReader : public BlockReader {
 public:
  RequestReader(RequestHead& head, const ServerLimits& limits)
      : BlockReader(limits.header_bytes, limits.header_count),
        head_(head),
        max_uri_bytes_(limits.uri_bytes) {}

  // `id` is what the name is in any case.
  void field(FieldName id, std::string_view name, std::string_view value);
  // The block is complete; `end_stream`: no content follows. With a fault the head holds what there was of
  // it.
  HeadFault finish(bool end_stream);
  [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }

 private:
  // Crumbs of a Cookie field, put together at the end (RFC 9113 section 8.2.3).
  struct Crumb {
    std::string_view text;
    Crumb* next = nullptr;
  };
  void pseudo_field(std::string_view name, std::string_view value);
  bool set_once(std::string_view& place, std::string_view value);
  void add_crumb(std::string_view value);
  void join_crumbs();
  void finish_connect(bool end_stream);

  RequestHead& head_;
  std::uint32_t max_uri_bytes_;
  bool regular_seen_ = false;
  std::string_view method_;
  std::string_view scheme_;
  std::string_view path_;
  std::string_view authority_;
  std::string_view protocol_;
  std::string_view host_;
  std::optional<std::uint64_t> content_length_;
  Crumb* first_crumb_ = nullptr;
  Crumb* last_crumb_ = nullptr;
  std::size_t crumb_bytes_ = 0;
};

// A response, informational or final.
class ResponseReader : public BlockReader {
 public:
  ResponseReader(ResponseHead& head, std::uint32_t max_bytes, std::uint32_t max_fields)
      : BlockReader(max_bytes, max_fields), head_(head) {}

  void field(FieldName id, std::string_view name, std::string_view value);
  HeadFault finish();
  [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }

 private:
  ResponseHead& head_;
  bool status_seen_ = false;
  bool regular_seen_ = false;
  std::optional<std::uint64_t> content_length_;
};

// The fields after a body. Those that must not stand there (http::may_be_trailer) are left out.
class TrailersReader : public BlockReader {
 public:
  TrailersReader(Fields& trailers, std::uint32_t max_bytes, std::uint32_t max_fields)
      : BlockReader(max_bytes, max_fields), trailers_(trailers) {}

  void field(FieldName id, std::string_view name, std::string_view value);

 private:
  Fields& trailers_;
};

}  // namespace brink::http::h2
