"""Port numbers for servers that must be told theirs. A number is taken out of the range below the kernel's own
choices (so that no client socket gets it) and held, among all test processes of the machine, by an abstract Unix
socket which vanishes with the process."""

import itertools
import os
import socket

_FIRST, _LAST = 12000, 31999
_held = []
_next = itertools.count(int.from_bytes(os.urandom(2), "big"))


def free_port():
    for _ in range(_LAST - _FIRST):
        port = _FIRST + next(_next) % (_LAST - _FIRST)
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            lock.bind(f"\0brink-e2e-port-{port}")
        except OSError:
            lock.close()
            continue
        if _is_unused(port):
            _held.append(lock)
            return port
        lock.close()
    raise RuntimeError("no free port left")


def _is_unused(port):
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if family == socket.AF_INET or error.errno == 98:
                    return False
    return True
