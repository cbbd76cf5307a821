"""Zones that files declare: brink apply, zones.d at the start and at SIGHUP, and what the API made beside them."""

import json
import signal
import subprocess

import pytest

from harness import clients, processes
from harness.api import Api, make_token
from harness.brink import binary, zone
from harness.polling import eventually

SHOP = """
[[zone]]
name = "shop.example"
[zone.settings]
ssl = "flexible"
[[zone.record]]
type = "A"
name = "@"
content = "192.0.2.7"
[[zone.record]]
type = "TXT"
name = "@"
content = "hello"
"""


def brink(node, *arguments):
    return subprocess.run([binary(), *arguments, "--config", node.config_file], capture_output=True, text=True,
                          timeout=60, check=False)


def declare(node, text, name="shop.toml"):
    directory = node.directory / "zones.d"
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(text)


def names(node):
    return {each["name"] for each in json.loads(brink(node, "zone", "list", "--json").stdout)}


def contents(node, zone_name):
    listed = brink(node, "dns", "list", zone_name, "--json")
    return {each["content"] for each in json.loads(listed.stdout)} if listed.returncode == 0 else None


@pytest.fixture
def node(started):
    return started.brink(zone(started.origin(), name="main.example", hosts=["main.example"], tls="flexible"))


def test_apply_brings_the_node_to_what_the_files_say_and_then_has_nothing_to_do(node):
    eventually(lambda: names(node) == {"main.example"}, saying="the zone of brink.toml is in the API")
    declare(node, SHOP)
    dry = brink(node, "apply", "--dry-run")
    assert dry.returncode == 3, dry.stderr
    assert [line.split(" ", 3)[:3] for line in dry.stdout.splitlines()[:-1]] == [
        ["+", "shop.example:", "zone"], ["+", "shop.example:", "setting"], ["+", "shop.example:", "record"],
        ["+", "shop.example:", "record"]]
    assert names(node) == {"main.example"}, "a dry run keeps nothing"

    done = brink(node, "apply")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:-1] == dry.stdout.splitlines()[:-1]
    assert contents(node, "shop.example") == {"192.0.2.7", "hello"}
    again = brink(node, "apply", "--dry-run", "--json")
    assert again.returncode == 0 and json.loads(again.stdout) == {"steps": [], "failures": []}


def test_zones_d_is_read_at_the_start_and_at_sighup(node):
    declare(node, SHOP)
    node.process.send_signal(signal.SIGHUP)
    eventually(lambda: "shop.example" in names(node), saying="SIGHUP picks up the new file")
    declare(node, SHOP.replace("192.0.2.7", "192.0.2.8"))
    node.process.send_signal(signal.SIGHUP)
    eventually(lambda: contents(node, "shop.example") == {"192.0.2.8", "hello"}, saying="and what changes in it")
    (node.directory / "zones.d" / "shop.toml").unlink()
    node.process.send_signal(signal.SIGHUP)
    eventually(lambda: names(node) == {"main.example"}, saying="and that it is gone")


def test_what_the_api_made_survives(node):
    declare(node, SHOP)
    assert brink(node, "apply").returncode == 0
    assert brink(node, "zone", "create", "own.example").returncode == 0
    assert brink(node, "dns", "add", "shop.example", "api", "A", "192.0.2.9").returncode == 0
    assert brink(node, "apply", "--dry-run").returncode == 0, "the API's things are no business of the files"
    (node.directory / "zones.d" / "shop.toml").unlink()
    assert brink(node, "apply").returncode == 0
    assert contents(node, "shop.example") == {"192.0.2.9"}
    assert brink(node, "apply", "--prune").returncode == 0
    assert {"own.example", "shop.example"} <= names(node)


def test_prune_deletes_a_zone_of_a_file_with_what_the_api_added(node):
    declare(node, SHOP)
    assert brink(node, "apply").returncode == 0
    assert brink(node, "dns", "add", "shop.example", "api", "A", "192.0.2.9").returncode == 0
    (node.directory / "zones.d" / "shop.toml").unlink()
    assert brink(node, "apply", "--prune").returncode == 0
    assert names(node) == {"main.example"}


