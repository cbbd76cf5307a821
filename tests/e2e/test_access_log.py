"""The access log: a line of JSON a request in Logpush's names; rotation, sampling, a disk that is full."""

import datetime
import json
import os
import subprocess

import pytest

from harness import clients, h2, origins
from harness.brink import zone
from harness.polling import eventually


def test_a_line_says_what_happened(node, origin):
    origin.on("/line?a=1", origins.answers(200, b""))
    origin.on("/line", origins.answers(201, b"x" * 100, [("Content-Type", "text/plain; charset=utf-8")]))
    before = datetime.datetime.now(datetime.timezone.utc)
    answer = clients.get(node.http, "/line?a=1", method="POST", body=b"12345", host="example.com",
                         fields=[("User-Agent", "tester \"1\""), ("Referer", "http://r.example/")])
    line = node.access_of("/line?a=1")
    assert {name: line.get(name) for name in (
        "ClientIP", "ClientRequestHost", "ClientRequestMethod", "ClientRequestPath", "ClientRequestProtocol",
        "ClientRequestScheme", "ClientRequestUserAgent", "ClientRequestReferer", "EdgeResponseStatus",
        "OriginResponseStatus", "ZoneName", "EdgeResponseBodyBytes", "EdgeResponseContentType", "RayID")} == {
        "ClientIP": "127.0.0.1", "ClientRequestHost": "example.com", "ClientRequestMethod": "POST",
        "ClientRequestPath": "/line", "ClientRequestProtocol": "HTTP/1.1", "ClientRequestScheme": "http",
        "ClientRequestUserAgent": 'tester "1"', "ClientRequestReferer": "http://r.example/",
        "EdgeResponseStatus": 201, "OriginResponseStatus": 201, "ZoneName": "example.com",
        "EdgeResponseBodyBytes": 100, "EdgeResponseContentType": "text/plain",
        "RayID": answer.field("cf-ray").split("-")[0]}
    assert line["EdgeResponseBytes"] > 100 and line["ClientRequestBytes"] > 5
    began = datetime.datetime.fromisoformat(line["EdgeStartTimestamp"].replace("Z", "+00:00"))
    ended = datetime.datetime.fromisoformat(line["EdgeEndTimestamp"].replace("Z", "+00:00"))
    assert before - datetime.timedelta(seconds=1) <= began <= ended <= datetime.datetime.now(datetime.timezone.utc)


def test_h2_and_tls_are_told(node):
    h2.get(node.https, "/h2-line")
    line = node.access_of("/h2-line")
    assert line["ClientRequestProtocol"] == "HTTP/2" and line["ClientRequestScheme"] == "https"
    assert line["ClientSSLProtocol"] == "TLSv1.3" and line["ClientSSLCipher"] and line["JA4"].startswith("t13d")
    assert line["ClientTLSServerName"] == "example.com"


def test_requests_that_were_refused_are_there_too(node):
    clients.exchange(node.http, b"GET /refused-line HTTP/1.1\r\nHost: example.com\r\nHost: other\r\n\r\n")
    eventually(lambda: [line for line in node.access_lines() if line.get("EdgeResponseStatus") == 400],
               saying="a line with 400")


@pytest.mark.parametrize("value", ['quote " and \\ backslash', "caf\xe9 \xff", "<script>", "tab\there",
                                   "u\u00fc".encode().decode("latin-1")])
def test_whatever_a_visitor_sends_the_line_is_json(node, value):
    path = f"/json-{abs(hash(value))}"
    clients.get(node.http, path, fields=[("User-Agent", value)])
    line = node.access_of(path)
    assert "ClientRequestUserAgent" in line
    if value.isascii():
        assert line["ClientRequestUserAgent"] == value


def test_a_response_that_was_cut_is_told_as_incomplete(node, origin):
    # So much that the beginning has gone out before the end is missed.
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n"
    origin.on("/cut-line", origins.sends(head + bytes(4_000_000), then_close=True))
    clients.get(node.http, "/cut-line")
    assert node.access_of("/cut-line")["EdgeResponseComplete"] is False


def test_every_request_has_its_line_once(started):
    node = started.brink(started.origin())
    for n in range(300):
        clients.get(node.http, f"/once/{n}")
    lines = eventually(lambda: len(node.access_lines()) >= 300 and node.access_lines(), saying="all lines are there")
    assert sorted(line["ClientRequestURI"] for line in lines) == sorted(f"/once/{n}" for n in range(300))
    assert len({line["RayID"] for line in lines}) == 300


def test_lines_are_written_before_the_node_ends(started):
    node = started.brink(started.origin(), start=False)
    node.start()
    for n in range(50):
        clients.get(node.http, f"/last/{n}")
    assert node.stop() == 0
    assert len(node.access_lines()) == 50


