"""Processes that the tests start, and only those, ended by their ids.

Every one carries a mark of its own in its environment which its descendants inherit, so that a supervisor's children,
also those it left behind, are found and ended. Should the test process itself be killed, the kernel kills them."""

import ctypes
import os
import pathlib
import signal
import subprocess
import uuid

from .polling import PATIENCE, eventually

_MARK = "BRINK_E2E_MARK"
_DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"]  # which then becomes the command: the same process
_PR_SET_CHILD_SUBREAPER = 36
# Proxies of the machine must not come between a test and what it tests.
_NOT_INHERITED = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
                  "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"}


def clean_environment(**more):
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**kept, **more}


def adopt_orphans():
    """Makes this process the parent of what its children leave behind, so that it can wait for them."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Process:
    def __init__(self, command, log, cwd=None, env=None):
        self.mark = uuid.uuid4().hex
        self.log = pathlib.Path(log)
        self.command = [str(part) for part in command]
        with open(self.log, "ab") as output:
            self._popen = subprocess.Popen([*_DIES_WITH_US, *self.command], stdin=subprocess.DEVNULL, stdout=output,
                                           stderr=output, cwd=cwd, start_new_session=True,
                                           env=clean_environment(**(env or {}), **{_MARK: self.mark}))

    @property
    def pid(self):
        return self._popen.pid

    def exit_code(self):
        """None while it runs."""
        return self._popen.poll()

    def output(self):
        return self.log.read_text(errors="replace")

    def descendants(self):
        """Ids of this process and all below it: those that carry its mark, and their children."""
        wanted = f"{_MARK}={self.mark}".encode()
        parents = {}
        for pid in _all_pids():
            try:
                parents[pid] = parent_of(pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
        found = {pid for pid in parents if pid == self.pid or wanted in _environment_of(pid)}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return sorted(found)

    def send_signal(self, number):
        os.kill(self.pid, number)

    def wait(self, within=10.0):
        try:
            return self._popen.wait(within * PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command[0]} (pid {self.pid}) still runs after {within:g} s") from None

    def kill(self):
        """Ends it and all that carry its mark, at once."""
        while living := [pid for pid in self.descendants() if is_running(pid)]:
            for pid in living:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            reap(living)
        if self.exit_code() is None:
            self._popen.kill()
            self._popen.wait()

    def stop(self, number=signal.SIGTERM, within=10.0):
        """Asks it to end; kills what does not within the deadline. The exit code."""
        if self.exit_code() is None:
            self.send_signal(number)
            try:
                self._popen.wait(within * PATIENCE)
            except subprocess.TimeoutExpired:
                pass
        ended = self.exit_code()
        self.kill()
        return ended


def reap(pids):
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except (ChildProcessError, OSError):
            pass


def is_running(pid):
    """False also for one that ended and was not waited for."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def arguments_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def user_of(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("Uid:"):
            return int(line.split()[2])
    raise AssertionError("no Uid line")


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS line")


# A sanitizer's shadow, red zones and quarantine are no growth of Brink's: what was measured is divided by this.
MEMORY_OVERHEAD = float(os.environ.get("BRINK_E2E_MEMORY_OVERHEAD", "1"))


def grown(pid, since):
    """By how many bytes the process is larger than `since`, an earlier resident_bytes()."""
    return (resident_bytes(pid) - since) / MEMORY_OVERHEAD


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def connections_to(port):
    """How many connections of this machine to that local TCP port are established, seen from their clients' side."""
    count = 0
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in pathlib.Path(table).read_text().splitlines()[1:]:
            words = line.split()
            count += words[3] == "01" and int(words[2].rsplit(":", 1)[1], 16) == port
    return count


def run(command, input=None, within=30.0, cwd=None, env=None):
    """Runs to its end; answers subprocess.CompletedProcess with bytes."""
    return subprocess.run([str(part) for part in command], input=input, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=within * PATIENCE, cwd=cwd,
                          env=clean_environment(**(env or {})), stdin=subprocess.DEVNULL if input is None else None)


def wait_for_port(port, process, host="127.0.0.1", within=10.0):
    import socket

    def answers():
        if process.exit_code() is not None:
            raise AssertionError(f"{process.command[0]} ended with {process.exit_code()}:\n{process.output()}")
        try:
            socket.create_connection((host, port), 1).close()
            return True
        except OSError:
            return False

    eventually(answers, within, f"{process.command[0]} listens on {host}:{port}")


def _all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _environment_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
