"""SIGUSR2 and `brink upgrade`: the new binary takes the listening sockets over; no request fails."""

import os
import signal

import pytest

from harness import clients, h2, load, origins, processes
from harness.brink import binary, zone
from harness.clients import H1
from harness.polling import eventually


def upgraded_by_signal(node):
    node.upgrade()


def upgraded_by_command(node):
    before = node.role("edge")
    node.edge_may_end = True
    done = processes.run([binary(), "upgrade", "--config", node.config_file], within=30)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    eventually(lambda: node.is_ready() and node.role("edge", must=False) not in (None, before), 20, "a new edge")


WAYS = [upgraded_by_signal, upgraded_by_command]


@pytest.mark.parametrize("upgraded", WAYS)
def test_an_upgrade_under_load_fails_no_request(started, upgraded):
    node = started.brink(started.origin())
    first_edge, first_control = node.role("edge"), node.role("control")
    with load.Load(load.kept_h1(node.http), load.fresh_h1(node.http), load.kept_h1(node.https, tls=True),
                   load.fresh_h1(node.https, tls=True), load.kept_h2(node.https)) as running:
        for _ in range(2):
            running.more(50)
            upgraded(node)
            running.more(100)
    assert not running.failures, running.failures[:5]
    assert running.done > 300
    eventually(lambda: not processes.is_running(first_edge) and not processes.is_running(first_control), 10,
               "the roles of the old version end")
    assert clients.get(node.http, "/after").status == 200 and node.is_ready()


def test_a_request_in_flight_is_finished_by_the_old_version(started):
    origin = started.origin()
    held = origins.Held()
    origin.on("/held", held)
    node = started.brink(zone(origin), config={"node": {"drain_timeout": "20s"}})
    old = node.role("edge")
    with H1(node.http) as plain, h2.H2(node.https) as multiplexed:
        plain.send(clients.request("/held"))
        held.wait_for_request()
        stream = multiplexed.start("/held")
        eventually(lambda: len(origin.requests_to("/held")) == 2, saying="both requests are at the origin")
        node.upgrade()
        assert clients.get(node.http, "/new").status == 200
        assert processes.is_running(old)
        held.release()
        assert plain.read_response().body == b"released"
        assert multiplexed.finish(stream).body == b"released"
    eventually(lambda: not processes.is_running(old), 10, "the old edge ends")


def test_the_new_version_reads_the_configuration_anew(started):
    node = started.brink(started.origin())
    node.write_config({"edge": {"server_timing": True}})
    node.upgrade()
    eventually(lambda: "server-timing" in clients.get(node.http, "/").fields, saying="the new configuration holds")


def test_a_broken_configuration_keeps_the_old_version(started):
    node = started.brink(started.origin())
    supervisor, edge = node.supervisor(), node.role("edge")
    before = len(node.log())
    node.config_file.write_text("[edge]\nhtps = []\n")
    with load.Load(load.kept_h1(node.http), load.fresh_h1(node.http)) as running:
        os.kill(supervisor, signal.SIGUSR2)
        eventually(lambda: "htps" in node.log()[before:], 10, "the log tells why not")
        running.more(50)
    assert not running.failures and node.role("edge") == edge
    node.write_config()


def test_a_node_can_be_stopped_after_an_upgrade(started):
    node = started.brink(started.origin())
    node.upgrade()
    supervisor = node.supervisor()
    os.kill(supervisor, signal.SIGTERM)
    eventually(lambda: not [pid for pid in node.process.descendants() if processes.is_running(pid)], 10,
               "everything ends")
    with pytest.raises(ConnectionRefusedError):
        clients.dial(node.http)
    node.process.kill()
    node.process = None


def test_an_upgrade_of_a_node_that_does_not_run_says_so(started):
    node = started.brink(zone(started.origin()), start=False)
    node.write_config()
    done = processes.run([binary(), "upgrade", "--config", node.config_file], within=15)
    assert done.returncode != 0 and done.stderr
