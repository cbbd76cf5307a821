"""What a run says: a line while it runs, tables, JSON, and the part of docs/benchmarks.md between its markers."""

import json
import shlex
from dataclasses import asdict

from harness import figures
from harness.scenarios import load_command
from harness.servers import PEER, SERVERS

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"

# A core that others used more than this much during a round makes that round's requests/s and p99 doubtful.
DISTURBED = 0.05


def milliseconds(us):
    return f"{us / 1000:.2f} ms"


def thousands(number):
    return f"{number:,.0f}".replace(",", " ")


def failure_words(rounds):
    failures = figures.failures_of(rounds)
    return "; ".join(f"{count} {words}" for words, count in failures.items()) or "0"


def progress_line(scenario, each):
    if isinstance(each, figures.IdleRound):
        text = f"{each.pss_kib:6.1f} KiB PSS, {each.rss_kib:6.1f} KiB RSS a connection"
    else:
        text = (f"{each.cpu_us:7.1f} us = {each.user_us:6.1f} user + {each.system_us:6.1f} sys, "
                f"{thousands(each.per_second):>7}/s, p99 {milliseconds(each.p99_us)}, "
                f"cores {each.server_core_busy:.0%} {each.load_core_busy:.0%}")
        if each.others_on_server_core > DISTURBED:
            text += f", DISTURBED: others had {each.others_on_server_core:.0%} of the server's core"
    failures = failure_words([each])
    return text if failures == "0" else f"{text}, ERRORS: {failures}"


def with_spread(rounds, name, digits=1):
    low, high = figures.spread(rounds, name)
    middle = figures.median_of(rounds, name)
    return f"{middle:.{digits}f}" if len(rounds) == 1 else f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def main_figure(scenario):
    return "pss_kib" if scenario.load == "idle" else "cpu_us"


def table(scenario, results, broken):
    """Rows of words, the first the heading. `results` maps server names to rounds, `broken` to what went wrong."""
    is_idle = scenario.load == "idle"
    heading = (["server", "PSS KiB/connection", "RSS KiB/connection", "of the best peer", "errors"] if is_idle else
               ["server", f"CPU us/{scenario.unit}", "user us", "system us", "of the best peer", f"{scenario.unit}s/s", "p50", "p99",
                "server core busy", "load core busy", "errors"])
    name = main_figure(scenario)
    medians = {server: figures.median_of(rounds, name) for server, rounds in results.items()}
    best = figures.best_peer(medians, [server.name for server in SERVERS if server.kind == PEER])
    rows = [heading]
    for server in SERVERS:
        rounds = results.get(server.name)
        if not rounds:
            if server.name in broken:
                rows.append([server.name, "-"] + [""] * (len(heading) - 3) + [broken[server.name]])
            continue
        ratio = f"{medians[server.name] / best:.2f}" if best else "-"
        errors = "; ".join(filter(None, [failure_words(rounds), broken.get(server.name)]))
        if is_idle:
            rows.append([server.name, with_spread(rounds, "pss_kib"), with_spread(rounds, "rss_kib"), ratio, errors])
            continue
        middle = {field: figures.median_of(rounds, field) for field in
                  ("user_us", "system_us", "per_second", "p50_us", "p99_us", "server_core_busy", "load_core_busy")}
        disturbed = sum(each.others_on_server_core > DISTURBED for each in rounds)
        if disturbed:
            errors += f" ({disturbed} of {len(rounds)} rounds disturbed by other work on the machine)"
        rows.append([server.name, with_spread(rounds, "cpu_us"), f"{middle['user_us']:.1f}", f"{middle['system_us']:.1f}", ratio,
                     thousands(middle["per_second"]), milliseconds(middle["p50_us"]), milliseconds(middle["p99_us"]),
                     f"{middle['server_core_busy']:.0%}", f"{middle['load_core_busy']:.0%}", errors])
    return rows


def as_text(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def as_markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "|".join([" --- "] + [" ---: "] * (len(rows[0]) - 1)) + "|")
    return "\n".join(lines)


def brink_sentence(scenario, results):
    """Where Brink stands in one scenario: a fact for each of the goals, or nothing without Brink."""
    if "brink" not in results:
        return ""
    name = main_figure(scenario)
    medians = {server: figures.median_of(rounds, name) for server, rounds in results.items()}
    parts = []
    best = figures.best_peer(medians, [server.name for server in SERVERS if server.kind == PEER])
    if best:
        whose = next(server for server, value in medians.items() if value == best)
        parts.append(f"{medians['brink'] / best:.2f} of the best peer's ({whose})")
    if name == "cpu_us" and "floor-proxy" in results:
        above = figures.median_of(results["brink"], "user_us") - figures.median_of(results["floor-proxy"], "user_us")
        parts.append(f"user time {above:+.1f} us against floor-proxy")
    if scenario.load == "idle":
        parts.append(f"{medians['brink']:.1f} KiB a connection")
    return f"Brink: {', '.join(parts)}." if parts else ""


def command_line(words):
    return " ".join(shlex.quote(str(word)) for word in words)


def markdown(run):
    """The results' part of docs/benchmarks.md. `run` is what run.py gathered."""
    machine = run["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items() if version)
    lines = [
        f"Measured on {run['date']}: {machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, {machine['system']}; "
        f"{versions}. {run['rounds']} rounds of {run['seconds']:g} s; medians, and in brackets the least and the most. "
        f"Load average before the run: {machine['load_average_before']:.1f}."
        + (f" Not there to be measured: {', '.join(run['absent'])}." if run["absent"] else ""),
        "",
        f"    {run['command']}",
        "",
    ]
    for scenario, results, broken in run["scenarios"]:
        command = command_line(load_command(scenario, "PORT", f"{run['seconds']:g}", f"{run['warmup']:g}"))
        lines += [f"### {scenario.name}: {scenario.title}", "", f"    taskset -c 1 {command}", "",
                  as_markdown(table(scenario, results, broken)), ""]
        sentence = brink_sentence(scenario, results)
        if sentence:
            lines += [sentence, ""]
    return "\n".join(lines).rstrip() + "\n"


def between_markers(text, results):
    """`text` with what stands between the markers replaced. Raises ValueError when they are not there once each."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"there must be one {BEGIN} and one {END}")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{results}\n{END}{after}"


def as_json(run):
    scenarios = [{"name": scenario.name, "broken": broken,
                  "servers": {name: [asdict(each) for each in rounds] for name, rounds in results.items()}}
                 for scenario, results, broken in run["scenarios"]]
    return json.dumps({**run, "scenarios": scenarios}, indent=1)
