"""Brink as its users run it: the built binary, a brink.toml, signals, the control listener, the access log."""

import copy
import http.client
import json
import os
import pathlib
import re
import signal

from . import processes, toml
from .metrics import Exposition
from .polling import eventually
from .ports import free_port

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
_ROLES = ("edge", "control", "dns", "workers", "media")
_SIGNS_OF_A_BUG = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|assertion .*failed",
                             re.IGNORECASE)
running = []


def binary():
    return pathlib.Path(os.environ.get("BRINK_BIN", REPOSITORY / "build" / "release" / "brink")).absolute()


def merged(base, changes):
    """`base` with `changes` laid over it; tables are merged, everything else replaced, None removes."""
    result = copy.deepcopy(base)
    for key, value in (changes or {}).items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def zone(origin, name="example.com", hosts=("*",), tls="flexible", **more):
    """A [[zone]] before `origin`, which is a URL or something that has one."""
    return {"name": name, "hosts": list(hosts), "origin": getattr(origin, "url", origin), "tls": tls, **more}


class Brink:
    """One node. `config` is laid over a configuration that listens on free loopback ports (see `_defaults`)."""

    def __init__(self, directory, config=None, zones=(), env=None):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.http, self.https, self.control = free_port(), free_port(), free_port()
        self.config_file = self.directory / "brink.toml"
        self.access_log = self.directory / "access.jsonl"
        self.config = merged(self._defaults(), config)
        if zones:
            self.config["zone"] = copy.deepcopy(list(zones))
        self._env = env
        self.before = []  # words before the command: what it is run by
        self.beside = []  # the same for commands that must see what the node sees; known once it runs
        self.process = None
        self.edge_at_start = None
        self.edge_may_end = False

    def _defaults(self):
        return {
            "node": {"data_dir": str(self.directory / "data"), "threads": 2, "drain_timeout": "2s"},
            "edge": {"http": [f"127.0.0.1:{self.http}"], "https": [f"127.0.0.1:{self.https}"]},
            "control": {"listen": f"127.0.0.1:{self.control}"},
            "log": {"level": "info", "access": str(self.access_log)},
        }

    # Life.

    def start(self, within=10.0):
        self.write_config()
        self.process = processes.Process([*self.before, binary(), "run", "--config", self.config_file],
                                         self.directory / "brink.log", env=self._env)
        running.append(self)
        eventually(self.is_ready, within, "brink answers /readyz")
        self.edge_at_start = self.role("edge")
        return self

    def write_config(self, changes=None):
        """Writes brink.toml, with lasting changes."""
        self.config = merged(self.config, changes)
        self.config_file.write_text(toml.dumps(self.config))

    def reload(self, changes=None):
        """SIGHUP. It is the caller who knows by what to see that it has happened."""
        self.write_config(changes)
        self.process.send_signal(signal.SIGHUP)

    def upgrade(self):
        """SIGUSR2; returns when another supervisor or another edge than before serves."""
        before = self.role("edge")
        self.edge_may_end = True
        os.kill(self.supervisor(), signal.SIGUSR2)
        return eventually(lambda: self.is_ready() and self.role("edge", must=False) not in (None, before),
                          20.0, "a new edge after SIGUSR2")

    def stop(self, within=15.0):
        """SIGTERM to the supervisor; the exit code (None where it had to be killed or is no child of ours)."""
        if self.process is None:
            return 0
        supervisor = self.supervisor(must=False)
        if supervisor and supervisor != self.process.pid:
            os.kill(supervisor, signal.SIGTERM)
            try:
                eventually(lambda: not processes.is_running(supervisor), within, "the supervisor ends after SIGTERM")
                code = self.process.exit_code()
            except AssertionError:
                code = None
            self.process.kill()
        else:
            code = self.process.stop(within=within)
        if self in running:
            running.remove(self)
        return code

    def stop_and_check(self):
        """Stops; an edge that died on the way, a sanitizer's report or a bad exit fails the test."""
        died = None
        if self.process.exit_code() is None and self.edge_at_start and not self.edge_may_end:
            now = self.role("edge", must=False)
            died = now != self.edge_at_start and f"edge {self.edge_at_start} died during the test (now {now})"
        code = self.stop()
        assert not died, f"{died}\n{self.log_tail()}"
        assert not _SIGNS_OF_A_BUG.search(self.log()), self.log_tail(200)
        assert code == 0, f"brink ended with {code} after SIGTERM\n{self.log_tail()}"

    # Processes.

    def supervisor(self, must=True):
        """The id of the process above the roles: the one we started, or the one that took over after an upgrade."""
        roles = [pid for pid in self.process.descendants() if _role_of(pid)]
        parents = {processes.parent_of(pid) for pid in roles if processes.is_running(pid)} - {os.getpid()}
        if self.process.exit_code() is None and (self.process.pid in parents or not parents):
            return self.process.pid
        assert parents or not must, f"no supervisor\n{self.log_tail()}"
        return max(parents, default=None)

    def role(self, name, must=True):
        """The id of the newest living process of that role."""
        found = [pid for pid in self.process.descendants() if _role_of(pid) == name and processes.is_running(pid)]
        assert found or not must, f"no process of the role {name}\n{self.log_tail()}"
        return max(found, default=None)

    def roles(self):
        return {name: pid for name in _ROLES if (pid := self.role(name, must=False))}

    # What it says.

    def log(self):
        return self.process.output() if self.process is not None else ""

    def log_tail(self, lines=60):
        return "\n".join(["brink's log:"] + self.log().splitlines()[-lines:])

    def logged(self, words, within=5.0):
        """The first line of brink's log with these words."""
        def line():
            return next((each for each in self.log().splitlines() if words in each), None)
        return eventually(line, within, f"{words!r} in brink's log")

    def control_get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def is_ready(self):
        if self.process.exit_code() not in (None, 0):
            raise RuntimeError(f"brink ended with {self.process.exit_code()}\n{self.log_tail()}")
        try:
            return self.control_get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def metrics(self):
        status, _, body = self.control_get("/metrics")
        assert status == 200, body
        return Exposition(body.decode())

    def metric(self, name, **labels):
        return self.metrics().value(name, **labels)

    def limit_hits(self, limit):
        return self.metric("brink_edge_limit_hits_total", limit=limit)

    def limit_is_hit(self, limit, at_least=1, within=5.0):
        return eventually(lambda: self.limit_hits(limit) >= at_least, within, f"limit {limit} is counted")

    def access_lines(self):
        """The whole lines of the access log. Each must be JSON."""
        if not self.access_log.exists():
            return []
        text = self.access_log.read_text()
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def access(self, within=5.0, **facts):
        """The first line of the access log with these values."""
        def line():
            return next((entry for entry in self.access_lines()
                         if all(entry.get(name) == value for name, value in facts.items())), None)
        return eventually(line, within, f"an access log line with {facts}")

    def access_of(self, path, **facts):
        """The line of the request for that path, which a test uses once."""
        return self.access(ClientRequestURI=path, **facts)


def _role_of(pid):
    """The role of one of brink's processes, told by a word of its command line or by its name."""
    words = processes.arguments_of(pid)[1:] + [processes.name_of(pid)]
    for word in words:
        if "/" not in word:
            for role in _ROLES:
                if re.fullmatch(rf"(.*[^a-z])?{role}", word):
                    return role
    return None
