"""Chromium loads the demo site through Brink over HTTP/2."""

import json
import os
import pathlib
import shutil

import pytest

from harness import nginx, processes
from harness.brink import REPOSITORY, zone

HERE = pathlib.Path(__file__).resolve().parent
SITE = REPOSITORY / "examples" / "site"


def load_in_chromium(url, directory):
    """What browser/load_site.mjs tells of the page."""
    modules = os.environ.get("NODE_PATH") or str(REPOSITORY / "node_modules")
    done = processes.run([shutil.which("node") or "node", HERE / "browser" / "load_site.mjs", url], within=60,
                         cwd=directory, env={"NODE_PATH": modules, "HOME": str(directory)})
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def page(module_started):
    server = module_started.keep(nginx.static_site(module_started.directory / "nginx", SITE))
    node = module_started.brink(zone(server, hosts=["localhost"], name="localhost"))
    return load_in_chromium(f"https://localhost:{node.https}/", module_started.directory), node


def test_the_page_and_all_its_parts_come_over_h2(page):
    told, _ = page
    assert told["status"] == 200 and told["protocol"] == "h2"
    assert told["resources"], "the page has no parts"
    assert {entry["protocol"] for entry in told["resources"]} == {"h2"}, told["resources"]
    assert not told["failures"], told["failures"]


def test_every_image_decodes(page):
    told, _ = page
    assert told["images"], "the page has no images"
    assert all(image["decoded"] and image["width"] > 0 for image in told["images"]), told["images"]


def test_styles_and_scripts_work(page):
    told, _ = page
    assert told["title"] and told["stylesheets"] > 0 and not told["errors"], told["errors"]


def test_the_log_has_the_browsers_requests(page):
    told, node = page
    line = node.access_of("/")
    assert line["ClientRequestProtocol"] == "HTTP/2" and "Chrome" in line["ClientRequestUserAgent"]
    assert line["EdgeResponseStatus"] == 200 and line["JA4"].startswith("t13")
