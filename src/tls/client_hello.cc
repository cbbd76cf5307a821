#include "tls/client_hello.h"

#include "tls/digest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace brink::tls {
namespace {

class ClientHelloDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "client_hello"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<ClientHelloError>(code)) {
      case ClientHelloError::kTruncated: return fmt::format("ClientHello ends early at byte {}", detail);
      case ClientHelloError::kNotClientHello: return "not a ClientHello";
      case ClientHelloError::kMalformed: return fmt::format("ClientHello is malformed at byte {}", detail);
      case ClientHelloError::kDuplicate: return fmt::format("ClientHello has extension {} twice", detail);
      case ClientHelloError::kTooMany: return "ClientHello has too many cipher suites or extensions";
    }
    return "unknown error";
  }
};
constexpr ClientHelloDomain kDomain;

constexpr unsigned char kClientHelloType = 1;

enum ExtensionType : std::uint16_t {
  kServerName = 0,
  kSupportedGroups = 10,
  kPointFormats = 11,
  kSignatureAlgorithms = 13,
  kAlpn = 16,
  kSupportedVersions = 43,
};

// Takes numbers and length-prefixed vectors (RFC 8446 section 3.4) from the front of a view. One that is not
// all there marks the reader as failed; from then on it gives zeros and empty views.
class Reader {
 public:
  Reader(std::string_view bytes, const char* start) : rest_(bytes), start_(start) {}

  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (char c : take(size)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      rest_ = {rest_.data() + rest_.size(), 0};
      return {};
    }
    auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view vector(std::size_t length_size) {
    const std::size_t size = number(length_size);
    return take(size);
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::int64_t position() const { return rest_.data() - start_; }

 private:
  std::string_view rest_;
  const char* start_;
  bool failed_ = false;
};

Result<> parse_extension(ClientHello& hello, std::uint16_t type, std::string_view body, const char* start) {
  Reader reader(body, start);
  const auto outcome = [&reader](bool well_formed) -> Result<> {
    if (reader.failed()) return fail(ClientHelloError::kTruncated, reader.position());
    if (!well_formed || !reader.at_end()) return fail(ClientHelloError::kMalformed, reader.position());
    return {};
  };
  const auto numbers = [&](std::size_t length_size, U16List& into) -> Result<> {
    const auto list = reader.vector(length_size);
    if (list.size() % 2 == 0) into = U16List(list);
    return outcome(list.size() % 2 == 0 && !list.empty());
  };
  switch (type) {
    case kServerName: {  // RFC 6066 section 3: a list, but of one host name
      hello.has_server_name = true;
      Reader names(reader.vector(2), start);
      const auto name_type = names.number(1);
      const auto name = names.vector(2);
      if (names.failed()) return fail(ClientHelloError::kTruncated, names.position());
      if (name_type == 0) hello.server_name = name;
      return outcome(names.at_end() && !name.empty());
    }
    case kAlpn: {  // RFC 7301 section 3.1
      const auto list = reader.vector(2);
      Reader names(list, start);
      bool well_formed = !list.empty();
      while (!names.at_end() && !names.failed()) well_formed &= !names.vector(1).empty();
      if (names.failed()) return fail(ClientHelloError::kTruncated, names.position());
      if (well_formed) hello.alpn = list;
      return outcome(well_formed);
    }
    case kPointFormats: hello.point_formats = reader.vector(1); return outcome(!hello.point_formats.empty());
    case kSupportedGroups: return numbers(2, hello.groups);
    case kSignatureAlgorithms: return numbers(2, hello.signature_algorithms);
    case kSupportedVersions: return numbers(1, hello.supported_versions);
    default: return {};
  }
}

Result<> parse_extensions(ClientHello& hello, std::string_view block, const char* start) {
  Reader reader(block, start);
  while (!reader.at_end()) {
    const auto type = static_cast<std::uint16_t>(reader.number(2));
    const auto body = reader.vector(2);
    if (reader.failed()) return fail(ClientHelloError::kTruncated, reader.position());
    if (hello.extension_count == ClientHello::kMaxExtensions) return fail(ClientHelloError::kTooMany);
    for (const auto& earlier : hello.all_extensions()) {
      if (earlier.type == type) return fail(ClientHelloError::kDuplicate, type);  // RFC 8446 section 4.2
    }
    hello.extensions[hello.extension_count++] = {type, body};
    if (auto parsed = parse_extension(hello, type, body, start); !parsed) return parsed;
  }
  return {};
}

// --- fingerprints ---

template <class F>
void for_each_without_grease(const U16List& list, F f) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!is_grease(list[i])) f(list[i]);
  }
}

void append_decimal(std::string& text, bool& first, unsigned value) {
  if (!std::exchange(first, false)) text += '-';
  char digits[8];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

constexpr char kHexDigits[] = "0123456789abcdef";

void append_hex(std::string& text, bool& first, std::uint16_t value) {
  if (!std::exchange(first, false)) text += ',';
  for (int shift = 12; shift >= 0; shift -= 4) text += kHexDigits[value >> shift & 0xf];
}

std::string_view ja4_version(std::uint16_t version) {
  switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    case 0x0002: return "s2";
    case 0xfeff: return "d1";
    case 0xfefd: return "d2";
    case 0xfefc: return "d3";
    default: return "00";
  }
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// The first and the last character of the first protocol; of its hexadecimal form where one of them is no
// letter or digit.
std::array<char, 2> ja4_alpn(std::string_view alpn) {
  if (alpn.empty()) return {'0', '0'};
  if (is_alphanumeric(alpn.front()) && is_alphanumeric(alpn.back())) return {alpn.front(), alpn.back()};
  return {kHexDigits[static_cast<unsigned char>(alpn.front()) >> 4],
          kHexDigits[static_cast<unsigned char>(alpn.back()) & 0xf]};
}

void append_count(std::string& text, std::size_t count) {
  count = std::min<std::size_t>(count, 99);
  text += static_cast<char>('0' + count / 10);
  text += static_cast<char>('0' + count % 10);
}

constexpr std::size_t kJa4HashDigits = 12;

void append_ja4_hash(std::string& text, const std::string& list) {
  text += '_';
  if (list.empty()) {
    text.append(kJa4HashDigits, '0');
  } else {
    text.append(sha256_hex(list), 0, kJa4HashDigits);
  }
}

}  // namespace

