"""The supervisor and its roles: what dies is started again, what is told to stop finishes first."""

import os
import signal
import threading
import time

import pytest

from harness import clients, h2, origins, processes
from harness.brink import binary, running, zone
from harness.clients import H1
from harness.polling import PATIENCE, eventually


@pytest.fixture
def origin(started):
    return started.origin()


@pytest.fixture
def mortal(started):
    """Starts a node that its test ends itself."""
    nodes = []

    def start(*zones, config=None):
        node = started.brink(*zones, config=config, start=False)
        nodes.append(node)
        return node.start()

    yield start
    for node in nodes:
        node.process.kill()
        running.remove(node)


def serves(node):
    try:
        return clients.get(node.http, "/").status == 200
    except Exception:  # refused, reset, closed: not yet
        return False


def killed(node, role):
    """Kills the role with SIGKILL; returns when another has taken its place."""
    before = node.role(role)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: node.role(role, must=False) not in (None, before), 10, f"the {role} role is started again")


def test_edge_and_control_run_as_children_of_one_supervisor(started, origin):
    node = started.brink(origin)
    roles = node.roles()
    assert {"edge", "control"} <= set(roles)
    assert all(processes.parent_of(pid) == node.process.pid for pid in roles.values())


def test_an_edge_that_crashes_is_started_again_and_control_is_untouched(started, origin):
    node = started.brink(origin)
    node.edge_may_end = True
    control = node.role("control")
    killed(node, "edge")
    eventually(lambda: serves(node), 10, "the edge serves again")
    eventually(node.is_ready, 10, "the node is ready again")
    assert node.role("control") == control
    assert clients.get(node.https, "/", tls=True).status == 200


def test_a_control_that_crashes_is_started_again_and_the_edge_is_untouched(started, origin):
    node = started.brink(origin)
    with H1(node.http) as connection:
        assert connection.get("/").status == 200
        killed(node, "control")
        assert connection.get("/").status == 200
        eventually(node.is_ready, 10, "control answers again")
        assert connection.get("/").status == 200


def test_an_edge_that_crashes_again_and_again_still_comes_back_with_back_off(started, origin):
    node = started.brink(origin)
    node.edge_may_end = True
    for _ in range(3):
        killed(node, "edge")
    eventually(lambda: serves(node), 15, "the edge serves again")


def test_a_crash_leaves_a_trace_in_the_log_and_the_metrics(started, origin):
    node = started.brink(origin)
    node.edge_may_end = True
    killed(node, "edge")
    eventually(node.is_ready, 10, "the node is ready again")
    assert "edge" in node.log() and ("signal 9" in node.log() or "SIGKILL" in node.log() or "Killed" in node.log())
    eventually(lambda: any(sample.value >= 1 for sample in node.metrics().named("restart")), 5, "a restart is counted")


def test_roles_end_when_their_supervisor_is_killed(mortal, origin):
    node = mortal(origin)
    roles = node.roles()
    os.kill(node.process.pid, signal.SIGKILL)
    eventually(lambda: not any(processes.is_running(pid) for pid in roles.values()), 10, "the roles end")


@pytest.mark.parametrize("protocol", ["h1", "h2"])
def test_sigterm_lets_requests_in_flight_finish(mortal, origin, protocol):
    held = origins.Held()
    origin.on("/held", held)
    node = mortal(zone(origin), config={"node": {"drain_timeout": "20s"}})
    with (H1(node.http) if protocol == "h1" else h2.H2(node.https)) as connection:
        if protocol == "h1":
            connection.send(clients.request("/held"))
        else:
            stream = connection.start("/held")
        held.wait_for_request()
        node.process.send_signal(signal.SIGTERM)
        eventually(lambda: _refuses(node.http), 5, "new connections are refused")
        if protocol == "h2":
            assert connection.until(lambda: connection.goaway is not None) and connection.goaway[0] == h2.NO_ERROR
        assert node.process.exit_code() is None
        held.release()
        if protocol == "h1":
            answer = connection.read_response()
            assert "close" in answer.field("connection", "").lower()
        else:
            answer = connection.finish(stream)
        assert answer.status == 200 and answer.body == b"released"
    assert node.process.wait(5) == 0


