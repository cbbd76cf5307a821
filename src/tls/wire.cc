#include "tls/wire.h"

#include "base/assert.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace brink::tls {
namespace {

// Room for four full records beside a flight that could not be sent: more is needed only for a long
// certificate chain.
constexpr std::size_t kFirstOutputBytes = 160 * 1024;

Wire& wire_of(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

int read_bytes(BIO* bio, char* into, std::size_t size, std::size_t* count) {
  BIO_clear_retry_flags(bio);
  auto& readable = wire_of(bio).readable;
  if (readable.empty()) {
    BIO_set_retry_read(bio);
    *count = 0;
    return -1;
  }
  *count = std::min(size, readable.size());
  std::memcpy(into, readable.data(), *count);
  readable.remove_prefix(*count);
  return 1;
}

int write_bytes(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
  BIO_clear_retry_flags(bio);
  wire_of(bio).append({from, size});
  *count = size;
  return 1;
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* wire_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    BRINK_ASSERT(made != nullptr);
    BIO_meth_set_read_ex(made, read_bytes);
    BIO_meth_set_write_ex(made, write_bytes);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return method;
}

}  // namespace

Wire::Wire()
    : bio_(BIO_new(wire_method())),
      input_space_(std::make_unique_for_overwrite<char[]>(kInputBytes)),
      gather_space_(std::make_unique_for_overwrite<char[]>(kGatherBytes)) {
  BRINK_ASSERT(bio_ != nullptr);
  BIO_set_data(bio_.get(), this);
  BIO_set_init(bio_.get(), 1);
  grow(kFirstOutputBytes);
}

Wire& Wire::of_this_thread() {
  static thread_local Wire wire;
  return wire;
}

void Wire::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > output_capacity_ - output_size_) grow(output_size_ + bytes.size());
  std::memcpy(output_.get() + output_size_, bytes.data(), bytes.size());
  output_size_ += bytes.size();
}

void Wire::bind(SSL* ssl) {
  if (SSL_get_rbio(ssl) == bio_.get()) return;
  BIO_up_ref(bio_.get());
  SSL_set0_rbio(ssl, bio_.get());
  BIO_up_ref(bio_.get());
  SSL_set0_wbio(ssl, bio_.get());
}

void Wire::grow(std::size_t size) {
  const std::size_t capacity = std::max(size, output_capacity_ * 2);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (output_size_ > 0) std::memcpy(larger.get(), output_.get(), output_size_);
  output_ = std::move(larger);
  output_capacity_ = capacity;
}

}  // namespace brink::tls