def test_a_zone_of_a_file_serves_traffic_and_the_api_may_not_delete_it(started):
    origin = started.origin()
    node = started.brink(zone(origin, name="main.example", hosts=["main.example"], tls="flexible"))
    declare(node, SHOP)
    assert brink(node, "apply").returncode == 0
    refused = brink(node, "zone", "delete", "shop.example")
    assert refused.returncode == 1 and "zones.d/shop.toml" in refused.stderr
    assert clients.get(node.http, "/", host="main.example").status == 200


def test_errors_name_file_and_line(node):
    declare(node, SHOP + '\n[[zone.record]]\ntype = "A"\nname = "www"\ncontent = "no address"\nttll = 5\n')
    place = node.directory / "zones.d" / "shop.toml"
    for command in (["apply"], ["check"]):
        failed = brink(node, *command)
        assert failed.returncode == 1
        assert f"{place}:18: [[zone.record]] content:" in failed.stderr, failed.stderr
        assert f"{place}:19: [[zone.record]] ttll: no such key" in failed.stderr
        assert 'did you mean "ttl"?' in failed.stderr
    node.process.send_signal(signal.SIGHUP)
    eventually(lambda: "the former one stays" in node.log(), saying="a reload refuses such files")
    assert processes.is_running(node.role("control"))


def test_a_record_that_cannot_be_is_told_with_its_zone_and_file(node):
    assert brink(node, "zone", "create", "shop.example").returncode == 0
    assert brink(node, "dns", "add", "shop.example", "www", "A", "192.0.2.9").returncode == 0
    declare(node, '[[zone]]\nname = "shop.example"\n[[zone.record]]\ntype = "CNAME"\nname = "www"\n'
                  'content = "target.example.net"\n')
    for more in ([], ["--dry-run"]):
        failed = brink(node, "apply", *more)
        assert failed.returncode == 1
        assert "zones.d/shop.toml:1: shop.example: www.shop.example CNAME" in failed.stderr
    assert contents(node, "shop.example") == {"192.0.2.9"}


RULES = """
[[zone]]
name = "rules.example"
[[zone.rule]]
phase = "http_request_firewall_custom"
description = "admin only from the office"
expression = 'starts_with(http.request.uri.path, "/admin") and ip.src ne 192.0.2.1'
action = "block"
[[zone.rule]]
phase = "http_request_origin"
expression = "true"
action = "route"
action_parameters = { host_header = "app.example" }
"""


def entry_point(api, phase="http_request_firewall_custom"):
    zones = api.get("/zones", name="rules.example").result
    answer = api.get(f"/zones/{zones[0]['id']}/rulesets/phases/{phase}/entrypoint") if zones else None
    return answer.result if answer is not None and answer.status == 200 else None


def test_rules_that_files_declare_are_the_entry_points(node):
    api = Api(node, make_token(node))
    declare(node, RULES)
    dry = brink(node, "apply", "--dry-run")
    assert [line.split(" ", 4)[2:4] for line in dry.stdout.splitlines()[1:-1]] == [
        ["rules", "http_request_firewall_custom"], ["rules", "http_request_origin"]], dry.stdout
    assert brink(node, "apply").returncode == 0
    made = entry_point(api)
    assert [rule["description"] for rule in made["rules"]] == ["admin only from the office"]
    assert entry_point(api, "http_request_origin")["rules"][0]["action_parameters"] == {"host_header": "app.example"}
    assert brink(node, "apply", "--dry-run").returncode == 0, "there is nothing more to do"

    refused = api.put(f"/zones/{api.get('/zones', name='rules.example').result[0]['id']}/rulesets/{made['id']}", {"rules": []})
    assert refused.status == 400 and "declared in" in refused.body["errors"][0]["message"]

    declare(node, RULES.replace('action = "block"', 'action = "log"', 1))
    assert brink(node, "apply").returncode == 0
    changed = entry_point(api)
    assert changed["id"] == made["id"] and changed["version"] == "2" and changed["rules"][0]["action"] == "log"

    declare(node, '[[zone]]\nname = "rules.example"\n')
    assert brink(node, "apply").returncode == 0
    assert entry_point(api) is None and entry_point(api, "http_request_origin") is None


def test_check_tells_where_a_rule_is_wrong(node):
    declare(node, RULES.replace("ip.src ne", "ip.source ne"))
    told = brink(node, "check")
    assert told.returncode != 0
    assert "shop.toml:7: [[zone.rule]] expression: " in told.stdout + told.stderr
    assert "unknown identifier: ip.source" in told.stdout + told.stderr
