"""HTTP/2 clients: one that speaks well (python3-h2's state machine), with the checks of what it sends turned off, and
one that sends frames, also hostile ones, and reads frames."""

import json
import socket
import time

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import hpack

from .clients import client_context, dial, has_something
from .http1 import Fields
from .polling import PATIENCE

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8
NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, ENHANCE_YOUR_CALM = 0x0, 0x1, 0x7, 0xB
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def dial_h2(port, tls=True, server_name="example.com", context=None, **where):
    sock = dial(port, **where)
    if tls:
        context = context or client_context(alpn=["h2"])
        sock = context.wrap_socket(sock, server_hostname=server_name)
        if sock.selected_alpn_protocol() != "h2":
            raise AssertionError("the server did not choose h2")
    return sock


class Stream:
    """What has come on one stream."""

    def __init__(self, number):
        self.id = number
        self.status = None
        self.fields = Fields()
        self.trailers = Fields()
        self.informational = []
        self.body = b""
        self.ended = False
        self.reset = None

    @property
    def complete(self):
        return self.ended and self.reset in (None, NO_ERROR)

    def field(self, name, default=None):
        return self.fields.get(name, default)

    def json(self):
        return json.loads(self.body)

    def seen(self, name):
        return [value for key, value in self.json()["fields"] if key.lower() == name.lower()]


class H2:
    """One connection. Data that comes is acknowledged (so that the server may go on) unless `hold_windows`."""

    def __init__(self, port, settings=None, hold_windows=False, **where):
        self.socket = dial_h2(port, **where)
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=True, header_encoding="latin-1", validate_outbound_headers=False,
            normalize_outbound_headers=False))
        self._hold = hold_windows
        self.streams = {}
        self.goaway = None
        self.closed = False
        self.pings = 0
        self._unread = b""
        if settings:
            self._h2.local_settings = h2.settings.Settings(client=True, initial_values={
                **dict(self._h2.local_settings), **settings})
        self._h2.initiate_connection()
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    @property
    def peer_settings(self):
        return self._h2.remote_settings

    def flush(self):
        data = self._h2.data_to_send()
        if data:
            try:
                self.socket.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                self.closed = True

    # Sending.

    def start(self, path="/", method="GET", authority="example.com", scheme="https", fields=(), more=False,
              pseudo=None):
        """Sends a request's header block; `pseudo` replaces the usual pseudo-fields. The stream."""
        first = pseudo if pseudo is not None else [(":method", method), (":scheme", scheme),
                                                   (":authority", authority), (":path", path)]
        number = self._h2.get_next_available_stream_id()
        stream = self.streams[number] = Stream(number)
        self._h2.send_headers(number, [*first, *fields], end_stream=not more)
        self.flush()
        return stream

    def send_data(self, stream, data, end=False):
        """As the server's windows allow."""
        at = 0
        while at < len(data) and stream.reset is None and not self.closed and not self.goaway:
            room = min(self._h2.local_flow_control_window(stream.id), self._h2.max_outbound_frame_size)
            if room <= 0:
                self.receive()
                continue
            part = data[at:at + room]
            self._h2.send_data(stream.id, part)
            at += len(part)
            self.flush()
            self.receive(timeout=0)
        if end and stream.reset is None and not self.closed and not self.goaway:
            self._h2.end_stream(stream.id)
            self.flush()

    def send_trailers(self, stream, fields):
        self._h2.send_headers(stream.id, fields, end_stream=True)
        self.flush()

    def cancel(self, stream, code=h2.errors.ErrorCodes.CANCEL):
        self._h2.reset_stream(stream.id, code)
        self.flush()

    def let_more_come(self, stream, count):
        """Opens the connection's window, and the stream's where one is given."""
        if stream is not None:
            self._h2.increment_flow_control_window(count, stream.id)
        self._h2.increment_flow_control_window(count)
        self.flush()

    def pour(self, stream, limit, patience=0.5):
        """Sends as much as the server lets it, until its windows stay shut that long. How many bytes went."""
        sent = 0
        while sent < limit and not self.closed and not self.goaway and stream.reset is None:
            room = min(self._h2.local_flow_control_window(stream.id), self._h2.max_outbound_frame_size)
            if room > 0:
                self._h2.send_data(stream.id, bytes(room))
                self.flush()
                sent += room
                self.receive(timeout=0)
            elif has_something(self.socket, patience):
                self.receive(timeout=0)
            else:
                break
        return sent

    def ping(self):
        self._h2.ping(b"12345678")
        self.flush()

    def send_raw(self, data):
        self.socket.sendall(data)

    # Receiving.

    def receive(self, timeout=10.0):
        """Takes in what comes next. False where nothing came in the time."""
        if not has_something(self.socket, timeout * PATIENCE):
            if timeout:
                raise AssertionError(f"h2: nothing came within {timeout} s")
            return False
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, OSError):
            data = b""
        if not data:
            self.closed = True
            return False
        self._unread += data
        while len(self._unread) >= 9 and len(self._unread) >= (end := 9 + int.from_bytes(self._unread[:3], "big")):
            part, self._unread = self._unread[:end], self._unread[end:]
            self._take_frame(part)
        self.flush()
        return True

    def _take_frame(self, data):
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            raise AssertionError(f"the server broke the protocol: {error!r}") from error
        for event in events:
            self._take(event)
        if self.goaway:
            # python3-h2 takes GOAWAY for the end; RFC 9113 6.8 lets the streams that are open go on.
            self._h2.state_machine.state = h2.connection.ConnectionState.CLIENT_OPEN

    def _take(self, event):
        stream = self.streams.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = (int(event.error_code), event.last_stream_id, event.additional_data)
        elif isinstance(event, h2.events.PingAckReceived):
            self.pings += 1
        elif stream is None:
            return
        elif isinstance(event, h2.events.InformationalResponseReceived):
            stream.informational.append(int(dict(event.headers)[":status"]))
        elif isinstance(event, h2.events.ResponseReceived):
            stream.status = int(dict(event.headers)[":status"])
            stream.fields = Fields((name, value) for name, value in event.headers if not name.startswith(":"))
        elif isinstance(event, h2.events.DataReceived):
            stream.body += event.data
            if event.flow_controlled_length and not self._hold:
                try:
                    self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                except h2.exceptions.StreamClosedError:
                    pass
        elif isinstance(event, h2.events.TrailersReceived):
            stream.trailers = Fields(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            stream.ended = True
        elif isinstance(event, h2.events.StreamReset):
            stream.reset = int(event.error_code)

    def until(self, condition, within=10.0):
        """Receives until the condition holds or the connection ends. Whether it holds."""
        deadline = time.monotonic() + within * PATIENCE
        while not condition() and not self.closed:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"h2: not within {within} s; goaway={self.goaway}")
            self.receive(left / PATIENCE)
        return condition()

    def finish(self, stream, within=10.0):
        """Receives until the stream has ended one way or the other."""
        self.until(lambda: stream.ended or stream.reset is not None, within)
        return stream

    def get(self, path="/", method="GET", authority="example.com", fields=(), body=None, trailers=None, **more):
        with_body = body is not None or trailers is not None
        stream = self.start(path, method, authority, fields=fields, more=with_body, **more)
        if with_body:
            self.send_data(stream, body or b"", end=trailers is None)
        if trailers is not None:
            self.send_trailers(stream, trailers)
        return self.finish(stream)


