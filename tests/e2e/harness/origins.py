"""An origin on raw sockets that does exactly what a test tells it to, also what no origin should, and remembers every
byte that it was sent."""

import hashlib
import json
import socket
import ssl
import struct
import threading

from .http1 import Closed, Fields, Reader
from .polling import eventually

_TIMEOUT_S = 30


class Request:
    """A request as it came. `complete` is true when all of its body (and trailers) was read."""

    def __init__(self, connection, line, fields):
        self.connection = connection
        self.line = line
        self.method, _, rest = line.partition(" ")
        self.target, _, self.version = rest.rpartition(" ")
        self.path = self.target.partition("?")[0]
        self.fields = fields
        self.trailers = Fields()
        self.body = b""
        self.complete = False

    def describe(self):
        return {
            "line": self.line, "method": self.method, "target": self.target, "version": self.version,
            "fields": list(self.fields), "trailers": list(self.trailers), "length": len(self.body),
            "sha256": hashlib.sha256(self.body).hexdigest(), "connection": self.connection.index,
        }


class Connection:
    def __init__(self, sock, index):
        self.socket = sock
        self.index = index
        self.reader = Reader(sock)
        self.proxy_header = b""
        self.closed = False
        self.ended_by_peer = threading.Event()

    @property
    def received(self):
        return bytes(self.reader.everything)

    def send(self, data):
        self.socket.sendall(data)

    def close(self):
        self.closed = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def reset(self):
        """Closes with RST instead of FIN."""
        self.closed = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def read_body(self, request):
        if request.complete:
            return request.body
        if "chunked" in request.fields.get("transfer-encoding", "").lower():
            parts = []
            while data := self.reader.chunk():
                parts.append(data)
            request.trailers = self.reader.fields()
            request.body = b"".join(parts)
        else:
            request.body = self.reader.exactly(int(request.fields.get("content-length", "0").split(",")[0] or 0))
        request.complete = True
        return request.body

    def wait_until_peer_closes(self):
        """Reads and keeps whatever still comes."""
        self.reader.rest()

    def read_proxy_header(self):
        first = self.reader.exactly(12)
        if first == b"\r\n\r\n\0\r\nQUIT\n":
            rest = self.reader.exactly(4)
            self.proxy_header = first + rest + self.reader.exactly(struct.unpack("!H", rest[2:])[0])
        else:
            self.proxy_header = first + self.reader.line() + b"\r\n"


class Origin:
    """Answers every path by describing the request in JSON, but for the paths that a test gave a script.

    A script is called with the connection and the request, whose body is still to be read, and answers nothing.
    After it the connection is kept, unless the script closed it or the request asked for that."""

    def __init__(self, tls=None, host="127.0.0.1", unix=None, proxy_header=False):
        family = socket.AF_UNIX if unix else socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.bind(str(unix) if unix else (host, 0))
        self._listener.listen(512)
        self.port = None if unix else self._listener.getsockname()[1]
        where = f"[{host}]" if ":" in host else host
        self.url = f"unix:{unix}" if unix else f"{'https' if tls else 'http'}://{where}:{self.port}"
        self._tls = tls
        self._proxy_header = proxy_header
        self._scripts = {}
        self._on_connect = None
        self.requests = []
        self.connections = []
        self.tls_failures = []
        self.faults = []
        self._stopping = False
        threading.Thread(target=self._accept, daemon=True).start()

    def on(self, path, script):
        self._scripts[path] = script
        return self

    def on_connect(self, script):
        """Takes over the whole connection; None gives it back."""
        self._on_connect = script
        return self

    def requests_to(self, path):
        return [request for request in list(self.requests) if request.path == path]

    def request_to(self, path, within=5.0):
        """The first request for that path, once it has arrived."""
        return eventually(lambda: self.requests_to(path), within, f"the origin gets a request for {path}")[0]

    def everything_received(self):
        return b"".join(connection.received for connection in list(self.connections))

    def mark(self):
        """A moment, for the two below."""
        return [len(connection.received) for connection in list(self.connections)], len(self.requests)

    def received_since(self, mark):
        """The bytes that have come after that moment."""
        lengths, _ = mark
        return b"".join(connection.received[lengths[index] if index < len(lengths) else 0:]
                        for index, connection in enumerate(list(self.connections)))

    def requests_since(self, mark, path=None):
        return [request for request in self.requests[mark[1]:] if path in (None, request.path)]

    def stop(self):
        self._stopping = True
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        for connection in list(self.connections):
            connection.close()

    def _accept(self):
        while not self._stopping:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        sock.settimeout(_TIMEOUT_S)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock, len(self.connections))
        self.connections.append(connection)
        try:
            if self._proxy_header:
                connection.read_proxy_header()
            if self._tls and self._on_connect is None:
                connection.socket = connection.reader.socket = self._tls.wrap_socket(sock, server_side=True)
            if self._on_connect is not None:
                self._on_connect(connection)
            else:
                self._serve_requests(connection)
        except ssl.SSLError as error:
            self.tls_failures.append(error)
        except (Closed, OSError, ValueError):
            pass  # the peer left, or sent what cannot be read: the bytes are kept
        except Exception as error:  # a script with a mistake in it: the test's own fault, to be seen
            self.faults.append(error)
        finally:
            connection.ended_by_peer.set()
            connection.close()

    def _serve_requests(self, connection):
        while not connection.closed:
            line = connection.reader.line().decode("latin-1")
            request = Request(connection, line, connection.reader.fields())
            self.requests.append(request)
            self._scripts.get(request.path, describes)(connection, request)
            if connection.closed:
                return
            connection.read_body(request)
            if "close" in request.fields.get("connection", "").lower():
                return


