// The origin CA's half of certificates.h.
#include "base/ascii.h"
#include "store/certificates.h"
#include "store/fields.h"
#include "store/rows.h"

#include <algorithm>

namespace brink::store {
namespace {

constexpr std::size_t kMaxSerialDigits = 48;

bool is_serial(std::string_view serial) {
  return !serial.empty() && serial.size() <= kMaxSerialDigits && std::ranges::all_of(serial, is_digit) &&
         (serial.front() != '0' || serial.size() == 1);
}

// The number of digits, then the digits: keys sort as numbers.
rows::Key key_of(std::string_view serial) {
  return rows::Key().add(static_cast<char>(serial.size())).add(serial);
}

}  // namespace

std::optional<OriginCertificate> rows::origin_certificate(std::string_view key, std::string_view value) {
  if (key.empty()) return std::nullopt;
  const std::string_view serial = key.substr(1);
  if (!is_serial(serial) || static_cast<std::size_t>(key.front()) != serial.size()) return std::nullopt;
  Fields fields(value);
  OriginCertificate certificate;
  certificate.serial = fields.text();
  certificate.zone = fields.id();
  certificate.account = fields.id();
  certificate.hosts = fields.texts();
  certificate.certificate = fields.text();
  certificate.csr = fields.text();
  certificate.request_type = fields.text();
  certificate.validity_days = fields.small<std::uint32_t>();
  certificate.created = fields.time();
  certificate.expires = fields.time();
  certificate.revoked = fields.time();
  if (!fields.good() || certificate.serial != serial) return std::nullopt;
  return certificate;
}

namespace origin_certificates {

std::optional<OriginCertificate> get(const ReadTransaction& transaction, std::string_view serial) {
  if (!is_serial(serial)) return std::nullopt;
  const rows::Key key = key_of(serial);
  const auto value = transaction.get(Table::kOriginCertificates, key.view());
  return value ? rows::origin_certificate(key.view(), *value) : std::nullopt;
}

Result<> put(WriteTransaction& transaction, const OriginCertificate& certificate) {
  if (!is_serial(certificate.serial)) return fail(StoreError::kInvalid);
  TupleWriter row;
  row.text(certificate.serial)
      .text(id_field(certificate.zone))
      .text(id_field(certificate.account))
      .texts(certificate.hosts)
      .text(certificate.certificate)
      .text(certificate.csr)
      .text(certificate.request_type)
      .number(certificate.validity_days)
      .time(certificate.created)
      .time(certificate.expires)
      .time(certificate.revoked);
  return rows::put(transaction, Table::kOriginCertificates, key_of(certificate.serial).view(), row);
}

std::optional<OriginCertificate> Scan::next() {
  while (cursor_.next()) {
    if (auto certificate = rows::origin_certificate(cursor_.key(), cursor_.value())) return certificate;
  }
  return std::nullopt;
}

}  // namespace origin_certificates
}  // namespace brink::store
