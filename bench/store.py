#!/usr/bin/python3
"""The store and the node on top of it, at several sizes. docs/benchmarks.md explains the method."""

import argparse
import contextlib
import datetime
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import machine, report  # noqa: E402
from harness.figures import percentile  # noqa: E402
from harness.processes import BenchError, Process, free_ports  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- store results: begin -->", "<!-- store results: end -->"
SIZES = (1_000, 100_000, 1_000_000)
RECORDS = 10
API = "/client/v4"
START_SECONDS = 60
SEEN_SECONDS = 10


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", default=",".join(str(size) for size in SIZES), help="sizes, by commas (%(default)s)")
    parser.add_argument("--changes", type=int, default=300, help="changes whose way to the edge is timed (%(default)s)")
    parser.add_argument("--starts", type=int, default=5, help="starts of the node at each size (%(default)s)")
    parser.add_argument("--directory", type=Path, help="where stores are made (a temporary one); what is there already is read again")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="where brink and bench/ are (build/release)")
    parser.add_argument("--docs", action=argparse.BooleanOptionalAction, default=None,
                        help="write docs/benchmarks.md (when all sizes ran)")
    given = parser.parse_args()
    try:
        given.zones = sorted({int(each) for each in given.zones.split(",")})
    except ValueError:
        parser.error("--zones: numbers, by commas")
    if given.zones[0] < 1 or given.changes < 1 or given.starts < 1:
        parser.error("--zones, --changes and --starts must be positive")
    return given


# --- the store alone ---

@dataclass
class StoreFigures:
    """What bench_store says; nothing where it did not say it."""

    zones: int
    text: str
    import_seconds: float | None = None
    records_per_second: float | None = None
    change_ms: float | None = None
    disk_mib: float | None = None
    operations: int | None = None
    open_ms: float | None = None
    own_kib: int | None = None
    mapped_kib: int | None = None
    zone_share: float | None = None
    record_share: float | None = None


def parse_store(zones, text):
    made = StoreFigures(zones, text)
    number = r"([\d.]+)"
    for pattern, names in (
            (rf"^import\s+{number} s, {number} zones/s, {number} records/s", ("import_seconds", None, "records_per_second")),
            (rf"^one change\s+{number} ms", ("change_ms",)),
            (rf"^on the disk\s+{number} MiB, of which {number} free; (\d+) operations", ("disk_mib", None, "operations")),
            (rf"^first answer\s+{number} ms after opening; RssAnon: *(\d+) kB RssFile: *(\d+) kB", ("open_ms", "own_kib", "mapped_kib")),
            (rf"^zone by id .*: {number} of it", ("zone_share",)),
            (rf"^record by id .*: {number} of it", ("record_share",))):
        found = re.search(pattern, text, re.M)
        for name, value in zip(names, found.groups() if found else ()):
            if name:
                setattr(made, name, int(value) if value.isdigit() else float(value))
    return made


def measure_store(program, directory, zones):
    command = [program, "--directory", directory, "--zones", str(zones), "--records", str(RECORDS)]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"bench_store: {done.stderr.strip()}")
    return parse_store(zones, done.stdout)


# --- a node on it ---

class OwnersConnection(http.client.HTTPConnection):
    """The API as the node's owner reaches it: no token, a Unix socket."""

    def __init__(self, path):
        super().__init__("local", timeout=30)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


class Node:
    """Brink with the store in `data_dir`. Its zones' origins are forbidden, so that the edge answers by itself: what it
    answers a host with shows whether it knows the zone, and what a setting of the zone is."""

    def __init__(self, brink, data_dir, directory):
        self.http, self.control = free_ports(2)
        self.socket = data_dir / "control.sock"
        config = directory / "brink.toml"
        config.write_text(f"""
[node]
data_dir = "{data_dir}"
threads = 1
[edge]
http = ["127.0.0.1:{self.http}"]
forbidden_origins = ["192.0.2.0/24"]
[control]
listen = "127.0.0.1:{self.control}"
[log]
access = "off"
level = "error"
""")
        self.command = [brink, "run", "--config", config]
        self.log = directory / "brink.log"

    def start(self):
        return Process(self.command, None, self.log)

    def ask(self, host, connection=None):
        """The edge's status and its field Location for `host`."""
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.http, timeout=30)
        connection.request("GET", "/", headers={"Host": host})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Location"]


def call(connection, method, path, body=None):
    connection.request(method, API + path, json.dumps(body) if body is not None else None)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    if not content["success"]:
        raise BenchError(f"{method} {path}: {content['errors']}")
    return content["result"]


def until(is_so, started, seconds, what):
    """Seconds from `started` until `is_so()` is true; it is asked again at once."""
    while True:
        try:
            if is_so():
                return time.monotonic() - started
        except OSError:
            pass
        except http.client.HTTPException:
            pass
        if time.monotonic() - started > seconds:
            raise BenchError(f"{what}: not within {seconds} s")
        time.sleep(0.0005)


@dataclass
class NodeFigures:
    zones: int
    edge_ms: list = field(default_factory=list)  # from the start of the process to the edge's first answer out of the store
    api_ms: list = field(default_factory=list)   # and to the API's
    edge_memory: list = field(default_factory=list)  # MiB: PSS of the edge, after both
    seen_ms: list = field(default_factory=list)  # from the API's answer to the new value at the edge
    call_ms: list = field(default_factory=list)  # of the calls that made the changes


def name_of(zone):
    return f"zone{zone:07}.example.com"  # as bench/micro/store_bench.cc names them


def role_of(process, name):
    for pid in process.tree():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        if name in words:
            return pid
    raise BenchError(f"no process of the role {name}")


