"""Two nodes that are given one data_dir: the second says who has it and what to do, the first goes on."""

import os
import signal

from harness import processes
from harness.api import Api, make_token
from harness.brink import Brink, binary, zone
from harness.clients import get


def run(node, within=20):
    """`brink run` to its end: exit code and what it said."""
    done = processes.run([binary(), "run", "--config", node.config_file], within=within)
    return done.returncode, (done.stdout + done.stderr).decode()


def second(started, first):
    """A node with ports of its own and the first one's data_dir."""
    node = Brink(started.directory / "second", {"node": {"data_dir": first.config["node"]["data_dir"], "drain_timeout": "1s"}},
                 [zone(started.origin())])
    node.write_config()
    return node


def is_unharmed(first, api, zone_id, roles):
    assert first.roles() == roles
    assert get(first.http).status == 200
    assert api.get(f"/zones/{zone_id}").status == 200
    assert api.post(f"/zones/{zone_id}/dns_records",
                    {"type": "TXT", "name": os.urandom(8).hex(), "content": '"x"', "ttl": 60}).status == 200


def test_the_second_says_who_has_the_directory_and_what_to_do(started):
    first = started.brink(started.origin())
    api = Api(first, make_token(first))
    zone_id = api.post("/zones", {"name": "first.example"}).result["id"]
    roles = first.roles()
    other = second(started, first)
    for _ in range(3):
        code, said = run(other)
        assert code not in (0, None), said
        assert str(first.process.pid) in said and first.config["node"]["data_dir"] in said, said
        assert "[node] data_dir" in said and "brink upgrade" in said, said
        is_unharmed(first, api, zone_id, roles)


def test_the_same_file_twice_tells_of_the_first_node_and_not_of_its_ports(started):
    """Whoever starts Brink a second time is helped more by the first one's process id than by a port in use."""
    first = started.brink(started.origin())
    code, said = run(first)
    assert code not in (0, None) and str(first.process.pid) in said and "in use" not in said, said
    assert get(first.http).status == 200


def test_a_control_process_that_outlived_its_supervisor_is_named_while_the_next_one_waits(started):
    """The lock of the directory is gone with the supervisor, that of the store is not."""
    first = started.keep(Brink(started.directory / "first", {"node": {"drain_timeout": "1s"}}, [zone(started.origin())]).start())
    make_token(first)
    control = first.role("control")
    os.kill(control, signal.SIGSTOP)
    try:
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        other = started.running(second(started, first))
        assert get(other.http).status == 200, "the edge serves what brink.toml says meanwhile"
        answer = Api(other, "x" * 40).get("/zones")
        assert answer.status == 503 and f"process {control} writes" in answer.body["errors"][0]["message"], answer.body
        line = other.logged("the API waits for the store", within=20)
        assert f"process {control} writes the store" in line, line
    finally:
        os.kill(control, signal.SIGKILL)
    assert Api(other, make_token(other)).get("/zones").status == 200
