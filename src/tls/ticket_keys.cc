#include "tls/ticket_keys.h"

#include "base/assert.h"
#include "base/random.h"
#include "tls/file.h"
#include "tls/openssl_handles.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace brink::tls {
namespace {

constexpr char kLabel[] = "brink session ticket key";

using KdfHandle = std::unique_ptr<EVP_KDF, FreeBy<EVP_KDF_free>>;
using KdfContextHandle = std::unique_ptr<EVP_KDF_CTX, FreeBy<EVP_KDF_CTX_free>>;

// RFC 5869 with SHA-256 and no salt.
void hkdf(std::span<const unsigned char> secret, std::span<unsigned char> info,
          std::span<unsigned char> out) {
  const KdfHandle algorithm(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const KdfContextHandle context(EVP_KDF_CTX_new(algorithm.get()));
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string("digest", digest, 0),
      OSSL_PARAM_construct_octet_string("key", const_cast<unsigned char*>(secret.data()), secret.size()),
      OSSL_PARAM_construct_octet_string("info", info.data(), info.size()),
      OSSL_PARAM_construct_end(),
  };
  BRINK_ASSERT(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1);
}

}  // namespace

Result<TicketSecret> load_or_make_ticket_secret(const std::string& path) {
  auto kept = read_file(path);
  if (!kept && kept.error().detail() == ENOENT) {
    TicketSecret fresh;
    fill_secret(fresh);
    // Where another process made it at the same moment, its secret is the one.
    auto made = write_new_file(path, {reinterpret_cast<const char*>(fresh.data()), fresh.size()}, 0600);
    if (!made && made.error().detail() != EEXIST) return std::unexpected(made.error());
    kept = read_file(path);
  }
  if (!kept) return std::unexpected(kept.error());
  TicketSecret secret;
  if (kept->size() != secret.size()) return fail_errno(EINVAL);
  std::copy(kept->begin(), kept->end(), secret.begin());
  return secret;
}

TicketKeys::TicketKeys(const TicketSecret& secret, WallClock clock, std::chrono::seconds period)
    : secret_(secret), clock_(std::move(clock)), period_(period) {
  BRINK_ASSERT(period_.count() > 0);
}

TicketKeys::~TicketKeys() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
  OPENSSL_cleanse(keys_.data(), sizeof keys_);
}

TicketKeys::Key TicketKeys::current() const { return keys()[1]; }

std::optional<TicketKeys::Found> TicketKeys::find(std::span<const unsigned char, 16> name) const {
  const auto good = keys();
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (std::equal(name.begin(), name.end(), good[i].name.begin())) return Found{good[i], i == 1};
  }
  return std::nullopt;
}

std::array<TicketKeys::Key, TicketKeys::kKeys> TicketKeys::keys() const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_().time_since_epoch());
  const std::int64_t epoch = std::max<std::int64_t>(now / period_, 0);
  std::lock_guard lock(mutex_);
  if (epoch != epoch_) {
    keys_ = {derive(epoch - 1), derive(epoch), derive(epoch + 1)};
    epoch_ = epoch;
  }
  return keys_;
}

TicketKeys::Key TicketKeys::derive(std::int64_t epoch) const {
  // The period's length is part of it: epoch 7 of one length is not epoch 7 of another.
  std::array<unsigned char, sizeof kLabel - 1 + 16> info;
  auto* at = std::copy(kLabel, kLabel + sizeof kLabel - 1, info.data());
  for (std::int64_t number : {static_cast<std::int64_t>(period_.count()), epoch}) {
    for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<unsigned char>(number >> shift);
  }
  std::array<unsigned char, sizeof(Key)> bytes;
  hkdf(secret_, info, bytes);
  Key key;
  static_assert(sizeof key == 16 + 32 + 32);
  std::copy_n(bytes.begin(), key.name.size(), key.name.begin());
  std::copy_n(bytes.begin() + 16, key.cipher.size(), key.cipher.begin());
  std::copy_n(bytes.begin() + 48, key.mac.size(), key.mac.begin());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

}  // namespace brink::tls
