"""Brink's own errors: a page for people, problem+json (RFC 9457) for programs, by Accept, with the ray id."""

import json

import pytest

from harness import clients, h2, tools
from harness.brink import zone
from harness.ports import free_port


@pytest.fixture(scope="module")
def down(module_started):
    """A node whose origin is not there."""
    return module_started.brink(zone(f"http://127.0.0.1:{free_port()}"))


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "text/*", "application/json;q=0.5, text/html"])
def test_people_get_a_page(down, accept):
    answer = clients.get(down.http, "/", fields=[("Accept", accept)])
    assert answer.status == 521 and answer.field("content-type").startswith("text/html")
    page = answer.body.decode()
    assert page.lstrip().lower().startswith("<!doctype html") and answer.field("cf-ray").split("-")[0] in page
    assert "521" in page and "</html>" in page


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json", "application/*",
                                    "text/html;q=0.1, application/problem+json", "application/json, text/html;q=0.9"])
def test_programs_get_problem_json(down, accept):
    answer = clients.get(down.http, "/", fields=[("Accept", accept)])
    assert answer.status == 521 and answer.field("content-type").startswith("application/problem+json")
    problem = json.loads(answer.body)
    assert problem["status"] == 521 and problem["title"]
    assert answer.field("cf-ray").split("-")[0] in answer.body.decode()


def test_a_program_over_h2_gets_it_too(down):
    answer = h2.get(down.https, "/", fields=[("accept", "application/json")])
    assert answer.status == 521 and answer.json()["status"] == 521 and answer.field("proxy-status")


def test_a_head_gets_the_fields_alone(down):
    answer = clients.get(down.http, "/", method="HEAD", fields=[("Accept", "text/html")])
    assert answer.status == 521 and answer.field("content-type").startswith("text/html")
    assert tools.curl(f"http://example.com:{down.http}/", "-I", port=down.http).exit_code == 0


def test_what_a_visitor_sent_cannot_run_in_the_page(down):
    evil = "<script>alert(1)</script>"
    answer = clients.get(down.http, "/?q=%3Cscript%3E" + "x", fields=[
        ("Accept", "text/html"), ("User-Agent", evil), ("Referer", evil), ("X-Forwarded-For", evil)])
    assert b"<script>alert" not in answer.body and b"<script>x" not in answer.body


def test_an_error_of_the_moment_is_not_to_be_stored(down):
    answer = clients.get(down.http, "/")
    assert any(word in answer.field("cache-control", "") for word in ("no-store", "no-cache", "private"))


def test_a_visitors_connection_outlives_an_error_of_the_origin(down):
    with clients.H1(down.http) as connection:
        assert [connection.get("/").status for _ in range(3)] == [521, 521, 521]
        assert connection.get("/", method="POST", body=b"x" * 10000).status == 521
        assert connection.get("/").status == 521


def test_a_request_that_cannot_be_read_is_answered_with_the_reason(down):
    answer, _ = clients.exchange(down.http, b"GET /page HTTP/1.1\r\nAccept: application/json\r\n\r\n")
    problem = answer.json()
    assert answer.status == 400 and answer.field("content-type") == "application/problem+json"
    assert problem["status"] == 400 and "no Host" in problem["detail"] and problem["instance"] == "/page"
    assert problem["ray_id"] == answer.field("cf-ray") and answer.field("server") == "brink" and answer.field("date")
    line = down.access_of("/page")
    assert line["RayID"] == answer.field("cf-ray") and line["EdgeResponseStatus"] == 400


def test_a_request_line_that_cannot_be_read_is_answered_with_a_page(down):
    answer, _ = clients.exchange(down.http, b"GET  / HTTP/1.1\r\nHost: example.com\r\n\r\n")
    assert answer.status == 400 and answer.field("content-type", "").startswith("text/html")
    assert answer.field("cf-ray") in answer.body.decode()


def test_over_h2_too_large_a_head_is_answered_with_a_page(down):
    answer = h2.get(down.https, "/large", fields=[(f"x-{n}", "x" * 12000) for n in range(6)])
    assert answer.status == 431 and answer.field("date")
    assert answer.field("cf-ray") in answer.body.decode()
    assert down.access_of("/large")["EdgeResponseStatus"] == 431


def test_a_host_that_no_zone_knows_is_not_the_origins_business(started):
    origin = started.origin()
    node = started.brink(zone(origin, hosts=["example.com"]))
    answer = clients.get(node.http, "/", host="unknown.example", fields=[("Accept", "application/json")])
    assert 400 <= answer.status < 500 and answer.json()["status"] == answer.status
    assert not origin.requests
