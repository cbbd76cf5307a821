// What can go wrong with the store.
#pragma once

#include "base/error.h"

namespace brink::store {

enum class StoreError {
  kFull = 1,        // the disk or the map has no room for the change; nothing of it was kept
  kIo,              // the detail is the errno
  kCorrupt,         // what lies in the store is not what Brink wrote: `brink store check` says where
  kNewerSchema,     // written by a newer Brink; the detail is its schema version
  kNotThere,        // a reader came before the writer has made the store, or has brought it up to date
  kTooManyReaders,  // every slot of the reader table is taken
  kBusy,            // another writes, and the detail is its process (-1: nobody knows which); or, with the
                    // detail 0, too many changes wait
  kTooLarge,        // a key or a value over the limits of limits.h, or a change that no commit can hold
  kClosed,          // the writer is ending and takes no more changes
  kInvalid,     // not what the table holds: a name that is none, an id that is nil, a number out of its range
  kTaken,       // another row has the name (zones: the zone's name)
  kOutOfOrder,  // an operation to replay that does not follow on the last one here; the detail is what was
                // due
};
const ErrorDomain& error_domain(StoreError);

}  // namespace brink::store
