#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace brink {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "brink: broken invariant: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace brink
