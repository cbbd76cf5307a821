"""The servers that are measured: Brink, its peers from Debian, and the floors."""

import http.client
import re
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.processes import SERVER_CORE, BenchError, Process, free_ports

BENCH = Path(__file__).resolve().parent.parent
PEERS = BENCH / "peers"

PEER, BRINK, FLOOR = "peer", "brink", "floor"

MOST_PREPARED_BYTES = 16 * 1024


@dataclass(frozen=True)
class Tools:
    """Where everything is for one run: built programs, the certificate, a directory that is thrown away after."""

    programs: Path
    brink: Path
    directory: Path
    certificate: Path
    key: Path
    bundle: Path

    def program(self, name):
        return self.programs / name


@dataclass(frozen=True)
class Server:
    """`template` of bench/peers/ becomes its configuration; `command` gets that file's path in place of {config}."""

    name: str
    kind: str
    template: str
    command: tuple
    version_command: tuple

    def executable(self, tools):
        return self._filled(self.command, tools, "")[0]

    def is_there(self, tools):
        return shutil.which(self.executable(tools)) is not None

    def takes(self, scenario):
        return True

    def version(self, tools):
        words = self._filled(self.version_command, tools, "")
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
        found = re.search(r"\d+(\.\d+)+\S*", done.stdout + done.stderr)
        return found.group(0) if found else "unknown version"

    def start(self, tools, scenario, origin_port):
        http_port, https_port, control_port = free_ports(3)
        directory = tools.directory / f"{self.name}-{http_port}"
        directory.mkdir()
        config = directory / self.template.removesuffix(".in")
        config.write_text(fill((PEERS / self.template).read_text(), {
            "DIR": directory, "ORIGIN_PORT": origin_port, "HTTP_PORT": http_port, "HTTPS_PORT": https_port,
            "CONTROL_PORT": control_port, "CERTIFICATE": tools.certificate, "KEY": tools.key, "BUNDLE": tools.bundle,
        }))
        port = https_port if scenario.tls else http_port
        return Running(self, Process(self._filled(self.command, tools, config), SERVER_CORE, directory / "output"), port)

    @staticmethod
    def _filled(words, tools, config):
        return [word.format(config=config, brink=tools.brink) for word in words]


@dataclass(frozen=True)
class Floor:
    """A program of bench/floor/: only the system calls, and OpenSSL where there is TLS. `proxies`: it asks the origin."""

    name: str
    program: str
    proxies: bool
    h2_program: str = ""  # takes its place in the scenarios of HTTP/2
    kind: str = FLOOR

    def is_there(self, tools):
        return tools.program(self.program).exists()

    def takes(self, scenario):
        """The floor without an origin says nothing where the data itself is the work."""
        if scenario.load == "h2":
            return bool(self.h2_program)
        return self.proxies or scenario.body_bytes <= MOST_PREPARED_BYTES

    def version(self, tools):
        return ""

    def start(self, tools, scenario, origin_port):
        [port] = free_ports(1)
        is_h2 = scenario.load == "h2"
        command = [tools.program(self.h2_program if is_h2 else self.program), "--port", port]
        if self.proxies:
            command += ["--origin", origin_port]
        if is_h2:
            command += ["--path", scenario.path]
        if is_h2 or not self.proxies:
            command += ["--bytes", scenario.body_bytes]
        if scenario.tls:
            command += ["--certificate", tools.certificate, "--key", tools.key]
        if self.proxies and scenario.reconnects:
            command += ["--reuse-upstreams"]
        return Running(self, Process(command, SERVER_CORE, tools.directory / f"{self.name}-{port}.output"), port)


class Running:
    """A started server. A context manager: it listens once entered, and is ended on leaving."""

    def __init__(self, server, process, port):
        self.server = server
        self.process = process
        self.port = port

    def __enter__(self):
        try:
            self.process.wait_for_port(self.port)
        except BaseException:
            self.process.stop()
            raise
        return self

    def __exit__(self, *_):
        self.process.stop()

    def check(self, scenario):
        """Asks once over HTTP/1.1 and raises BenchError unless the whole answer is right.

        A floor of HTTP/2 speaks nothing else: h2load alone counts its answers and their bytes.
        """
        if self.server.kind == FLOOR and scenario.load == "h2":
            return
        if scenario.tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", scenario.path, headers={"Host": "bench.test"})
            version = connection.sock.version() if scenario.tls else None
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchError(f"{self.server.name} does not answer: {error!r}; {self.process.last_words()}") from error
        finally:
            connection.close()
        wrong = [
            (response.status != 200, f"status {response.status}"),
            (response.version != 11, f"HTTP version {response.version}"),
            (body != scenario.body, f"a body of {len(body)} bytes that is not the origin's"),
            (scenario.tls and version != "TLSv1.3", f"{version}"),
        ]
        complaints = [text for is_wrong, text in wrong if is_wrong]
        if complaints:
            raise BenchError(f"{self.server.name} answers {scenario.path} with {', '.join(complaints)}")


def fill(template, values):
    """Replaces every @NAME@; an unknown one is a KeyError, so that a template cannot keep one by a slip."""
    return re.sub(r"@([A-Z_]+)@", lambda found: str(values[found.group(1)]), template)


SERVERS = [
    Server("brink", BRINK, "brink.toml.in", ("{brink}", "run", "--config", "{config}"), ("{brink}", "version")),
    Server("nginx", PEER, "nginx.conf.in", ("/usr/sbin/nginx", "-c", "{config}"), ("/usr/sbin/nginx", "-v")),
    Server("haproxy", PEER, "haproxy.cfg.in", ("/usr/sbin/haproxy", "-db", "-f", "{config}"), ("/usr/sbin/haproxy", "-v")),
    Server("h2o", PEER, "h2o.conf.in", ("/usr/bin/h2o", "-c", "{config}"), ("/usr/bin/h2o", "--version")),
    Floor("floor-proxy", "bench_floor_proxy", proxies=True, h2_program="bench_floor_h2_proxy"),
    Floor("floor-hello", "bench_floor_hello", proxies=False),
]
