// The two authorities of the node, as the API uses them: the local CA signs for the hosts of zones that have
// no other certificate, the origin CA for customers' origins.
#pragma once

#include "base/error.h"
#include "tls/local_ca.h"
#include "tls/origin_ca.h"

#include <memory>
#include <string>

namespace brink::control::api {

// Used by the control role's loop alone.
class CertificateAuthorities {
 public:
  // Those in data_dir/ca and data_dir/origin-ca, made where they are missing: at the role's start, so that
  // the edge finds the origin CA's certificate before anybody has one from it.
  [[nodiscard]] static Result<std::unique_ptr<CertificateAuthorities>> open(const std::string& data_dir,
                                                                            const tls::WallClock& clock);

  [[nodiscard]] const tls::LocalCa& local() const { return local_; }
  [[nodiscard]] const tls::OriginCa& origin() const { return origin_; }

 private:
  CertificateAuthorities(tls::LocalCa local, tls::OriginCa origin)
      : local_(std::move(local)), origin_(std::move(origin)) {}

  tls::LocalCa local_;
  tls::OriginCa origin_;
};

}  // namespace brink::control::api
