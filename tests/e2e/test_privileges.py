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
def directory():
    """One that everybody can enter, as those of pytest cannot; the access log is for the roles to write."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="brink-e2e-"))
    directory.chmod(0o755)
    (directory / "log").mkdir()
    shutil.chown(directory / "log", "nobody")
    yield directory
    shutil.rmtree(directory)


def as_nobody(started, directory, **zone_keys):
    """Runs as nobody, on ports 80 and 443 of an address of its own."""
    node = Brink(directory, {"node": {"user": "nobody"},
                             "edge": {"http": [f"{ADDRESS}:80"], "https": [f"{ADDRESS}:443"]},
                             "log": {"access": str(directory / "log" / "access.jsonl")}},
                 [zone(started.origin(), **zone_keys)])
    node.access_log = directory / "log" / "access.jsonl"
    return started.running(node)


@pytest.fixture
def node(directory, started):
    return as_nobody(started, directory)


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


def test_the_access_log_is_written(node):
    answered(80)
    node.access(EdgeResponseStatus=200)


def test_a_private_key_that_only_root_reads_is_used_all_the_same(directory, started, authority):
    """As certbot leaves them: the key is root's own, 0600, in a directory that nobody else enters."""
    leaf = authority.issue("example.com")
    (directory / "keys").mkdir(mode=0o700)
    for file in (leaf.chain_file, leaf.key_file):
        shutil.copy(file, directory / "keys")
    (directory / "keys" / leaf.key_file.name).chmod(0o600)
    node = as_nobody(started, directory, certificate=str(directory / "keys" / leaf.chain_file.name),
                     key=str(directory / "keys" / leaf.key_file.name))
    assert answered(443, tls=True).status == 200
    node.reload({"edge": {"server_timing": True}})
    eventually(lambda: "server-timing" in answered(443, tls=True).fields, saying="a reload reads it too")


def test_reload_and_upgrade_still_work(node):
    node.reload({"edge": {"server_timing": True}})
    eventually(lambda: "server-timing" in answered(80).fields, saying="the reload is done")
    node.upgrade()
    assert answered(80).status == 200
    nobody = pwd.getpwnam("nobody").pw_uid
    assert processes.user_of(node.role("edge")) == nobody


def answered(port, **how):
    with H1(port, host=ADDRESS, **how) as connection:
        return connection.get("/")


def test_a_user_that_does_not_exist_is_an_error(started):
    if os.geteuid() != 0:
        pytest.skip("needs root: nobody else can become another user")
    node = started.brink(zone(started.origin()), config={"node": {"user": "no-such-user-here"}}, start=False)
    node.write_config()
    done = processes.run([binary(), "run", "--config", node.config_file], within=15)
    assert done.returncode != 0 and "no-such-user-here" in (done.stdout + done.stderr).decode()
