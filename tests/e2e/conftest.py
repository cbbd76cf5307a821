"""Fixtures. The ones with `module_` live as long as the file's tests; what a test starts is ended with it."""

import contextlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import brink as brink_module  # noqa: E402
from harness import certs, processes  # noqa: E402
from harness.brink import Brink, zone  # noqa: E402
from harness.origins import Origin  # noqa: E402

processes.adopt_orphans()


def pytest_sessionstart(session):
    if not brink_module.binary().exists() and not session.config.option.collectonly:
        raise pytest.UsageError(f"{brink_module.binary()} does not exist: build it, or set BRINK_BIN")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for node in brink_module.running:
            report.sections.append((f"{node.directory}", node.log_tail(40)))


class Started:
    """Starts things and ends them in reverse order."""

    def __init__(self, directory, stack):
        self.directory = directory
        self._stack = stack
        self._count = 0

    def keep(self, thing):
        """Has `stop()` called at the end."""
        self._stack.callback(thing.stop)
        return thing

    def origin(self, **how):
        return self.keep(Origin(**how))

    def brink(self, *zones, config=None, env=None, start=True):
        """A running node with these zones (an origin stands for a zone of every name before it)."""
        self._count += 1
        node = Brink(self.directory / f"node{self._count}", config,
                     [entry if isinstance(entry, dict) else zone(entry) for entry in zones], env=env)
        return self.running(node) if start else node

    def running(self, node):
        """Starts a node that was made with start=False."""
        self._stack.callback(_end, node)
        return node.start()


def _end(node):
    if node.process is None:
        return
    try:
        node.stop_and_check()
    finally:
        node.process.kill()
        if node in brink_module.running:
            brink_module.running.remove(node)


@pytest.fixture
def started(tmp_path):
    with contextlib.ExitStack() as stack:
        yield Started(tmp_path, stack)


@pytest.fixture(scope="module")
def module_started(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield Started(tmp_path_factory.mktemp("module"), stack)


@pytest.fixture(scope="module")
def origin(module_started):
    """The file's own origin."""
    return module_started.origin()


@pytest.fixture(scope="module")
def node(module_started, origin):
    """The file's own node before `origin`, with every default."""
    return module_started.brink(origin)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The certificate authority of the run."""
    return certs.Authority(tmp_path_factory.mktemp("ca"))
