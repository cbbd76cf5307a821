"""HTTP/2 towards origins: clean, multiplexed, and as careful as HTTP/1.1."""

import concurrent.futures
import hashlib
import os

import pytest

from harness import clients, h2, nginx, tools
from harness.brink import zone

BIG = os.urandom(1 << 20) * 4


@pytest.fixture(scope="module")
def files(module_started):
    directory = module_started.directory / "nginx" / "files"
    directory.mkdir(parents=True)
    (directory / "big").write_bytes(BIG)
    (directory / "small").write_bytes(b"small")
    return directory


@pytest.fixture(scope="module")
def node(module_started, authority, files):
    """Before an nginx that stands before the describing origin: h2 to nginx, HTTP/1.1 behind it."""
    behind = module_started.origin()
    leaf = authority.issue("example.com")
    server = module_started.keep(nginx.Nginx(files.parent, """
server {
  listen 127.0.0.1:{port} ssl http2;
  ssl_certificate {chain};
  ssl_certificate_key {key};
  client_max_body_size 0;
  location /files/ { root {directory}; }
  location / {
    proxy_pass {behind};
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_set_header X-Origin-Protocol $server_protocol;
    proxy_set_header X-Origin-Connection $connection;
    proxy_set_header Host $http_host;
    proxy_set_header X-Seen-TE $http_te;
  }
}""", scheme="https", chain=leaf.chain_file, key=leaf.key_file, behind=behind.url))
    return module_started.brink(zone(server, tls="strict", origin_ca=str(authority.file), origin_http2=True))


@pytest.mark.parametrize("visitor", ["h1", "h2"])
def test_a_request_keeps_all_it_has(node, visitor):
    fields = [("x-mine", "1"), ("cookie", "a=1; b=2"), ("authorization", "Bearer t")]
    answer = (clients.get(node.http, "/x?q=%20", fields=fields) if visitor == "h1"
              else h2.get(node.https, "/x?q=%20", fields=fields))
    assert answer.seen("x-origin-protocol") == ["HTTP/2.0"] and answer.json()["target"] == "/x?q=%20"
    assert answer.seen("x-mine") == ["1"] and answer.seen("cookie") == ["a=1; b=2"]
    assert answer.seen("host") == ["example.com"] and answer.seen("cf-connecting-ip") == ["127.0.0.1"]


def test_fields_of_the_visitors_connection_do_not_reach_an_h2_origin(node):
    answer = clients.get(node.http, "/", fields=[("Connection", "X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=1"),
                                                 ("TE", "gzip"), ("Upgrade", "x")])
    assert answer.status == 200 and answer.seen("x-hop") == [] and answer.seen("keep-alive") == []


@pytest.mark.parametrize("visitor", ["h1", "h2"])
def test_bodies_go_whole_both_ways(node, visitor):
    ask = ((lambda *a, **k: clients.get(node.http, *a, **k)) if visitor == "h1"
           else (lambda *a, **k: h2.get(node.https, *a, **k)))
    answer = ask("/up", method="POST", body=BIG)
    assert answer.json()["sha256"] == hashlib.sha256(BIG).hexdigest()
    answer = ask("/files/big")
    assert answer.body == BIG and answer.complete


def test_a_chunked_upload_goes_whole(node):
    with clients.H1(node.http) as connection:
        connection.send("POST /chunked HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        answer = connection.read_response()
    assert answer.json()["sha256"] == hashlib.sha256(b"hello world").hexdigest()


def test_a_head_has_no_body(node):
    with clients.H1(node.http) as connection:
        answer = connection.get("/files/big", method="HEAD")
        assert answer.status == 200 and answer.field("content-length") == str(len(BIG))
        assert connection.get("/files/small").body == b"small"


def test_many_at_once_share_few_connections(node):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: clients.get(node.http, f"/many/{n}"), range(64)))
    assert all(answer.status == 200 for answer in answers)
    assert len({answer.seen("x-origin-connection")[0] for answer in answers}) <= 4


def test_h2load_through_h2_on_both_sides_fails_nothing(node):
    load = tools.h2load(f"https://127.0.0.1:{node.https}/files/small", "-n1000", "-c8", "-m10",
                        "-H:authority: example.com")
    assert load.by_class["2xx"] == 1000 and load.failed == 0, load.output


def test_an_early_error_of_the_origin_reaches_the_visitor(node):
    answer = clients.get(node.http, "/files/none", method="POST", body=BIG)
    assert answer.status in (404, 405)
