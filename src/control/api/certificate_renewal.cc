#include "control/api/certificate_renewal.h"

#include "control/api/zone_certificates.h"
#include "store/zones.h"
#include "telemetry/log.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace brink::control::api {
namespace {

struct WantingZone {
  store::Id id;
  std::string name;
};

// The zones without a good certificate among the next ones after `from`, which moves on to the last of them;
// empties it at the end.
std::vector<WantingZone> next_wanting(const store::ReadTransaction& read, std::string& from,
                                      store::Time now) {
  std::vector<WantingZone> wanting;
  store::zones::Scan scan(read, from);
  std::string last;
  for (std::size_t seen = 0; seen <= CertificateRenewal::kZonesPerTurn; ++seen) {
    const auto zone = scan.next();
    if (!zone) {
      from.clear();
      return wanting;
    }
    if (zone->name == from) continue;
    last = zone->name;
    if (wants_zone_certificate(read, zone->id, now)) wanting.push_back({zone->id, last});
  }
  from = std::move(last);
  return wanting;
}

}  // namespace

Task<Result<std::size_t>> CertificateRenewal::look() {
  std::size_t made = 0;
  std::string from;
  do {
    const store::Time now = std::chrono::floor<std::chrono::microseconds>(loop_.wall_now());
    std::vector<WantingZone> wanting;
    {
      const auto read = BRINK_CO_TRY(store_.read());
      wanting = next_wanting(*read, from, now);
    }
    for (const WantingZone& zone : wanting) {
      auto certificate = BRINK_CO_TRY(make_zone_certificate(authorities_, zone.name));
      auto put = [zone = zone.id, id = store::Id::random(random_), certificate = std::move(certificate),
                  now](store::WriteTransaction& transaction) -> Result<> {
        // It may have been deleted, or given one, in between.
        if (!store::zones::exists(transaction, zone) || !wants_zone_certificate(transaction, zone, now))
          return {};
        return put_zone_certificate(transaction, zone, id, certificate);
      };
      BRINK_CO_TRY(co_await writer_.apply(std::move(put)));
      ++made;
    }
    if (auto waited = co_await sleep_until(loop_.after(Duration::zero())); !waited)
      co_return std::unexpected(waited.error());
  } while (!from.empty());
  co_return made;
}

Task<void> CertificateRenewal::run() {
  for (;;) {
    const auto made = co_await look();
    if (!made && made.error().in<WaitError>()) co_return;
    if (!made)
      telemetry::log_error("certificates of the local CA cannot be renewed", {{"why", made.error().text()}});
    if (made && *made > 0)
      telemetry::log_info("certificates of the local CA were made", {{"zones", std::to_string(*made)}});
    const Duration tenth = kBetweenLooks / 10;
    const auto jitter =
        static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(2 * tenth.count())));
    if (!co_await sleep_until(loop_.after(kBetweenLooks - tenth + Duration(jitter)))) co_return;
  }
}

}  // namespace brink::control::api
