"""The command line of the node's owner: brink token, zone, audit, store; and the socket that it talks through."""

import json
import os
import stat

from harness.api import Api, brink, make_token
from harness.polling import eventually


def test_a_token_is_made_listed_and_revoked(node):
    code, out, err = brink(node, "token", "create", "--name", "laptop")
    assert code == 0 and "laptop" in out, err
    token = out.split()[0]
    assert Api(node, token).get("/zones").status == 200
    code, out, _ = brink(node, "token", "list")
    assert code == 0 and "laptop" in out and token not in out
    code, out, _ = brink(node, "token", "list", "--json")
    assert any(entry["name"] == "laptop" for entry in json.loads(out))
    assert brink(node, "token", "revoke", "laptop")[0] == 0
    assert Api(node, token).get("/zones").codes == [9109]
    code, _, err = brink(node, "token", "revoke", "laptop")
    assert code == 1 and "no token" in err


def test_a_token_has_only_the_permissions_and_zones_that_were_named(node):
    owner = Api(node, make_token(node))
    zone = owner.post("/zones", {"name": "cli.example"}).result["id"]
    other = owner.post("/zones", {"name": "other.example"}).result["id"]
    limited = Api(node, make_token(node, "--permission", "Zone Read", "--zone", "cli.example", "--expires", "1h"))
    assert limited.get(f"/zones/{zone}").status == 200
    assert limited.get(f"/zones/{other}").status == 404
    assert limited.patch(f"/zones/{zone}", {"paused": True}).status == 403
    code, _, err = brink(node, "token", "create", "--name", "x", "--permission", "DNS Wirte")
    assert code == 1 and "DNS Write" in err


def test_zones_are_made_listed_and_deleted(node):
    assert brink(node, "zone", "create", "shell.example")[0] == 0
    code, out, _ = brink(node, "zone", "list")
    assert code == 0 and "shell.example" in out
    code, _, err = brink(node, "zone", "create", "shell.example")
    assert code == 1 and "already exists" in err
    assert brink(node, "zone", "delete", "shell.example")[0] == 0
    code, _, err = brink(node, "zone", "delete", "shell.example")
    assert code == 1 and "no zone" in err
    code, out, _ = brink(node, "audit", "--zone", "shell.example")
    assert code == 0 and "zone_create" in out and "zone_delete" in out


def test_the_store_is_checked_while_the_node_runs(node):
    code, out, err = brink(node, "store", "check")
    assert code == 0 and "all good" in out, out + err


def test_the_socket_is_its_owners_alone(node):
    path = node.directory / "data" / "control.sock"
    mode = os.stat(path)
    assert stat.S_ISSOCK(mode.st_mode) and stat.S_IMODE(mode.st_mode) == 0o600


def test_a_node_that_does_not_run_is_said_so(started, origin):
    node = started.brink(origin, start=False)
    node.write_config()
    code, _, err = brink(node, "zone", "list")
    assert code == 1 and "is Brink running" in err


def test_a_first_start_says_how_to_make_a_token_and_a_second_does_not(started, origin):
    node = started.brink(origin)
    assert node.log().count("brink token create") == 1
    token = make_token(node)
    zone = Api(node, token).post("/zones", {"name": "kept.example"}).result["id"]
    assert node.stop() == 0
    node = started.running(node)
    assert node.log().count("brink token create") <= 1
    assert Api(node, token).get(f"/zones/{zone}").result["name"] == "kept.example"


def test_the_api_goes_on_through_an_upgrade(started, origin):
    node = started.brink(origin)
    api = Api(node, make_token(node))
    zone = api.post("/zones", {"name": "upgraded.example"}).result["id"]
    node.upgrade()
    eventually(lambda: api.get(f"/zones/{zone}").status == 200, 10.0, "the new process has the store")
    assert api.patch(f"/zones/{zone}", {"paused": True}).result["paused"]
    assert brink(node, "zone", "list")[0] == 0


def test_a_control_role_that_dies_comes_back_with_the_store(started, origin):
    node = started.brink(origin)
    api = Api(node, make_token(node))
    zone = api.post("/zones", {"name": "survivor.example"}).result["id"]
    old = node.role("control")
    os.kill(old, 9)

    def is_back():
        try:
            return node.role("control", must=False) not in (None, old) and api.get(f"/zones/{zone}").status == 200
        except OSError:
            return False
    eventually(is_back, 15.0, "control serves again")


def test_a_listener_that_others_reach_speaks_tls_only(started, origin):
    from harness.tools import curl
    node = started.brink(origin, start=False)
    node.write_config({"control": {"listen": f"0.0.0.0:{node.control}"}})
    node.is_ready = lambda: curl(f"https://127.0.0.1:{node.control}/readyz").status == 200
    started.running(node)
    answer = curl(f"https://127.0.0.1:{node.control}/client/v4/ips")
    assert answer.status == 200 and b'"success":true' in answer.body
    plain = curl(f"http://127.0.0.1:{node.control}/client/v4/ips")
    assert plain.status != 200
