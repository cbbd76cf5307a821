"""Session tickets: taken by every thread, and still after a reload."""

import ssl

import pytest

from harness import clients
from harness.brink import zone
from harness.clients import H1, client_context
from harness.polling import eventually

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def node(started, authority):
    return started.brink(zone(started.origin(), **authority.issue("example.com").as_zone()),
                         config={"node": {"threads": 4}})


def session_of(node, context, **how):
    """A session that the server gave a ticket for (in TLS 1.3 it comes after the handshake)."""
    with H1(node.https, tls=context, **how) as connection:
        connection.get("/")
        assert connection.socket.session.has_ticket
        return connection.socket.session


def resumes(node, context, session, **how):
    with H1(node.https, tls=context, session=session, **how) as connection:
        connection.get("/")
        return connection.socket.session_reused


@pytest.mark.parametrize("version", VERSIONS)
def test_every_thread_takes_every_threads_tickets(node, version):
    context = client_context(minimum=version, maximum=version)
    for _ in range(4):
        session = session_of(node, context)
        assert all(resumes(node, context, session) for _ in range(8))


@pytest.mark.parametrize("version", VERSIONS)
def test_tickets_outlive_a_reload(node, version):
    context = client_context(minimum=version, maximum=version)
    session = session_of(node, context)
    node.reload({"edge": {"server_timing": True}})
    eventually(lambda: "server-timing" in clients.get(node.http, "/").fields, saying="the reload is done")
    assert all(resumes(node, context, session) for _ in range(8))


def test_a_resumed_connection_is_logged_as_such(node):
    context = client_context()
    session = session_of(node, context)
    with H1(node.https, tls=context, session=session) as connection:
        connection.get("/resumed")
    assert node.access_of("/resumed")["ClientTLSResumed"] is True


def test_a_ticket_of_one_name_is_not_taken_for_another(started, authority):
    origin = started.origin()
    node = started.brink(zone(origin, name="one.example", hosts=["one.example"],
                              **authority.issue("one.example").as_zone()),
                         zone(origin, name="two.example", hosts=["two.example"],
                              **authority.issue("two.example").as_zone()))
    context = client_context()
    session = session_of(node, context, server_name="one.example")
    assert resumes(node, context, session, server_name="one.example")
    assert not resumes(node, context, session, server_name="two.example")


def test_a_broken_ticket_is_a_full_handshake(started, authority):
    """A ticket of another node: its keys are unknown here."""
    origin, leaf = started.origin(), authority.issue("example.com")
    first, second = (started.brink(zone(origin, **leaf.as_zone())) for _ in range(2))
    context = client_context()
    assert not resumes(second, context, session_of(first, context))
