#include "store/environment.h"

#include "store/lmdb_error.h"
#include "store/meta.h"
#include "store/open_environment.h"
#include "store/schema.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brink::store {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

// The writer's process, as it wrote it into its lock; -1 where it could not (a full disk).
pid_t writer_of(int lock) {
  char text[16] = {};
  if (::pread(lock, text, sizeof text - 1, 0) <= 0) return -1;
  const long pid = std::strtol(text, nullptr, 10);
  return pid > 0 ? static_cast<pid_t>(pid) : -1;
}

Result<Fd> lock_to_write(const std::string& directory) {
  Fd lock(::open((directory + "/writer.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (!lock) return fail_lmdb(errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(StoreError::kBusy, writer_of(lock.get()));
    return fail(StoreError::kIo, errno);
  }
  // For whoever is refused. That it may not fit on the disk is no reason not to write.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) == 0) (void)!::pwrite(lock.get(), pid.data(), pid.size(), 0);
  return lock;
}

Result<> sync_directory(const std::string& directory) {
  const Fd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return fail_lmdb(errno);
  return {};
}

int count_line(const char*, void* lines) {
  ++*static_cast<unsigned*>(lines);
  return 0;
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::open(const std::string& directory, Mode mode,
                                                       std::size_t map_bytes) {
  const bool write = mode == Mode::kWrite;
  std::unique_ptr<Environment> environment(new Environment);
  environment->directory_ = directory;
  if (write) {
    if (::mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) return fail_lmdb(errno);
    environment->lock_ = BRINK_TRY(lock_to_write(directory));
  }
  environment->open_ = BRINK_TRY(OpenEnvironment::open(directory, write, map_bytes));
  for (std::size_t i = 0; i < environment->tables_.size(); ++i)
    environment->tables_[i] = environment->open_->table(static_cast<Table>(i));
  environment->published_ = &environment->open_->published();
  if (write) {
    BRINK_TRY(environment->prepare_to_write());
    BRINK_TRY(sync_directory(directory));
  } else {
    const auto transaction = BRINK_TRY(environment->read());
    const std::uint64_t version = stored_number(transaction->get(Table::kMeta, kSchemaKey));
    if (version > kSchemaVersion) return fail(StoreError::kNewerSchema, static_cast<std::int64_t>(version));
    if (version < kSchemaVersion) return fail(StoreError::kNotThere);
  }
  return environment;
}

Environment::~Environment() = default;

Result<> Environment::prepare_to_write() {
  MDB_txn* const handle = BRINK_TRY(open_->begin_write(nullptr));
  std::uint64_t sequence = 0;
  auto prepared = [&]() -> Result<bool> {
    WriteTransaction transaction(*this, handle);
    transaction.logs_ = false;
    auto changed = bring_up_to_date(transaction, kUpgradeSteps, kSchemaVersion);
    sequence = transaction.sequence();
    transaction.handle_ = nullptr;
    return changed;
  }();
  if (!prepared || !*prepared) {
    open_->abort(handle, false);
    if (!prepared) return std::unexpected(prepared.error());
  } else {
    BRINK_TRY(open_->commit(handle, false));
  }
  published_->store(sequence, std::memory_order_release);
  return {};
}

Result<std::unique_ptr<ReadTransaction>> Environment::read() const {
  MDB_txn* const handle = BRINK_TRY(open_->begin_read());
  return std::unique_ptr<ReadTransaction>(new ReadTransaction(*this, handle));
}

Result<int> Environment::clear_stale_readers() const {
  int dead = 0;
  if (const int code = ::mdb_reader_check(open_->handle(), &dead)) return fail_lmdb(code);
  return dead;
}

Result<> Environment::snapshot_to(const std::string& directory) const {
  if (::mkdir(directory.c_str(), kDirectoryMode) != 0 && errno != EEXIST) return fail_lmdb(errno);
  const std::string path = directory + "/data.mdb";
  {
    // Not mdb_env_copy2: it would make the file readable by all that the umask lets.
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    if (!file) return fail_lmdb(errno);
    const auto copied = [&]() -> Result<> {
      const auto pin = BRINK_TRY(read());  // the map must not move meanwhile
      if (const int code = ::mdb_env_copyfd2(open_->handle(), file.get(), MDB_CP_COMPACT))
        return fail_lmdb(code);
      if (::fsync(file.get()) != 0) return fail_lmdb(errno);
      return {};
    }();
    if (!copied) {
      ::unlink(path.c_str());
      return copied;
    }
  }
  BRINK_TRY(open(directory, Mode::kWrite));  // makes what else a store has
  return {};
}

Result<Environment::Usage> Environment::usage() const {
  Usage usage;
  const auto transaction = BRINK_TRY(read());
  struct stat status{};
  if (::stat((directory_ + "/data.mdb").c_str(), &status) != 0) return fail(StoreError::kIo, errno);
  usage.bytes = static_cast<std::uint64_t>(status.st_size);
  for (std::size_t i = 0; i < usage.rows.size(); ++i)
    usage.rows[i] = transaction->count(static_cast<Table>(i));
  usage.changes = usage.rows[static_cast<std::size_t>(Table::kChanges)];

  unsigned lines = 0;  // a heading, then one for each slot
  if (const int code = ::mdb_reader_list(open_->handle(), count_line, &lines); code < 0)
    return fail_lmdb(code);
  usage.readers = lines > 0 ? lines - 1 : 0;

  // LMDB's own table 0: lists of pages, each with its length before it.
  MDB_stat pages{};
  if (const int code = ::mdb_env_stat(open_->handle(), &pages)) return fail_lmdb(code);
  MDB_cursor* cursor = nullptr;
  if (const int code = ::mdb_cursor_open(transaction->handle_, 0, &cursor)) return fail_lmdb(code);
  MDB_val key{}, list{};
  while (::mdb_cursor_get(cursor, &key, &list, MDB_NEXT) == 0) {
    if (list.mv_size >= sizeof(std::size_t)) {
      std::size_t length;
      std::memcpy(&length, list.mv_data, sizeof length);
      usage.free_bytes += length * pages.ms_psize;
    }
  }
  ::mdb_cursor_close(cursor);
  return usage;
}

}  // namespace brink::store
