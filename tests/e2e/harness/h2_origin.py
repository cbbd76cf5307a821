"""An origin that speaks HTTP/2 by prior knowledge, frame by frame, and misbehaves on request."""

import socket
import threading

import hpack

from .h2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING, PREFACE, RST_STREAM,
                 SETTINGS, WINDOW_UPDATE, frame, header_block)
from .polling import eventually

_TIMEOUT_S = 30


class Request:
    def __init__(self, connection, stream, fields):
        self.connection = connection
        self.stream = stream
        self.fields = fields
        self.path = dict(fields)[":path"]
        self.method = dict(fields)[":method"]
        self.body = b""
        self.ended = False
        self.reset = None


class Connection:
    def __init__(self, sock, index):
        self.socket = sock
        self.index = index
        self.requests = {}
        self.ended_by_peer = threading.Event()
        self._buffer = b""
        self._decoder = hpack.Decoder()

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def exactly(self, count):
        while len(self._buffer) < count:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the peer closed")
            self._buffer += data
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def read_frame(self):
        head = self.exactly(9)
        payload = self.exactly(int.from_bytes(head[:3], "big"))
        return head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF, payload

    def decode(self, payload, flags):
        if flags & PADDED:
            payload = payload[1:len(payload) - payload[0]]
        if flags & 0x20:
            payload = payload[5:]
        return self._decoder.decode(payload)


class H2Origin:
    """Answers each request, once it has ended, by 200 and "ok", but for the paths that a test gave a script. A script
    is called with the request as soon as its head is there."""

    def __init__(self, settings=b""):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = settings
        self._scripts = {}
        self.requests = []
        self.connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def on(self, path, script):
        self._scripts[path] = script
        return self

    def requests_to(self, path):
        return [request for request in list(self.requests) if request.path == path]

    def request_to(self, path, within=5.0):
        return eventually(lambda: self.requests_to(path), within, f"the origin gets a request for {path}")[0]

    def stop(self):
        self._listener.close()
        for connection in list(self.connections):
            connection.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        sock.settimeout(_TIMEOUT_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock, len(self.connections))
        self.connections.append(connection)
        try:
            if connection.exactly(len(PREFACE)) == PREFACE:
                connection.send(frame(SETTINGS, payload=self._settings))
                while True:
                    self._take(connection, *connection.read_frame())
        except OSError:
            pass
        finally:
            connection.ended_by_peer.set()
            connection.close()

    def _take(self, connection, kind, flags, stream, payload):
        request = connection.requests.get(stream)
        if kind == SETTINGS and not flags & ACK:
            connection.send(frame(SETTINGS, ACK))
        elif kind == PING and not flags & ACK:
            connection.send(frame(PING, ACK, 0, payload))
        elif kind == HEADERS and request is None:
            while not flags & END_HEADERS:
                _, more, _, rest = connection.read_frame()
                payload, flags = payload + rest, flags | (more & END_HEADERS)
            request = connection.requests[stream] = Request(connection, stream, connection.decode(payload, flags))
            self.requests.append(request)
            script = self._scripts.get(request.path)
            if script:
                script(request)
        elif kind == DATA and request:
            request.body += payload
            if payload:
                update = len(payload).to_bytes(4, "big")
                connection.send(frame(WINDOW_UPDATE, 0, 0, update), frame(WINDOW_UPDATE, 0, stream, update))
        elif kind == RST_STREAM and request:
            request.reset = int.from_bytes(payload, "big")
        if request and kind in (HEADERS, DATA) and flags & END_STREAM:
            request.ended = True
            if request.path not in self._scripts:
                answer(request, b"ok")


# What a script may do.

def head(request, status="200", fields=(), end=False):
    request.connection.send(frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), request.stream,
                                  header_block([(":status", status), *fields])))


def data(request, body, end=False):
    request.connection.send(frame(DATA, END_STREAM if end else 0, request.stream, body))


def answer(request, body, fields=()):
    head(request, fields=fields)
    data(request, body, end=True)


def reset(request, code):
    request.connection.send(frame(RST_STREAM, 0, request.stream, code.to_bytes(4, "big")))


def goaway(request, last_stream, code=0):
    request.connection.send(frame(GOAWAY, 0, 0, last_stream.to_bytes(4, "big") + code.to_bytes(4, "big")))


def floods(first, again):
    """Sends `first`, then `again` until the peer has had enough."""
    def script(request):
        request.connection.send(first(request) if callable(first) else first)
        for _ in range(100_000):
            request.connection.send((again(request) if callable(again) else again) * 100)
    return script


def endless_head(request):
    return frame(HEADERS, 0, request.stream, header_block([(":status", "200")]))


def more_of_the_head(request):
    return frame(CONTINUATION, 0, request.stream, header_block([("x", "y" * 500)]))
