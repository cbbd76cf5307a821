"""The `cloudflare` package from npm, unmodified, drives the API."""

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
    done = processes.run([shutil.which("node") or "node", HERE / "sdk" / "walk.mjs",
                          f"http://127.0.0.1:{node.control}/client/v4", make_token(node)],
                         within=120, cwd=node.directory, env={"NODE_PATH": modules, "HOME": str(node.directory)})
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return json.loads(done.stdout)


def test_accounts_and_the_user_are_there(told):
    assert told["renamed"]["name"] == told["accountGot"]["name"] == "Walkers"
    assert told["user"]["email"] == "operator@localhost"
    assert told["memberships"][0]["account"]["id"] == told["account"]["id"]
    assert len(told["members"]) == len(told["roles"]) == 1


def test_zones_are_made_paged_through_and_changed(told):
    assert told["zone"]["name"] == "walk0.example" and told["zone"]["status"] == "pending"
    assert {f"walk{i}.example" for i in range(23)} <= set(told["listed"])
    assert len(told["listed"]) == len(set(told["listed"]))
    assert len(told["byName"]) == 1
    assert told["got"]["id"] == told["zone"]["id"] and told["edited"]["paused"] is True
    assert told["deleted"]["id"]


def test_settings_are_read_and_changed(told):
    assert told["setting"]["value"] == "1.2" and told["settingEdited"]["value"] == "1.3"
    assert told["settings"] > 50
    assert [(each["id"], each["value"]) for each in told["bulk"]] == [("always_use_https", "on"), ("brotli", "off")]


def test_tokens_have_their_scopes(told):
    assert told["verified"]["status"] == told["limitedVerify"]["status"] == "active"
    assert told["tokenHasValue"] and told["rolled"] and "dns" in told["tokens"]
    assert told["tokenGot"]["expires_on"] == "2099-01-01T00:00:00Z" and "value" not in told["tokenGot"]
    assert told["limitedZone"] == {"class": "PermissionDeniedError", "status": 403, "codes": [9109]}
    assert told["limitedOther"]["status"] == 404
    assert told["tokenUpdated"]["status"] == "disabled" and told["tokenDeleted"]["id"]
    assert told["disabled"] == {"class": "PermissionDeniedError", "status": 403, "codes": [9109]}
    assert told["robot"]["status"] == "active" and told["robotRolled"] == "string" and told["accountGroups"] > 50


def test_addresses_and_audit_logs_are_there(told):
    assert told["ips"]["etag"]
    assert told["audit"] > 25 and told["auditV2"] == told["audit"]


@pytest.mark.parametrize("name, error", [
    ("duplicate", {"class": "BadRequestError", "status": 400, "codes": [1061]}),
    ("missing", {"class": "NotFoundError", "status": 404, "codes": [7003]}),
    ("unknownToken", {"class": "AuthenticationError", "status": 401, "codes": [1000]}),
    ("badToken", {"class": "PermissionDeniedError", "status": 403, "codes": [9109]}),
    ("setting", {"class": "BadRequestError", "status": 400, "codes": [1006]}),
    ("method", {"class": "APIError", "status": 405, "codes": [10405]}),
])
def test_errors_are_the_packages_own_classes(told, name, error):
    assert told["errors"][name] == error
