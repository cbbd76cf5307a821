"""gRPC end to end: HTTP/2 on both sides, trailers, streams in both directions."""

import os

import grpc
import pytest

from harness import h2, rpc
from harness.brink import zone

HOST = "rpc.example.com"


@pytest.fixture(scope="module", params=["h2c", "TLS"])
def service(request, module_started, authority):
    leaf = authority.issue("127.0.0.1", HOST) if request.param == "TLS" else None
    return module_started.keep(rpc.GrpcOrigin(tls=leaf))


@pytest.fixture(scope="module")
def node(module_started, service, authority):
    how = ({"tls": "strict", "origin_ca": str(authority.file), "origin_http2": True} if service.url.startswith("https")
           else {"tls": "full", "origin_http2": "prior-knowledge"})
    return module_started.brink(zone(service, **how, **authority.issue(HOST).as_zone()))


@pytest.fixture(scope="module")
def client(node, authority):
    with rpc.GrpcClient(node.https, authority, HOST) as client:
        yield client


def test_a_call_is_answered_with_its_trailing_metadata(client, service):
    answer, trailing = client.say(b"hello", metadata=(("x-mine", "1"), ("x-mine-bin", b"\x00\x01")))
    assert answer == b"hello" and trailing["x-trailer"] == "kept" and trailing["x-bytes-bin"] == b"\x00\xff"
    assert service.metadata[-1]["x-mine"] == "1" and service.metadata[-1]["x-mine-bin"] == b"\x00\x01"


def test_a_big_message_comes_whole_both_ways(client):
    message = os.urandom(8 << 20)
    assert client.say(message)[0] == message


@pytest.mark.parametrize("call, code", [("fail", grpc.StatusCode.NOT_FOUND),
                                        ("unknown", grpc.StatusCode.UNIMPLEMENTED)])
def test_an_error_keeps_its_code_and_words(client, call, code):
    with pytest.raises(grpc.RpcError) as error:
        getattr(client, call)()
    assert error.value.code() == code
    if call == "fail":
        assert error.value.details() == "no such thing: ünïcode"


def test_the_origins_stream_comes_whole(client):
    assert client.count(1000) == [str(n).encode() for n in range(1000)]


def test_the_visitors_stream_arrives_whole(client):
    assert client.sum(range(1000)) == str(sum(range(1000))).encode()


def test_a_conversation_goes_message_by_message(client):
    assert client.chat([b"one", b"two", b"three"]) == [b"eno", b"owt", b"eerht"]


def test_a_deadline_of_the_client_ends_the_call_and_nothing_else(client):
    assert client.wait_in_vain(0.5) == grpc.StatusCode.DEADLINE_EXCEEDED
    assert client.say(b"after")[0] == b"after"


def test_trailers_without_a_body_are_trailers_only(node):
    answer = h2.get(node.https, f"/{rpc.SERVICE}/Unknown", method="POST", authority=HOST, server_name=HOST,
                    body=b"\0\0\0\0\0", fields=[("content-type", "application/grpc"), ("te", "trailers")])
    assert answer.status == 200 and answer.complete
    assert "12" in (answer.field("grpc-status"), answer.trailers.get("grpc-status"))


def test_a_service_that_is_away_is_told_so_that_grpc_understands(started, authority):
    gone = rpc.GrpcOrigin()
    gone.stop()
    node = started.brink(zone(gone, origin_http2="prior-knowledge", tls="full", **authority.issue(HOST).as_zone()))
    with rpc.GrpcClient(node.https, authority, HOST) as client:
        with pytest.raises(grpc.RpcError) as error:
            client.say(b"x")
    assert error.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN)
