// What must hold between parts of our own code. A broken one is our bug, never a peer's: it aborts the role
// with a message and the supervisor restarts it. Stays on in release builds; use it where it is cheap.
#pragma once

namespace brink {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}  // namespace brink

#define BRINK_ASSERT(expression)                      \
  (__builtin_expect(static_cast<bool>(expression), 1) \
       ? void(0)                                      \
       : ::brink::assertion_failed(#expression, __FILE__, __LINE__))