# Scripts.

def response(status=200, body=b"", fields=(), reason="Whatever", version="HTTP/1.1"):
    """The bytes of a response with its Content-Length."""
    lines = [f"{version} {status} {reason}", *(f"{name}: {value}" for name, value in fields),
             f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def describes(connection, request):
    """The default: 200 and what the request was."""
    connection.read_body(request)
    body = json.dumps(request.describe()).encode()
    answer = response(200, body, [("Content-Type", "application/json")])
    connection.send(answer[:-len(body)] if request.method == "HEAD" else answer)


def answers(status=200, body=b"", fields=()):
    """Reads the whole request, then answers as it should."""
    def script(connection, request):
        connection.read_body(request)
        answer = response(status, body, fields)
        connection.send(answer[:len(answer) - len(body)] if request.method == "HEAD" else answer)
    return script


def sends(raw, then_close=False, read_body=True):
    """Reads the whole request, then sends these bytes."""
    def script(connection, request):
        if read_body:
            connection.read_body(request)
        connection.send(raw)
        if then_close:
            connection.close()
    return script


def closes(connection, request):
    connection.read_body(request)
    connection.close()


def never_answers(connection, request):
    connection.wait_until_peer_closes()


class Held:
    """A script that answers only when the test lets it; it tells the test when the request is there."""

    def __init__(self, answer=None, read_body=True):
        self._answer = answer or response(200, b"released")
        self._read_body = read_body
        self.arrived = threading.Event()
        self._released = threading.Event()

    def __call__(self, connection, request):
        if self._read_body:
            connection.read_body(request)
        self.arrived.set()
        if not self._released.wait(_TIMEOUT_S):
            raise AssertionError("the test never released its request")
        connection.read_body(request)
        connection.send(self._answer)

    def wait_for_request(self, within=5.0):
        assert self.arrived.wait(within), "the held request did not reach the origin"

    def release(self):
        self._released.set()


class FullListener:
    """A port on which the kernel answers no further SYN: nobody accepts and the backlog is full. A connection attempt
    there hangs, as one to a host behind a dropping firewall does."""

    def __init__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(0)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.settimeout(0.1)
            self._fillers.append(filler)
            try:
                filler.connect(("127.0.0.1", self.port))
            except OSError:
                return
        raise AssertionError("the backlog does not fill")

    def stop(self):
        for sock in (*self._fillers, self._listener):
            sock.close()


def server_context(certificate, ask_client_ca=None, minimum=None, alpn=None):
    """TLS for an origin; with `ask_client_ca` it insists on a client certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain_file, certificate.key_file)
    if ask_client_ca:
        context.load_verify_locations(ask_client_ca.file)
        context.verify_mode = ssl.CERT_REQUIRED
    if minimum:
        context.minimum_version = minimum
    if alpn:
        context.set_alpn_protocols(alpn)
    return context
