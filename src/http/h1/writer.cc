#include "http/h1/writer.h"

#include <array>
#include <charconv>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "http/field_syntax.h"

namespace brink::http::h1 {
namespace {

class WriteDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "http/1.1 output"; }
  std::string message(int code, std::int64_t) const override {
    switch (static_cast<WriteError>(code)) {
      case WriteError::kUnwritableHead:
        return "a name or a value in the head has a line break or other characters it may not have";
      case WriteError::kLengthMismatch: return "the content is not as long as its Content-Length";
    }
    return "unknown";
  }
};
constexpr WriteDomain kWriteDomain;

// What the writer itself says, or nobody may.
constexpr std::array<bool, static_cast<std::size_t>(FieldName::kCount)> kLeftOut = [] {
  std::array<bool, static_cast<std::size_t>(FieldName::kCount)> left_out{};
  for (FieldName name : {FieldName::kConnection, FieldName::kContentLength, FieldName::kHost,
                         FieldName::kHttp2Settings, FieldName::kKeepAlive, FieldName::kProxyConnection,
                         FieldName::kTe, FieldName::kTransferEncoding, FieldName::kUpgrade}) {
    left_out[static_cast<std::size_t>(name)] = true;
  }
  return left_out;
}();

bool is_left_out(FieldName name) { return kLeftOut[static_cast<std::size_t>(name)]; }

constexpr std::size_t kLineOverhead = 4;  // ": " and CRLF
constexpr std::size_t kFramingRoom =
    160;  // request or status line's fixed parts, framing and connection fields

// Appends to a block that was made large enough, counting the lines.
class Lines {
 public:
  explicit Lines(std::size_t room) : buffer_(Buffer::make(room)), at_(buffer_->data()) {}
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() {
    if (buffer_ != nullptr) buffer_->drop_reference();
  }

  void text(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void number(std::uint64_t value) { at_ = std::to_chars(at_, at_ + 20, value).ptr; }
  void end_line() {
    *at_++ = '\r';
    *at_++ = '\n';
    ++lines_;
  }
  void line(std::string_view whole) {
    text(whole);
    end_line();
  }
  void field(std::string_view name, std::string_view value) {
    text(name);
    *at_++ = ':';
    *at_++ = ' ';
    text(value);
    end_line();
  }
  void fields(const Fields& fields) {
    for (const Field& one : fields) {
      if (is_left_out(one.id)) continue;
      if (one.id == FieldName::kOther && !is_token(one.name)) malformed_ = true;
      field(one.name, one.value);
    }
  }

  // Hands out the block if its line breaks are those that were meant and nothing else controls anything.
  Result<Slice> finish() {
    if (malformed_ || !has_line_breaks(lines_)) return fail(WriteError::kUnwritableHead);
    const std::string_view bytes(buffer_->data(), static_cast<std::size_t>(at_ - buffer_->data()));
    return Slice(std::exchange(buffer_, nullptr), bytes);
  }

 private:
  // Whether CR and LF occur just so many times, and NUL never: one look over the whole block instead of one
  // at each value.
  [[nodiscard]] bool has_line_breaks(std::size_t expected) const {
    const char* at = buffer_->data();
    std::size_t returns = 0, feeds = 0, nuls = 0;
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    __m128i return_sum = zero, feed_sum = zero, nul_seen = zero;
    for (; at_ - at >= 16; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i one = _mm_set1_epi8(1);
      const __m128i is_return = _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')), one);
      const __m128i is_feed = _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), one);
      return_sum = _mm_add_epi64(return_sum, _mm_sad_epu8(is_return, zero));
      feed_sum = _mm_add_epi64(feed_sum, _mm_sad_epu8(is_feed, zero));
      nul_seen = _mm_or_si128(nul_seen, _mm_cmpeq_epi8(bytes, zero));
    }
    alignas(16) std::uint64_t sums[2];
    _mm_store_si128(reinterpret_cast<__m128i*>(sums), return_sum);
    returns = sums[0] + sums[1];
    _mm_store_si128(reinterpret_cast<__m128i*>(sums), feed_sum);
    feeds = sums[0] + sums[1];
    nuls = static_cast<std::size_t>(_mm_movemask_epi8(nul_seen));
#endif
    for (; at != at_; ++at) {
      returns += *at == '\r' ? 1 : 0;
      feeds += *at == '\n' ? 1 : 0;
      nuls += *at == '\0' ? 1 : 0;
    }
    return returns == expected && feeds == expected && nuls == 0;
  }

  Buffer* buffer_;
  char* at_;
  std::size_t lines_ = 0;
  bool malformed_ = false;
};

