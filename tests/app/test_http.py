"""The service over HTTP, on a real socket."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from app.files import StoredFiles
from app.http import Files, HttpServer, LockedError, Part, Served, make_app
from app.links import SignedLinks
from storage import views
from storage.store import Store
from tests.storage.filled import LETTER, fill

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINKS = SignedLinks(base_url="", keys=(b"k" * 32,))


class Fine:
    """A service whose one part is as it is told."""

    def __init__(self, *, ok: bool = True) -> None:
        self.part = Part(ok=ok, oldest_seconds=1.5, detail="mail")

    async def parts(self) -> Mapping[str, Part]:
        return {"mail": self.part}


class Nothing:
    """Files of a desk that has none."""

    async def fetch(self, token: str) -> Served | None:
        del token
        return None


def stored(store: Store) -> StoredFiles:
    return StoredFiles(
        links=LINKS, store=store, now=lambda: NOON, gone=lambda language: language
    )


def get(
    path: str, *, health: Fine | None = None, files: Files | None = None
) -> httpx.Response:
    registry = CollectorRegistry()
    Counter("zayavka_tries", "Tries", registry=registry).inc(3)
    app = make_app(health=health or Fine(), registry=registry, files=files or Nothing())

    async def ask() -> httpx.Response:
        server = HttpServer(app, host="127.0.0.1", port=0)
        await server.start()
        try:
            async with httpx.AsyncClient() as client:
                return await client.get(f"http://127.0.0.1:{server.port}{path}")
        finally:
            await server.stop()

    return asyncio.run(ask())


class Locked:
    """Files that are all dangerous."""

    async def fetch(self, token: str) -> Served | None:
        raise LockedError(token)


def test_what_is_locked_is_refused_in_plain_words() -> None:
    answer = get("/files/any", files=Locked())
    assert answer.status_code == 403
    assert "dangerous" in answer.text
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_it_is_alive_whatever_its_parts_are() -> None:
    assert get("/healthz", health=Fine(ok=False)).status_code == 200


@pytest.mark.parametrize(("ok", "status"), [(True, 200), (False, 503)])
def test_it_is_ready_while_every_part_is(*, ok: bool, status: int) -> None:
    answer = get("/readyz", health=Fine(ok=ok))
    assert answer.status_code == status
    assert answer.json() == {
        "parts": {"mail": {"ok": ok, "oldest_seconds": 1.5, "detail": "mail"}}
    }


def test_its_figures_are_what_the_registry_holds() -> None:
    answer = get("/metrics")
    assert "zayavka_tries_total 3.0" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_page_that_is_not_there_is_404() -> None:
    assert get("/files/forged").status_code == 404
    assert get("/").status_code == 404


def test_signed_addresses_lead_to_files_and_texts(store: Store) -> None:
    fill(store)
    files = stored(store)
    ticket = store.read(lambda tx: views.show_ticket(tx, "NN-1")) or {}
    first = ticket["comments"][0]
    answer = get(LINKS.file(first["attachments"][0]["sha256"]), files=files)
    assert answer.content == b"abc"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert get(LINKS.text(first["id"]), files=files).text == LETTER.letter.text


def test_an_address_that_leads_nowhere_is_404(store: Store) -> None:
    files = stored(store)
    foreign = SignedLinks(base_url="", keys=(b"x" * 32,))
    for path in (
        LINKS.file("0" * 64),
        LINKS.text("none"),
        foreign.file("0" * 64),
        "/files/%00",
        "/files/!!!",
    ):
        assert get(path, files=files).status_code == 404


def test_a_server_leaves_the_signals_to_the_service() -> None:
    before = signal.getsignal(signal.SIGTERM)
    get("/healthz")
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_address_that_is_taken_is_an_error() -> None:
    app = make_app(health=Fine(), registry=CollectorRegistry(), files=Nothing())

    async def twice() -> None:
        first = HttpServer(app, host="127.0.0.1", port=0)
        await first.start()
        second = HttpServer(app, host="127.0.0.1", port=first.port)
        try:
            with pytest.raises(OSError, match="in use"):
                await second.start()
        finally:
            await second.stop()
            await first.stop()

    asyncio.run(twice())
