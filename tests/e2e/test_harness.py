"""The tools of these tests do what the tests believe of them. Nothing here runs Brink: nginx and the tools' own
counterparts stand on the other side."""

import ssl

import pytest

from harness import client_hello, clients, h2, load, metrics, nginx, origins, rpc, toml, tools, websocket
from harness.processes import is_running, Process
from harness.polling import eventually, NotWithinDeadline


def test_the_origin_records_the_exact_bytes_it_was_sent(started):
    origin = started.origin()
    raw = b"POST /a?b HTTP/1.1\r\nhOsT:x\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n0\r\nT: 1\r\n\r\n"
    answer, _ = clients.exchange(origin.port, raw + b"GET /two HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.json()["trailers"] == [["T", "1"]] and answer.json()["length"] == 3
    origin.request_to("/two")
    assert origin.everything_received().startswith(raw)
    assert origin.requests_to("/a")[0].complete


def test_the_client_tells_a_whole_body_from_a_cut_one(started):
    origin = started.origin()
    origin.on("/cut", origins.sends(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", then_close=True))
    origin.on("/cut-chunk", origins.sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                                          then_close=True))
    origin.on("/early", origins.sends(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No\r\n\r\n"))
    cut = clients.get(origin.port, "/cut")
    assert (cut.body, cut.complete) == (b"12345", False)
    assert not clients.get(origin.port, "/cut-chunk").complete
    early = clients.get(origin.port, "/early")
    assert early.status == 204 and [one.status for one in early.informational] == [103]


def test_a_full_listener_lets_nobody_connect():
    full = origins.FullListener()
    with pytest.raises(TimeoutError):
        clients.dial(full.port, timeout=0.5)
    full.stop()


def test_the_clients_speak_to_nginx_over_tls_and_h2(started, authority):
    leaf = authority.issue("example.com")
    server = started.keep(nginx.telling_tls(started.directory / "nginx", leaf, http2=True))
    answer = h2.get(server.port, "/x")
    assert answer.status == 200 and b"protocol=HTTP/2.0 sni=example.com" in answer.body and answer.complete
    assert b"protocol=HTTP/1.1" in clients.get(server.port, "/x", tls=True).body
    assert clients.get(server.port, "/x", tls=clients.client_context(ca=authority.file)).status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        clients.get(server.port, "/x", tls=clients.client_context(ca=authority.file), server_name="other.example")
    answer = tools.curl("/x", "--http2", port=server.port)
    assert (answer.version, answer.status) == ("HTTP/2", 200)
    assert tools.h2load(f"https://127.0.0.1:{server.port}/x", "-n20", "-c2").by_class["2xx"] == 20
    assert "recv (stream_id=13) :status: 200" in tools.nghttp(f"https://127.0.0.1:{server.port}/x")
    assert "Protocol  : TLSv1.2" in tools.s_client(server.port, "-tls1_2")


def test_frames_by_hand_reach_nginx(started, authority):
    server = started.keep(nginx.telling_tls(started.directory / "nginx", authority.issue("example.com"), http2=True))
    with h2.RawH2(server.port) as raw:
        block = h2.header_block(h2.request_fields("/x"))
        raw.send(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, 1, block))
        assert raw.until(lambda: raw.of(h2.HEADERS, 1)) and raw.status_of(1) == 200
        raw.send(h2.frame(h2.PING, 0, 0, b"too short"))
        assert raw.until(lambda: raw.goaway_code is not None or raw.closed)


def test_the_load_counts_failures_and_retries(started):
    origin = started.origin()
    with load.Load(load.fresh_h1(origin.port), load.kept_h1(origin.port)) as running:
        running.more(20)
    assert not running.failures and not running.retries
    origin.on("/load", origins.closes)
    with load.Load(load.fresh_h1(origin.port)) as running:
        pass
    assert running.failures


def test_websockets_and_grpc_work_without_anything_between(started, authority):
    leaf = authority.issue("rpc.example.com")
    service = started.keep(rpc.GrpcOrigin(tls=leaf))
    with rpc.GrpcClient(service.port, authority, "rpc.example.com") as client:
        answer, trailing = client.say(b"hello")
        assert answer == b"hello" and trailing["x-trailer"] == "kept"
        assert client.chat([b"ab", b"cd"]) == [b"ba", b"dc"] and client.count(3) == [b"0", b"1", b"2"]
    sockets = started.keep(websocket.WebSocketOrigin())

    async def echo(connection):
        await connection.send("x")
        return await connection.recv()

    assert websocket.converse(sockets.port, echo, tls=False) == "x"
    assert websocket.server_frames(b"\x81\x02hi\x82\x7e\x00\x03abc\x81\x05he") == [(1, b"hi"), (2, b"abc")]


def test_ja4_of_a_known_hello_is_the_published_one():
    # The worked example of the JA4 description: t13d1516h2_8daaf6152771_e5627efa2ab1.
    ciphers = bytes.fromhex("2a2a130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035")
    names = b"\0\x0f\0\0\x0cexample.com."
    algorithms = b"\0\x10" + bytes.fromhex("04030804040105030805050108060601")
    extensions = [(0x1A1A, b""), (0x001B, b""), (0x0000, names), (0x0033, b""), (0x0010, b"\0\x03\x02h2"),
                  (0x4469, b""), (0x0017, b""), (0x002D, b""), (0x000D, algorithms),
                  (0x0005, b""), (0x0023, b""), (0x0012, b""), (0x002B, b"\x06\x2a\x2a\x03\x04\x03\x03"),
                  (0xFF01, b""), (0x000B, b""), (0x000A, b""), (0x0015, b"")]
    block = b"".join(kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body for kind, body in extensions)
    hello = (b"\x03\x03" + bytes(32) + b"\0" + len(ciphers).to_bytes(2, "big") + ciphers + b"\x01\0"
             + len(block).to_bytes(2, "big") + block)
    record = b"\x16\x03\x01" + (len(hello) + 4).to_bytes(2, "big") + b"\x01" + len(hello).to_bytes(3, "big") + hello
    assert client_hello.ja4(record) == "t13d1516h2_8daaf6152771_e5627efa2ab1"


@pytest.mark.parametrize("broken", [
    "x 1\n", "# TYPE x counter\nx 1\n", "# TYPE x gauge\nx 1", "# TYPE x gauge\nx{a=\"1\"} 1\nx{a=\"1\"} 2\n",
    "# TYPE x gauge\nx{a=1} 1\n", "# TYPE x gauge\nx one\n", "# TYPE x gauge\n# TYPE y gauge\ny 1\nx 1\n",
    "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
    "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
])
def test_the_reader_of_metrics_refuses_what_is_not_the_format(broken):
    with pytest.raises(AssertionError):
        metrics.Exposition(broken)


def test_the_reader_of_metrics_reads_what_is():
    text = ('# HELP x_total Things.\n# TYPE x_total counter\nx_total{a="q\\"\\\\",b="2"} 3\nx_total{a="n",b="2"} 4\n'
            '# TYPE h histogram\nh_bucket{le="0.1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 1.5\nh_count 2\n')
    read = metrics.Exposition(text)
    assert read.value("x_total", b="2") == 7 and read.value("x_total", a='q"\\') == 3 and read.value("h_count") == 2


def test_toml_is_read_back_as_it_was_written():
    import tomllib
    tables = {"node": {"threads": 2, "data_dir": "/a \"b\""}, "edge": {"http": ["a", "b"], "limits": {"streams": 3}},
              "zone": [{"name": "x", "origin_http2": True, "certificates": [{"key": "k"}]}, {"name": "y"}]}
    assert tomllib.loads(toml.dumps(tables)) == tables


def test_a_process_is_ended_with_all_that_it_left_behind(tmp_path):
    process = Process(["sh", "-c", "sleep 1000 & sleep 1000 & echo up; wait"], tmp_path / "log")
    eventually(lambda: "up" in process.output() and len(process.descendants()) == 3, saying="all are up")
    pids = process.descendants()
    process.kill()
    assert not any(is_running(pid) for pid in pids)


def test_a_condition_that_never_holds_is_a_failure():
    with pytest.raises(NotWithinDeadline):
        eventually(lambda: False, within=0.05)