const ErrorDomain& error_domain(ClientHelloError) { return kDomain; }

std::string_view ClientHello::first_alpn() const {
  return alpn.empty() ? alpn : alpn.substr(1, static_cast<unsigned char>(alpn.front()));
}

Result<> parse_client_hello(std::string_view message, ClientHello& hello) {
  hello = {};
  const char* start = message.data();
  Reader header(message, start);
  if (header.number(1) != kClientHelloType) return fail(ClientHelloError::kNotClientHello);
  Reader reader(header.vector(3), start);
  if (header.failed()) return fail(ClientHelloError::kTruncated, header.position());
  if (!header.at_end()) return fail(ClientHelloError::kMalformed, header.position());

  hello.legacy_version = static_cast<std::uint16_t>(reader.number(2));
  hello.random = reader.take(32);
  hello.session_id = reader.vector(1);
  const auto suites = reader.vector(2);
  hello.compression_methods = reader.vector(1);
  if (reader.failed()) return fail(ClientHelloError::kTruncated, reader.position());
  if (hello.session_id.size() > 32 || suites.empty() || suites.size() % 2 != 0 ||
      hello.compression_methods.empty()) {
    return fail(ClientHelloError::kMalformed, reader.position());
  }
  if (suites.size() / 2 > ClientHello::kMaxCipherSuites) return fail(ClientHelloError::kTooMany);
  hello.cipher_suites = U16List(suites);
  if (reader.at_end()) return {};  // before TLS 1.3 there may be no extensions at all

  const auto block = reader.vector(2);
  if (reader.failed()) return fail(ClientHelloError::kTruncated, reader.position());
  if (!reader.at_end()) return fail(ClientHelloError::kMalformed, reader.position());
  return parse_extensions(hello, block, start);
}

std::string ja3_text(const ClientHello& hello) {
  std::string text;
  text.reserve(256);
  bool first = true;
  const auto append = [&](std::uint16_t value) { append_decimal(text, first, value); };
  const auto next_part = [&] {
    text += ',';
    first = true;
  };
  append(hello.legacy_version);
  next_part();
  for_each_without_grease(hello.cipher_suites, append);
  next_part();
  for (const auto& extension : hello.all_extensions()) {
    if (!is_grease(extension.type)) append(extension.type);
  }
  next_part();
  for_each_without_grease(hello.groups, append);
  next_part();
  for (char format : hello.point_formats) append(static_cast<unsigned char>(format));
  return text;
}

std::string ja3(const ClientHello& hello) { return md5_hex(ja3_text(hello)); }

std::string ja4(const ClientHello& hello, char transport) {
  std::array<std::uint16_t, ClientHello::kMaxCipherSuites> suites;
  std::size_t suite_count = 0;
  for_each_without_grease(hello.cipher_suites, [&](std::uint16_t suite) { suites[suite_count++] = suite; });
  std::sort(suites.begin(), suites.begin() + suite_count);

  std::array<std::uint16_t, ClientHello::kMaxExtensions> extensions;  // without server name and ALPN
  std::size_t extension_count = 0;
  std::size_t counted_extensions = 0;
  for (const auto& extension : hello.all_extensions()) {
    if (is_grease(extension.type)) continue;
    ++counted_extensions;
    if (extension.type != kServerName && extension.type != kAlpn)
      extensions[extension_count++] = extension.type;
  }
  std::sort(extensions.begin(), extensions.begin() + extension_count);

  std::uint16_t version = 0;
  for_each_without_grease(hello.supported_versions,
                          [&](std::uint16_t each) { version = std::max(version, each); });
  if (version == 0) version = hello.legacy_version;

  std::string text;
  text.reserve(36);
  text += transport;
  text += ja4_version(version);
  text += hello.has_server_name ? 'd' : 'i';
  append_count(text, suite_count);
  append_count(text, counted_extensions);
  const auto alpn = ja4_alpn(hello.first_alpn());
  text.append(alpn.data(), alpn.size());

  std::string list;
  list.reserve(512);
  bool first = true;
  for (std::size_t i = 0; i < suite_count; ++i) append_hex(list, first, suites[i]);
  append_ja4_hash(text, list);

  list.clear();
  first = true;
  for (std::size_t i = 0; i < extension_count; ++i) append_hex(list, first, extensions[i]);
  if (!list.empty()) {
    bool first_algorithm = true;
    for_each_without_grease(hello.signature_algorithms, [&](std::uint16_t algorithm) {
      if (first_algorithm) list += '_';
      append_hex(list, first_algorithm, algorithm);
    });
  }
  append_ja4_hash(text, list);
  return text;
}

HelloFacts hello_facts(const ClientHello& hello, std::size_t length) {
  HelloFacts facts;
  facts.length = static_cast<std::uint32_t>(length);
  facts.random = hello.random;
  facts.cipher_suites = hello.cipher_suites.bytes();
  for (const ClientHello::Extension& extension : hello.all_extensions()) {
    facts.extensions += static_cast<char>(extension.type >> 8);
    facts.extensions += static_cast<char>(extension.type & 0xff);
  }
  return facts;
}

}  // namespace brink::tls
