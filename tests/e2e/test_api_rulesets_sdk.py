"""The `cloudflare` package from npm, unmodified, drives rulesets, lists and URL normalization."""

import json
import os
import pathlib
import shutil

import pytest

from harness import processes
from harness.api import make_token
from harness.brink import REPOSITORY

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def told(node):
    modules = os.environ.get("NODE_PATH") or str(REPOSITORY / "node_modules")
    done = processes.run([shutil.which("node") or "node", HERE / "sdk" / "rulesets.mjs",
                          f"http://127.0.0.1:{node.control}/client/v4", make_token(node)],
                         within=120, cwd=node.directory, env={"NODE_PATH": modules, "HOME": str(node.directory)})
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return json.loads(done.stdout)


def test_rulesets_are_made_and_changed(told):
    assert told["got"] == told["made"] and told["listed"] == [told["made"]["id"]]
    assert told["added"] == ["a", "c", "b"] and told["moved"] == ["c", "b", "a"]
    assert told["edited"]["action"] == "block" and told["edited"]["version"] == "2"
    assert told["deleted"] == ["c", "b"] and told["updated"] == ["z"]


def test_versions_and_entry_points(told):
    assert told["versions"] == ["1", "2", "3", "4", "5", "6"] and told["version"] == 2
    assert told["entryPoint"] == told["made"]["id"] and told["put"] == ["p"]
    assert told["entryPointVersions"] == ["1", "3", "4", "5", "6"] and told["entryPointVersion"] == "1"


def test_lists(told):
    assert told["list"] == "sdk_office" and told["lists"] == 1 and told["operation"] == "completed"
    assert told["items"] == ["192.0.2.1", "192.0.2.0/28"] and told["item"] == "192.0.2.1"
    assert told["replaced"] == ["198.51.100.1"] and told["listUpdated"] == "new" and told["listGot"] == 1 and told["listDeleted"]


def test_url_normalization(told):
    assert told["normalization"] == told["normalizationUnset"] == {"scope": "incoming", "type": "rfc3986"}
    assert told["normalizationSet"] == {"scope": "both", "type": "cloudflare"}


@pytest.mark.parametrize("name, error", [
    ("noEntryPoint", {"class": "NotFoundError", "status": 404, "codes": [10003]}),
    ("second", {"class": "BadRequestError", "status": 400, "codes": [20217]}),
    ("badExpression", {"class": "BadRequestError", "status": 400, "codes": [20127]}),
    ("missing", {"class": "NotFoundError", "status": 404, "codes": [7003]}),
    ("gone", {"class": "NotFoundError", "status": 404, "codes": [7003]}),
    ("inUse", {"class": "BadRequestError", "status": 400, "codes": [20119]}),
])
def test_errors_are_the_packages_own_classes(told, name, error):
    assert told[name] == error
