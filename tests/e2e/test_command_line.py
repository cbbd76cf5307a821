"""The `brink` command: check, version, help, run --origin."""

import os
import re
import subprocess

import pytest

from harness import processes
from harness.brink import binary, zone
from harness.polling import eventually


def brink(*arguments, within=15):
    done = processes.run([binary(), *arguments], within=within)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(file):
    code, out, err = brink("check", "--config", file)
    return code, out + err


def test_check_is_content_with_a_good_file(started):
    node = started.brink(zone("http://127.0.0.1:3000"), start=False)
    node.write_config()
    code, output = check(node.config_file)
    assert code == 0, output


def test_the_smallest_configuration_of_the_readme_is_good(tmp_path, authority):
    leaf = authority.issue("example.com")
    (tmp_path / "cert.pem").write_bytes(leaf.chain_file.read_bytes())
    (tmp_path / "key.pem").write_bytes(leaf.key_file.read_bytes())
    file = tmp_path / "brink.toml"
    file.write_text("""
[node]
data_dir = "/var/lib/brink"            # everything Brink keeps; made if missing, 0700
threads = 0                            # 0: one per core
[edge]
http = ["0.0.0.0:80", "[::]:80"]
https = ["0.0.0.0:443", "[::]:443"]
[control]
listen = "127.0.0.1:8787"              # /metrics, /healthz, /readyz; later the API
[log]
access = "/var/log/brink/access.jsonl"
[[zone]]
name = "example.com"
hosts = ["example.com", "*.example.com"]  # this is also the default; "*" takes every name
origin = "http://127.0.0.1:3000"
tls = "full"                           # between Brink and the origin: off flexible full strict
certificate = "cert.pem"               # without: one from the local CA, so that https works at once
key = "key.pem"
""")
    code, output = check(file)
    assert code == 0, output


WRONG = """[node]
data_dri = "/tmp/x"
threads = "many"
drain_timeout = "30 parsecs"

[edge]
htps = ["127.0.0.1:1"]
http = ["127.0.0.1:99999"]

[edge.limits]
header_bites = 5
uri_bytes = "64 KiBibytes"

[edge.timeouts]
keep_alive = -1

[log]
level = "inform"

[[zone]]
name = "example.com"
origin = "ftp://127.0.0.1"
tls = "ful"

[[zone]]
name = "two.example"
orgin = "http://127.0.0.1:3000"
"""


def test_check_tells_all_errors_at_once_with_their_lines(tmp_path):
    file = tmp_path / "brink.toml"
    file.write_text(WRONG)
    code, output = check(file)
    assert code != 0
    lines = {}
    for line in output.splitlines():
        match = re.match(rf"{re.escape(str(file))}:(\d+)(:\d+)?: (.*)", line)
        if match:
            lines.setdefault(int(match[1]), []).append(match[3])
    for number, text in enumerate(WRONG.splitlines(), 1):
        key, equals, _ = text.partition(" = ")
        if equals and key != "name":
            assert number in lines, f"nothing about line {number} ({text}) in:\n{output}"
            assert any(key in entry for entry in lines[number]), lines[number]
    for wrong, nearest in (("data_dri", "data_dir"), ("htps", "https"), ("header_bites", "header_bytes"),
                           ("inform", "info"), ('"ful"', "full"), ("orgin", "origin")):
        (number,) = (n for n, text in enumerate(WRONG.splitlines(), 1) if wrong in text)
        assert any(f'did you mean "{nearest}"' in entry for entry in lines[number]), lines[number]


@pytest.mark.parametrize("text, number, expected", [
    ("[node\n", 1, ""), ("[node]\nthreads = \n", 2, ""), ("[node]\nthreads = 1\nthreads = 2\n", 3, "threads"),
    ("[[zone]]\nname = \"a.example\"\n", 1, "origin"),
    ("[[zone]]\nname = \"a\"\norigin = \"http://h\"\ncertificate = \"c.pem\"\n", 4, "key"),
    ("[[zone]]\nname = \"a\"\norigin = \"http://h\"\n[[zone]]\nname = \"a\"\norigin = \"http://h\"\n", 5, "a"),
    ("[edge]\nhttp = \"127.0.0.1:80\"\n", 2, "http"),
    ("[zone]\nname = \"a\"\n", 1, "[[zone]]"),
], ids=["no TOML", "no value", "a key twice", "a zone without an origin", "a certificate without its key",
        "a zone twice", "a text for a list", "a table for an array"])
