"""Waiting without sleeping: look again and again until it is so, or a deadline has passed."""

import os
import time

# Sanitizer builds and crowded machines are slower: every deadline of the tests is multiplied by this.
PATIENCE = float(os.environ.get("BRINK_E2E_PATIENCE", "1"))
_INTERVAL_S = 0.01


class NotWithinDeadline(AssertionError):
    pass


def eventually(look, within=5.0, saying="the condition"):
    """The first true value that `look()` answers; an AssertionError where the deadline passes before."""
    deadline = time.monotonic() + within * PATIENCE
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise NotWithinDeadline(f"{saying}: not within {within * PATIENCE:g} s (last seen: {found!r})")
        time.sleep(_INTERVAL_S)