def measure_starts(node, figures, starts):
    host = name_of(figures.zones // 2 + 1)
    for _ in range(starts):
        started = time.monotonic()
        with node.start() as process:
            try:
                # 404 and the like say that no zone has the host; a zone that is known fails for its forbidden origin.
                figures.edge_ms.append(1000 * until(lambda: node.ask(host)[0] >= 500, started, START_SECONDS, "the edge's first answer"))
                figures.api_ms.append(1000 * until(lambda: call(OwnersConnection(node.socket), "GET", f"/zones?name={host}"), started,
                                                   START_SECONDS, "the API's first answer"))
            except BenchError as error:
                raise BenchError(f"{error}: {process.last_words()}") from None
            figures.edge_memory.append(machine.memory([role_of(process, "edge")]).pss / (1 << 20))


def measure_changes(node, figures, changes):
    """A setting goes on and off; the edge is asked without a pause from the API's answer on."""
    host = name_of(figures.zones // 2 + 1)
    with node.start():
        until(lambda: node.ask(host)[0] >= 500, time.monotonic(), START_SECONDS, "the edge's first answer")
        owner = OwnersConnection(node.socket)
        [zone] = call(owner, "GET", f"/zones?name={host}")
        visitor = http.client.HTTPConnection("127.0.0.1", node.http, timeout=30)
        for number in range(changes):
            value = "off" if number % 2 else "on"
            begun = time.monotonic()
            call(owner, "PATCH", f"/zones/{zone['id']}/settings/always_use_https", {"value": value})
            answered = time.monotonic()
            figures.call_ms.append(1000 * (answered - begun))
            while True:
                redirects = node.ask(host, visitor)[0] == 301
                seen = time.monotonic()
                if redirects == (value == "on"):
                    break
                if seen - answered > SEEN_SECONDS:
                    raise BenchError(f"the change was not seen within {SEEN_SECONDS} s")
            figures.seen_ms.append(1000 * (seen - answered))


# --- what is said ---

def middle(values):
    return percentile(sorted(values), 0.5)


def ms(value):
    return "-" if value is None else f"{value:.2f} ms"


def store_table(all_figures):
    rows = [["zones of 10 records", "import", "records/s", "on the disk", "one change", "open to first answer", "reader's own memory",
             "reader's map", "zone by id, of plain LMDB", "record by id, of plain LMDB"]]
    for each in all_figures:
        rows.append([report.thousands(each.zones), "-" if each.import_seconds is None else f"{each.import_seconds:.1f} s",
                     "-" if each.records_per_second is None else report.thousands(each.records_per_second),
                     f"{each.disk_mib:.0f} MiB", ms(each.change_ms), ms(each.open_ms), f"{each.own_kib / 1024:.1f} MiB",
                     f"{each.mapped_kib / 1024:.1f} MiB", f"{each.zone_share:.2f}", f"{each.record_share:.2f}"])
    return rows


def node_table(all_figures):
    rows = [["zones of 10 records", "start to the edge's first answer", "to the API's", "memory of the edge", "API's answer to edge, p50", "p99", "most",
             "the call itself, p50", "p99"]]
    for each in all_figures:
        seen, calls = sorted(each.seen_ms), sorted(each.call_ms)
        rows.append([report.thousands(each.zones), f"{middle(each.edge_ms):.0f} ms ({min(each.edge_ms):.0f} to {max(each.edge_ms):.0f})",
                     f"{middle(each.api_ms):.0f} ms ({min(each.api_ms):.0f} to {max(each.api_ms):.0f})", f"{middle(each.edge_memory):.1f} MiB",
                     ms(percentile(seen, 0.5)), ms(percentile(seen, 0.99)), ms(seen[-1]), ms(percentile(calls, 0.5)), ms(percentile(calls, 0.99))])
    return rows


def markdown(run):
    described = run["machine"]
    return "\n".join([
        f"Measured on {run['date']}: {described['cpu']}, {described['cores']} cores, Linux {described['kernel']}, {described['system']}. "
        f"Load average before the run: {described['load_average_before']:.1f}, after it: {run['load_after']:.1f}. {run['starts']} starts, "
        f"{run['changes']} changes at each size.",
        "", "    ./dev bench store", "", report.as_markdown(store_table(run["store"])), "", report.as_markdown(node_table(run["node"])), ""])


def between_markers(text, made):
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def bench(given):
    program, brink = given.build / "bench" / "bench_store", given.build / "brink"
    for needed in (program, brink):
        if not needed.exists():
            raise BenchError(f"{needed} is not built")
    run = {"date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"), "machine": machine.description(), "starts": given.starts,
           "changes": given.changes, "store": [], "node": []}
    with contextlib.ExitStack() as stack:
        directory = given.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="brink-bench-")))
        for zones in given.zones:
            data_dir = directory / str(zones)
            data_dir.mkdir(parents=True, exist_ok=True)
            figures = measure_store(program, data_dir, zones)
            print(f"{zones} zones\n{figures.text}", flush=True)
            run["store"].append(figures)
            node, on_node = Node(brink, data_dir, directory), NodeFigures(zones)
            measure_starts(node, on_node, given.starts)
            measure_changes(node, on_node, given.changes)
            run["node"].append(on_node)
            print(report.as_text(node_table([on_node])) + "\n", flush=True)
    run["load_after"] = os.getloadavg()[0]
    print(report.as_text(store_table(run["store"])) + "\n\n" + report.as_text(node_table(run["node"])))
    if given.docs or (given.docs is None and given.zones == list(SIZES)):
        DOCS.write_text(between_markers(DOCS.read_text(), markdown(run)))
        print(f"written: {DOCS}")


def main():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        bench(arguments())
        return 0
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
