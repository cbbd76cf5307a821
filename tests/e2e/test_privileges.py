"""Started as root: ports below 1024 are bound, then the roles run as somebody with less power."""

import os
import pathlib
import pwd
import shutil
import tempfile

import pytest

from harness import processes
from harness.brink import Brink, binary, zone
from harness.clients import H1
from harness.polling import eventually

ADDRESS = "127.0.0.77"


@pytest.fixture
def node(started, authority):
    """Runs as nobody, on ports 80 and 443 of an address of its own. Its directory can be entered by everybody, as
    those of pytest cannot."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="brink-e2e-"))
    directory.chmod(0o755)
    leaf = authority.issue("example.com")
    entry = zone(started.origin(), **leaf.as_zone())
    node = Brink(directory, {"node": {"user": "nobody"},
                             "edge": {"http": [f"{ADDRESS}:80"], "https": [f"{ADDRESS}:443"]}}, [entry])
    node.config["log"]["access"] = str(directory / "data" / "access.jsonl")
    node.access_log = directory / "data" / "access.jsonl"
    (directory / "data").mkdir(mode=0o700)
    shutil.chown(directory / "data", "nobody")
    yield started.running(node)
    node.stop()
    shutil.rmtree(directory)


def test_low_ports_are_bound_and_the_roles_are_nobody(node):
    assert answered(80).status == 200
    nobody = pwd.getpwnam("nobody").pw_uid
    assert {name: processes.user_of(pid) for name, pid in node.roles().items()} == {
        "edge": nobody, "control": nobody}


def test_the_roles_hold_no_capability_and_cannot_get_one(node):
    for name, pid in node.roles().items():
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
                      if ":\t" in line)
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0, name
        assert status["NoNewPrivs"] == "1", name
        assert status["Groups"].split() in ([], [status["Gid"].split()[0]]), f"{name} keeps root's groups"


def test_a_private_key_that_only_root_reads_is_used_all_the_same(node):
    """The key file is root's own, 0600."""
    with H1(443, host=ADDRESS, tls=True) as connection:
        assert connection.get("/").status == 200


def test_reload_and_upgrade_still_work(node, started):
    node.reload({"edge": {"server_timing": True}})
    eventually(lambda: "server-timing" in answered(80).fields, saying="the reload is done")
    node.upgrade()
    assert answered(80).status == 200
    nobody = pwd.getpwnam("nobody").pw_uid
    assert processes.user_of(node.role("edge")) == nobody


def answered(port):
    with H1(port, host=ADDRESS) as connection:
        return connection.get("/")


def test_a_user_that_does_not_exist_is_an_error(started, tmp_path):
    node = started.brink(zone(started.origin()), config={"node": {"user": "no-such-user-here"}}, start=False)
    node.write_config()
    done = processes.run([binary(), "run", "--config", node.config_file], within=15)
    assert done.returncode != 0 and "no-such-user-here" in (done.stdout + done.stderr).decode()
