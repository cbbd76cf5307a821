"""A strict reader of the Prometheus text exposition format (version 0.0.4): what a scraper may shrug off is an error
here."""

import dataclasses
import re

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
_VALUE = re.compile(r"[+-]?(?:Inf|NaN|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)")
_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


@dataclasses.dataclass(frozen=True)
class Sample:
    name: str
    labels: tuple
    value: float

    def matches(self, wanted):
        mine = dict(self.labels)
        return all(mine.get(label) == value for label, value in wanted.items())


class Exposition:
    def __init__(self, text):
        self.types = {}
        self.help = {}
        self.samples = []
        self._seen = set()
        self._families_done = set()
        self._current = None
        assert text.endswith("\n"), "the last line has no newline"
        for number, line in enumerate(text[:-1].split("\n"), 1):
            try:
                self._read(line)
            except AssertionError as error:
                raise AssertionError(f"/metrics line {number}: {error}: {line!r}") from None
        self._check_histograms()

    def value(self, name, **labels):
        """The sum of the samples of that name with those labels; 0 where there is none."""
        return sum(sample.value for sample in self.samples if sample.name == name and sample.matches(labels))

    def named(self, pattern):
        """The samples whose name matches the regular expression."""
        return [sample for sample in self.samples if re.search(pattern, sample.name)]

    def _read(self, line):
        assert "\r" not in line and line == line.strip() and line, "blank line or stray white space"
        if line.startswith("#"):
            return self._read_comment(line)
        name = _NAME.match(line)
        assert name, "no metric name"
        rest = line[name.end():]
        labels = []
        if rest.startswith("{"):
            body, closed, rest = self._labels(rest[1:], labels)
            assert closed, f"labels do not end: {body!r}"
        assert rest.startswith(" "), "no space before the value"
        value, _, timestamp = rest[1:].partition(" ")
        assert _VALUE.fullmatch(value), f"bad value {value!r}"
        assert not timestamp, "a timestamp"
        sample = Sample(name.group(), tuple(sorted(labels)), float(value.replace("Inf", "inf")))
        assert len({label for label, _ in labels}) == len(labels), "a label twice"
        assert (sample.name, sample.labels) not in self._seen, "the same sample twice"
        self._seen.add((sample.name, sample.labels))
        family = self._family_of(sample.name)
        assert family in self.types, "no TYPE before the sample"
        self._enter(family)
        if self.types[family] == "counter":
            assert family.endswith("_total"), "a counter whose name does not end in _total"
            assert sample.value >= 0, "a counter below zero"
        self.samples.append(sample)

    @staticmethod
    def _labels(text, labels):
        while not text.startswith("}"):
            match = _LABEL.match(text)
            if not match:
                return text, False, ""
            labels.append((match.group(1), re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], match.group(2))))
            text = text[match.end():]
            if text.startswith(","):
                text = text[1:]
            elif not text.startswith("}"):
                return text, False, ""
        return "", True, text[1:]

    def _read_comment(self, line):
        words = line.split(" ", 3)
        if len(words) < 3 or words[0] != "#" or words[1] not in ("HELP", "TYPE"):
            return
        family = words[2]
        assert _NAME.fullmatch(family), "bad name"
        assert not any(self._family_of(sample.name) == family for sample in self.samples), f"{words[1]} after samples"
        self._enter(family)
        if words[1] == "HELP":
            assert family not in self.help, "HELP twice"
            assert len(words) == 4 and words[3], "HELP without words"
            self.help[family] = words[3]
        else:
            assert family not in self.types, "TYPE twice"
            assert words[3] in ("counter", "gauge", "histogram", "summary", "untyped"), "unknown type"
            self.types[family] = words[3]

    def _enter(self, family):
        if family == self._current:
            return
        assert family not in self._families_done, f"the lines of {family} are not together"
        if self._current:
            self._families_done.add(self._current)
        self._current = family

    def _family_of(self, name):
        if name in self.types:
            return name
        for family_type, suffixes in _SUFFIXES.items():
            for suffix in suffixes:
                if suffix and name.endswith(suffix) and self.types.get(name[:-len(suffix)]) == family_type:
                    return name[:-len(suffix)]
        return name

    def _check_histograms(self):
        for family in (name for name, kind in self.types.items() if kind == "histogram"):
            series = {}
            for sample in self.samples:
                if self._family_of(sample.name) != family:
                    continue
                labels = tuple(pair for pair in sample.labels if pair[0] != "le")
                entry = series.setdefault(labels, {"buckets": [], "count": None, "sum": None})
                if sample.name.endswith("_bucket"):
                    bound = dict(sample.labels).get("le")
                    assert bound is not None, f"{family}: bucket without le"
                    entry["buckets"].append((float(bound.replace("Inf", "inf")), sample.value))
                else:
                    entry[sample.name.rsplit("_", 1)[1]] = sample.value
            for labels, entry in series.items():
                buckets = entry["buckets"]
                where = f"{family}{dict(labels)}"
                assert buckets and buckets == sorted(buckets), f"{where}: buckets out of order or not cumulative"
                counts = [count for _, count in buckets]
                assert counts == sorted(counts), f"{where}: not cumulative"
                assert buckets[-1][0] == float("inf"), f"{where}: no +Inf bucket"
                assert entry["count"] == counts[-1], f"{where}: _count is not the +Inf bucket"
                assert entry["sum"] is not None, f"{where}: no _sum"
