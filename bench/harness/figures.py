"""The benchmark's arithmetic, apart from everything that measures."""

import re
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Round:
    """One server under one load, once."""

    answers: int
    seconds: float
    user_seconds: float
    system_seconds: float
    p50_us: float
    p99_us: float
    server_core_busy: float  # 0 to 1, for whomever
    load_core_busy: float
    others_on_server_core: float  # the part of it that was not the server's
    failures: dict = field(default_factory=dict)
    tls: str = ""

    @property
    def user_us(self):
        return per_answer_us(self.user_seconds, self.answers)

    @property
    def system_us(self):
        return per_answer_us(self.system_seconds, self.answers)

    @property
    def cpu_us(self):
        return self.user_us + self.system_us

    @property
    def per_second(self):
        return self.answers / self.seconds


@dataclass
class IdleRound:
    """The memory of one server with so many idle connections."""

    connections: int
    rss_bytes: int
    pss_bytes: int
    failures: dict = field(default_factory=dict)
    tls: str = ""

    @property
    def rss_kib(self):
        return self.rss_bytes / 1024 / self.connections

    @property
    def pss_kib(self):
        return self.pss_bytes / 1024 / self.connections


def per_answer_us(seconds, answers):
    """Infinite without answers: such a round must not look good."""
    return seconds * 1e6 / answers if answers else float("inf")


def median_of(rounds, name):
    return median(getattr(each, name) for each in rounds)


def spread(rounds, name):
    values = [getattr(each, name) for each in rounds]
    return min(values), max(values)


def failures_of(rounds):
    """All rounds' failures, added up by their words."""
    total = {}
    for each in rounds:
        for words, count in each.failures.items():
            total[words] = total.get(words, 0) + count
    return total


def best_peer(medians, peers):
    """The least of the peers' figures, or None when no peer was measured. `medians` maps names to figures."""
    measured = [medians[name] for name in peers if name in medians]
    return min(measured) if measured else None


def percentile(values, share):
    """The smallest value that `share` of them do not exceed. `values` need not be sorted."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int((len(ordered) - 1) * share))]


_H2LOAD = {
    "requests": re.compile(
        r"^requests: (?P<total>\d+) total, \d+ started, \d+ done, (?P<succeeded>\d+) succeeded, "
        r"(?P<failed>\d+) failed, (?P<errored>\d+) errored, (?P<timeout>\d+) timeout", re.M),
    "status": re.compile(r"^status codes: (?P<ok>\d+) 2xx, (?P<redirect>\d+) 3xx, (?P<client>\d+) 4xx, (?P<server>\d+) 5xx", re.M),
    "data": re.compile(r"headers \(space savings [^)]*\), \S+ \((?P<data>\d+)\) data", re.M),
    "finished": re.compile(r"^finished in (?P<number>[\d.]+)(?P<unit>us|ms|s|m)\b", re.M),
    "protocol": re.compile(r"^TLS Protocol: (\S+)$", re.M),
    "cipher": re.compile(r"^Cipher: (\S+)$", re.M),
    "key": re.compile(r"^Server Temp Key: (\S+)", re.M),
    "application": re.compile(r"^Application protocol: (\S+)$", re.M),
}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def parse_h2load(text, body_bytes):
    """What h2load printed at its end: answers, seconds, failures by words, and the TLS line."""
    found = {name: pattern.search(text) for name, pattern in _H2LOAD.items()}
    absent = [name for name in ("requests", "status", "data", "finished") if not found[name]]
    if absent:
        raise ValueError(f"h2load printed no line for {', '.join(absent)}: {text[-500:]}")
    requests, status = found["requests"], found["status"]
    answers = int(status["ok"])
    failures = {
        "failed": int(requests["failed"]),
        "errored": int(requests["errored"]),
        "timed out": int(requests["timeout"]),
        "status is not 2xx": sum(int(status[name]) for name in ("redirect", "client", "server")),
        "bodies of another length": int(int(found["data"]["data"]) != answers * body_bytes),
    }
    tls = " ".join(found[name].group(1) if found[name] else "?" for name in ("protocol", "cipher", "key", "application"))
    return {
        "answers": answers,
        "seconds": float(found["finished"]["number"]) * _SECONDS[found["finished"]["unit"]],
        "failures": {words: count for words, count in failures.items() if count},
        "tls": tls,
    }


def parse_h2load_log(lines):
    """Latencies in microseconds out of h2load's --log-file: start, status and duration, by tabs."""
    return [int(line.split("\t")[2]) for line in lines]
