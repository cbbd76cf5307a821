#include "rules/field_defaults.h"

namespace brink::rules {
namespace {

constexpr std::int64_t kNotScored = 100;

Value empty_of(const Type& type) {
  if (type.is_array()) return Value::of_array({});
  if (type.is_map()) return Value::of_map({});
  switch (type.scalar()) {
    case Scalar::kBool: return Value::of_bool(false);
    case Scalar::kInt: return Value::of_int(0);
    case Scalar::kBytes: return Value::of_bytes("");
    case Scalar::kIp: return {};
  }
  return {};
}

}  // namespace

Value default_of(FieldId field) {
  const Field& facts = facts_of(field);
  if (facts.availability == Availability::kUnavailable) return {};
  switch (field) {
    case FieldId::kCfWafScore:
    case FieldId::kCfWafScoreSqli:
    case FieldId::kCfWafScoreXss:
    case FieldId::kCfWafScoreRce: return Value::of_int(kNotScored);
    case FieldId::kCfZonePlan: return Value::of_bytes("ENT");
    case FieldId::kIpSrcCountry: return Value::of_bytes("XX");
    default: return empty_of(facts.type);
  }
}

}  // namespace brink::rules
