"""Other people's clients, run as their users run them: curl, nghttp, h2load, openssl s_client."""

import dataclasses
import re

from .http1 import Fields
from .processes import run


@dataclasses.dataclass
class CurlAnswer:
    exit_code: int
    status: int
    version: str
    fields: Fields
    body: bytes
    errors: str

    def field(self, name, default=None):
        return self.fields.get(name, default)


def curl(url, *arguments, port=None, host="example.com", within=30.0, input=None, address="127.0.0.1"):
    """`url` may be a path; then it is asked of `host` on `port` (https unless --http is said by a full URL)."""
    if url.startswith("/"):
        url = f"https://{host}:{port}{url}"
    where = [] if port is None else ["--connect-to", f"::{address}:{port}"]
    done = run(["curl", "-sS", "-k", "-i", "--raw", "--max-time", str(within), *where, *arguments, url],
               input=input, within=within + 5)
    return _curl_answer(done)


def _curl_answer(done):
    rest, status, version, fields = done.stdout, 0, "", Fields()
    while rest.startswith(b"HTTP/"):
        head, _, rest = rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        version, _, code = lines[0].partition(" ")
        status = int(code.split(" ")[0])
        fields = Fields(tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:])
        if status >= 200:
            break
    return CurlAnswer(done.returncode, status, version, fields, rest, done.stderr.decode(errors="replace"))


@dataclasses.dataclass
class Load:
    succeeded: int
    failed: int
    by_class: dict
    output: str


def h2load(url, *arguments, within=60.0):
    done = run(["h2load", *arguments, url], within=within)
    output = done.stdout.decode()
    match = re.search(r"requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed, (\d+) errored, "
                      r"(\d+) timeout", output)
    assert match, f"h2load said: {output}\n{done.stderr.decode()}"
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output)
    return Load(int(match[1]), sum(int(match[n]) for n in (2, 3, 4)),
                {f"{n + 1}xx": int(codes[n]) for n in range(1, 5)}, output)


def nghttp(url, *arguments, within=30.0):
    """The text of `nghttp -nv`: every frame."""
    done = run(["nghttp", "-nv", "--no-verify-peer", *arguments, url], within=within)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode(errors="replace")) + done.stderr.decode(errors="replace")


def s_client(port, *arguments, input=b"", host="127.0.0.1", within=15.0):
    """The text of `openssl s_client`."""
    done = run(["openssl", "s_client", "-connect", f"{host}:{port}", *arguments], input=input, within=within)
    return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
