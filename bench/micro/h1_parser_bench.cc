// What the HTTP/1.1 codec costs on the heads of a pass-through: the request of a load generator, that of a
// browser, and an origin's response; parsed, and written again.
#include "http/field_syntax.h"
#include "http/h1/parser.h"
#include "http/h1/writer.h"

#include <optional>
#include <string_view>

#include <benchmark/benchmark.h>

namespace brink::http::h1 {
namespace {

constexpr std::string_view kSmallRequest = "GET /1k HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

constexpr std::string_view kBrowserRequest =
    "GET /assets/application-6f1a2b3c.js?v=20261124 HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Accept: */*\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: script\r\n"
    "Referer: https://www.example.com/\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=1\r\n"
    "If-None-Match: \"6f1a2b3c\"\r\n\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Server: nginx/1.22.1\r\n"
    "Date: Tue, 24 Nov 2026 06:00:00 GMT\r\n"
    "Content-Type: application/octet-stream\r\n"
    "Content-Length: 1024\r\n"
    "Last-Modified: Tue, 24 Nov 2026 05:00:00 GMT\r\n"
    "Connection: keep-alive\r\n"
    "ETag: \"6561f1b0-400\"\r\n"
    "Accept-Ranges: bytes\r\n\r\n";

void parse_request(benchmark::State& state, std::string_view bytes) {
  for (auto _ : state) {
    RequestHead head;
    RequestParser parser({}, false);
    benchmark::DoNotOptimize(parser.parse(bytes, head));
  }
}
BENCHMARK_CAPTURE(parse_request, small, kSmallRequest);
BENCHMARK_CAPTURE(parse_request, browser, kBrowserRequest);

void parse_response(benchmark::State& state) {
  for (auto _ : state) {
    ResponseHead head;
    ResponseParser parser({}, Method::kGet, false);
    benchmark::DoNotOptimize(parser.parse(kResponse, head));
  }
}
BENCHMARK(parse_response);

void write_request(benchmark::State& state, std::string_view bytes) {
  RequestHead head;
  RequestParser parser({}, false);
  parser.parse(bytes, head);
  for (auto _ : state)
    benchmark::DoNotOptimize(write_request_head(head, Framing::none(), ConnectionOption::kNone));
}
BENCHMARK_CAPTURE(write_request, small, kSmallRequest);
BENCHMARK_CAPTURE(write_request, browser, kBrowserRequest);

void write_response(benchmark::State& state) {
  ResponseHead head;
  ResponseParser parser({}, Method::kGet, false);
  parser.parse(kResponse, head);
  for (auto _ : state) {
    benchmark::DoNotOptimize(write_response_head(head, Framing::of_length(1024), ConnectionOption::kNone));
  }
}
BENCHMARK(write_response);

void find_names(benchmark::State& state) {
  RequestHead head;
  RequestParser parser({}, false);
  parser.parse(kBrowserRequest, head);
  for (auto _ : state) {
    for (const Field& field : head.fields) benchmark::DoNotOptimize(find_field_name(field.name));
  }
}
BENCHMARK(find_names);

// A head that comes a byte at a time must cost no more than so many looks at a byte.
void parse_dribbled(benchmark::State& state) {
  for (auto _ : state) {
    RequestHead head;
    RequestParser parser({}, false);
    for (std::size_t size = 1; size <= kBrowserRequest.size(); ++size) {
      benchmark::DoNotOptimize(parser.parse(kBrowserRequest.substr(0, size), head));
    }
  }
}
BENCHMARK(parse_dribbled);

}  // namespace
}  // namespace brink::http::h1
