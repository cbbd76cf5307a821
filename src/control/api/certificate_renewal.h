// Sees to it that every zone of the store has a certificate of the local CA that does not expire: looks at
// all of them now and then, and makes what is missing or about to end (zone_certificates.h).
#pragma once

#include "base/random.h"
#include "control/api/certificate_authorities.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "store/environment.h"
#include "store/writer.h"

#include <chrono>
#include <cstddef>

namespace brink::control::api {

class CertificateRenewal {
 public:
  // Between two looks, give or take a tenth, so that nodes do not all look at once.
  static constexpr std::chrono::hours kBetweenLooks{24};
  // Zones that are looked at before others have their turn on the loop.
  static constexpr std::size_t kZonesPerTurn = 200;

  // All of them outlive it.
  CertificateRenewal(store::Environment& store, store::Writer& writer, Loop& loop, Random& random,
                     const CertificateAuthorities& authorities)
      : store_(store), writer_(writer), loop_(loop), random_(random), authorities_(authorities) {}

  // Looks at once and then again and again, until it is cancelled.
  Task<void> run();
  // One look at all zones; how many certificates it made. WaitError::kCancelled where it was cancelled.
  Task<Result<std::size_t>> look();

 private:
  store::Environment& store_;
  store::Writer& writer_;
  Loop& loop_;
  Random& random_;
  const CertificateAuthorities& authorities_;
};

}  // namespace brink::control::api
