#include "store/lmdb_error.h"

#include <cerrno>

#include <lmdb.h>

namespace brink::store {

Error lmdb_error(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // the limit of the process, or of the file system, on a file's size
      return StoreError::kFull;
    case MDB_READERS_FULL: return StoreError::kTooManyReaders;
    case MDB_BAD_VALSIZE:
    case MDB_TXN_FULL: return StoreError::kTooLarge;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
    case MDB_VERSION_MISMATCH:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND:
    case MDB_KEYEXIST: return StoreError::kCorrupt;
    case MDB_BAD_TXN:
    case MDB_BAD_RSLOT:
    case MDB_BAD_DBI:
    case MDB_DBS_FULL: return {StoreError::kIo, EINVAL};
    case MDB_PANIC: return {StoreError::kIo, EIO};  // the disk failed in the midst of a commit's last page
    case MDB_MAP_RESIZED: return {StoreError::kIo, EAGAIN};
    default: return {StoreError::kIo, code};
  }
}

}  // namespace brink::store
