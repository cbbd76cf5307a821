#include "store/open_environment.h"

#include "base/assert.h"
#include "base/fd.h"
#include "store/lmdb_error.h"

#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::store {
namespace {

constexpr std::size_t kSequencePage = 4096;
constexpr std::size_t kLeastMapBytes = std::size_t{1} << 30;
constexpr mode_t kFileMode = 0600;
constexpr int kRepairs = 4;  // of one beginning

// What the process has open, by the directory's identity.
struct Registry {
  std::mutex mutex;  // guards `open`, and is held while one opens
  std::condition_variable closed;
  // An entry stays until its environment has been closed to the end.
  std::map<OpenEnvironment::Identity, std::weak_ptr<OpenEnvironment>> open;
};
Registry& registry() {
  static Registry& one = *new Registry;  // never destroyed: an environment may be closed late
  return one;
}

}  // namespace

Result<std::shared_ptr<OpenEnvironment>> OpenEnvironment::open(const std::string& directory, bool write,
                                                               std::size_t map_bytes) {
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT) return fail(StoreError::kNotThere);
    return fail(StoreError::kIo, errno);
  }
  const Identity identity{status.st_dev, status.st_ino, ::getpid()};
  auto& [mutex, closed, open] = registry();
  std::unique_lock lock(mutex);
  for (auto known = open.find(identity); known != open.end(); known = open.find(identity)) {
    if (auto shared = known->second.lock()) {
      if (write && !shared->writes_) return fail(StoreError::kBusy, ::getpid());
      return shared;
    }
    closed.wait(lock);
  }
  std::unique_ptr<OpenEnvironment> opened(new OpenEnvironment);
  opened->writes_ = write;
  if (!write && ::access((directory + "/data.mdb").c_str(), F_OK) != 0) return fail(StoreError::kNotThere);
  BRINK_TRY(reserve_lock_file(directory));
  BRINK_TRY(opened->open_files(directory, write, map_bytes));
  BRINK_TRY(opened->open_tables(write));
  BRINK_TRY(opened->map_sequence(directory, write));
  opened->identity_ = identity;
  std::shared_ptr<OpenEnvironment> shared = std::move(opened);
  open[identity] = shared;
  return shared;
}

OpenEnvironment::~OpenEnvironment() {
  if (handle_ != nullptr) ::mdb_env_close(handle_);
  if (published_ != nullptr) ::munmap(published_, kSequencePage);
  if (!identity_) return;
  std::lock_guard lock(registry().mutex);
  registry().open.erase(*identity_);
  registry().closed.notify_all();
}

