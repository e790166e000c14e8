"""Nobody but this machine's own page and programs may ask."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.server import Sandbox, Settings
from tests.sandbox.conftest import Act
from tests.sandbox.stage import Stage

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:1"} | JSON, 200),
        ({"Host": "localhost"} | JSON, 200),
        ({"Host": "[::1]:8081"} | JSON, 200),
        ({"Host": "evil.example"} | JSON, 403),
        ({"Host": "127.0.0.1.evil.example"} | JSON, 403),
        ({"Host": "[::1"} | JSON, 403),
        ({"Host": ""} | JSON, 403),
        (FORM, 403),
        ({}, 403),
        (FORM | {"Sec-Fetch-Site": "cross-site"}, 403),
        (FORM | {"Sec-Fetch-Site": "same-origin"}, 200),
        (JSON | {"Origin": "https://evil.example"}, 403),
        (JSON | {"Origin": "null"}, 403),
        (FORM | {"Host": "localhost:5", "Origin": "http://localhost:5"}, 200),
        (FORM | {"Host": "localhost:5", "Origin": "http://localhost:6"}, 403),
    ],
)
def test_a_change_needs_the_right_headers(
    act: Act, headers: dict[str, str], status: int
) -> None:
    async def scene(stage: Stage) -> None:
        request = stage.web.build_request("DELETE", "calls", headers=headers)
        assert (await stage.web.send(request)).status_code == status

    act(scene)


def test_reading_by_another_site_is_refused(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        for path in ("/sandbox/", "/sandbox/api/state", "/bot1:x/getMe"):
            answer = await stage.web.get(
                stage.sandbox.url + path, headers={"Origin": "https://evil.example"}
            )
            assert answer.status_code == 403

    act(scene)


def test_the_page_runs_only_its_own(act: Act) -> None:
    async def scene(stage: Stage) -> None:
        page = await stage.web.get(stage.sandbox.page_url)
        assert "Заявка" in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        moved = await stage.web.get(stage.sandbox.url)
        assert moved.headers["Location"] == "/sandbox/"

    act(scene)


@pytest.mark.parametrize("host", ["0.0.0.0", "example.org", ""])  # noqa: S104 - refused
def test_only_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(Settings(host=host))


def test_ipv6_loopback_works_and_a_taken_port_is_an_error() -> None:
    async def run() -> None:
        async with Sandbox(Settings(host="::1")) as sandbox:
            assert sandbox.base_url.startswith("http://[::1]:")
            port = int(sandbox.url.rpartition(":")[2])
            with pytest.raises(OSError, match="in use"):
                await Sandbox(Settings(host="::1", port=port)).start()

    asyncio.run(run())