def _refuses(port):
    try:
        clients.dial(port).close()
        return False
    except ConnectionRefusedError:
        return True


def test_sigterm_waits_no_longer_than_it_was_told(mortal, origin):
    held = origins.Held()
    origin.on("/held", held)
    node = mortal(zone(origin), config={"node": {"drain_timeout": "1s"}})
    with H1(node.http) as connection:
        connection.send(clients.request("/held"))
        held.wait_for_request()
        began = time.monotonic()
        node.process.send_signal(signal.SIGTERM)
        assert node.process.wait(10) == 0
        assert 0.8 < time.monotonic() - began < 4 * PATIENCE
    held.release()


def test_idle_connections_do_not_hold_up_the_end(mortal, origin):
    node = mortal(zone(origin), config={"node": {"drain_timeout": "30s"}})
    with H1(node.http) as plain, H1(node.http) as silent, h2.H2(node.https) as multiplexed:
        assert plain.get("/").status == 200 and multiplexed.get("/").status == 200
        assert silent
        began = time.monotonic()
        node.process.send_signal(signal.SIGTERM)
        assert node.process.wait(10) == 0
        assert time.monotonic() - began < 5 * PATIENCE
        assert plain.rest() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_ends_with_zero_and_leaves_nothing_behind(mortal, origin, number):
    node = mortal(origin)
    roles = node.roles()
    node.process.send_signal(number)
    assert node.process.wait(10) == 0
    assert not any(processes.is_running(pid) for pid in roles.values())


def test_a_second_sigterm_does_not_wait(mortal, origin):
    held = origins.Held()
    origin.on("/held", held)
    node = mortal(zone(origin), config={"node": {"drain_timeout": "60s"}})
    with H1(node.http) as connection:
        connection.send(clients.request("/held"))
        held.wait_for_request()
        node.process.send_signal(signal.SIGTERM)
        eventually(lambda: _refuses(node.http), 5, "new connections are refused")
        node.process.send_signal(signal.SIGTERM)
        node.process.wait(10)
    held.release()


def test_a_port_that_is_taken_is_an_error_that_names_it(started, origin, tmp_path):
    node = started.brink(zone(origin), start=False)
    node.config["edge"]["http"] = [f"127.0.0.1:{origin.port}"]
    node.write_config()
    done = processes.run([binary(), "run", "--config", node.config_file], within=15)
    assert done.returncode != 0
    assert str(origin.port) in (done.stdout + done.stderr).decode()


def test_readyz_tells_when_the_node_is_going_away(mortal, origin):
    held = origins.Held()
    origin.on("/held", held)
    node = mortal(zone(origin), config={"node": {"drain_timeout": "20s"}})
    with H1(node.http) as connection:
        connection.send(clients.request("/held"))
        held.wait_for_request()
        node.process.send_signal(signal.SIGTERM)
        eventually(lambda: not _is_ready(node), 5, "readyz no longer says yes")
        held.release()
        assert connection.read_response().status == 200
    assert node.process.wait(10) == 0


def _is_ready(node):
    try:
        return node.control_get("/readyz")[0] == 200
    except OSError:
        return False


def test_signals_from_the_terminal_reach_the_whole_group_without_harm(mortal, origin):
    """Ctrl-C goes to the roles as well as to the supervisor; the requests in flight still finish."""
    held = origins.Held()
    origin.on("/held", held)
    node = mortal(zone(origin), config={"node": {"drain_timeout": "20s"}})
    with H1(node.http) as connection:
        connection.send(clients.request("/held"))
        held.wait_for_request()
        os.killpg(node.process.pid, signal.SIGINT)
        threading.Timer(0.2, held.release).start()
        assert connection.read_response().body == b"released"
    assert node.process.wait(10) == 0
