"""Where the rules are tried on records of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from storage.store import Places, Store
from tests.storage.desk import Bench, InMemory, InStore


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "memory":
        yield InMemory()
        return
    templates = request.getfixturevalue("templates")
    tmp_path = request.getfixturevalue("tmp_path")
    if request.param == "sqlite":
        yield from opened(templates.sqlite(tmp_path))
    else:
        with templates.postgres(tmp_path) as places:
            yield from opened(places)


def opened(places: Places) -> Iterator[Bench]:
    store = Store(places, clock=lambda: datetime.now(UTC), on_filled=lambda kinds: None)
    yield InStore(store=store)
    store.close()
