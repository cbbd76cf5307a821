// The one message model of the house (RFC 9110). Every protocol at the edge of the house, h1, h2, the cache,
// an origin, speaks it: a head, which is a method or a status and fields in order, and a body (http/body.h).
//
// A head owns one arena; every name and value in it is a view into that arena (or into text with static
// lifetime), so a view is good as long as its head. Heads belong to one loop and do not move.
//
// What the model never holds, because it belongs to one protocol's framing: Host and :authority (they are
// `authority`), Connection and what it names, Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade (it is
// `upgrade`), TE but for "trailers". Content-Length stays among the fields and agrees with the body's length.
#pragma once

#include "base/arena.h"
#include "http/field_name.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace brink::http {

enum class Method : std::uint8_t {
  kOther,
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch
};

[[nodiscard]] Method find_method(std::string_view name);  // case matters, RFC 9110 section 9.1
// RFC 9110 section 9.2.1 and 9.2.2.
[[nodiscard]] bool is_safe(Method method);
[[nodiscard]] bool is_idempotent(Method method);

enum class Version : std::uint8_t { kHttp10, kHttp11, kHttp2, kHttp3 };
[[nodiscard]] std::string_view version_text(Version version);  // "HTTP/1.1"

struct Field {
  std::string_view name;  // as received; lower case where it came by h2
  std::string_view value;
  FieldName id = FieldName::kOther;
};

// The fields of a head or the trailers of a body, in the order received. Lookups are linear over at most
// limits::kMaxFields small records; well-known names compare by one byte.
class Fields {
 public:
  explicit Fields(Arena& arena) : arena_(&arena) {}
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // Views are kept, not copied: they must live as long as the head. Use arena().copy() where they do not.
  void add(std::string_view name, std::string_view value) { append({name, value, find_field_name(name)}); }
  void add(FieldName id, std::string_view value) { append({canonical_name(id), value, id}); }
  void add(const Field& field) { append(field); }
  // Removes all fields of that name and adds one.
  void set(FieldName id, std::string_view value);
  void set(std::string_view name, std::string_view value);
  // How many were removed.
  std::size_t remove(FieldName id);
  std::size_t remove(std::string_view name);
  template <class Predicate>
  std::size_t remove_if(Predicate matches) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (!matches(data_[i])) data_[kept++] = data_[i];
    }
    const std::size_t removed = size_ - kept;
    size_ = kept;
    return removed;
  }

  [[nodiscard]] const Field* find(FieldName id) const;
  [[nodiscard]] const Field* find(std::string_view name) const;
  // The value of the first such field; empty where there is none.
  [[nodiscard]] std::string_view value(FieldName id) const;
  // All values of that name joined by ", " (RFC 9110 section 5.3), in the arena where there are several.
  [[nodiscard]] std::string_view combined(FieldName id);
  // How many fields have that name.
  [[nodiscard]] std::size_t count(FieldName id) const;
  [[nodiscard]] bool has(FieldName id) const { return find(id) != nullptr; }

  [[nodiscard]] const Field* begin() const { return data_; }
  [[nodiscard]] const Field* end() const { return data_ + size_; }
  [[nodiscard]] Field* begin() { return data_; }
  [[nodiscard]] Field* end() { return data_ + size_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  [[nodiscard]] Arena& arena() const { return *arena_; }

 private:
  void append(const Field& field) {
    if (size_ == capacity_) grow();
    data_[size_++] = field;
  }
  void grow();

  Arena* arena_;
  Field* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

struct RequestHead {
  Arena arena;
  Method method = Method::kGet;
  Version version = Version::kHttp11;
  std::string_view method_name = "GET";
  std::string_view scheme = "http";  // "http" or "https"
  std::string_view authority;        // host and optional port as the client said it; empty only in HTTP/1.0
  // Path and query as received ("/a?b=c"), or "*" for OPTIONS. An absolute target has been taken apart.
  std::string_view target = "/";
  // The protocol asked for by Upgrade (h1) or :protocol (h2, RFC 8441), as "websocket"; empty for ordinary
  // requests. Such a request has a body that begins when the response is 101: bytes in both directions until
  // both end.
  std::string_view upgrade;
  bool expects_continue = false;  // Expect: 100-continue
  bool accepts_trailers = false;  // TE: trailers
  Fields fields{arena};

  [[nodiscard]] std::string_view path() const { return target.substr(0, target.find('?')); }
  // What follows the first '?', without it; empty where there is none.
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
  // The authority without its port, brackets kept.
  [[nodiscard]] std::string_view host() const;
};

struct ResponseHead {
  Arena arena;
  Version version = Version::kHttp11;  // that of whoever made the response
  std::uint16_t status = 200;          // 101 for an accepted upgrade whatever the protocol
  std::string_view reason;             // empty: the status's own phrase
  std::string_view upgrade;            // with 101: the protocol
  Fields fields{arena};
};

// "Not Found"; empty for a status without a registered phrase.
[[nodiscard]] std::string_view reason_phrase(std::uint16_t status);
// Whether a response to `method` with `status` has no content by definition (RFC 9110 section 6.4.1).
[[nodiscard]] bool has_no_content(Method method, std::uint16_t status);
// The value of Content-Length where it is there and well-formed.
[[nodiscard]] std::optional<std::uint64_t> content_length(const Fields& fields);
// Removes the fields that belong to one connection, RFC 9110 section 7.6.1: Connection, what it names, and
// the well-known hop-by-hop fields.
void remove_hop_by_hop(Fields& fields);

}  // namespace brink::http