def test_check_names_the_line(tmp_path, text, number, expected):
    file = tmp_path / "brink.toml"
    file.write_text(text)
    code, output = check(file)
    assert code != 0
    assert re.search(rf"^{re.escape(str(file))}:{number}\b.*{re.escape(expected)}", output, re.MULTILINE), output


def test_check_tells_of_a_file_that_is_not_there(tmp_path):
    code, output = check(tmp_path / "none.toml")
    assert code != 0 and "none.toml" in output


def test_check_looks_into_the_certificates(tmp_path, authority):
    one, two = authority.issue("a.example"), authority.issue("a.example")
    file = tmp_path / "brink.toml"
    for certificate, key in ((one.chain_file, two.key_file), (tmp_path / "none.pem", one.key_file)):
        file.write_text(f'[edge]\nhttp = ["127.0.0.1:80"]\n[[zone]]\nname = "a.example"\norigin = "http://127.0.0.1:1"\ncertificate = "{certificate}"\n'
                        f'key = "{key}"\n')
        code, output = check(file)
        assert code != 0 and str(file) in output and "certificate" in output, output


def test_run_with_a_broken_file_says_the_same_and_ends(tmp_path):
    file = tmp_path / "brink.toml"
    file.write_text(WRONG)
    code, out, err = brink("run", "--config", file)
    said = (out + err).replace('\\"', '"')  # in a log line quotes are escaped
    assert code != 0 and f"{file}:7" in said and 'did you mean "https"' in said


def test_version_is_one_line_with_a_number():
    code, out, _ = brink("version")
    assert code == 0 and re.fullmatch(r"brink \d+\.\d+\.\d+\S*( .*)?\n", out), out


def test_help_names_every_command():
    code, out, _ = brink("help")
    assert code == 0
    for command in ("run", "check", "version", "help", "upgrade"):
        assert re.search(rf"\b{command}\b", out), out
    assert "--config" in brink("run", "--help")[1] and "--origin" in brink("run", "--help")[1]


@pytest.mark.parametrize("arguments", [["no-such-command"], ["run", "--no-such-flag"], [],
                                       ["run", "--config", "a", "--origin", "http://b"],
                                       ["run", "--origin", "not a url"]])
def test_a_command_line_that_makes_no_sense_is_an_error_that_explains(arguments):
    code, out, err = brink(*arguments)
    assert code != 0 and (out + err).strip()
    assert len((out + err).splitlines()) < 60


def test_run_with_an_origin_needs_no_file(tmp_path):
    """In a network of its own, where the default ports are free."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    home = tmp_path / "home"
    home.mkdir()
    script = f"""
        ip link set lo up
        cd {home}
        echo 'from the origin' > page
        /usr/bin/python3 -m http.server --bind 127.0.0.1 3000 > origin.log 2>&1 &
        {binary()} run --origin http://127.0.0.1:3000 > brink.log 2>&1 &
        pid=$!
        tries=0
        until curl -sf http://localhost:8080/page > http.txt && curl -skf https://localhost:8443/page > https.txt; do
          tries=$((tries + 1)); [ $tries -lt 200 ] || break; sleep 0.1
        done
        curl -s http://127.0.0.1:8787/readyz -o ready.txt -w '%{{http_code}}' > ready.code
        kill -TERM $pid; wait $pid; echo $? > exit.code
    """
    process = processes.Process(["unshare", "--net", "bash", "-c", script], tmp_path / "log", env={"HOME": str(home)})
    try:
        eventually(lambda: (home / "exit.code").exists() and (home / "exit.code").read_text(), 30, "the script ends")
        said = (home / "brink.log").read_text()
        assert (home / "http.txt").read_text() == "from the origin\n", said
        assert (home / "https.txt").read_text() == "from the origin\n", said
        assert (home / "ready.code").read_text() == "200"
        assert (home / "exit.code").read_text() == "0\n"
        assert "8080" in said and "8443" in said
    finally:
        process.kill()


def test_logs_go_to_stderr_and_not_to_stdout(started):
    node = started.brink(zone("http://127.0.0.1:3000"), start=False)
    node.write_config()
    process = subprocess.Popen([binary(), "run", "--config", node.config_file], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=processes.clean_environment())
    try:
        first = process.stderr.readline()
        assert first.strip()
    finally:
        process.terminate()
        out, _ = process.communicate(timeout=15)
    assert not out
