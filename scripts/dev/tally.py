"""Adds up what the parts of a test run wrote and closes on one line: N passed, N failed.

usage: tally.py RESULTS KIND=STATUS...    KIND is unit, e2e or fuzz; STATUS its exit status
Reads RESULTS/ctest.xml with RESULTS/gtest/*.xml, RESULTS/pytest.xml and RESULTS/fuzz.txt.
A part that ended badly without a failed test of its own (a crash, a leak at exit) counts as one failure more.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

PYTEST_FOUND_NO_TEST = 5


class Count:
    def __init__(self):
        self.passed, self.failures, self.skipped = 0, [], 0

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {len(self.failures)} failed{skipped}"

    def add(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.skipped += other.skipped

    def add_cases(self, xml_file):
        for case in ElementTree.parse(xml_file).iter("testcase"):
            name = f"{case.get('classname', '')}.{case.get('name')}".lstrip(".")
            if case.find("failure") is not None or case.find("error") is not None:
                self.failures.append(name)
            elif case.find("skipped") is not None or case.get("result") == "skipped":
                self.skipped += 1
            elif case.get("status") not in ("notrun", "disabled"):
                self.passed += 1


def unit(results, status):
    """The cases that each executable reported; an executable without a report, or one that failed where its report
    shows no failure, counts by what ctest says of it."""
    count = Count()
    ctest = results / "ctest.xml"
    if ctest.exists():
        for test in ElementTree.parse(ctest).iter("testcase"):
            name = test.get("name")
            report = results / "gtest" / f"test_{name}.xml"
            cases = Count()
            if report.exists():
                cases.add_cases(report)
            if test.get("status") == "fail" and not cases.failures:
                cases.failures.append(f"{name}: ended badly, see above")
            elif test.get("status") == "run" and not report.exists():
                cases.passed += 1
            count.add(cases)
    if status != 0 and not count.failures:
        count.failures.append(f"ctest ended with {status}")
    return count


def e2e(results, status):
    count = Count()
    report = results / "pytest.xml"
    if report.exists():
        count.add_cases(report)
    if status not in (0, PYTEST_FOUND_NO_TEST) and not count.failures:
        count.failures.append(f"pytest ended with {status}")
    return count


def fuzz(results, status):
    count = Count()
    report = results / "fuzz.txt"
    for line in report.read_text().splitlines() if report.exists() else []:
        outcome, target = line.split()
        if outcome == "passed":
            count.passed += 1
        else:
            count.failures.append(f"fuzz {target}")
    if status != 0 and not count.failures:
        count.failures.append(f"the fuzz run ended with {status}")
    return count


KINDS = {"unit": unit, "e2e": e2e, "fuzz": fuzz}


def main(results, outcomes):
    total = Count()
    print()
    for outcome in outcomes:
        kind, status = outcome.split("=")
        count = KINDS[kind](pathlib.Path(results), int(status))
        print(f"  {kind:5} {count}")
        total.add(count)
    for name in total.failures:
        print(f"  failed: {name}")
    if not total.passed and not total.failures:
        print("  no test ran")
    print(f"\n{total}")
    return 0 if total.passed and not total.failures else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
