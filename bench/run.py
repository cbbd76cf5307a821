#!/usr/bin/python3
"""Brink side by side with nginx, HAProxy, h2o and the floors. docs/benchmarks.md explains the method."""

import argparse
import contextlib
import datetime
import os
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import machine, report, selftest  # noqa: E402
from harness.processes import LOAD_CORE, BenchError, Process, free_ports, wait_for_quiet  # noqa: E402
from harness.scenarios import SCENARIOS, measure  # noqa: E402
from harness.servers import BRINK, SERVERS, Tools  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "benchmarks.md"
PERF_HERTZ = 1999
LEAST_FILES = 16384


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"any of {', '.join(each.name for each in SCENARIOS)}; none: all but h2-1k-single")
    parser.add_argument("--seconds", type=float, default=5, help="measured in one round of one server (5)")
    parser.add_argument("--warmup", type=float, default=1, help="seconds of load before that (1)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each through all servers (3)")
    parser.add_argument("--servers", help=f"names by commas: {','.join(each.name for each in SERVERS)} (all)")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="where bench/ holds the built tools (build/release)")
    parser.add_argument("--brink", type=Path, help="the program to measure (BUILD/brink)")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench", help="for JSON and profiles (build/bench)")
    parser.add_argument("--docs", action=argparse.BooleanOptionalAction, default=None,
                        help="write docs/benchmarks.md (when all scenarios and all servers ran, 3 rounds or more)")
    parser.add_argument("--patience", type=float, default=10, help="seconds to wait, before a round, for others to leave the cores (10)")
    parser.add_argument("--priority", action="store_true", help="put server and load before other work on the machine (needs root)")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    parser.add_argument("--perf", action="store_true", help="one more round of each with perf record; reports into OUTPUT")
    parser.add_argument("--self-test", action="store_true", help="test the harness's own arithmetic and end")
    given = parser.parse_args()
    given.scenarios = chosen(parser, given.scenario, SCENARIOS, [each for each in SCENARIOS if each.is_standard])
    given.wanted = chosen(parser, given.servers.split(",") if given.servers else [], SERVERS, SERVERS)
    if given.seconds <= 0 or given.rounds < 1 or given.warmup < 0:
        parser.error("--seconds and --rounds must be positive")
    given.brink = given.brink or given.build / "brink"
    return given


def chosen(parser, names, known, otherwise):
    by_name = {each.name: each for each in known}
    for name in names:
        if name not in by_name:
            parser.error(f"{name}: not one of {', '.join(by_name)}")
    return [by_name[name] for name in names] or otherwise