// Gives LMDB's table of readers its room on the disk. LMDB makes the file long and maps it: the first reader
// to use a page of it while the disk is full would die of SIGBUS. Before LMDB opens the file, because closing
// it would drop its locks.
Result<> OpenEnvironment::reserve_lock_file(const std::string& directory) {
  constexpr off_t kSlotBytes = 64;  // a line of the cache each, and some for the head
  constexpr off_t kBytes = (kMaxReaders + 64) * kSlotBytes;
  const Fd file(::open((directory + "/lock.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (!file) return fail_lmdb(errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(StoreError::kIo, errno);
  // One that is there keeps its size, which other processes have mapped.
  const bool made = status.st_size == 0;
  const int code = ::fallocate(file.get(), made ? 0 : FALLOC_FL_KEEP_SIZE, 0, made ? kBytes : status.st_size);
  if (code != 0 && errno != EOPNOTSUPP) return fail_lmdb(errno);
  return {};
}

Result<> OpenEnvironment::open_files(const std::string& directory, bool write, std::size_t map_bytes) {
  // Readers pick rows here and there: reading ahead would fill memory with their neighbours.
  const unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (write ? 0U : MDB_RDONLY);
  for (;;) {
    if (const int code = ::mdb_env_create(&handle_)) return fail_lmdb(code);
    int code = ::mdb_env_set_maxdbs(handle_, static_cast<MDB_dbi>(Table::kTables) + 16);
    if (code == 0) code = ::mdb_env_set_maxreaders(handle_, kMaxReaders);
    if (code == 0) code = ::mdb_env_set_mapsize(handle_, map_bytes);
    if (code == 0) code = ::mdb_env_open(handle_, directory.c_str(), flags, kFileMode);
    if (code == 0) return {};
    ::mdb_env_close(handle_);
    handle_ = nullptr;
    // Address space may be limited (RLIMIT_AS, a sanitizer): a smaller map serves until the store outgrows
    // it.
    if (code == ENOMEM && map_bytes > kLeastMapBytes) {
      map_bytes /= 2;
      continue;
    }
    if (code == ENOENT && !write) return fail(StoreError::kNotThere);
    return fail_lmdb(code);
  }
}

Result<> OpenEnvironment::open_tables(bool write) {
  MDB_txn* transaction = write ? BRINK_TRY(begin_write(nullptr)) : BRINK_TRY(begin_read());
  int code = 0;
  for (std::size_t i = 0; i < tables_.size() && code == 0; ++i) {
    const std::string name(table_name(static_cast<Table>(i)));
    code = ::mdb_dbi_open(transaction, name.c_str(), write ? MDB_CREATE : 0, &tables_[i]);
  }
  // Handles live on only where their transaction is committed, one that reads, too.
  if (code == 0) {
    code = ::mdb_txn_commit(transaction);
  } else {
    ::mdb_txn_abort(transaction);
  }
  gate_.leave();
  if (code == MDB_NOTFOUND) return fail(StoreError::kNotThere);
  if (code != 0) return fail_lmdb(code);
  return {};
}

Result<> OpenEnvironment::map_sequence(const std::string& directory, bool write) {
  const std::string path = directory + "/sequence";
  const Fd file(::open(path.c_str(), (write ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, kFileMode));
  if (!file) {
    if (errno == ENOENT) return fail(StoreError::kNotThere);
    return fail_lmdb(errno);
  }
  if (write) {
    // Allocated and not only made long: a store to a page that the disk has no room for would be SIGBUS.
    if (const int code = ::posix_fallocate(file.get(), 0, kSequencePage)) return fail_lmdb(code);
  } else {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return fail(StoreError::kIo, errno);
    if (static_cast<std::size_t>(status.st_size) < kSequencePage) return fail(StoreError::kNotThere);
  }
  const int protection = write ? PROT_READ | PROT_WRITE : PROT_READ;
  void* page = ::mmap(nullptr, kSequencePage, protection, MAP_SHARED, file.get(), 0);
  if (page == MAP_FAILED) return fail(StoreError::kIo, errno);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  published_ = static_cast<std::atomic<std::uint64_t>*>(page);
  return {};
}

template <class Begin>
Result<> OpenEnvironment::begin_with(Begin begin) {
  int code = 0;
  for (int i = 0; i < kRepairs; ++i) {
    if (!gate_.enter()) return fail(StoreError::kIo, EAGAIN);
    code = begin();
    if (code == 0) return {};
    gate_.leave();
    if (code == MDB_MAP_RESIZED) {
      // To the size that the other process has written down. Where that fails there is no map any more.
      if (!gate_.alone([this] { BRINK_ASSERT(::mdb_env_set_mapsize(handle_, 0) == 0); })) break;
    } else if (code == MDB_READERS_FULL) {
      int dead = 0;
      if (::mdb_reader_check(handle_, &dead) != 0 || dead == 0) break;
    } else {
      break;
    }
  }
  return fail_lmdb(code);
}

Result<MDB_txn*> OpenEnvironment::begin_read() {
  MDB_txn* transaction = nullptr;
  BRINK_TRY(begin_with([&] { return ::mdb_txn_begin(handle_, nullptr, MDB_RDONLY, &transaction); }));
  return transaction;
}

void OpenEnvironment::end_read(MDB_txn* transaction) {
  ::mdb_txn_abort(transaction);
  gate_.leave();
}

Result<> OpenEnvironment::renew(MDB_txn* transaction) {
  return begin_with([&] { return ::mdb_txn_renew(transaction); });
}

void OpenEnvironment::release(MDB_txn* transaction) {
  ::mdb_txn_reset(transaction);
  gate_.leave();
}

Result<MDB_txn*> OpenEnvironment::begin_write(MDB_txn* parent) {
  MDB_txn* transaction = nullptr;
  if (parent != nullptr) {
    if (const int code = ::mdb_txn_begin(handle_, parent, 0, &transaction)) return fail_lmdb(code);
    return transaction;
  }
  BRINK_TRY(begin_with([&] { return ::mdb_txn_begin(handle_, nullptr, 0, &transaction); }));
  return transaction;
}

Result<> OpenEnvironment::commit(MDB_txn* transaction, bool nested) {
  const int code = ::mdb_txn_commit(transaction);
  if (!nested) gate_.leave();
  if (code != 0) return std::unexpected(error_of(code));
  return {};
}

Error OpenEnvironment::error_of(int code) const {
  if (code != EIO) return lmdb_error(code);
  // Whether the file can grow tells the two apart. What it grows by here, the next commit uses.
  constexpr off_t kProbeBytes = 64 << 10;
  int file = -1;
  struct stat status{};
  if (::mdb_env_get_fd(handle_, &file) != 0 || ::fstat(file, &status) != 0) return lmdb_error(code);
  if (::fallocate(file, 0, status.st_size, kProbeBytes) == 0) return lmdb_error(code);
  const Error why = lmdb_error(errno);
  return why.is(StoreError::kFull) ? why : lmdb_error(code);
}

void OpenEnvironment::abort(MDB_txn* transaction, bool nested) {
  ::mdb_txn_abort(transaction);
  if (!nested) gate_.leave();
}

}  // namespace brink::store
