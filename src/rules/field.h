// The fields of the Rules language: the one table of their names, types, where they can be read, and what
// Brink knows of them. docs/rules.md is made from it, and the edge's readers (edge/rule_facts.h) are held to
// it by a test.
#pragma once

#include "rules/phase.h"
#include "rules/type.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace brink::rules {

// In the order of the table.
enum class FieldId : std::uint16_t {
  kHttpRequestMethod,
  kHttpRequestVersion,
  kHttpHost,
  kHttpRequestFullUri,
  kHttpRequestUri,
  kHttpRequestUriPath,
  kHttpRequestUriPathExtension,
  kHttpRequestUriPathBasename,
  kHttpRequestUriQuery,
  kHttpRequestUriArgs,
  kHttpRequestUriArgsNames,
  kHttpRequestUriArgsValues,
  kRawHttpRequestFullUri,
  kRawHttpRequestUri,
  kRawHttpRequestUriPath,
  kRawHttpRequestUriPathExtension,
  kRawHttpRequestUriQuery,
  kRawHttpRequestUriArgs,
  kRawHttpRequestUriArgsNames,
  kRawHttpRequestUriArgsValues,
  kHttpRequestTimestampSec,
  kHttpRequestTimestampMsec,
  kSsl,
  kHttpRequestHeaders,
  kHttpRequestHeadersNames,
  kHttpRequestHeadersValues,
  kHttpRequestHeadersTruncated,
  kRawHttpRequestHeaders,
  kRawHttpRequestHeadersNames,
  kRawHttpRequestHeadersValues,
  kHttpCookie,
  kHttpRequestCookies,
  kHttpReferer,
  kHttpUserAgent,
  kHttpXForwardedFor,
  kHttpRequestAcceptedLanguages,
  kHttpRequestBodyRaw,
  kHttpRequestBodySize,
  kHttpRequestBodyTruncated,
  kHttpRequestBodyForm,
  kHttpRequestBodyFormNames,
  kHttpRequestBodyFormValues,
  kHttpRequestBodyMime,
  kHttpRequestBodyMultipart,
  kHttpRequestBodyMultipartValues,
  kHttpRequestBodyMultipartNames,
  kHttpRequestBodyMultipartFilenames,
  kHttpRequestBodyMultipartContentTypes,
  kHttpRequestBodyMultipartContentDispositions,
  kHttpRequestBodyMultipartContentTransferEncodings,
  kIpSrc,
  kCfEdgeServerIp,
  kCfEdgeServerPort,
  kCfEdgeClientPort,
  kCfEdgeClientTcp,
  kCfEdgeL4DeliveryRate,
  kCfTimingsClientTcpRttMsec,
  kCfTimingsClientQuicRttMsec,
  kCfTimingsEdgeMsec,
  kCfTimingsOriginTtfbMsec,
  kCfTimingsWorkerMsec,
  kCfTlsVersion,
  kCfTlsCipher,
  kCfTlsClientHelloLength,
  kCfTlsClientRandom,
  kCfTlsClientExtensionsSha1,
  kCfTlsClientExtensionsSha1Le,
  kCfTlsCiphersSha1,
  kCfRandomSeed,
  kCfRayId,
  kCfColoId,
  kCfUniqueVisitorId,
  kCfMetalId,
  kCfTlsClientAuthCertPresented,
  kCfTlsClientAuthCertVerified,
  kCfTlsClientAuthCertRevoked,
  kCfTlsClientAuthCertIssuerDn,
  kCfTlsClientAuthCertSubjectDn,
  kCfTlsClientAuthCertIssuerDnRfc2253,
  kCfTlsClientAuthCertSubjectDnRfc2253,
  kCfTlsClientAuthCertIssuerDnLegacy,
  kCfTlsClientAuthCertSubjectDnLegacy,
  kCfTlsClientAuthCertSerial,
  kCfTlsClientAuthCertIssuerSerial,
  kCfTlsClientAuthCertFingerprintSha256,
  kCfTlsClientAuthCertFingerprintSha1,
  kCfTlsClientAuthCertNotBefore,
  kCfTlsClientAuthCertNotAfter,
  kCfTlsClientAuthCertSki,
  kCfTlsClientAuthCertIssuerSki,
  kCfTlsClientAuthCertRfc9440,
  kCfTlsClientAuthCertRfc9440TooLarge,
  kCfTlsClientAuthCertChainRfc9440,
  kCfTlsClientAuthCertChainRfc9440TooLarge,
  kIpSrcCountry,
  kIpSrcContinent,
  kIpSrcAsnum,
  kIpSrcCity,
  kIpSrcRegion,
  kIpSrcRegionCode,
  kIpSrcPostalCode,
  kIpSrcMetroCode,
  kIpSrcLat,
  kIpSrcLon,
  kIpSrcTimezoneName,
  kIpSrcSubdivision1IsoCode,
  kIpSrcSubdivision2IsoCode,
  kIpSrcIsInEuropeanUnion,
  kCfThreatScore,
  kCfClientBot,
  kCfBotManagementVerifiedBot,
  kCfVerifiedBotCategory,
  kCfBotManagementScore,
  kCfBotManagementStaticResource,
  kCfBotManagementJa3Hash,
  kCfBotManagementJa4,
  kCfBotManagementJsDetectionPassed,
  kCfBotManagementDetectionIds,
  kCfBotManagementTags,
  kCfBotManagementCorporateProxy,
  kCfBotManagementSignedAgent,
  kCfBotDetectionJsCheckScore,
  kCfWafScore,
  kCfWafScoreSqli,
  kCfWafScoreXss,
  kCfWafScoreRce,
  kCfWafScoreClass,
  kCfWafAuthDetected,
  kCfWafCredentialCheckPasswordLeaked,
  kCfWafCredentialCheckUsernameLeaked,
  kCfWafCredentialCheckUsernameAndPasswordLeaked,
  kCfWafCredentialCheckUsernamePasswordSimilar,
  kCfWafContentScanHasObj,
  kCfWafContentScanHasMaliciousObj,
  kCfWafContentScanHasFailed,
  kCfWafContentScanNumObj,
  kCfWafContentScanNumMaliciousObj,
  kCfWafContentScanObjSizes,
  kCfWafContentScanObjTypes,
  kCfWafContentScanObjResults,
  kCfWafSignatureRequestCategories,
  kCfWafSignatureRequestConfidence,
  kCfWafSignatureRequestRefs,
  kCfAppsecRequestFailedDetections,
  kHttpRequestJwtClaims,
  kHttpRequestJwtClaimsAud,
  kHttpRequestJwtClaimsAudNames,
  kHttpRequestJwtClaimsAudValues,
  kHttpRequestJwtClaimsIss,
  kHttpRequestJwtClaimsIssNames,
  kHttpRequestJwtClaimsIssValues,
  kHttpRequestJwtClaimsJti,
  kHttpRequestJwtClaimsJtiNames,
  kHttpRequestJwtClaimsJtiValues,
  kHttpRequestJwtClaimsSub,
  kHttpRequestJwtClaimsSubNames,
  kHttpRequestJwtClaimsSubValues,
  kHttpRequestJwtClaimsIatSec,
  kHttpRequestJwtClaimsIatSecNames,
  kHttpRequestJwtClaimsIatSecValues,
  kHttpRequestJwtClaimsNbfSec,
  kHttpRequestJwtClaimsNbfSecNames,
  kHttpRequestJwtClaimsNbfSecValues,
  kCfApiGatewayAuthIdPresent,
  kCfApiGatewayRequestViolatesSchema,
  kCfSchemaValidationUploadedViolated,
  kCfSchemaValidationLearnedViolated,
  kCfApiGatewayFallthroughDetected,
  kCfSequenceCurrentOp,
  kCfSequencePreviousOps,
  kCfSequenceMsecSinceOp,
  kCfLlmPromptDetected,
  kCfLlmPromptPiiDetected,
  kCfLlmPromptUnsafeTopicDetected,
  kCfLlmPromptPiiCategories,
  kCfLlmPromptUnsafeTopicCategories,
  kCfLlmPromptInjectionScore,
  kCfLlmPromptTokenCount,
  kCfLlmPromptCustomTopicCategories,
  kHttpResponseCode,
  kHttpResponseHeaders,
  kHttpResponseHeadersNames,
  kHttpResponseHeadersValues,
  kRawHttpResponseHeaders,
  kRawHttpResponseHeadersNames,
  kRawHttpResponseHeadersValues,
  kHttpResponseContentTypeMediaType,
  kCfResponse1xxxCode,
  kCfResponseErrorType,
  kCfZoneName,
  kCfZonePlan,
  kCfHostnameMetadata,
  kCfWorkerUpstreamZone,
  kCount_,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(FieldId::kCount_);

// In which phases a field can be read.
enum class Readable : std::uint8_t {
  kAlways,
  kBody,            // where the phase reads the body
  kResponse,        // where the phase reads the response
  kCachedResponse,  // as kResponse, and in http_response_cache_settings
  kErrorResponse,   // http_response_headers_transform and http_custom_errors
  kCharacteristic,  // only as a characteristic of a rate limit (ParseOptions::characteristic)
};

enum class Availability : std::uint8_t {
  kExact,        // computed exactly
  kNeedsData,    // from data that the user supplies; without it, the no-data value
  kOwn,          // Brink's own signal in place of Cloudflare's, same type and range
  kConstant,     // a fixed value
  kUnavailable,  // refused when a rule is saved
};

struct Field {
  FieldId id;
  std::string_view name;  // "http.request.uri.path"
  Type type;
  Readable readable;
  Availability availability;
  std::string_view meaning;  // for docs/; of a constant, what it is
};

[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field& facts_of(FieldId id);
// nullptr where the language has no such field. Old names (ip.geoip.country) find the field of today.
[[nodiscard]] const Field* find_field(std::string_view name);
// In http_ratelimit, fields of the response are readable in counting expressions only
// (ParseOptions::counting).
[[nodiscard]] bool readable_in(const Field& field, Phase phase);

}  // namespace brink::rules