def test_files_are_rotated_by_size_and_no_line_is_lost(started):
    node = started.brink(zone(started.origin()), config={"log": {"access_rotate_bytes": "32KiB", "access_keep": 100}})
    for n in range(300):
        clients.get(node.http, f"/rotated/{n}")

    def all_lines():
        files = list(node.directory.glob("access.jsonl*"))
        texts = [file.read_text() for file in files if file.exists()]
        return [json.loads(line)["ClientRequestURI"] for text in texts for line in text.splitlines()]

    eventually(lambda: len(all_lines()) == 300, saying="all lines are in the files")
    files = sorted(node.directory.glob("access.jsonl*"))
    assert len(files) > 3 and all(file.stat().st_size <= 34 << 10 for file in files)
    assert sorted(all_lines()) == sorted(f"/rotated/{n}" for n in range(300))


def test_old_files_are_removed(started):
    node = started.brink(zone(started.origin()), config={"log": {"access_rotate_bytes": "8KiB", "access_keep": 2}})
    for n in range(300):
        clients.get(node.http, f"/kept/{n}")
    eventually(lambda: len(list(node.directory.glob("access.jsonl*"))) == 3, saying="the file and two old ones")


def test_a_share_of_the_requests_can_be_logged(started):
    origin = started.origin()
    none = started.brink(zone(origin), config={"log": {"access_sample": 0.0}})
    half = started.brink(zone(origin), config={"log": {"access_sample": 0.5}})
    for node in (none, half):
        for n in range(200):
            clients.get(node.http, f"/sampled/{n}")
        assert node.stop() == 0
    assert none.access_lines() == []
    assert 60 < len(half.access_lines()) < 140
    for node in (none, half):
        node.start()


def test_off_writes_nothing_and_stderr_writes_there(started):
    origin = started.origin()
    off = started.brink(zone(origin), config={"log": {"access": "off"}})
    clients.get(off.http, "/nowhere")
    stderr = started.brink(zone(origin), config={"log": {"access": "stderr"}})
    clients.get(stderr.http, "/to-stderr")
    line = eventually(lambda: next((line for line in stderr.log().splitlines() if "/to-stderr" in line), None),
                      saying="the line is on stderr")
    assert json.loads(line)["ClientRequestURI"] == "/to-stderr"
    assert "/nowhere" not in off.log() and not off.access_log.exists()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    directory = tmp_path / "small"
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=0777", "brink-e2e", directory], check=True)
    yield directory
    subprocess.run(["umount", "-l", directory], check=True)


def dropped(node):
    return sum(sample.value for sample in node.metrics().named(r"log.*dropped.*_total"))


def fill(node):
    """Asks until more lines wait for the disk than may wait."""
    def ask_more():
        for _ in range(50):
            assert clients.get(node.http, "/full/" + "x" * 8000).status == 200
        return dropped(node) > 0

    eventually(ask_more, 30, saying="dropped lines are counted")


def test_a_full_disk_under_the_log_costs_lines_and_nothing_else(started, small_disk):
    node = started.brink(zone(started.origin()), config={"log": {"access": str(small_disk / "access.jsonl")}})
    assert dropped(node) == 0
    fill(node)
    assert len(node.log()) < 100_000, "the failure floods the other log"
    count = dropped(node)
    for n in range(100):
        assert clients.get(node.http, "/full/" + "x" * 8000).status == 200
    eventually(lambda: dropped(node) > count, saying="the count goes on")


def test_a_disk_that_has_room_again_is_written_again(started, small_disk):
    filler = small_disk / "filler"
    filler.write_bytes(bytes(60 << 10))
    node = started.brink(zone(started.origin()), config={"log": {"access": str(small_disk / "access.jsonl")}})
    node.access_log = small_disk / "access.jsonl"
    for n in range(20):
        assert clients.get(node.http, "/full/" + "x" * 500).status == 200
    eventually(lambda: "cannot write the access log" in node.log(), saying="the full disk is told of")
    filler.unlink()

    def is_logged():
        clients.get(node.http, "/again")
        return any("/again" in line for line in node.access_log.read_text(errors="replace").splitlines())

    eventually(is_logged, 10, "lines are written again")
    whole = node.access_log.read_text().splitlines()[1:-1]
    assert all(json.loads(line) for line in whole), "a torn line was left in the middle"


def test_a_log_file_that_was_moved_away_is_made_anew_on_sighup(started):
    """As logrotate does it."""
    node = started.brink(started.origin())
    clients.get(node.http, "/before")
    node.access_of("/before")
    node.access_log.rename(node.access_log.with_suffix(".moved"))
    node.reload()

    def is_in_the_new_file():
        clients.get(node.http, "/after")
        return any(line["ClientRequestURI"] == "/after" for line in node.access_lines())

    eventually(is_in_the_new_file, saying="a new file is written")
