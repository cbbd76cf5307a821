"""A data_dir whose disk is full: changes are refused and say why, everything else goes on, and room is all it takes."""

import os
import pathlib

import pytest

from harness.api import Api, brink, make_token
from harness.brink import Brink
from harness.clients import H1
from harness.low_port_origin import LowPortOrigin
from harness.polling import eventually

ADDRESS = "127.0.0.43"
DISK_BYTES = 12 << 20
FULL = 10507

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: mounts a disk, and origins of records listen on port 80")


class SmallDisk:
    """A disk in memory that only its node sees: it is gone with the node's processes."""

    def __init__(self, node):
        self.node = node
        self.place = pathlib.Path(node.config["node"]["data_dir"])
        self.place.mkdir(parents=True)
        node.before = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                       f'mount -t tmpfs -o size={DISK_BYTES},mode=0700 none "$0" && exec "$@"', self.place]

    @property
    def seen(self):
        """The way to it from outside."""
        return pathlib.Path(f"/proc/{self.node.process.pid}/root{self.place}")

    def free_bytes(self):
        status = os.statvfs(self.seen)
        return status.f_bavail * status.f_frsize

    def fill(self, but=0):
        with open(self.seen / "ballast", "ab", buffering=0) as ballast:
            while (left := self.free_bytes() - but) > 0:
                try:
                    ballast.write(b"x" * min(left, 1 << 20))
                except OSError:
                    break

    def make_room(self):
        (self.seen / "ballast").unlink(missing_ok=True)


class Site:
    def __init__(self, started):
        self.node = Brink(started.directory / "node")
        self.disk = SmallDisk(self.node)
        self.origin = started.keep(LowPortOrigin(ADDRESS, "origin"))
        started.running(self.node)
        self.node.beside = ["nsenter", "--target", str(self.node.process.pid), "--mount"]
        self.api = Api(self.node, make_token(self.node))
        self.zone = self.api.post("/zones", {"name": "full.example"}).result["id"]
        self.api.patch(f"/zones/{self.zone}/settings/ssl", {"value": "flexible"})
        self.records = f"/zones/{self.zone}/dns_records"
        self.www = self.add("www").result["id"]

    def add(self, name):
        return self.api.post(self.records, {"type": "A", "name": name, "content": ADDRESS, "proxied": True, "ttl": 1})

    def served(self, host="www.full.example"):
        with H1(self.node.http) as connection:
            answer = connection.get("/", host=host)
            return answer.status, answer.body.decode()


@pytest.fixture
def site(started):
    return Site(started)


def refused_as_full(answer):
    assert answer.status == 507 and answer.codes == [FULL], answer.body
    assert "disk is full" in answer.body["errors"][0]["message"], answer.body
    return True


def test_a_full_disk_refuses_changes_and_nothing_else(site):
    good = site.served()
    assert good == (200, "origin port=80 host=www.full.example")
    before = site.api.get(site.records).result
    site.disk.fill()

    for _ in range(3):
        refused_as_full(site.add("new"))
    refused_as_full(site.api.patch(f"{site.records}/{site.www}", {"comment": "x" * 400}))
    refused_as_full(site.api.delete(f"{site.records}/{site.www}"))
    refused_as_full(site.api.delete(f"/zones/{site.zone}"))
    refused_as_full(site.api.post("/zones", {"name": "another.example"}))
    refused_as_full(site.api.patch(f"/zones/{site.zone}/settings/always_use_https", {"value": "on"}))
    refused_as_full(site.api.post(f"{site.records}/batch", {"deletes": [{"id": site.www}]}))

    assert site.api.get(site.records).result == before
    assert [zone["name"] for zone in site.api.get("/zones").result] == ["full.example"]
    assert site.api.get("/user/tokens/verify").result["status"] == "active"
    assert site.served() == good
    assert site.node.control_get("/readyz")[0] == 200

    site.disk.make_room()
    assert site.add("new").status == 200
    eventually(lambda: site.served("new.full.example")[0] == 200, 5, "the new record is served")
    assert site.api.delete(f"{site.records}/{site.www}").status == 200


def test_a_role_that_starts_on_a_full_disk_serves_and_reads(site):
    good = site.served()
    site.disk.fill()
    site.node.edge_may_end = True
    for role in ("control", "edge"):
        before = site.node.role(role)
        os.kill(before, 9)
        eventually(lambda: site.node.role(role, must=False) not in (None, before), 20, f"{role} is started again")

    def all_is_well():
        try:
            return site.node.is_ready() and site.api.get(site.records).status == 200 and site.served() == good
        except (OSError, EOFError):
            return False
    eventually(all_is_well, 20, "reads and visitors are answered")
    refused_as_full(site.add("new"))
    site.disk.make_room()
    assert site.add("new").status == 200
    eventually(lambda: site.served("new.full.example")[0] == 200, 5, "the new record is served")


def test_a_disk_that_fills_up_by_changes_keeps_what_it_acknowledged(site):
    """Little by little: some changes still find room where others do not."""
    site.disk.fill(but=1 << 20)
    made = []
    for number in range(10_000):
        answer = site.api.post(f"{site.records}/batch", {"posts": [
            {"type": "TXT", "name": f"t{number}-{i}", "content": f'"{"x" * 250}"', "ttl": 60} for i in range(100)]})
        if answer.status != 200:
            refused_as_full(answer)
            break
        made += [record["id"] for record in answer.result["posts"]]
    else:
        pytest.fail("the disk never filled up")
    assert site.served()[0] == 200
    kept = {record["id"] for record in site.api.get(site.records, per_page=5000).result}
    assert kept == {site.www, *made}
    site.disk.make_room()
    assert site.add("new").status == 200
    code, _, err = brink(site.node, "store", "check")
    assert code == 0, err
