"""A real ACME server for the tests: Pebble, Let's Encrypt's own test server (Debian's package pebble), with its mock DNS
that sends every name to this machine; before it a front door that does what the server is told: fail, or be slow.

Pebble itself is strict: it checks each signature, nonce and url, refuses good nonces now and then, and really connects
to the node for each challenge. The front keeps the Host field, from which Pebble makes its URLs."""

import http.client
import http.server
import json
import pathlib
import shutil
import ssl
import threading
import urllib.request

from . import processes
from .polling import eventually
from .ports import free_port

MAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
KEPT_FIELDS = ("Content-Type", "Location", "Replay-Nonce", "Retry-After", "Link")


def is_here():
    return shutil.which("pebble") is not None and shutil.which("pebble-challtestsrv") is not None


class AcmeServer:
    """`http_port` and `tls_port` are where it looks for the answers to challenges."""

    def __init__(self, directory, authority, http_port, tls_port, lifetime=None, external_account=False,
                 bad_nonces=5, validation_seconds=0):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.authority = authority
        self._certificate = authority.issue("127.0.0.1", "localhost")
        self._pebble_port, self._management_port, self.port = free_port(), free_port(), free_port()
        self._dns_port, self._dns_management_port = free_port(), free_port()
        self._settings = {
            "listenAddress": f"127.0.0.1:{self._pebble_port}",
            "managementListenAddress": f"127.0.0.1:{self._management_port}",
            "certificate": str(self._certificate.chain_file), "privateKey": str(self._certificate.key_file),
            "httpPort": http_port, "tlsPort": tls_port, "ocspResponderURL": "",
            "externalAccountBindingRequired": external_account,
            "externalAccountMACKeys": {"kid-1": MAC_KEY},
        }
        if lifetime is not None:
            self._settings["certificateValidityPeriod"] = lifetime
        self._environment = {"PEBBLE_WFE_NONCEREJECT": str(bad_nonces), "PEBBLE_AUTHZREUSE": "0"}
        if validation_seconds:
            self._environment["PEBBLE_VA_SLEEPTIME"] = str(validation_seconds)
        else:
            self._environment["PEBBLE_VA_NOSLEEP"] = "1"
        self._faults = []
        self._lock = threading.Lock()
        self.requests = []  # (method, path, status)
        self._start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}/dir"

    def _start(self):
        config = self.directory / "pebble.json"
        config.write_text(json.dumps({"pebble": self._settings}))
        self._dns = processes.Process(
            ["pebble-challtestsrv", "-dns01", f"127.0.0.1:{self._dns_port}", "-http01", "", "-https01", "", "-tlsalpn01",
             "", "-management", f"127.0.0.1:{self._dns_management_port}", "-defaultIPv6", ""],
            self.directory / "dns.log")
        self._pebble = processes.Process(
            ["pebble", "-strict", "-config", config, "-dnsserver", f"127.0.0.1:{self._dns_port}"],
            self.directory / "pebble.log", env=self._environment)
        self._front = _Front(("127.0.0.1", self.port), self)
        threading.Thread(target=self._front.serve_forever, daemon=True).start()
        eventually(lambda: self._answers(), 20.0, "the ACME server answers")

    def _answers(self):
        try:
            return self._forward("GET", "/dir", {}, b"")[0] == 200
        except OSError:
            return False

    def stop(self):
        self._front.shutdown()
        self._front.server_close()
        self._pebble.kill()
        self._dns.kill()

    def log(self):
        return self._pebble.output()

    # What it is told.

    def misbehave(self, path, status, problem=None, times=1, fields=None, delay=0.0):
        """The next `times` requests whose path contains `path` get that answer (status None: Pebble's, `delay` later)."""
        with self._lock:
            self._faults.append({"path": path, "status": status, "problem": problem, "left": times,
                                 "fields": fields or {}, "delay": delay})

    def behave(self):
        with self._lock:
            self._faults.clear()

    def set_txt(self, name, value):
        """The mock DNS shows this TXT record too."""
        self._tell_dns("set-txt", {"host": f"{name}.", "value": value})

    def _tell_dns(self, what, content):
        request = urllib.request.Request(f"http://127.0.0.1:{self._dns_management_port}/{what}",
                                         json.dumps(content).encode(), method="POST")
        urllib.request.urlopen(request, timeout=5).read()

    def root(self):
        """PEM of the root that Pebble made for this run."""
        context = ssl.create_default_context(cafile=str(self.authority.file))
        with urllib.request.urlopen(f"https://localhost:{self._management_port}/roots/0", context=context,
                                    timeout=5) as answer:
            return answer.read().decode()

    def asked(self, path):
        """How many requests had `path` in theirs."""
        return sum(path in each[1] for each in list(self.requests))

    # The front.

    def fault_for(self, path):
        with self._lock:
            for fault in self._faults:
                if fault["left"] > 0 and fault["path"] in path:
                    fault["left"] -= 1
                    return fault
        return None

    def _forward(self, method, path, fields, content):
        context = ssl.create_default_context(cafile=str(self.authority.file))
        connection = http.client.HTTPSConnection("127.0.0.1", self._pebble_port, timeout=20, context=context)
        try:
            connection.request(method, path, content or None, {**fields, "Host": f"127.0.0.1:{self.port}"})
            answer = connection.getresponse()
            kept = [(name, value) for name in KEPT_FIELDS for value in answer.headers.get_all(name, [])]
            return answer.status, kept, answer.read()
        finally:
            connection.close()


class _Front(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, server):
        self.server = server
        super().__init__(address, _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server._certificate.chain_file, server._certificate.key_file)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        pass  # a client that went away: whoever tests it looks at what the node says


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self):
        acme = self.server.server
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = acme.fault_for(self.path)
        if fault is not None and fault["delay"]:
            threading.Event().wait(fault["delay"])
        if fault is not None and fault["status"] is not None:
            status = fault["status"]
            fields = [("Content-Type", "application/problem+json"), *fault["fields"].items()]
            body = json.dumps(fault["problem"] or {}).encode()
        else:
            kept = {name: self.headers[name] for name in ("Content-Type", "User-Agent", "Accept-Language")
                    if name in self.headers}
            status, fields, body = acme._forward(self.command, self.path, kept, content)
        acme.requests.append((self.command, self.path, status))
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = _serve

    def log_message(self, *_):
        pass