std::size_t room_for(const Fields& fields) {
  std::size_t room = kFramingRoom;
  for (const Field& field : fields) room += field.name.size() + field.value.size() + kLineOverhead;
  return room;
}

void write_connection(Lines& lines, ConnectionOption option) {
  if (option == ConnectionOption::kClose) lines.line("Connection: close");
  if (option == ConnectionOption::kKeepAlive) lines.line("Connection: keep-alive");
}

void write_framing(Lines& lines, const Framing& framing) {
  if (framing.kind == Framing::Kind::kLength) {
    lines.text("Content-Length: ");
    lines.number(framing.length);
    lines.end_line();
  } else if (framing.kind == Framing::Kind::kChunked) {
    lines.line("Transfer-Encoding: chunked");
  }
}

}  // namespace

const ErrorDomain& error_domain(WriteError) { return kWriteDomain; }

Result<Slice> write_request_head(const RequestHead& head, const Framing& framing,
                                 ConnectionOption connection) {
  if (!is_token(head.method_name) || head.target.empty() || !syntax::all_in<syntax::kTarget>(head.target) ||
      (!head.authority.empty() && !is_authority(head.authority)) ||
      (!head.upgrade.empty() && !is_field_value(head.upgrade))) {
    return fail(WriteError::kUnwritableHead);
  }
  Lines lines(room_for(head.fields) + head.method_name.size() + head.target.size() + head.authority.size() +
              head.upgrade.size());
  lines.text(head.method_name);
  lines.text(" ");
  lines.text(head.target);
  lines.line(" HTTP/1.1");
  lines.field("Host", head.authority);
  lines.fields(head.fields);
  write_framing(lines, framing);
  if (!head.upgrade.empty()) {
    lines.line("Connection: upgrade");
    lines.field("Upgrade", head.upgrade);
  } else if (head.accepts_trailers) {
    lines.line("TE: trailers");
    lines.line(connection == ConnectionOption::kClose ? "Connection: close, TE" : "Connection: TE");
  } else {
    write_connection(lines, connection);
  }
  lines.end_line();
  return lines.finish();
}

Result<Slice> write_response_head(const ResponseHead& head, const Framing& framing,
                                  ConnectionOption connection) {
  if (head.status < 100 || head.status > 999) return fail(WriteError::kUnwritableHead);
  const std::string_view reason = head.reason.empty() ? reason_phrase(head.status) : head.reason;
  Lines lines(room_for(head.fields) + reason.size() + head.upgrade.size());
  lines.text("HTTP/1.1 ");
  lines.number(head.status);
  lines.text(" ");
  lines.line(reason);
  lines.fields(head.fields);
  const bool may_have_length = head.status >= 200 && head.status != 204;
  if (framing.kind == Framing::Kind::kNone && may_have_length) {
    if (const auto length = content_length(head.fields)) write_framing(lines, Framing::of_length(*length));
  } else {
    write_framing(lines, framing);
  }
  if (head.status == 101) {
    lines.line("Connection: upgrade");
    lines.field("Upgrade", head.upgrade);
  } else {
    write_connection(lines, connection);
  }
  lines.end_line();
  return lines.finish();
}

Result<Slice> write_last_chunk(const Fields& trailers) {
  Lines lines(room_for(trailers));
  lines.line("0");
  for (const Field& field : trailers) {
    if (!may_be_trailer(field.id)) continue;
    if (!is_token(field.name)) return fail(WriteError::kUnwritableHead);
    lines.field(field.name, field.value);
  }
  lines.end_line();
  return lines.finish();
}

}  // namespace brink::http::h1
