"""SIGHUP: zones, certificates and limits change; no connection is dropped and no request fails."""

import signal

import pytest
from cryptography import x509

from harness import clients, h2, load, origins, processes
from harness.brink import zone
from harness.clients import H1, client_context
from harness.polling import eventually
from harness.ports import free_port


def serial(node, name):
    with H1(node.https, tls=client_context(), server_name=name) as connection:
        return x509.load_der_x509_certificate(connection.socket.getpeercert(binary_form=True)).serial_number


def load_on(node, host="example.com"):
    return load.Load(load.kept_h1(node.http, host=host), load.kept_h1(node.https, tls=True, host=host),
                     load.fresh_h1(node.http, host=host), load.fresh_h1(node.https, tls=True, host=host),
                     load.kept_h2(node.https, host=host))


def test_zones_and_certificates_change_under_load_and_no_request_fails(started, authority):
    origin, added = started.origin(), started.origin()
    old, new = authority.issue("example.com"), authority.issue("example.com")
    node = started.brink(zone(origin, hosts=["example.com"], **old.as_zone()))
    assert serial(node, "example.com") == old.serial
    supervisor, edge = node.process.pid, node.role("edge")
    with load_on(node) as running:
        for turn in range(5):
            leaf = new if turn % 2 == 0 else old
            more = zone(added, name="added.example", hosts=["added.example"])
            node.reload({"zone": [zone(origin, hosts=["example.com"], **leaf.as_zone())]
                         + ([more] if turn % 2 == 0 else [])})
            eventually(lambda: serial(node, "example.com") == leaf.serial, saying="the certificate is the new one")
            wanted = 200 if turn % 2 == 0 else 404  # each thread takes the new configuration on its own
            eventually(lambda: clients.get(node.http, "/", host="added.example").status == wanted,
                       saying=f"the added zone answers {wanted}")
            running.more(50)
    assert not running.failures, running.failures[:5]
    assert not running.retries, "kept connections were dropped"
    assert running.done > 200
    assert (node.process.pid, node.role("edge")) == (supervisor, edge)


def test_open_connections_go_on_with_what_is_new(started):
    first, second = started.origin(), started.origin()
    first.on("/", origins.answers(200, b"first"))
    second.on("/", origins.answers(200, b"second"))
    node = started.brink(first)
    with H1(node.http) as plain, h2.H2(node.https) as multiplexed:
        assert plain.get("/").body == multiplexed.get("/").body == b"first"
        node.reload({"zone": [zone(second)]})
        eventually(lambda: clients.get(node.http, "/").body == b"second", saying="the new origin serves")
        assert plain.get("/").body == b"second" and multiplexed.get("/").body == b"second"


def test_a_request_in_flight_is_finished_with_what_was(started):
    first, second = started.origin(), started.origin()
    held = origins.Held()
    first.on("/held", held)
    second.on("/", origins.answers(200, b"second"))
    node = started.brink(first)
    with H1(node.http) as connection:
        connection.send(clients.request("/held"))
        held.wait_for_request()
        node.reload({"zone": [zone(second)]})
        eventually(lambda: clients.get(node.http, "/").body == b"second", saying="the new origin serves")
        held.release()
        assert connection.read_response().body == b"released"


def test_limits_and_timeouts_change(started):
    node = started.brink(started.origin())
    assert clients.get(node.http, "/?" + "x" * 2000).status == 200
    node.reload({"edge": {"limits": {"uri_bytes": "1KiB"}}})
    eventually(lambda: clients.get(node.http, "/?" + "x" * 2000).status == 414, saying="the new limit holds")


@pytest.mark.parametrize("broken", ["[[zone]\nname = ", "[edge]\nhtps = ['127.0.0.1:1']\n", ""],
                         ids=["no TOML", "an unknown key", "an empty file"])
def test_a_broken_file_changes_nothing_and_is_told_in_the_log(started, broken):
    node = started.brink(started.origin())
    with load_on(node) as running:
        before = len(node.log())
        node.config_file.write_text(broken)
        node.process.send_signal(signal.SIGHUP)
        eventually(lambda: "brink.toml" in node.log()[before:], saying="the log tells of the broken file")
        running.more(50)
    assert not running.failures and not running.retries
    assert "error" in node.log()[before:].lower()
    node.reload({"edge": {"server_timing": True}})
    eventually(lambda: "server-timing" in clients.get(node.http, "/").fields, saying="a mended file is taken")


def test_a_certificate_that_does_not_fit_its_key_changes_nothing(started, authority, tmp_path):
    good, other = authority.issue("example.com"), authority.issue("example.com")
    origin = started.origin()
    node = started.brink(zone(origin, **good.as_zone()))
    before = len(node.log())
    node.reload({"zone": [zone(origin, certificate=str(other.chain_file), key=str(good.key_file))]})
    eventually(lambda: len(node.log()) > before and "key" in node.log()[before:], saying="the log tells of it")
    assert serial(node, "example.com") == good.serial
    node.reload({"zone": [zone(origin, certificate=str(tmp_path / "none.pem"), key=str(good.key_file))]})
    eventually(lambda: "none.pem" in node.log(), saying="the log names the missing file")
    assert serial(node, "example.com") == good.serial


def test_a_listener_can_be_added_and_taken_away(started):
    node = started.brink(started.origin())
    added = free_port()
    with load_on(node) as running:
        node.reload({"edge": {"http": [f"127.0.0.1:{node.http}", f"127.0.0.1:{added}"]}})
        eventually(lambda: _serves(added), saying="the added listener serves")
        running.more(20)
        node.reload({"edge": {"http": [f"127.0.0.1:{node.http}"]}})
        eventually(lambda: not _serves(added), saying="the listener is gone")
        running.more(20)
    assert not running.failures, running.failures[:5]


def _serves(port):
    try:
        return clients.get(port, "/").status == 200
    except OSError:
        return False


def test_many_reloads_at_once_end_in_the_last(started):
    origin = started.origin()
    node = started.brink(origin)
    for turn in range(20):
        node.reload({"edge": {"limits": {"uri_bytes": 1000 + turn}}})
    node.reload({"edge": {"server_timing": True}})
    eventually(lambda: "server-timing" in clients.get(node.http, "/").fields, saying="the last one holds")
    eventually(lambda: clients.get(node.http, "/" + "x" * 1100).status == 414, saying="its limit holds")


def test_reloads_do_not_leak(started, authority):
    origin = started.origin()
    node = started.brink(*[zone(origin, name=f"z{n}.example", hosts=[f"z{n}.example"],
                                **authority.issue(f"z{n}.example").as_zone()) for n in range(10)])
    edge = node.role("edge")

    def reloaded(turn):
        wanted = turn % 2 == 0
        node.reload({"edge": {"server_timing": wanted}})
        eventually(lambda: ("server-timing" in clients.get(node.http, "/", host="z1.example").fields) == wanted,
                   saying="the reload is done")

    for turn in range(6):
        reloaded(turn)
    files, memory = processes.open_files(edge), processes.resident_bytes(edge)
    for turn in range(20):
        reloaded(turn)
    assert processes.open_files(edge) <= files + 4
    assert processes.grown(edge, since=memory) < 16 << 20
