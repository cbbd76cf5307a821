"""The scenarios, and how one round of each is measured."""

import json
import select
import subprocess
import time
from dataclasses import dataclass

from harness import figures, machine
from harness.processes import LOAD_CORE, SERVER_CORE, BenchError, Process

H2LOAD = "/usr/bin/h2load"
CIPHER = "TLS_AES_128_GCM_SHA256"
AGREED = f"TLSv1.3 {CIPHER} X25519"

# How long after its window a load may take to end.
GRACE_SECONDS = 30

# Enough to learn how fast a server is over h2.
FIRST_H2_REQUESTS = 5000


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    path: str
    body_bytes: int
    tls: bool
    load: str  # requests, h2, handshakes, idle
    connections: int = 64
    streams: int = 1  # requests in flight on each h2 connection
    resume: bool = False
    is_standard: bool = True  # part of a run that names no scenario

    @property
    def reconnects(self):
        return self.load == "handshakes"

    @property
    def unit(self):
        return "handshake" if self.load == "handshakes" else "request"

    @property
    def body(self):
        """What the origin and the floors answer: so many letters, a to z over and over."""
        return (b"abcdefghijklmnopqrstuvwxyz" * (self.body_bytes // 26 + 1))[:self.body_bytes]


SCENARIOS = [
    Scenario("h1-1k", "1 KiB passed through, HTTP/1.1", "/1k", 1024, False, "requests"),
    Scenario("tls-1k", "1 KiB passed through, HTTP/1.1 over TLS 1.3", "/1k", 1024, True, "requests"),
    Scenario("h2-1k", "1 KiB passed through, HTTP/2 over TLS 1.3, 8 connections of 8 streams", "/1k", 1024, True, "h2",
             connections=8, streams=8),
    Scenario("h2-1k-single", "1 KiB passed through, HTTP/2 over TLS 1.3, 64 connections of 1 stream", "/1k", 1024, True, "h2",
             is_standard=False),
    Scenario("tls-1m", "1 MiB passed through, HTTP/1.1 over TLS 1.3", "/1m", 1024 * 1024, True, "requests"),
    Scenario("handshake-full", "full TLS 1.3 handshakes, each with one 5-byte request", "/hello", 5, True, "handshakes"),
    Scenario("handshake-resumed", "resumed TLS 1.3 handshakes, each with one 5-byte request", "/hello", 5, True, "handshakes",
             resume=True),
    Scenario("idle-tls-memory", "memory of 2000 idle TLS connections, each after one request", "/hello", 5, True, "idle",
             connections=2000),
]


class Meter:
    """Reads the clocks of a server's processes and of both cores; the difference of two readings is a window's."""

    def __init__(self, process):
        self.process = process
        self.pids = process.tree()

    def read(self):
        try:
            cpu = machine.cpu_time(self.pids)
        except FileNotFoundError as error:
            raise BenchError(f"a process of the server ended under load: {self.process.last_words()}") from error
        cores = tuple(machine.core_busy_seconds(core) for core in (SERVER_CORE, LOAD_CORE))
        return time.monotonic(), cpu, cores

    def check_processes(self):
        """CPU time of a process that came or went meanwhile would be missing."""
        if self.process.tree() != self.pids:
            raise BenchError(f"the server's processes changed under load: {self.process.last_words()}")


def measure(scenario, running, tools, seconds, warmup):
    running.check(scenario)
    if scenario.load == "idle":
        return measure_idle(scenario, running, tools)
    meter = Meter(running.process)
    if scenario.load == "h2":
        result, begin, end = h2_load(scenario, running, tools, seconds, warmup, meter)
    else:
        result, begin, end = own_load(scenario, running, tools, seconds, warmup, meter)
    meter.check_processes()
    agree(scenario, result)
    took, cpu = end[0] - begin[0], end[1] - begin[1]
    server_core, load_core = (after - before for before, after in zip(begin[2], end[2]))
    return figures.Round(
        answers=result["answers"], seconds=result["seconds"], user_seconds=cpu.user, system_seconds=cpu.system,
        p50_us=result["p50_us"], p99_us=result["p99_us"], server_core_busy=server_core / took, load_core_busy=load_core / took,
        others_on_server_core=max(0.0, server_core - cpu.total) / took, failures=result["failures"], tls=result.get("tls", ""))


def agree(scenario, result):
    """Over TLS all servers must have agreed on the same; else their figures are not comparable."""
    if scenario.tls and not result.get("tls", "").startswith(AGREED):
        result["failures"][f"agreed on {result.get('tls') or 'nothing'}"] = 1
    if scenario.load == "h2" and not result["tls"].endswith(" h2"):
        result["failures"]["not HTTP/2"] = 1


def load_command(scenario, port, seconds, warmup, count="COUNT"):
    """The words of the load generator's command; our own programs without their directory."""
    if scenario.load == "h2":
        return [H2LOAD, "-c", scenario.connections, "-m", scenario.streams, f"--tls13-ciphers={CIPHER}", "-H", ":authority: bench.test",
                "-n", count, f"https://127.0.0.1:{port}{scenario.path}"]
    common = ["--port", port, "--path", scenario.path, "--body-bytes", scenario.body_bytes, "--connections", scenario.connections]
    if scenario.load == "idle":
        return ["bench_load_idle", *common]
    timed = [*common, "--warmup", warmup, "--seconds", seconds]
    if scenario.load == "handshakes":
        return ["bench_load_handshakes", *timed, *(["--resume"] if scenario.resume else [])]
    return ["bench_load_requests", *timed, *(["--tls"] if scenario.tls else [])]


def own_load(scenario, running, tools, seconds, warmup, meter):
    with load_process(load_command(scenario, running.port, seconds, warmup), tools) as load:
        expect_line(load, "begin", warmup + GRACE_SECONDS)
        begin = meter.read()
        # The load sorts its latencies before it prints, idle for the server; so the end is read by the clock.
        time.sleep(max(0.0, begin[0] + seconds - time.monotonic()))
        end = meter.read()
        result = expect_line(load, "end", GRACE_SECONDS)
    return result, begin, end


def h2_load(scenario, running, tools, seconds, warmup, meter):
    """h2load says nothing when a warm-up ends: so one run to warm up and to learn the speed, then a counted one."""
    def run(count, *more):
        [program, *words] = load_command(scenario, running.port, seconds, warmup, h2_count(scenario, count))
        return run_h2load([program, *more, *words], scenario, tools)

    def speed_of(result):
        return result["answers"] / result["seconds"]

    speed = speed_of(run(FIRST_H2_REQUESTS))
    speed = speed_of(run(speed * warmup))
    log = tools.directory / f"h2load-{running.port}.log"
    begin = meter.read()
    result = run(speed * seconds, f"--log-file={log}")
    end = meter.read()
    with log.open() as lines:
        latencies = figures.parse_h2load_log(lines)
    log.unlink()
    result["p50_us"] = figures.percentile(latencies, 0.5)
    result["p99_us"] = figures.percentile(latencies, 0.99)
    return result, begin, end


def h2_count(scenario, wanted):
    """A multiple of what is in flight, so that all connections end together."""
    in_flight = scenario.connections * scenario.streams
    return max(1, round(wanted / in_flight)) * in_flight


def run_h2load(command, scenario, tools):
    with load_process(command, tools) as load:
        try:
            output, _ = load.child.communicate(timeout=120)
        except subprocess.TimeoutExpired as error:
            raise BenchError("h2load does not end") from error
        try:
            return figures.parse_h2load(output, scenario.body_bytes)
        except ValueError as error:
            raise BenchError(f"{error}; {load.last_words()}") from error


def measure_idle(scenario, running, tools):
    before_pids = running.process.tree()
    before = machine.memory(before_pids)
    with load_process(load_command(scenario, running.port, None, None), tools, stdin=subprocess.PIPE) as load:
        opened = expect_line(load, "idle", GRACE_SECONDS + 10)
        after = machine.memory(running.process.tree())
        load.child.stdin.write("done\n")
        load.child.stdin.flush()
        still_open = expect_line(load, "end", GRACE_SECONDS)["open"]
    result = {"failures": {}, "tls": opened["tls"]}
    if still_open != scenario.connections:
        result["failures"]["closed by the server while idle"] = scenario.connections - still_open
    agree(scenario, result)
    growth = after - before
    return figures.IdleRound(scenario.connections, growth.rss, growth.pss, result["failures"], result["tls"])


def load_process(command, tools, **popen):
    if command[0] != H2LOAD:
        command = [tools.program(command[0]), *command[1:]]
    return Process(command, LOAD_CORE, tools.directory / "load.output", stdout=subprocess.PIPE, text=True, **popen)


def expect_line(load, word, patience):
    """The next line of a load must begin with `word`; the JSON object after it, if any."""
    ready, _, _ = select.select([load.child.stdout], [], [], patience)
    line = load.child.stdout.readline() if ready else ""
    first, _, rest = line.strip().partition(" ")
    if first != word:
        raise BenchError(f"the load generator said {line!r} where '{word}' was expected: {load.last_words()}")
    return json.loads(rest) if rest else {}
