// What OpenSSL believes to be its socket: one per thread, shared by all connections of the thread. While a
// connection is inside OpenSSL it lends the wire the ciphertext that it has received, and takes away what
// OpenSSL wrote, so that the connection itself needs neither BIOs nor buffers, and several records leave in
// one system call.
//
// Belongs to its thread. Between two uses nothing of a connection is left in it.
#pragma once

#include "tls/openssl_handles.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace brink::tls {

struct ServerHandshake;  // tls/server_handshake.h
struct ClientSide;       // tls/client_side.h

class Wire {
 public:
  // Ciphertext received by one call: four full records and their overhead, and what was left of an earlier
  // call.
  static constexpr std::size_t kInputBytes = 96 * 1024;
  // Where small pieces of plaintext are gathered into one record.
  static constexpr std::size_t kGatherBytes = 16 * 1024;

  Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  [[nodiscard]] static Wire& of_this_thread();

  [[nodiscard]] char* input_space() { return input_space_.get(); }
  [[nodiscard]] char* gather_space() { return gather_space_.get(); }

  // What OpenSSL may read now; it takes from the front.
  std::string_view readable;

  // What OpenSSL has written and nobody has taken yet.
  [[nodiscard]] std::string_view written() const { return {output_.get(), output_size_}; }
  void clear_written() { output_size_ = 0; }
  void append(std::string_view bytes);

  // Lets `ssl` read and write here. A connection that came from another thread changes over.
  void bind(SSL* ssl);

  // Whose callbacks come out of OpenSSL now: at most one of them, neither outside of a call.
  ServerHandshake* server = nullptr;
  const ClientSide* client = nullptr;

 private:
  void grow(std::size_t size);

  BioHandle bio_;
  std::unique_ptr<char[]> input_space_;
  std::unique_ptr<char[]> gather_space_;
  std::unique_ptr<char[]> output_;
  std::size_t output_size_ = 0;
  std::size_t output_capacity_ = 0;
};

}  // namespace brink::tls
