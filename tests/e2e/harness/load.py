"""Constant load while something else happens: several clients ask again and again; none may fail."""

import threading

from . import clients, h2
from .http1 import Closed
from .polling import eventually


class Load:
    """Threads that each repeat one way of asking until the end. `failures` are texts; `retries` count requests that
    were sent again because a kept connection had been closed before any byte of the answer, which RFC 9112 9.3.1
    lets every client do with a GET."""

    def __init__(self, *ways):
        self._ways = ways
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.done = 0
        self.retries = 0
        self.failures = []
        self._threads = [threading.Thread(target=self._run, args=(way,), daemon=True) for way in ways]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.more(len(self._ways) * 5)
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def more(self, count, within=20.0):
        """Waits until so many further requests were answered."""
        target = self.done + count
        eventually(lambda: self.done >= target or self.failures, within, f"{count} further requests are answered")

    def _run(self, way):
        client = way()
        while not self._stop.is_set():
            try:
                retried = client()
            except Exception as error:  # whatever it is, the request has failed
                with self._lock:
                    self.failures.append(f"{way.__name__}: {type(error).__name__}: {error}")
                if len(self.failures) > 100:
                    return
                continue
            with self._lock:
                self.done += 1
                self.retries += bool(retried)


def expect_ok(answer):
    if answer.status != 200 or not answer.complete:
        raise AssertionError(f"status {answer.status}, complete {answer.complete}: {answer.body[:200]!r}")


def fresh_h1(port, target="/load", tls=False, host="example.com"):
    """A connection for each request."""
    def way():
        def ask():
            expect_ok(clients.get(port, target, host=host, tls=tls, server_name=host))
        return ask
    way.__name__ = f"fresh_h1(tls={tls})"
    return way


def kept_h1(port, target="/load", tls=False, host="example.com", method="GET"):
    """One connection for as long as the server keeps it."""
    def way():
        state = {"connection": None}

        def ask(retry=False):
            fresh = state["connection"] is None
            if fresh:
                state["connection"] = clients.H1(port, tls=tls, server_name=host)
            connection = state["connection"]
            try:
                answer = connection.get(target, host=host, method=method)
            except (Closed, ConnectionError, OSError) as error:
                connection.close()
                state["connection"] = None
                something_came = isinstance(error, Closed) and any(error.args)
                if fresh or retry or something_came:
                    raise
                return ask(True) or True
            if "close" in answer.field("connection", "").lower():
                connection.close()
                state["connection"] = None
            expect_ok(answer)
            return retry
        return ask
    way.__name__ = f"kept_h1(tls={tls})"
    return way


def kept_h2(port, target="/load", host="example.com"):
    """Streams on one connection until the server says GOAWAY."""
    def way():
        state = {"connection": None}

        def ask():
            if state["connection"] is None or state["connection"].goaway or state["connection"].closed:
                if state["connection"]:
                    state["connection"].close()
                state["connection"] = h2.H2(port, server_name=host)
            connection = state["connection"]
            connection.receive(timeout=0)
            if connection.goaway or connection.closed:
                return ask()
            stream = connection.start(target, authority=host)
            connection.finish(stream)
            untouched = stream.status is None and not stream.body
            if untouched and ((connection.goaway and stream.id > connection.goaway[1])
                              or stream.reset == h2.REFUSED_STREAM):
                ask()  # the server said that it has not looked at it: RFC 9113 6.8, 8.7
                return True
            if stream.status is None:
                raise AssertionError(f"no answer: reset={stream.reset} goaway={connection.goaway} "
                                     f"closed={connection.closed}")
            expect_ok(stream)
        return ask
    way.__name__ = "kept_h2"
    return way
