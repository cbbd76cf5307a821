#include "http/h1/parser.h"

#include "base/ascii.h"
#include "http/field_syntax.h"

#include <array>
#include <cstring>

namespace brink::http::h1 {
namespace {

constexpr std::string_view kVersion11 = "HTTP/1.1";

// What the fields of a head say about its framing and its connection.
struct HeadFacts {
  FramingFields framing;
  unsigned hosts = 0;
  unsigned upgrades = 0;
  std::string_view host;
  std::string_view upgrade;
  std::array<std::string_view, kMaxConnectionFields> connection;
  std::size_t connections = 0;  // may be more than there is room for
  bool expects_continue = false;
  bool accepts_trailers = false;
  // Of the list of Connection:
  bool closes = false;
  bool keeps_alive = false;
  bool connection_upgrades = false;
};

// One pass over the fields: moves their views into the head's block, notes what matters here, and takes out
// what belongs to the connection (RFC 9110 section 7.6.1) or to the message's framing.
HeadFacts gather_facts(Fields& fields, std::ptrdiff_t by) {
  HeadFacts facts;
  fields.remove_if([&](Field& field) {
    field.name = moved(field.name, by);
    field.value = moved(field.value, by);
    switch (field.id) {
      case FieldName::kOther: return false;
      case FieldName::kContentLength:
        ++facts.framing.content_lengths;
        facts.framing.content_length = field.value;
        return false;
      case FieldName::kTransferEncoding:
        ++facts.framing.transfer_encodings;
        facts.framing.transfer_encoding = field.value;
        return true;
      case FieldName::kHost:
        ++facts.hosts;
        facts.host = field.value;
        return true;
      case FieldName::kConnection:
        if (facts.connections < kMaxConnectionFields) facts.connection[facts.connections] = field.value;
        ++facts.connections;
        return true;
      case FieldName::kUpgrade:
        ++facts.upgrades;
        facts.upgrade = field.value;
        return true;
      case FieldName::kTe:
        if (list_has_token(field.value, "trailers")) facts.accepts_trailers = true;
        return true;
      case FieldName::kExpect:
        if (equals_ignoring_case(field.value, "100-continue")) facts.expects_continue = true;
        return false;
      case FieldName::kKeepAlive:
      case FieldName::kProxyConnection:
      case FieldName::kHttp2Settings: return true;
      default: return false;
    }
  });
  return facts;
}

// Reads the lists of Connection: its options, and the names of fields that go no farther. False where they
// are too many.
bool read_connection(HeadFacts& facts, Fields& fields) {
  if (facts.connections > kMaxConnectionFields) return false;
  std::size_t options = 0;
  const auto read_option = [&](std::string_view option) {
    if (equals_ignoring_case(option, "keep-alive")) {
      facts.keeps_alive = true;
    } else if (equals_ignoring_case(option, "close")) {
      facts.closes = true;
    } else if (equals_ignoring_case(option, "upgrade")) {
      facts.connection_upgrades = true;
    } else if (find_field_name(option) !=
               FieldName::kContentLength) {  // which frames the message, whatever a peer says
      fields.remove(option);
    }
    return ++options <= kMaxConnectionOptions;
  };
  for (std::size_t i = 0; i < facts.connections; ++i) for_each_list_element(facts.connection[i], read_option);
  return options <= kMaxConnectionOptions;
}

bool keeps_connection_alive(const HeadFacts& facts, Version version) {
  if (facts.closes) return false;
  return version != Version::kHttp10 || facts.keeps_alive;  // RFC 9112 section 9.3
}

// Reads "HTTP/1.1" into `version`. A higher minor version is treated as the highest known one, RFC 9110
// section 2.5.
std::expected<Version, ParseError> read_version(std::string_view text) {
  if (text == kVersion11) return Version::kHttp11;
  if (text.size() != kVersion11.size() || !text.starts_with("HTTP/") || !is_digit(text[5]) ||
      text[6] != '.' || !is_digit(text[7])) {
    return std::unexpected(ParseError::kBadVersion);
  }
  if (text[5] != '1') return std::unexpected(ParseError::kUnsupportedVersion);
  return text[7] == '0' ? Version::kHttp10 : Version::kHttp11;
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

// The authority without an empty port or the scheme's own: what two names of the same place have in common.
std::string_view without_default_port(std::string_view authority, std::string_view default_port) {
  if (authority.ends_with(default_port)) authority.remove_suffix(default_port.size());
  if (authority.ends_with(':')) authority.remove_suffix(1);
  return authority;
}

// The protocol to upgrade to; empty where the request is to be read as an ordinary one, as a server may
// always do (RFC 9110 section 7.8): with content before the new protocol, with a choice of several, and for
// h2c, which RFC 9113 has given up.
std::string_view requested_upgrade(const HeadFacts& facts, const RequestHead& head, const Framing& framing) {
  if (!facts.connection_upgrades || facts.upgrades != 1 || head.version == Version::kHttp10) return {};
  const bool has_content = framing.kind == Framing::Kind::kChunked || framing.length > 0;
  if (has_content || facts.upgrade.empty() || facts.upgrade.contains(',') || facts.upgrade.contains(' ') ||
      equals_ignoring_case(facts.upgrade, "h2c")) {
    return {};
  }
  return facts.upgrade;
}

}  // namespace

HeadStep RequestParser::parse(std::string_view bytes, RequestHead& head) {
  const bool is_full = bytes.size() >= limits_.header_bytes;
  bytes = bytes.substr(0, limits_.header_bytes);
  ParseStatus status = ParseStatus::kDone;
  if (!in_fields_) status = parse_request_line(bytes, head);
  if (status == ParseStatus::kDone) {
    if (base_ != bytes.data()) {
      const std::ptrdiff_t by = distance(base_, bytes.data());
      head.method_name = moved(head.method_name, by);
      head.target = moved(head.target, by);
      base_ = bytes.data();
    }
    status = lines_.parse(bytes, limits_.header_count, head.fields);
    if (status == ParseStatus::kFailed) error_ = lines_.error();
  }
  if (status == ParseStatus::kDone) status = finish(bytes, head);
  if (status == ParseStatus::kNeedMore && is_full) status = failed(ParseError::kHeadTooLarge);
  return {status, lines_.position(), error_};
}

ParseStatus RequestParser::parse_request_line(std::string_view bytes, RequestHead& head) {
  // Only a target can be long; and one that may be too long is judged at once, however it comes.
  const bool may_go_on = in_target_ && bytes.size() - start_ <= limits_.uri_bytes;
  if (may_go_on && goes_on<syntax::kTarget>(bytes, scanned_)) return ParseStatus::kNeedMore;
  scanned_ = looked_at(bytes);
  in_target_ = false;
  const char* const end = bytes.data() + bytes.size();
  const char* at = bytes.data() + start_;

  if (start_ == 0 && at != end && *at == '\r') {  // an empty line before it, RFC 9112 section 2.2
    if (at + 1 == end) return ParseStatus::kNeedMore;
    if (at[1] != '\n') return failed(ParseError::kBareCr);
    at += 2;
    start_ = 2;
  }

  const char* const method_end = syntax::skip<syntax::kToken>(at, end);
  if (method_end - at > static_cast<std::ptrdiff_t>(kMaxMethodBytes))
    return failed(ParseError::kMethodTooLong);
  if (method_end == end) return ParseStatus::kNeedMore;
  if (*method_end != ' ' || method_end == at) {
    const ParseStatus status = check_line_end(method_end, end, ParseError::kBadMethod, error_);
    return status == ParseStatus::kDone ? failed(ParseError::kBadMethod) : status;
  }

  const char* const target = method_end + 1;
  const char* const target_end = syntax::skip<syntax::kTarget>(target, end);
  if (static_cast<std::size_t>(target_end - target) > limits_.uri_bytes)
    return failed(ParseError::kUriTooLong);
  if (target_end == end) {
    in_target_ = true;
    return ParseStatus::kNeedMore;
  }
  if (*target_end != ' ' || target_end == target) {
    if (*target_end == '#') return failed(ParseError::kFragmentInTarget);
    const ParseStatus status = check_line_end(target_end, end, ParseError::kBadTarget, error_);
    // A line that ends here is HTTP/0.9's.
    return status == ParseStatus::kDone ? failed(ParseError::kBadVersion) : status;
  }

  const char* const version = target_end + 1;
  const char* line_end = version + kVersion11.size();
  if (end - version >= 10 && std::memcmp(version, "HTTP/1.1\r\n", 10) == 0) [[likely]] {
    head.version = Version::kHttp11;
  } else {
    line_end = syntax::skip<syntax::kFieldValue>(version, end);
    if (line_end - version > static_cast<std::ptrdiff_t>(kVersion11.size()))
      return failed(ParseError::kBadVersion);
    if (line_end == end) return ParseStatus::kNeedMore;
    const ParseStatus status = check_line_end(line_end, end, ParseError::kBadVersion, error_);
    if (status != ParseStatus::kDone) return status;
    const auto read = read_version(between(version, line_end));
    if (!read) return failed(read.error());
    head.version = *read;
  }

  head.method_name = between(at, method_end);
  head.target = between(target, target_end);
  base_ = bytes.data();
  in_fields_ = true;
  lines_ = FieldLines(static_cast<std::size_t>(line_end + 2 - bytes.data()));
  return ParseStatus::kDone;
}

ParseStatus RequestParser::finish(std::string_view bytes, RequestHead& head) {
  const std::string_view block = head.arena.copy(bytes.substr(start_, lines_.position() - start_));
  const std::ptrdiff_t by = distance(bytes.data() + start_, block.data());
  head.method_name = moved(head.method_name, by);
  head.target = moved(head.target, by);
  HeadFacts facts = gather_facts(head.fields, by);

  const auto framing = request_framing(facts.framing, head.version);
  if (!framing) return failed(framing.error());
  framing_ = *framing;
  head.method = find_method(head.method_name);
  if (head.method == Method::kConnect) return failed(ParseError::kConnectRefused);
  if (facts.hosts > 1) return failed(ParseError::kRepeatedHost);
  if (facts.hosts == 0 && head.version != Version::kHttp10) return failed(ParseError::kMissingHost);
  if (facts.hosts == 1 && !is_authority(facts.host)) return failed(ParseError::kBadHost);
  if (const auto status = parse_target_and_host(head, facts.host); status != ParseStatus::kDone)
    return status;

  if (!read_connection(facts, head.fields)) return failed(ParseError::kTooManyConnectionOptions);
  keeps_alive_ = keeps_connection_alive(facts, head.version);
  head.upgrade = requested_upgrade(facts, head, framing_);
  head.expects_continue = facts.expects_continue && head.version != Version::kHttp10;
  head.accepts_trailers = facts.accepts_trailers;
  return ParseStatus::kDone;
}

// RFC 9112 section 3.2: the target's forms, and the authority that it or Host gives.
ParseStatus RequestParser::parse_target_and_host(RequestHead& head, std::string_view host) {
  head.scheme = secure_ ? "https" : "http";
  head.authority = host.ends_with(':') ? host.substr(0, host.size() - 1) : host;
  std::string_view target = head.target;
  if (target.front() == '/') return ParseStatus::kDone;
  if (target == "*") {
    return head.method == Method::kOptions ? ParseStatus::kDone : failed(ParseError::kBadTarget);
  }

  const auto scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return failed(ParseError::kBadTarget);
  const std::string_view scheme = target.substr(0, scheme_end);
  const bool is_https = equals_ignoring_case(scheme, "https");
  if (!is_https && !equals_ignoring_case(scheme, "http")) return failed(ParseError::kBadTarget);
  target.remove_prefix(scheme_end + 3);
  const auto path = target.find_first_of("/?");
  const std::string_view authority = target.substr(0, path);
  if (!is_authority(authority)) return failed(ParseError::kBadHost);
  if (is_https != secure_) return failed(ParseError::kSchemeUnlikeConnection);
  const std::string_view default_port = is_https ? ":443" : ":80";
  if (!host.empty() && !equals_ignoring_case(without_default_port(authority, default_port),
                                             without_default_port(host, default_port))) {
    return failed(ParseError::kHostUnlikeTarget);
  }
  head.authority = authority.ends_with(':') ? authority.substr(0, authority.size() - 1) : authority;
  if (path == std::string_view::npos) {
    head.target = head.method == Method::kOptions ? "*" : "/";  // RFC 9112 section 3.2.4
  } else if (target[path] == '?') {
    head.target = head.arena.join("/", target.substr(path));
  } else {
    head.target = target.substr(path);
  }
  return ParseStatus::kDone;
}

ParseStatus RequestParser::failed(ParseError error) {
  error_ = error;
  return ParseStatus::kFailed;
}

HeadStep ResponseParser::parse(std::string_view bytes, ResponseHead& head) {
  const bool is_full = bytes.size() >= limits_.header_bytes;
  bytes = bytes.substr(0, limits_.header_bytes);
  ParseStatus status = ParseStatus::kDone;
  if (!in_fields_) status = parse_status_line(bytes, head);
  if (status == ParseStatus::kDone) {
    if (base_ != bytes.data()) {
      head.reason = moved(head.reason, distance(base_, bytes.data()));
      base_ = bytes.data();
    }
    status = lines_.parse(bytes, limits_.header_count, head.fields);
    if (status == ParseStatus::kFailed) error_ = lines_.error();
  }
  if (status == ParseStatus::kDone) status = finish(bytes, head);
  if (status == ParseStatus::kNeedMore && is_full) status = failed(ParseError::kHeadTooLarge);
  return {status, lines_.position(), error_};
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ]; the space before no reason may be missing.
ParseStatus ResponseParser::parse_status_line(std::string_view bytes, ResponseHead& head) {
  constexpr std::size_t kShortest = kVersion11.size() + 4;  // "HTTP/1.1 200"
  const std::string_view protocol = kVersion11.substr(0, 5);
  if (scanned_ >= protocol.size() && goes_on<syntax::kFieldValue>(bytes, scanned_))
    return ParseStatus::kNeedMore;
  scanned_ = looked_at(bytes);
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  // Something else than HTTP is seen at once, not only when a line of it has ended.
  if (!bytes.starts_with(protocol.substr(0, bytes.size()))) return failed(ParseError::kBadStatusLine);
  const char* const line_end = syntax::skip<syntax::kFieldValue>(begin, end);
  if (line_end == end) return ParseStatus::kNeedMore;
  if (const auto status = check_line_end(line_end, end, ParseError::kBadStatusLine, error_);
      status != ParseStatus::kDone) {
    return status;
  }
  const std::string_view line = between(begin, line_end);
  if (line.size() < kShortest) return failed(ParseError::kBadStatusLine);
  const auto version = read_version(line.substr(0, kVersion11.size()));
  if (!version) return failed(version.error());
  head.version = *version;
  const std::string_view digits = line.substr(kVersion11.size() + 1, 3);
  if (line[kVersion11.size()] != ' ' || !is_digit(digits[0]) || !is_digit(digits[1]) ||
      !is_digit(digits[2]) || digits[0] == '0' || (line.size() > kShortest && line[kShortest] != ' ')) {
    return failed(ParseError::kBadStatusLine);
  }
  head.status =
      static_cast<std::uint16_t>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
  head.reason = line.size() > kShortest + 1 ? line.substr(kShortest + 1) : std::string_view(begin, 0);
  base_ = begin;
  in_fields_ = true;
  lines_ = FieldLines(static_cast<std::size_t>(line_end + 2 - begin));
  return ParseStatus::kDone;
}

ParseStatus ResponseParser::finish(std::string_view bytes, ResponseHead& head) {
  const std::string_view block = head.arena.copy(bytes.substr(0, lines_.position()));
  const std::ptrdiff_t by = distance(bytes.data(), block.data());
  head.reason = moved(head.reason, by);
  HeadFacts facts = gather_facts(head.fields, by);

  const auto framing = response_framing(facts.framing, head.version, method_, head.status);
  if (!framing) return failed(framing.error());
  framing_ = *framing;
  if (!read_connection(facts, head.fields)) return failed(ParseError::kTooManyConnectionOptions);
  keeps_alive_ = keeps_connection_alive(facts, head.version) && framing_.kind != Framing::Kind::kUntilClose;
  head.upgrade = {};
  if (head.status == 101) {
    if (!asked_to_upgrade_ || facts.upgrades != 1 || facts.upgrade.empty())
      return failed(ParseError::kUnexpectedUpgrade);
    head.upgrade = facts.upgrade;
  }
  // No content, so none of its length (RFC 9110 section 8.6); to HEAD and with 304 it is that of another
  // response.
  if (head.status < 200 || head.status == 204) head.fields.remove(FieldName::kContentLength);
  return ParseStatus::kDone;
}

ParseStatus ResponseParser::failed(ParseError error) {
  error_ = error;
  return ParseStatus::kFailed;
}

PrefaceMatch match_h2_preface(std::string_view bytes) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (bytes.size() >= kPreface.size())
    return bytes.starts_with(kPreface) ? PrefaceMatch::kYes : PrefaceMatch::kNo;
  return kPreface.starts_with(bytes) ? PrefaceMatch::kPossible : PrefaceMatch::kNo;
}

}  // namespace brink::http::h1
