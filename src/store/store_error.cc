#include "store/store_error.h"

#include <string.h>  // strerrordesc_np

#include <fmt/format.h>

namespace brink::store {
namespace {

class StoreDomain final : public ErrorDomain {
 public:
  std::string_view name() const override { return "store"; }
  std::string message(int code, std::int64_t detail) const override {
    switch (static_cast<StoreError>(code)) {
      case StoreError::kFull: return "the disk has no room for the change; nothing of it was kept";
      case StoreError::kIo: {
        const char* text = ::strerrordesc_np(static_cast<int>(detail));
        return fmt::format("the store cannot be read or written: {}",
                           text != nullptr ? text : fmt::format("error {}", detail));
      }
      case StoreError::kCorrupt:
        return "what lies in the store is not what Brink wrote; `brink store check` says where";
      case StoreError::kNewerSchema:
        return fmt::format("the store was written by a newer Brink (its schema is {})", detail);
      case StoreError::kNotThere: return "the store has not been made yet";
      case StoreError::kTooManyReaders: return "too many threads read the store at once";
      case StoreError::kBusy:
        if (detail == 0) return "too many changes wait to be written";
        return detail > 0 ? fmt::format("process {} writes the store", detail)
                          : std::string("another process writes the store");
      case StoreError::kTooLarge: return "too large for the store";
      case StoreError::kClosed: return "the store takes no more changes";
      case StoreError::kInvalid: return "not what the store can hold in that place";
      case StoreError::kTaken: return "another has that name already";
      case StoreError::kOutOfOrder:
        return fmt::format("not the change that is due, which is number {}", detail);
    }
    return "unknown error";
  }
};

constexpr StoreDomain kStoreDomain;

}  // namespace

const ErrorDomain& error_domain(StoreError) { return kStoreDomain; }

}  // namespace brink::store
