"""The tests' own HTTP/1.1 reader: used by the raw client and by the origin. It is lenient on purpose and keeps every
byte it was given, so that a test can look at exactly what came over the wire."""

import socket


class Closed(Exception):
    """The peer closed (or reset) before what was asked for had come."""


class Fields(list):
    """Header or trailer fields in order, as (name, value) texts in Latin-1."""

    def all(self, name):
        return [value for key, value in self if key.lower() == name.lower()]

    def get(self, name, default=None):
        values = self.all(name)
        return ", ".join(values) if values else default

    def __contains__(self, name):
        return bool(self.all(name)) if isinstance(name, str) else super().__contains__(name)


class Reader:
    def __init__(self, sock):
        self.socket = sock
        self.everything = bytearray()
        self._at = 0

    def buffered(self):
        return bytes(self.everything[self._at:])

    def fill(self):
        """Reads what there is. False at the end of the stream."""
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, BrokenPipeError):
            return False
        except socket.timeout:
            raise
        except OSError as error:  # a TLS peer that closed without its alert
            if isinstance(error, ValueError) or "EOF" in str(error) or "closed" in str(error):
                return False
            raise
        self.everything += data
        return bool(data)

    def line(self):
        """One line without its end, whether CRLF or LF."""
        while (end := self.everything.find(b"\n", self._at)) < 0:
            if not self.fill():
                raise Closed(self.buffered())
        line = bytes(self.everything[self._at:end])
        self._at = end + 1
        return line[:-1] if line.endswith(b"\r") else line

    def exactly(self, count):
        while len(self.everything) - self._at < count:
            if not self.fill():
                raise Closed(self.buffered())
        data = bytes(self.everything[self._at:self._at + count])
        self._at += count
        return data

    def up_to(self, count):
        """At least one byte, at most `count`; empty at the end of the stream."""
        if self._at == len(self.everything) and not self.fill():
            return b""
        data = bytes(self.everything[self._at:self._at + count])
        self._at += len(data)
        return data

    def rest(self):
        """Everything until the peer closes."""
        while self.fill():
            pass
        data = self.buffered()
        self._at = len(self.everything)
        return data

    def fields(self):
        fields = Fields()
        while line := self.line():
            name, _, value = line.decode("latin-1").partition(":")
            fields.append((name, value.strip(" \t")))
        return fields

    def chunk(self):
        """One chunk's data; empty for the last, after which the trailers follow."""
        size = int(self.line().split(b";")[0], 16)
        data = self.exactly(size)
        if size:
            self.line()
        return data
