"""Processes that the benchmark starts: each pinned to a core, each ended by its id, none left behind."""

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import machine

SERVER_CORE = 0
LOAD_CORE = 1

START_SECONDS = 15
STOP_SECONDS = 5
POLL_SECONDS = 0.02

# A core counts as quiet when it was busy for no more than this part of so long a time.
QUIET_SECONDS = 0.3
QUIET_BUSY = 0.1

# The niceness of `run.py --priority`.
PRECEDENCE = -15

# Below Linux's ephemeral ports (32768 and up), so that no outgoing connection of the load takes one.
PORTS = range(20000, 32000)

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """Something that makes a figure impossible; its text says what."""


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listens on."""
    chosen = []
    for port in random.sample(PORTS, k=200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        chosen.append(port)
        if len(chosen) == count:
            return chosen
    raise BenchError(f"no {count} free ports between {PORTS.start} and {PORTS.stop}")


def wait_until(is_true, seconds, what):
    """Polls; raises BenchError naming `what` when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise BenchError(f"after {seconds} s: {what}")
        time.sleep(POLL_SECONDS)


def wait_for_quiet(patience):
    """Waits until neither core is at work for others; after `patience` seconds it is as it is."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        before = [machine.core_busy_seconds(core) for core in (SERVER_CORE, LOAD_CORE)]
        time.sleep(QUIET_SECONDS)
        after = [machine.core_busy_seconds(core) for core in (SERVER_CORE, LOAD_CORE)]
        if all(end - begin <= QUIET_BUSY * QUIET_SECONDS for begin, end in zip(before, after)):
            return


def accepts_connections(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def take_precedence():
    """This process before other work on the machine: among its session's processes, and its session among all."""
    os.setpriority(os.PRIO_PROCESS, 0, PRECEDENCE)
    with contextlib.suppress(FileNotFoundError):
        Path("/proc/self/autogroup").write_text(str(PRECEDENCE))


class Process:
    """A started program. A context manager: leaving it ends the program and its children."""

    goes_first = False  # run.py --priority

    def __init__(self, command, core, log, **popen):
        def in_child():
            if core is not None:
                os.sched_setaffinity(0, {core})
            if Process.goes_first:
                take_precedence()
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

        self.command = [str(word) for word in command]
        self.log = Path(log)
        with self.log.open("wb") as stderr:
            popen.setdefault("stdout", stderr)
            popen.setdefault("stdin", subprocess.DEVNULL)
            self.child = subprocess.Popen(self.command, stderr=stderr, start_new_session=True, preexec_fn=in_child, **popen)

    @property
    def pid(self):
        return self.child.pid

    def tree(self):
        return machine.process_tree(self.pid)

    def is_running(self):
        return self.child.poll() is None

    def wait_for_port(self, port):
        def is_up():
            if not self.is_running():
                raise BenchError(f"{self.command[0]} ended with status {self.child.returncode}: {self.last_words()}")
            return accepts_connections(port)

        wait_until(is_up, START_SECONDS, f"{self.command[0]} does not listen on port {port}: {self.last_words()}")

    def last_words(self):
        return self.log.read_text(errors="replace")[-2000:].strip() or "(it said nothing)"

    def stop(self):
        """SIGTERM to the program, which ends its children; SIGKILL to whatever of them is left."""
        tree = self.tree() if self.is_running() else []
        if self.is_running():
            self.child.terminate()
            try:
                self.child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        for pid in tree:
            if pid != self.pid and self.is_of_ours(pid):
                os.kill(pid, signal.SIGKILL)

    def is_of_ours(self, pid):
        """Whether `pid` is still a process of the session that this program leads, and not a later one's number."""
        try:
            return int(machine.stat_fields(Path(f"/proc/{pid}/stat").read_text())[3]) == self.pid
        except (FileNotFoundError, ProcessLookupError):
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe:
                pipe.close()
