// What fields are where nothing is known: the constants, and the values of those whose data is not there.
#pragma once

#include "rules/field.h"
#include "rules/value.h"

namespace brink::rules {

// Of a constant field its value; of one that this server does not have, missing; of any other its no-data
// value: XX for the country, else false, 0, an empty string, array or map. Missing for an address.
[[nodiscard]] Value default_of(FieldId field);

}  // namespace brink::rules
