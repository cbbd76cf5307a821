"""The control listener: /metrics in the Prometheus format, /healthz, /readyz."""

import http.client
import re

import pytest

from harness import clients, h2
from harness.polling import eventually


def test_metrics_are_in_the_text_format_to_the_letter(node):
    for n in range(5):
        clients.get(node.http, f"/metrics/{n}")
        h2.get(node.https, f"/metrics/{n}")
    status, headers, body = node.control_get("/metrics")
    assert status == 200 and re.match(r"text/plain; ?version=0\.0\.4", headers["Content-Type"])
    assert body
    metrics = node.metrics()  # which asserts the format
    for family, kind in metrics.types.items():
        assert family in metrics.help, f"{family} has no HELP"
        assert family.startswith(("brink_", "process_")), f"{family} has no prefix of ours"
        if kind == "histogram":
            assert re.search(r"_(seconds|bytes)$", family), f"{family} has no base unit"
    assert "histogram" in metrics.types.values()


def test_requests_are_counted_by_what_became_of_them(node):
    def count(**labels):
        return node.metric("brink_edge_requests_total", **labels)

    before = count()
    for n in range(7):
        clients.get(node.http, f"/counted/{n}")
    eventually(lambda: count() >= before + 7, saying="seven requests more are counted")
    samples = [sample for sample in node.metrics().samples if sample.name == "brink_edge_requests_total"]
    assert all(dict(sample.labels) for sample in samples), "no label tells them apart"


def test_durations_are_in_a_histogram(node):
    clients.get(node.http, "/timed")
    counts = [sample for sample in node.metrics().named(r"^brink_edge_.*seconds_count$") if sample.value > 0]
    assert counts


def test_connections_now_and_in_all_are_told(node):
    def open_now():
        return sum(sample.value for sample in node.metrics().named(r"^brink_edge_connections(_open|_active)?$"))

    eventually(lambda: open_now() == 0, saying="nobody is connected")
    with clients.H1(node.http) as connection:
        connection.get("/")
        eventually(lambda: open_now() == 1, saying="one is connected")
    eventually(lambda: open_now() == 0, saying="nobody is connected any more")


def test_limits_that_were_never_hit_are_there_with_zero(node):
    limits = {dict(sample.labels)["limit"] for sample in node.metrics().samples
              if sample.name == "brink_edge_limit_hits_total"}
    assert {"header_bytes", "header_count", "uri_bytes", "body_bytes", "connections", "connections_per_address",
            "streams"} <= limits


def test_no_metric_grows_with_what_strangers_send(node):
    for n in range(50):
        clients.get(node.http, f"/unbounded/{n}", host=f"host{n}.example", method=f"METHOD{n}",
                    fields=[("User-Agent", f"agent{n}")])
    _, _, body = node.control_get("/metrics")
    for text in (b"host7.example", b"unbounded", b"METHOD7", b"agent7"):
        assert text not in body, text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told(node, path):
    status, _, body = node.control_get(path)
    assert status == 200 and body


@pytest.mark.parametrize("method, path, expected", [("GET", "/no-such-page", (404,)), ("POST", "/metrics", (405,)),
                                                    ("HEAD", "/metrics", (200,))])
def test_other_questions_to_the_control_listener_get_a_fitting_answer(node, method, path, expected):
    connection = http.client.HTTPConnection("127.0.0.1", node.control, timeout=5)
    connection.request(method, path)
    assert connection.getresponse().status in expected
    connection.close()


def test_control_is_not_reached_through_the_edge(node, origin):
    assert clients.get(node.http, "/metrics").json()["target"] == "/metrics"


@pytest.mark.parametrize("raw", [b"GARBAGE\r\n\r\n", b"\0" * 1000, b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 1_000_000])
def test_junk_on_the_control_listener_harms_nobody(node, raw):
    control = node.role("control")
    try:
        with clients.H1(node.control) as connection:
            connection.send(raw).half_close()
            connection.rest()
    except ConnectionError:
        pass
    assert node.control_get("/healthz")[0] == 200 and node.role("control") == control
