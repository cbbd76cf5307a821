// ACME as the control role has it: off, or on with the settings of the last configuration.
#pragma once

#include "base/random.h"
#include "config/config.h"
#include "runtime/task.h"
#include "runtime/waiter.h"
#include "store/environment.h"
#include "store/writer.h"
#include "telemetry/metrics.h"

#include <string>

namespace brink::control::acme {

class Issuance;

// The files that the configuration names, which the role itself may not be able to read.
struct Credentials {
  std::string ca_pem;                // whom to trust for the server; empty: the system's authorities
  std::string external_account_key;  // base64url, as authorities give it out

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// Belongs to one loop.
class CertificateKeeper {
 public:
  // The store has been opened for writing; all outlive the keeper. `metrics` may be nullptr.
  CertificateKeeper(Loop& loop, store::Environment& store, store::Writer& writer,
                    telemetry::Registry* metrics);
  ~CertificateKeeper();

  // From now on; orders under way under other settings are left where they are and gone on with.
  void use(const config::Acme& settings, Credentials credentials);
  // Until it is cancelled. Once.
  Task<void> run();

 private:
  Task<void> keep(config::Acme settings, Credentials credentials);

  Loop& loop_;
  store::Environment& store_;
  store::Writer& writer_;
  telemetry::Registry* metrics_;
  FastRandom random_;
  config::Acme settings_;
  Credentials credentials_;
  Event changed_;
  Issuance* issuance_ = nullptr;  // while there is one
};

}  // namespace brink::control::acme
