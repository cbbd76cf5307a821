"""What the kernel says: CPU time of processes and cores, memory, and what machine this is. Linux only."""

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class CpuTime:
    """Seconds of CPU, as the kernel accounts them: the sum is exact to a tick, the split is sampled."""

    user: float
    system: float

    @property
    def total(self):
        return self.user + self.system

    def __sub__(self, other):
        return CpuTime(self.user - other.user, self.system - other.system)

    def __add__(self, other):
        return CpuTime(self.user + other.user, self.system + other.system)


@dataclass(frozen=True)
class Memory:
    """Bytes resident: counted fully (rss), and with shared pages divided among their users (pss)."""

    rss: int
    pss: int

    def __sub__(self, other):
        return Memory(self.rss - other.rss, self.pss - other.pss)

    def __add__(self, other):
        return Memory(self.rss + other.rss, self.pss + other.pss)


def stat_fields(text):
    """The fields of /proc/PID/stat from the third (state) on; the command's name may hold spaces and brackets."""
    return text[text.rindex(")") + 2:].split()


def process_tree(root):
    """`root` and all its descendants that live now, sorted."""
    children = {}
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int(stat_fields((entry / "stat").read_text())[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found, pending = [], [root]
    while pending:
        pid = pending.pop()
        found.append(pid)
        pending.extend(children.get(pid, []))
    return sorted(found)


def cpu_time(pids):
    """User and system time of all of `pids` so far. Raises FileNotFoundError when one is gone."""
    user = system = 0
    for pid in pids:
        fields = stat_fields((PROC / str(pid) / "stat").read_text())
        user += int(fields[11])
        system += int(fields[12])
    return CpuTime(user / TICKS_PER_SECOND, system / TICKS_PER_SECOND)


def core_busy_seconds(core, text=None):
    """Seconds that `core` was not idle since boot, for whomever."""
    if text is None:
        text = (PROC / "stat").read_text()
    numbers = next(line for line in text.splitlines() if line.startswith(f"cpu{core} ")).split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(number) for number in numbers[:8])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND


def memory(pids):
    total = Memory(0, 0)
    for pid in pids:
        text = (PROC / str(pid) / "smaps_rollup").read_text()
        sizes = {name: int(kib) * 1024 for name, kib in re.findall(r"^(Rss|Pss):\s+(\d+) kB$", text, re.M)}
        total += Memory(sizes["Rss"], sizes["Pss"])
    return total


def description():
    """What the figures were measured on."""
    cpuinfo = (PROC / "cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.M)
    release = re.search(r'^PRETTY_NAME="(.+)"$', Path("/etc/os-release").read_text(), re.M)
    return {
        "cpu": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "system": release.group(1) if release else "Linux",
        "load_average_before": os.getloadavg()[0],
    }
