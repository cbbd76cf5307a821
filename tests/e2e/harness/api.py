"""The control API as its clients see it: a token made by the command line, requests with JSON, the envelope checked."""

import dataclasses
import http.client
import json
import urllib.parse

from . import processes
from .brink import binary

PREFIX = "/client/v4"


@dataclasses.dataclass
class ApiAnswer:
    status: int
    headers: http.client.HTTPMessage
    body: dict

    @property
    def result(self):
        assert self.body["success"], self.body
        return self.body["result"]

    @property
    def page(self):
        return self.body["result_info"]

    @property
    def codes(self):
        return [error["code"] for error in self.body["errors"]]


def brink(node, *words, within=30.0):
    """Runs a command of the node's owner, where the node runs; (exit code, standard output, standard error)."""
    done = processes.run([*node.beside, binary(), *words, "--config", node.config_file], within=within)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def make_token(node, *options, name="test"):
    code, out, err = brink(node, "token", "create", "--name", name, "--quiet", *options)
    assert code == 0, err
    return out.strip()


class Api:
    """Calls on the control listener of `node` with `token` (None: with nothing that says who)."""

    def __init__(self, node, token=None):
        self.node = node
        self.token = token

    def with_token(self, token):
        return Api(self.node, token)

    def raw(self, method, path, content=None, headers=None, within=20.0):
        connection = http.client.HTTPConnection("127.0.0.1", self.node.control, timeout=within)
        try:
            sent = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
            connection.request(method, path, content, {**sent, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def call(self, method, path, body=None, content=None, headers=None, **query):
        """`query` has dots as two underscores: account__id=... is account.id."""
        if query:
            path += "?" + urllib.parse.urlencode({key.replace("__", "."): value for key, value in query.items()}, doseq=True)
        sent = json.dumps(body) if body is not None else content
        status, fields, text = self.raw(method, PREFIX + path, sent, headers)
        assert fields["Content-Type"].startswith("application/json"), (status, fields, text[:200])
        answer = json.loads(text)
        assert {"success", "errors", "messages", "result"} <= answer.keys(), answer
        assert answer["success"] == (not answer["errors"]) == (status < 400), answer
        assert fields["CF-Ray"], fields
        return ApiAnswer(status, fields, answer)

    def get(self, path, **query):
        return self.call("GET", path, **query)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.call("PUT", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.call("PATCH", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

    def account(self):
        return self.get("/accounts").result[0]["id"]

    def group(self, name):
        """The id of a permission group."""
        return next(group["id"] for group in self.get("/user/tokens/permission_groups").result if group["name"] == name)
