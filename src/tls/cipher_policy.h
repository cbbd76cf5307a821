// What we offer and accept, on both sides: Mozilla's "intermediate" of 2024 without finite-field
// Diffie-Hellman, which costs much and which nobody needs who speaks TLS 1.2.
#pragma once

namespace brink::tls {

// AES-128 first: the fastest where there are AES instructions. A server lets a client that puts ChaCha20
// first, because it has no such instructions, have its way (SSL_OP_PRIORITIZE_CHACHA).
inline constexpr char kTls13Ciphers[] =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
inline constexpr char kTls12Ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
inline constexpr char kGroups[] = "X25519:P-256:P-384";

}  // namespace brink::tls
