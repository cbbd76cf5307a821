// What LMDB answers, as errors of the store.
#pragma once

#include "store/store_error.h"

namespace brink::store {

// `code` is not MDB_SUCCESS.
[[nodiscard]] Error lmdb_error(int code);
[[nodiscard]] inline std::unexpected<Error> fail_lmdb(int code) {
  return std::unexpected<Error>(lmdb_error(code));
}

}  // namespace brink::store
