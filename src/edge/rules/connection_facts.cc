// The facts of TLS and of geography.
#include "base/encoding.h"
#include "edge/edge_thread.h"
#include "edge/request.h"
#include "edge/rules/request_facts.h"
#include "rules/field_defaults.h"
#include "tls/digest.h"

#include <fmt/format.h>

namespace brink::edge {

using rules::FieldId;
using rules::Value;

namespace {

std::string_view sha1_base64(std::string_view bytes, Arena& arena) {
  return arena.copy(base64_encode(tls::sha1(bytes)));
}

// 16-bit numbers in network order, turned round.
std::string_view turned_round(std::string_view numbers, Arena& arena) {
  char* out = arena.allocate(numbers.size());
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
    out[i] = numbers[i + 1];
    out[i + 1] = numbers[i];
  }
  return {out, numbers.size()};
}

// As Cloudflare names cipher suites: OpenSSL's names, but for those of TLS 1.3.
std::string_view cipher_name(std::string_view openssl_name) {
  if (openssl_name == "TLS_AES_128_GCM_SHA256") return "AEAD-AES128-GCM-SHA256";
  if (openssl_name == "TLS_AES_256_GCM_SHA384") return "AEAD-AES256-GCM-SHA384";
  if (openssl_name == "TLS_CHACHA20_POLY1305_SHA256") return "AEAD-CHACHA20-POLY1305-SHA256";
  return openssl_name;
}

}  // namespace

Value RequestFacts::read_tls(FieldId field, Arena& arena) const {
  static const tls::Facts kNone;
  const bool plain = request_.exchange.connection->tls == nullptr;
  const tls::Facts& tls = plain ? kNone : *request_.exchange.connection->tls;
  const tls::HelloFacts& hello = tls.hello;
  const auto hash = [&](std::string_view bytes) {
    return Value::of_bytes(plain ? std::string_view() : sha1_base64(bytes, arena));
  };
  switch (field) {
    case FieldId::kCfTlsVersion: return Value::of_bytes(plain ? std::string_view() : tls.version_name());
    case FieldId::kCfTlsCipher: return Value::of_bytes(cipher_name(tls.cipher));
    case FieldId::kCfTlsClientHelloLength: return Value::of_int(hello.length);
    case FieldId::kCfTlsClientRandom: return Value::of_bytes(arena.copy(base64_encode(hello.random)));
    case FieldId::kCfTlsClientExtensionsSha1: return hash(hello.extensions);
    case FieldId::kCfTlsClientExtensionsSha1Le: return hash(turned_round(hello.extensions, arena));
    case FieldId::kCfTlsCiphersSha1: return hash(hello.cipher_suites);
    default: return {};
  }
}

const filter::Place& RequestFacts::place() const {
  if (!place_) {
    const auto& geo = request_.snapshot->geo;
    place_ = geo == nullptr ? filter::Place() : geo->find(request_.exchange.client_ip);
  }
  return *place_;
}

Value RequestFacts::read_place(FieldId field, Arena& arena) const {
  const filter::Place& place = this->place();
  const auto text = [](std::string_view value) { return Value::of_bytes(value); };
  const auto decimal = [&](double value) {
    return text(place.has_position ? arena.copy(fmt::format("{:.5f}", value)) : std::string_view());
  };
  const auto subdivision = [&](std::string_view code) {
    return text(code.empty() ? std::string_view() : arena.join(place.country, "-", code));
  };
  switch (field) {
    case FieldId::kIpSrcCountry:
      return place.country.empty() ? rules::default_of(field) : text(place.country);
    case FieldId::kIpSrcContinent: return text(place.continent);
    case FieldId::kIpSrcAsnum: return Value::of_int(place.as_number);
    case FieldId::kIpSrcCity: return text(place.city);
    case FieldId::kIpSrcRegion: return text(place.region);
    case FieldId::kIpSrcRegionCode: return text(place.region_code);
    case FieldId::kIpSrcPostalCode: return text(place.postal_code);
    case FieldId::kIpSrcMetroCode:
      return text(place.metro_code == 0 ? std::string_view()
                                        : arena.copy(fmt::format_int(place.metro_code).c_str()));
    case FieldId::kIpSrcLat: return decimal(place.latitude);
    case FieldId::kIpSrcLon: return decimal(place.longitude);
    case FieldId::kIpSrcTimezoneName: return text(place.time_zone);
    case FieldId::kIpSrcSubdivision1IsoCode: return subdivision(place.region_code);
    case FieldId::kIpSrcSubdivision2IsoCode: return subdivision(place.second_region_code);
    case FieldId::kIpSrcIsInEuropeanUnion: return Value::of_bool(filter::is_in_european_union(place.country));
    default: return {};
  }
}

}  // namespace brink::edge
