"""The API: bodies and requests that are not what they should be, from the outside."""

import json
import socket

import pytest

from harness.api import PREFIX, Api, make_token


@pytest.fixture(scope="module")
def api(node):
    return Api(node, make_token(node))


@pytest.mark.parametrize("content, status", [
    (b"", 400), (b"{", 400), (b"nul", 400), (b"\xff\xfe", 400), (b"{\"name\": \"\xc3\x28.example\"}", 400),
    (b"[" * (1 << 20), 400), (b"{\"a\":" * 200_000, 400), (b"[" + b"[]," * 300_000 + b"[]]", 400),
    (b'{"name": "' + b"x" * (1 << 20) + b'.example"}', 413), (b"{}" + b" " * (1 << 21), 413),
], ids=["empty", "cut", "word", "no text", "no UTF-8", "arrays", "objects", "wide", "long name", "long"])
def test_bodies_that_cannot_be_are_refused(api, content, status):
    answer = api.call("POST", "/zones", content=content)
    assert answer.status == status, answer.body


def test_unknown_members_are_ignored(api):
    zone = api.post("/zones", {"name": "extra.example", "colour": {"deep": [1, 2]}}).result
    api.delete(f"/zones/{zone['id']}")


def test_head_is_get_without_content(api, node):
    status, headers, content = api.raw("HEAD", f"{PREFIX}/zones")
    assert status == 200 and content == b"" and int(headers["Content-Length"]) > 20


def test_the_version_that_was_asked_for_comes_back(api):
    assert api.call("GET", "/zones", headers={"api-version": "2026-11-24"}).headers["api-version"] == "2026-11-24"
    assert api.call("GET", "/zones", headers={"api-version": "<x>"}).headers["api-version"] is None


def test_requests_that_cannot_be_read_get_the_envelope_too(node):
    with socket.create_connection(("127.0.0.1", node.control), timeout=5) as connection:
        connection.sendall(f"GET {PREFIX}/zones HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n".encode())
        answer = b""
        while block := connection.recv(65536):
            answer += block
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400") and b"application/json" in head.lower() and b"cf-ray" in head.lower()
    assert json.loads(content)["success"] is False


def test_a_query_that_cannot_be_is_refused(api):
    for query in ("?name=%zz", "?" + "a=1&" * 300, "?page=-1"):
        assert api.get(f"/zones{query}").status == 400, query