def get(port, path="/", **how):
    """One request on a connection of its own."""
    where = {name: how.pop(name) for name in ("server_name", "source", "host", "context", "tls") if name in how}
    with H2(port, **where) as connection:
        return connection.get(path, **how)


# Frames by hand.

def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def header_block(fields):
    """HPACK without the dynamic table, whatever the names and values hold."""
    out = bytearray()
    for name, value in fields:
        out += b"\0"
        for text in (name, value):
            raw = text if isinstance(text, bytes) else text.encode("latin-1")
            out += hpack.hpack.encode_integer(len(raw), 7) + raw
    return bytes(out)


def request_fields(path="/", method="GET", authority="example.com", scheme="https"):
    return [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)]


class RawH2:
    """Frames out, frames in: no state machine between the test and the wire."""

    def __init__(self, port, settings=b"", **where):
        self.socket = dial_h2(port, **where)
        self._buffer = b""
        self._decoder = hpack.Decoder()
        self._decoder.max_allowed_table_size = 1 << 20
        self.closed = False
        self.goaway_code = None
        self.frames = []
        self.send(PREFACE + frame(SETTINGS, payload=settings))
        self.until(lambda: self.of(SETTINGS))  # acknowledged here, so that no ACK falls between a test's own frames

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """False where the server no longer takes it."""
        if self.closed:
            return False
        try:
            self.socket.sendall(data)
            return True
        except socket.timeout:
            raise AssertionError("the server neither reads nor closes") from None
        except OSError:
            return False

    def receive(self, timeout=0.0):
        """Takes in the frames that are there, waiting for the first at most `timeout`. Acknowledges SETTINGS."""
        while not self.closed:
            if not has_something(self.socket, timeout * PATIENCE):
                return
            timeout = 0
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.closed = True
                return
            self._buffer += data
            self._split()

    def _split(self):
        while len(self._buffer) >= 9:
            length = int.from_bytes(self._buffer[:3], "big")
            if len(self._buffer) < 9 + length:
                return
            kind, flags = self._buffer[3], self._buffer[4]
            stream = int.from_bytes(self._buffer[5:9], "big") & 0x7FFFFFFF
            payload = self._buffer[9:9 + length]
            self._buffer = self._buffer[9 + length:]
            self.frames.append((kind, flags, stream, payload))
            if kind == GOAWAY:
                self.goaway_code = int.from_bytes(payload[4:8], "big")
            elif kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK))

    def of(self, kind, stream=None):
        return [entry for entry in self.frames if entry[0] == kind and stream in (None, entry[2])]

    def reset_of(self, stream):
        """The error code of the RST_STREAM that came for it."""
        found = self.of(RST_STREAM, stream)
        return int.from_bytes(found[0][3], "big") if found else None

    def status_of(self, stream):
        """The status that came on that stream. Header blocks are read in order, as HPACK needs it."""
        for kind, flags, number, payload in self.of(HEADERS):
            decoded = self._decode(payload, flags)
            if number == stream:
                return int(dict(decoded)[":status"])
        return None

    def _decode(self, payload, flags):
        if flags & PADDED:
            payload = payload[1:len(payload) - payload[0]]
        if flags & 0x20:
            payload = payload[5:]
        return self._decoder.decode(payload)

    def until(self, condition, within=10.0):
        """Receives until the condition holds or the server closes. Whether it holds."""
        deadline = time.monotonic() + within * PATIENCE
        while not condition() and not self.closed and time.monotonic() < deadline:
            self.receive(0.2)
        return condition()

    def flood(self, data, within=20.0, condition=None):
        """Sends the bytes again and again, reading what comes back, until the server says goodbye or closes."""
        deadline = time.monotonic() + within * PATIENCE
        make = data if callable(data) else (lambda: data)
        sent = 0
        while self.goaway_code is None and not self.closed and time.monotonic() < deadline:
            part = make()
            if not self.send(part):
                break
            sent += len(part)
            self.receive()
            if condition and condition():
                break
        self.until(lambda: self.goaway_code is not None, 3.0)
        return sent
