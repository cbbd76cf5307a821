// What can go wrong with the store.
#pragma once

#include "base/error.h"

namespace brink::store {

enum class StoreError {
  kFull = 1,        // the disk or the map has no room for the change; nothing of it was kept
  kIo,              // the detail is the errno
  kCorrupt,         // what lies in the store is not what Brink wrote: `brink store check` says where
  kNewerSchema,     // written by a newer Brink; the detail is its schema version
  kNotThere,        // a reader came before the writer has made the store
  kTooManyReaders,  // every slot of the reader table is taken
  kBusy,            // another process writes (a second control role on the same data_dir)
  kTooLarge,        // a key or a value over the limits of limits.h
  kClosed,          // the writer is ending and takes no more changes
};
const ErrorDomain& error_domain(StoreError);

}  // namespace brink::store
