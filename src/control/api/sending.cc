// From an Answer to the bytes that go out.
#include "control/api/api.h"
#include "http/body.h"
#include "http/date.h"
#include "http/field_name.h"

namespace brink::control::api {
namespace {

using http::FieldName;

// `api-version` is a date that the SDK sends; it comes back if it is a date.
bool is_version(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((i == 4 || i == 7) ? text[i] != '-' : (text[i] < '0' || text[i] > '9')) return false;
  }
  return true;
}

}  // namespace

std::string new_ray(Random& random) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string ray(16, '0');
  std::uint64_t number = random.next();
  for (char& digit : ray) {
    digit = kDigits[number & 15];
    number >>= 4;
  }
  return ray;
}

Task<void> send_answer(http::ServerStream& stream, Answer answer, const std::string& ray,
                       const NodeFacts& node, std::chrono::system_clock::time_point now) {
  const http::RequestHead& request = stream.request();
  http::ResponseHead head;
  head.status = answer.status;
  http::add_date(head, now);
  head.fields.add(FieldName::kContentType, answer.content_type);
  head.fields.add(FieldName::kCacheControl, "no-store");
  const std::string ray_field = ray + "-" + node.site;
  head.fields.add(FieldName::kCfRay, ray_field);
  if (const auto* version = request.fields.find("api-version");
      version != nullptr && is_version(version->value))
    head.fields.add("api-version", version->value);
  for (const auto& [name, value] : answer.fields) head.fields.add(name, value);

  const bool has_content = answer.status != 204;
  const std::string content = has_content ? answer.content() : std::string();
  const bool head_only = request.method == http::Method::kHead;
  if (head_only) head.fields.add(FieldName::kContentLength, head.arena.copy(std::to_string(content.size())));
  http::FixedBody body(Slice::copy_of(content));
  http::SendReport report;
  (void)co_await stream.send(head, head_only || !has_content ? nullptr : &body, report);
}

std::string unreadable_content(const http::UnreadableRequest& request) {
  const ErrorCode code{.code = 10000 + request.status, .status = request.status, .text = ""};
  return Answer::failed({code, "The request could not be read: " + request.why.text()}).content();
}

}  // namespace brink::control::api