def allow_many_files():
    """For what is started from here: a proxy with 2000 idle clients may hold as many upstream connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < LEAST_FILES:
        raise BenchError(f"at least {LEAST_FILES} open files must be allowed (ulimit -n says {most})")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def make_certificate(directory):
    """ECDSA P-256, self-signed, for this run."""
    certificate, key, bundle = (directory / name for name in ("cert.pem", "key.pem", "bundle.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test", "-keyout", key, "-out", certificate],
        check=True, capture_output=True, timeout=30)
    bundle.write_text(certificate.read_text() + key.read_text())
    return certificate, key, bundle


def present_servers(wanted, tools):
    present = [server for server in wanted if server.is_there(tools)]
    for server in wanted:
        if server not in present:
            print(f"{server.name}: not installed or not built, left out", flush=True)
    if not present:
        raise BenchError("no server to measure")
    return present


def run_scenario(scenario, servers, tools, origin_port, given):
    """All rounds, interleaved over the servers, so that a machine that gets slower does so for all of them."""
    results, broken = {}, {}
    servers = [server for server in servers if server.takes(scenario)]
    print(f"\n{scenario.name}: {scenario.title}", flush=True)
    for number in range(1, given.rounds + 1):
        for server in servers:
            if server.name in broken:
                continue
            wait_for_quiet(given.patience)
            print(f"  round {number}/{given.rounds} {server.name:<12}", end=" ", flush=True)
            try:
                with server.start(tools, scenario, origin_port) as running:
                    measured = measure(scenario, running, tools, given.seconds, given.warmup)
            except BenchError as error:
                broken[server.name] = f"failed: {str(error).splitlines()[0][:200]}"
                print(f"FAILED: {error}", flush=True)
                continue
            results.setdefault(server.name, []).append(measured)
            print(report.progress_line(scenario, measured), flush=True)
    print("\n" + report.as_text(report.table(scenario, results, broken)), flush=True)
    sentence = report.brink_sentence(scenario, results)
    if sentence:
        print(sentence, flush=True)
    return scenario, results, broken


def profile(scenario, server, tools, origin_port, given):
    """One round under perf, whose figures count for nothing. cpu-clock, since a virtual machine may have no counters."""
    data = tools.directory / f"{scenario.name}-{server.name}.perf"
    text = given.output / f"perf-{scenario.name}-{server.name}.txt"
    with server.start(tools, scenario, origin_port) as running:
        pids = ",".join(str(pid) for pid in running.process.tree())
        command = ["perf", "record", "-e", "cpu-clock", "-F", PERF_HERTZ, "-g", "-p", pids, "-o", data,
                   "--", "sleep", given.warmup + given.seconds]
        with Process(command, LOAD_CORE, tools.directory / "perf.output") as perf:
            measure(scenario, running, tools, given.seconds, given.warmup)
            perf.child.wait(60)
    read = ["perf", "report", "--stdio", "--no-children", "--percent-limit", "0.3", "-i", data]
    with text.open("w") as output:
        for more in (["-g", "none", "--sort", "dso"], ["-g", "none", "--sort", "dso,symbol"], ["-g", "caller", "--sort", "symbol"]):
            subprocess.run([*read, *more], stdout=output, stderr=subprocess.DEVNULL, timeout=120, check=False)
    data.unlink()
    print(f"  profile of {server.name}: {text}", flush=True)


def same_again(given):
    """The command that measures the same on any machine: without paths."""
    words = ["./dev", "bench", *(each.name for each in given.scenarios if given.scenario)]
    words += ["--seconds", f"{given.seconds:g}", "--warmup", f"{given.warmup:g}", "--rounds", str(given.rounds)]
    if given.servers:
        words += ["--servers", given.servers]
    if given.priority:
        words.append("--priority")
    return shlex.join(words)


def is_complete(given, servers):
    """Whether this run's results may take the place of those in docs/benchmarks.md."""
    peers_and_floors = {server.name for server in SERVERS if server.kind != BRINK}
    return (all(each in given.scenarios for each in SCENARIOS if each.is_standard) and given.rounds >= 3
            and peers_and_floors <= {server.name for server in servers})


def write_results(run, given, servers):
    given.output.mkdir(parents=True, exist_ok=True)
    path = given.output / f"results-{run['date'].replace(':', '').replace(' ', '-')}.json"
    path.write_text(report.as_json(run))
    print(f"\nresults: {path}")
    if given.docs or (given.docs is None and is_complete(given, servers)):
        DOCS.write_text(report.between_markers(DOCS.read_text(), report.markdown(run)))
        print(f"written: {DOCS}")
    elif given.docs is None:
        print("docs/benchmarks.md is left as it is: not a whole run (--docs writes it all the same)")


def bench(given):
    os.sched_setaffinity(0, {LOAD_CORE})
    allow_many_files()
    Process.goes_first = given.priority
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="brink-bench-")))
        directory.chmod(0o755)
        certificate, key, bundle = make_certificate(directory)
        tools = Tools(given.build / "bench", given.brink, directory, certificate, key, bundle)
        if not tools.program("bench_origin").exists():
            raise BenchError(f"{tools.program('bench_origin')} is not built: build the target bench_tools first")
        servers = present_servers(given.wanted, tools)
        given.output.mkdir(parents=True, exist_ok=True)
        run = {
            "date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"), "machine": machine.description(),
            "versions": {server.name: server.version(tools) for server in servers}, "rounds": given.rounds, "seconds": given.seconds,
            "warmup": given.warmup, "command": same_again(given), "absent": [each.name for each in given.wanted if each not in servers], "scenarios": [],
        }
        [origin_port] = free_ports(1)
        origin = stack.enter_context(Process([tools.program("bench_origin"), "--port", origin_port], LOAD_CORE, directory / "origin.output"))
        origin.wait_for_port(origin_port)
        for scenario in given.scenarios:
            run["scenarios"].append(run_scenario(scenario, servers, tools, origin_port, given))
            if given.perf:
                for server in servers:
                    if server.takes(scenario):
                        profile(scenario, server, tools, origin_port, given)
        write_results(run, given, servers)
    return run


def has_failures(run):
    return any(broken or any(each.failures for rounds in results.values() for each in rounds)
               for _, results, broken in run["scenarios"])


def main():
    # Ctrl-C (also of a run in the background, which starts with it ignored) and SIGTERM end the run by KeyboardInterrupt:
    # the context managers stop what was started.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    given = arguments()
    if given.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:<18} {scenario.title}")
        return 0
    if given.self_test:
        return selftest.run()
    try:
        return 1 if has_failures(bench(given)) else 0
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
